"""Change an email address.

Both addresses get an email. The email to the old address contains a link that can stop the change or, for a week
afterwards, undo it.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from calloff.accounts import messages
from calloff.accounts.commands.calendar_feeds import stop_calendar_feed
from calloff.accounts.commands.devices import forget_devices
from calloff.accounts.commands.sessions import end_sessions
from calloff.accounts.models import EmailChange
from calloff.accounts.states import EmailChangeStatus
from calloff.history.transitions import create, transition
from calloff.kernel.formatting import format_wait
from calloff.kernel.lifecycles import Refused
from calloff.links.commands import LINK_REFUSAL, make_link, revoke_links, use_link
from calloff.links.models import Link
from calloff.links.queries import find_link
from calloff.outbox.commands import queue_message_to_address
from calloff.people import commands as people
from calloff.people.models import User
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

__all__ = [
    "CHANGE_STOPPED_REFUSAL",
    "ask_email_change",
    "end_email_change",
    "find_email_change",
    "make_email_change",
    "open_email_change",
    "stop_email_change",
    "undo_email_change",
]

EMAIL_CHANGE_LINK_PURPOSE = "accounts.email_change"
# This is our own choice, because people check an old mailbox at least once a week.
EMAIL_CHANGE_UNDO_PERIOD = timedelta(days=7)
CHANGE_STOPPED_REFUSAL = (
    "This change was cancelled using the link sent to your old email address, or replaced by a newer change. "
    "Start again."
)


def ask_email_change(person: User, *, new: str, by: User, at: datetime) -> EmailChange:
    """Record a person's request to change their email address.

    The current address gets an email with a link that stops the change. A second request for the same new address
    returns the first request, and a request for a different address replaces it. Raises Refused after too many
    requests in a day, because each request sends emails to two addresses.
    """
    address = new.strip().lower()
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=person.pk)
        earlier = EmailChange.objects.filter(person=held, status=EmailChangeStatus.ASKED).first()
        if (
            earlier
            and (earlier.old, earlier.new) == (held.email, address)
            and at < earlier.asked_at + EMAIL_CHANGE_UNDO_PERIOD
        ):
            return earlier
        taken = count_attempt(LimitName.EMAIL_CHANGE, held.pk, at=at)
        if not taken.allowed:
            raise Refused(
                f"You have asked to change your email address too many times. Wait {format_wait(taken.resets_in)}, "
                "then try again."
            )
        if earlier:
            with transition(earlier, "replace_email_change", by=by, at=at) as replaced:
                replaced.ended_at = at
                revoke_links(replaced, purpose=EMAIL_CHANGE_LINK_PURPOSE, at=at)
        change = EmailChange(person=held, old=held.email, new=address, asked_at=at)
        create(change, "ask_email_change", by=by, at=at)
        words = messages.email_change_asked(held, _link(change, at))
        queue_message_to_address(words, address=change.old, sender="", at=at, secret=True)
    return change


def make_email_change(change: EmailChange, *, by: User, at: datetime) -> EmailChange:
    """Replace the old address, after the person has entered the code that was sent to the new address.

    The person's roles are suspended until they are approved again. Both addresses get an email. For a week, the link
    that was sent to the old address can undo the change. Raises Refused if someone at the old address has stopped the
    change.
    """
    with transition(change, "make_email_change", by=by, at=at) as held:
        held.made_at = at
        stop_calendar_feed(by)
        people.change_email(by, new=held.new, at=at)
        words = messages.email_changed_old(by, _link(held, at))
        queue_message_to_address(words, address=held.old, sender="", at=at, secret=True)
        queue_message_to_address(messages.email_changed_new(), address=held.new, sender="", at=at)
    return held


def stop_email_change(change: EmailChange, *, by: User, at: datetime) -> EmailChange:
    """Stop a change before the code that was sent to the new address has been entered.

    This ends all sessions of the account and removes its password.
    """
    with transition(change, "stop_email_change", by=by, at=at) as held:
        held.ended_at = at
        _close_to_others(held, at)
    return held


def undo_email_change(change: EmailChange, *, by: User, at: datetime) -> EmailChange:
    """Restore the old address within a week of the change, and undo all later changes.

    All browsers are signed out. The password is removed, together with each way to sign in that was added since the
    request. The person's roles stay suspended until someone approves them again. Raises Refused after a week, and if
    another account now uses the old address.
    """
    with transition(change, "undo_email_change", by=by, at=at) as held:
        if held.made_at is None or at >= held.made_at + EMAIL_CHANGE_UNDO_PERIOD:
            raise Refused("It is too late to undo this change. Ask your system administrator for help.")
        if User.objects.filter(email__iexact=held.old).exclude(pk=held.person_id).exists():
            raise Refused("Another account now uses this email address. Ask your system administrator for help.")
        held.ended_at = at
        later = EmailChange.objects.filter(person=held.person, pk__gt=held.pk).order_by("pk")
        for later_change in later.filter(status=EmailChangeStatus.MADE):
            with transition(later_change, "undo_email_change", by=by, at=at) as undone:
                undone.ended_at = at
                revoke_links(undone, purpose=EMAIL_CHANGE_LINK_PURPOSE, at=at)
        for later_change in later.filter(status=EmailChangeStatus.ASKED):
            with transition(later_change, "stop_email_change", by=by, at=at) as stopped:
                stopped.ended_at = at
                revoke_links(stopped, purpose=EMAIL_CHANGE_LINK_PURPOSE, at=at)
        held.person.email = held.old
        held.person.save(update_fields=["email"])
        _close_to_others(held, at)
    return held


@transaction.atomic
def end_email_change(token: str, *, at: datetime) -> EmailChange:
    """Stop or undo a change through the link that was emailed to the old address. Call this only for a POST
    request.

    Raises Refused if the link no longer works or the account is closed.
    """
    change = find_email_change(token, at=at)
    if change is None or not change.person.is_active:
        raise Refused(LINK_REFUSAL)
    # The change is locked before its links, because every other command locks them in this order.
    change = EmailChange.objects.select_for_update(of=("self",)).select_related("person").get(pk=change.pk)
    use_link(token, purpose=EMAIL_CHANGE_LINK_PURPOSE, at=at)
    command = stop_email_change if change.status == EmailChangeStatus.ASKED else undo_email_change
    return command(change, by=change.person, at=at)


def find_email_change(token: str, *, at: datetime) -> EmailChange | None:
    """Return the change that the link in an email stops or undoes, or None if the link does not work."""
    link = find_link(token, purpose=EMAIL_CHANGE_LINK_PURPOSE, at=at)
    return _of_link(link) if link else None


def open_email_change(person: User, new: str) -> EmailChange | None:
    """Return the person's change to this address that is still waiting for its code, or None."""
    return EmailChange.objects.filter(person=person, new=new.lower(), status=EmailChangeStatus.ASKED).first()


def _of_link(link: Link) -> EmailChange | None:
    open_ones = EmailChange.objects.filter(status__in=[EmailChangeStatus.ASKED, EmailChangeStatus.MADE])
    return open_ones.select_related("person").filter(pk=link.record_id).first()


def _link(change: EmailChange, at: datetime) -> str:
    return make_link(change, purpose=EMAIL_CHANGE_LINK_PURPOSE, expires_at=at + EMAIL_CHANGE_UNDO_PERIOD, at=at).token


def _close_to_others(change: EmailChange, at: datetime) -> None:
    """End all sessions, and remove the password and each way to sign in that was added since the change was
    requested.
    """
    person = change.person
    revoke_links(change, purpose=EMAIL_CHANGE_LINK_PURPOSE, at=at)
    EmailAddress.objects.filter(user=person).exclude(email__iexact=change.old).delete()
    EmailAddress.objects.update_or_create(user=person, email=change.old, defaults={"primary": True, "verified": True})
    Authenticator.objects.filter(user=person, created_at__gte=change.asked_at).delete()
    SocialAccount.objects.filter(user=person, date_joined__gte=change.asked_at).delete()
    forget_devices(person)
    stop_calendar_feed(person)
    end_sessions(person)
    person.set_unusable_password()
    person.save(update_fields=["password"])
