"""Reset a second step that a person has lost.

One person requests the reset, another person confirms it, and the account's owner has a day to stop it. The same
second step protects the person's access at every organisation. So we immediately email the other organisations whose
records it protects, and their people administrators can also stop the reset.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from calloff.accounts import messages, queries
from calloff.accounts.commands.calendar_feeds import stop_calendar_feed
from calloff.accounts.commands.codes import forget_mailbox_reset
from calloff.accounts.commands.devices import forget_devices
from calloff.accounts.commands.sessions import end_sessions
from calloff.accounts.guarded_roles import SECOND_STEP_ROLES
from calloff.accounts.models import FactorReset
from calloff.accounts.states import ResetStatus
from calloff.history.transitions import as_one_event, create, transition
from calloff.kernel.formatting import format_datetime, format_wait
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import is_same_mailbox
from calloff.outbox.commands import queue_message, queue_message_to_address
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

__all__ = [
    "ask_reset",
    "cancel_reset",
    "confirm_reset",
    "find_reset",
    "may_ask_for",
    "refuse_reset",
    "stop_reset",
    "usable_reset",
    "use_reset",
]

RESET_DELAY = timedelta(hours=24)  # how long the account's owner has to stop a reset that they do not want
RESET_USABLE_PERIOD = timedelta(days=7)
# This is our own choice. If no one has confirmed a request by then, it must be made again.
RESET_CONFIRM_PERIOD = timedelta(days=7)
OWN_RESET_REFUSAL = "You cannot reset your own second step. Ask a colleague to do it."


def ask_reset(person: User, organisation: Organisation, *, asking: Organisation, by: User, at: datetime) -> FactorReset:
    """Request a reset of a person's second step, on behalf of an organisation at which they have a role.

    `asking` is the organisation for which `by` acts: the person's own organisation or, if no one else there manages
    people, its host. Raises Refused for your own second step, if no one could confirm the reset, and after too many
    requests in a day, because each request emails several people. Raises PermissionDenied for any other organisation.
    """
    if person.pk == by.pk or is_same_mailbox(person.email, by.email):
        raise Refused(OWN_RESET_REFUSAL)
    if asking.pk != organisation.pk and not may_ask_for(organisation, asking, person, at):
        raise PermissionDenied("You cannot request a reset for people at this organisation.")
    if not RoleGrant.objects.in_force(at).filter(person=person, organisation=organisation).exists():
        raise Refused(f"{person.name} has no role at {organisation}.")
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        reset = FactorReset(
            person=person,
            organisation=organisation,
            asking=asking,
            asked_by=by,
            asked_at=at,
            stop_digest=_digest(token),
        )
        create(reset, "ask_reset", by=by, at=at)
        confirming = _who_confirms(reset, at)
        if not confirming.exists():
            raise Refused(
                "There is no one else who can confirm this. Give a colleague the role of people administrator, or ask "
                "your system administrator."
            )
        _count(person, asking, by, at)
        queue_message_to_address(
            messages.reset_asked(reset, token), address=person.email, sender="", at=at, secret=True
        )
        queue_message(messages.reset_to_confirm(reset), to=confirming, sender=str(organisation), at=at)
        _tell_the_others(reset, at)
    return reset


def confirm_reset(reset: FactorReset, *, by: User, at: datetime) -> FactorReset:
    """Confirm a reset for another person that someone else has requested.

    The reset can be used for a week, which starts 24 hours later. Raises Refused for the account's owner, for the
    person who requested the reset, more than a week after the request, and if the person who requested it no longer
    manages people there.
    """
    if by.pk == reset.person_id:
        raise Refused(OWN_RESET_REFUSAL)
    if by.pk == reset.asked_by_id:
        raise Refused("You requested this reset, so someone else must confirm it.")
    if any(is_same_mailbox(by.email, person.email) for person in (reset.person, reset.asked_by)):
        raise Refused(
            "You have the same email address as the person who requested this reset or the person it is for. Ask "
            "another colleague to confirm it."
        )
    with transition(reset, "confirm_reset", by=by, at=at) as held:
        if at >= held.asked_at + RESET_CONFIRM_PERIOD:
            raise Refused("This request is more than a week old. Cancel it, then request the reset again.")
        if (
            not User.objects.who_can(Can.MANAGE_PEOPLE, organisation=held.asking, at=at)
            .filter(pk=held.asked_by_id)
            .exists()
        ):
            raise Refused(
                "The person who requested this reset is no longer a people administrator. Cancel this reset, then "
                "request it again."
            )
        held.confirmed_by, held.confirmed_at = by, at
        held.works_from, held.works_until = at + RESET_DELAY, at + RESET_DELAY + RESET_USABLE_PERIOD
        words = messages.reset_confirmed(format_datetime(held.works_from), format_datetime(held.works_until))
        queue_message(words, to=[held.person], sender=str(held.organisation), at=at)
        _tell_the_others(held, at)
    return held


def cancel_reset(reset: FactorReset, *, by: User, at: datetime) -> FactorReset:
    """Cancel a reset, because the account's owner can use their second step again or did not ask for help."""
    with transition(reset, "cancel_reset", by=by, at=at) as held:
        pass
    return held


def refuse_reset(reset: FactorReset, *, organisation: Organisation, by: User, at: datetime) -> FactorReset:
    """Stop a reset that another organisation has requested.

    A people administrator at any organisation that the reset affects can do this. Raises PermissionDenied for anyone
    else.
    """
    if not queries.may_refuse_reset(by, organisation, reset, at):
        raise PermissionDenied("Only a people administrator at an affected organisation can stop this reset.")
    acting = as_one_event("refuse_reset", by=by, at=at, acting_for=str(organisation))
    with acting, transition(reset, "refuse_reset", by=by, at=at) as held:
        queue_message(messages.reset_refused(held.person, str(organisation)), to=[held.asked_by], sender="", at=at)
    return held


def stop_reset(reset: FactorReset, *, by: User, at: datetime) -> FactorReset:
    """Stop a reset of your own second step."""
    with transition(reset, "stop_reset", by=by, at=at) as held:
        pass
    return held


def use_reset(reset: FactorReset, *, by: User, at: datetime) -> FactorReset:
    """Remove the second step that a person has lost, after they have entered their password.

    The person must then set up another second step. This ends all sessions and deletes all known browsers. Raises
    Refused outside the week in which the reset can be used, if the person has since joined an organisation that was
    not told about the reset, and if a person who requested or confirmed it no longer manages people.
    """
    with transition(reset, "use_reset", by=by, at=at) as held:
        if held.works_from is None or held.works_until is None or not held.works_from <= at < held.works_until:
            raise Refused("You cannot use this reset now. Check the dates in our email, or ask for another reset.")
        if _concerns_who_was_not_told(held, at):
            raise Refused(
                "You cannot use this reset, because you have since been given a role at another organisation. Ask for "
                "another reset."
            )
        if not _is_still_backed(held, at):
            raise Refused(
                "You cannot use this reset, because someone who requested or confirmed it no longer manages people. "
                "Ask for another reset."
            )
        Authenticator.objects.filter(user=by).delete()
        forget_mailbox_reset(by)
        forget_devices(by)
        stop_calendar_feed(by)
        end_sessions(by)
    return held


def find_reset(token: str) -> FactorReset | None:
    """Return the open reset that the link in an email can stop, or None."""
    return (
        FactorReset.objects.still_open().select_related("person", "asking").filter(stop_digest=_digest(token)).first()
    )


def usable_reset(person: User, at: datetime) -> FactorReset | None:
    """Return the confirmed reset with which a person can now sign in without their second step, or None."""
    confirmed = FactorReset.objects.filter(person=person, status=ResetStatus.CONFIRMED)
    reset = confirmed.filter(works_from__lte=at, works_until__gt=at).first()
    if reset and (_concerns_who_was_not_told(reset, at) or not _is_still_backed(reset, at)):
        return None
    return reset


def may_ask_for(organisation: Organisation, asking: Organisation, person: User, at: datetime) -> bool:
    """Return whether `asking` is the organisation's host and no one else at the organisation manages people."""
    others = User.objects.who_can(Can.MANAGE_PEOPLE, organisation=organisation, at=at).exclude(pk=person.pk)
    return organisation.host_id == asking.pk and not others.exists()


def _who_confirms(reset: FactorReset, at: datetime) -> QuerySet[User]:
    those = User.objects.who_can(Can.LINK_PEOPLE, organisation=reset.confirming, at=at)
    return those.exclude(pk__in=[reset.person_id, reset.asked_by_id])


def _tell_the_others(reset: FactorReset, at: datetime) -> None:
    """Email all other organisations that a reset affects or, if no one there manages people, their hosts.

    The account's owner and the people who requested or confirmed the reset get no email, because they cannot check
    themselves. Raises Refused if there is no one else to email at an affected organisation or its host.
    """
    works_from = format_datetime(reset.works_from) if reset.works_from else ""
    of_it = [key for key in (reset.person_id, reset.asked_by_id, reset.confirmed_by_id) if key]
    for other in queries.guarded_elsewhere(reset.person, reset.organisation, at).select_related("host"):
        for recipient in filter(None, (other, other.host)):
            people = User.objects.who_can(Can.MANAGE_PEOPLE, organisation=recipient, at=at).exclude(pk__in=of_it)
            if people.exists():
                words = messages.reset_elsewhere(reset, str(other), recipient, works_from)
                queue_message(words, to=people, sender="", at=at)
                break
        else:
            raise Refused(
                f"{reset.person.name} also has a role at {other}, which has no other people administrator. Ask your "
                f"system administrator to add one at {other}, then try again."
            )


def _is_still_backed(reset: FactorReset, at: datetime) -> bool:
    """Return whether the two people who requested and confirmed a reset still manage people there."""
    asking = User.objects.who_can(Can.MANAGE_PEOPLE, organisation=reset.asking, at=at)
    there = filter(None, (reset.organisation, reset.organisation.host))
    confirming = (User.objects.who_can(Can.LINK_PEOPLE, organisation=one, at=at) for one in there)
    return reset.asked_by in asking and any(reset.confirmed_by in those for those in confirming)


def _concerns_who_was_not_told(reset: FactorReset, at: datetime) -> bool:
    """Return whether, since the confirmation, the person has joined an organisation that got no email about it."""
    others = queries.guarded_elsewhere(reset.person, reset.organisation, at)
    before = RoleGrant.objects.filter(
        person=reset.person, role__in=SECOND_STEP_ROLES, starts_at__lte=reset.confirmed_at
    )
    return others.exclude(pk__in=before.values("organisation")).exists()


def _count(person: User, asking: Organisation, by: User, at: datetime) -> None:
    of_person = (LimitName.SECOND_STEP_RESET_OF_PERSON, f"{person.pk} at {asking.pk}")
    for limit, who in ((LimitName.SECOND_STEP_RESET, str(by.pk)), of_person):
        taken = count_attempt(limit, who, at=at)
        if not taken.allowed:
            raise Refused(
                f"There have been too many requests to reset a second step. Wait {format_wait(taken.resets_in)}, "
                "then try again."
            )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
