"""Close an account: end its roles and sessions, remove all ways to sign in, and make its email address available
again.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import PermissionDenied
from django.db import transaction

from calloff.accounts import messages
from calloff.accounts.commands.calendar_feeds import stop_calendar_feed
from calloff.accounts.commands.codes import forget_mailbox_reset
from calloff.accounts.commands.devices import forget_devices
from calloff.accounts.commands.resets import stop_reset
from calloff.accounts.commands.sessions import end_sessions
from calloff.accounts.models import AccountClosure, EmailCode, FactorReset
from calloff.history.transitions import creating
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import queue_message_to_address
from calloff.people import commands as people
from calloff.people.models import JoinRequest, Organisation, RoleGrant, User
from calloff.people.permissions import Can
from calloff.people.states import RoleGrantStatus

__all__ = ["close_account", "close_account_for"]


def close_account(person: User, *, by: User, at: datetime) -> AccountClosure:
    """Close your own account.

    Raises Refused if that would leave an organisation with no one to manage its people.
    """
    return _close(person, "close_account", by=by, at=at)


def close_account_for(person: User, *, by: User, at: datetime, employer: Organisation | None = None) -> AccountClosure:
    """Close an account for someone who cannot do this themselves.

    `by` is the officer who is responsible. If there is an employer, `by` must manage its people, and the person must
    have roles there and nowhere else. The command line gives no employer. Raises Refused for your own account, and in
    the same cases as `close_account`.
    """
    if person.pk == by.pk:
        raise Refused("You can close your own account under “Signing in and security”.")
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=person.pk)
        if employer is not None:
            _require_only_employer(held, employer, by, at)
        return _close(held, "close_account_for", by=by, at=at)


def _require_only_employer(person: User, employer: Organisation, by: User, at: datetime) -> None:
    if not by.can(Can.MANAGE_PEOPLE, organisation=employer, at=at):
        raise PermissionDenied(f"close_account_for needs {Can.MANAGE_PEOPLE}")
    grants = RoleGrant.objects.filter(person=person).exclude(status=RoleGrantStatus.ENDED)
    organisations = set(grants.values_list("organisation", flat=True))
    if organisations != {employer.pk}:
        raise Refused(
            f"You cannot close the account of {person}, who has a role at another organisation or no role here. End "
            f"the person’s roles at {employer} instead."
        )


@transaction.atomic
def _close(person: User, verb: str, *, by: User, at: datetime) -> AccountClosure:
    held = User.objects.select_for_update().get(pk=person.pk)
    address = held.email
    with creating(AccountClosure(person=held, closed_at=at, closed_by=by), verb, by=by, at=at) as closure:
        for grant in (
            RoleGrant.objects.filter(person=held).exclude(status=RoleGrantStatus.ENDED).order_by("organisation", "pk")
        ):
            people.step_down(grant, by=held, at=at)
        for request in JoinRequest.objects.waiting().filter(person=held).order_by("pk"):
            people.withdraw_join(request, by=held, at=at)
        for reset in FactorReset.objects.still_open().filter(person=held):
            stop_reset(reset, by=held, at=at)
    for stored in (EmailAddress, Authenticator, SocialAccount):
        stored.objects.filter(user=held).delete()
    EmailCode.objects.filter(person=held).delete()
    forget_mailbox_reset(held)
    forget_devices(held)
    stop_calendar_feed(held)
    end_sessions(held)
    held.email, held.is_active = f"closed-{held.pk}@closed.invalid", False
    held.set_unusable_password()
    held.save(update_fields=["email", "is_active", "password"])
    queue_message_to_address(messages.account_closed(), address=address, sender="", at=at)
    held.forget_roles()
    return closure
