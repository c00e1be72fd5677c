"""Commands that extend, supersede and end agreements."""

from datetime import date, datetime

from calloff.agreements import messages
from calloff.agreements.models import Agreement
from calloff.agreements.queries import people_to_notify
from calloff.history.transitions import record_change, record_reason, transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import queue_message
from calloff.people.models import User

__all__ = ["close", "dissolve", "drop", "end", "prolong", "require_anew", "supersede", "withdraw_place"]


def prolong(agreement: Agreement, *, ends_on: date, by: User, at: datetime) -> Agreement:
    """Move the end date of an agreement that ends with its market, because the market was extended.

    The text already says that the agreement ends with the market, including any extension, so nothing else changes. The
    history records the old and the new date. Raises Refused if the new date is not later.
    """
    with transition(agreement, "prolong", by=by, at=at) as extended:
        if extended.ends_on is None or ends_on <= extended.ends_on:
            raise Refused("The new end date must be later than the current end date")
        record_change(f"{extended.reference} ends", extended.ends_on, ends_on)
        extended.ends_on = ends_on
    return extended


def supersede(agreement: Agreement, *, by: User, at: datetime) -> Agreement:
    """Mark an agreement in force as superseded by a later one."""
    with transition(agreement, "supersede", by=by, at=at) as old:
        pass
    return old


def require_anew(agreement: Agreement, *, reason: str, by: User, at: datetime) -> Agreement:
    """Supersede a Partnership Agreement in force, because the parties must sign a new one.

    Raises Refused if no reason is given, or if the person has a role at the buyer.
    """
    with transition(agreement, "require_anew", by=by, at=at) as old:
        if by.roles_at(old.first, at):
            raise Refused(f"You have a role at {old.first}, so someone else must do this.")
        _give_reason(old, reason)
    return old


def end(agreement: Agreement, *, reason: str, by: User, at: datetime) -> Agreement:
    """End a provider agreement from today, whether or not it is signed. The provider is notified.

    Memberships under the agreement are no longer listed. Raises Refused if no reason is given, or if the person has a
    role at the provider and would therefore act for both sides. Raises LookupError for other kinds of agreement:
    `partners.dissolve` ends a buyer's agreement, and the commands that end a placement also end its agreement.
    """
    if agreement.kind != Agreement.Kind.PROVIDER:
        raise LookupError("Another act ends an agreement of this kind.")
    with transition(agreement, "end", by=by, at=at) as ended:
        _end_today(ended, reason, by=by, at=at)
        queue_message(messages.ended(ended), to=people_to_notify(ended, at), sender=str(ended.authority), at=at)
    return ended


def drop(agreement: Agreement, *, by: User, at: datetime) -> Agreement:
    """Close a Partnership Agreement that a buyer started but no one has signed."""
    with transition(agreement, "drop", by=by, at=at) as dropped:
        pass
    return dropped


def dissolve(agreement: Agreement, *, reason: str, by: User, at: datetime) -> Agreement:
    """End a Partnership Agreement on behalf of the authority, whether or not it is signed.

    An agreement in force ends today. Raises Refused if no reason is given, or if the person has a role at the buyer.
    """
    with transition(agreement, "dissolve", by=by, at=at) as over:
        _end_today(over, reason, by=by, at=at)
    return over


def close(agreement: Agreement, *, by: User, at: datetime) -> Agreement:
    """End a placement agreement together with its placement, whether or not it is signed.

    We keep any signed copy.
    """
    with transition(agreement, "close", by=by, at=at) as closed:
        pass
    return closed


def withdraw_place(agreement: Agreement, *, by: User, at: datetime) -> Agreement:
    """End a placement agreement that lacks a signature, because the provider is withdrawing the place.

    Call this as part of `placements.withdraw_place`.
    """
    with transition(agreement, "withdraw_place", by=by, at=at) as over:
        return over


def _end_today(agreement: Agreement, reason: str, *, by: User, at: datetime) -> None:
    if by.roles_at(agreement.first, at):
        raise Refused(f"You have a role at {agreement.first}, so someone else must end its agreement.")
    _give_reason(agreement, reason)
    today = local_day(at)
    # The end date of an agreement that has already expired does not change.
    last = min(today, agreement.ends_on or today)
    last = max(last, agreement.starts_on or last)
    record_change("ends on", agreement.ends_on, last)
    agreement.ends_on = last


def _give_reason(agreement: Agreement, reason: str) -> None:
    if not reason.strip():
        raise Refused(f"Enter a reason. {agreement.first} will read it.", "reason")
    agreement.ended_because = reason.strip()
    record_reason(agreement)
