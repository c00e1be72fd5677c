"""Invite many people from one table: check all rows, then send, confirm or withdraw all invitations.

Each row uses the same commands as a single invitation, so the two-person rule also applies here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction

from calloff.history.transitions import as_one_event
from calloff.kernel.formatting import format_list, format_wait
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import queue_message
from calloff.people import messages
from calloff.people.commands.invitation_check import WILL_BE_INVITED, InvitationRowResult, check_invitation_rows
from calloff.people.commands.invitations import (
    confirm_invitation,
    invite_first_person,
    invite_person,
    withdraw_invitation,
)
from calloff.people.invitation_rows import InvitationRow, parse_invitation_rows
from calloff.people.models import Invitation, Organisation, User
from calloff.people.permissions import Can
from calloff.people.queries import find_providers_by_name, second_people, similar_provider_names
from calloff.people.states import InvitationStatus
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

__all__ = [
    "BulkInvitationReport",
    "confirm_batch",
    "confirm_chosen",
    "invite_first_people",
    "invite_many",
    "withdraw_batch",
]


@dataclass
class BulkInvitationReport:
    """The result of a table of invitations or, for a preview, what the result would be."""

    batch: UUID
    preview: bool
    rows: list[InvitationRowResult]
    to_confirm: int = 0

    def __post_init__(self) -> None:
        self.to_confirm = sum(one.waits for one in self.rows if not one.fault)

    @property
    def faults(self) -> int:
        return sum(bool(one.fault) for one in self.rows)

    @property
    def sent(self) -> int:
        return sum(one.outcome == WILL_BE_INVITED and not one.fault for one in self.rows)


def invite_many(
    organisation: Organisation, *, table: str, by: User, at: datetime, preview: bool = False
) -> BulkInvitationReport:
    """Invite all colleagues in a table of names, email addresses and roles, or none of them.

    If one row is wrong, no invitation is sent. People who have already been invited, or who already have all the
    roles, are skipped, so it has no further effect to send the same table twice. The whole table is checked before
    anything is written, and `preview` stops after the check. Raises PermissionDenied. Raises Refused for a table that
    cannot be read, and for too many tables in an hour.
    """
    if not by.can(Can.MANAGE_PEOPLE, organisation=organisation, at=at):
        raise PermissionDenied("You need to be a people administrator to invite people to this organisation.")
    _count_table(organisation, by, at)
    rows = [(row, organisation) for row in parse_invitation_rows(table, kind=Organisation.Kind(organisation.kind))]
    return _invite_all(rows, organisation, by=by, at=at, preview=preview)


def invite_first_people(
    authority: Organisation, *, table: str, by: User, at: datetime, preview: bool = False
) -> BulkInvitationReport:
    """Invite the first people of providers on an authority's list, from a table.

    The table contains the names of providers, and the names and email addresses of people. This works like
    `invite_many`. The name of a provider can be spelt in any way, but the provider must be on this authority's list.
    """
    if not by.can(Can.LINK_PEOPLE, organisation=authority, at=at):
        raise PermissionDenied(
            "To invite the first people at providers, you need permission to link people to organisations."
        )
    _count_table(authority, by, at)
    rows = parse_invitation_rows(table, kind=Organisation.Kind.PROVIDER, names_provider=True)
    known = find_providers_by_name([row.provider for row in rows])
    places = [(row, known.get(row.provider)) for row in rows]
    unknown = [row for row, place in places if row.provider and (place is None or place.host_id != authority.pk)]
    near = similar_provider_names([row.provider for row in unknown], authority) if unknown else {}
    for row in unknown:
        mean = f" Did you mean {format_list(several, 'or')}?" if (several := near[row.provider]) else ""
        row.add_fault(f"“{row.provider[:60]}” is not the name of a provider on your list.{mean}")
    return _invite_all(places, authority, by=by, at=at, preview=preview)


def withdraw_batch(inviting: Organisation, batch: UUID, *, by: User, at: datetime) -> int:
    """Withdraw all unanswered invitations from one table. Return how many were withdrawn."""
    with as_one_event("withdraw_batch", by=by, at=at, acting_for=str(inviting)):
        open_ones = list(Invitation.objects.open().filter(inviting=inviting, batch=batch).order_by("pk"))
        if not open_ones:
            raise Refused("All of these invitations have been answered or withdrawn.")
        for one in open_ones:
            withdraw_invitation(one, by=by, at=at)
    return len(open_ones)


def confirm_batch(inviting: Organisation, batch: UUID, *, by: User, at: datetime) -> int:
    """Confirm all invitations from one table as the second person. Return how many were sent.

    Raises Refused, and sends none, if the person made one of the invitations or if one can no longer be sent.
    """
    with as_one_event("confirm_batch", by=by, at=at, acting_for=str(inviting)):
        waiting = Invitation.objects.filter(inviting=inviting, batch=batch, status=InvitationStatus.TO_CONFIRM)
        several = list(waiting.order_by("pk"))
        if not several:
            raise Refused("No invitations from this table are waiting to be confirmed.")
        for one in several:
            confirm_invitation(one, by=by, at=at)
    return len(several)


def confirm_chosen(inviting: Organisation, *, invitations: Sequence[int], by: User, at: datetime) -> int:
    """Confirm the invitations that a second person has selected. Return how many were sent.

    Raises Refused, and sends none, if one of them no longer needs confirmation or if this person cannot confirm it.
    """
    with as_one_event("confirm_batch", by=by, at=at, acting_for=str(inviting)):
        waiting = Invitation.objects.filter(inviting=inviting, status=InvitationStatus.TO_CONFIRM)
        several = list(waiting.filter(pk__in=invitations).order_by("pk"))
        if not several or len(several) < len(set(invitations)):
            raise Refused(
                "One of these invitations is no longer waiting for confirmation. Check the list and confirm again."
            )
        for one in several:
            confirm_invitation(one, by=by, at=at)
    return len(several)


def _count_table(inviting: Organisation, by: User, at: datetime) -> None:
    """Count one table against the limit, in a separate transaction that a later error does not roll back.

    Raises Refused above the limit.
    """
    for limit, who in ((LimitName.INVITATION_TABLE, by.pk), (LimitName.INVITATION_TABLE_OF_ORGANISATION, inviting.pk)):
        taken = count_attempt(limit, who, at=at)
        if not taken.allowed:
            raise Refused(
                f"You have checked too many tables in a short time. Wait {format_wait(taken.resets_in)}, then try "
                "again."
            )


def _invite_all(
    rows: Sequence[tuple[InvitationRow, Organisation | None]], inviting: Organisation, *, by: User, at: datetime,
    preview: bool,
) -> BulkInvitationReport:  # fmt: skip
    report = BulkInvitationReport(uuid4(), preview, check_invitation_rows(rows, inviting, by=by, at=at))
    if preview or report.faults:
        return report
    made: list[Invitation] = []
    with transaction.atomic():
        # The invitations are made in the order of their addresses, so that two tables with the same people cannot
        # deadlock.
        for one in sorted(report.rows, key=lambda result: result.row.email):
            if one.outcome != WILL_BE_INVITED or one.place is None:
                continue
            try:
                made.append(_invite(one.row, one.place, inviting, report.batch, by=by, at=at))
            except Refused as refusal:  # Something has changed since the check.
                one.fault = str(refusal)
                break
        if report.faults:
            transaction.set_rollback(True)
            return report
        report.to_confirm = sum(one.status == InvitationStatus.TO_CONFIRM for one in made)
        if report.to_confirm:
            others = second_people(inviting, "", by=by, at=at)
            words = messages.invitations_to_confirm(inviting, report.to_confirm)
            queue_message(words, to=others, sender=str(inviting), at=at)
    return report


def _invite(
    row: InvitationRow, place: Organisation, inviting: Organisation, batch: UUID, *, by: User, at: datetime
) -> Invitation:
    if place == inviting:
        return invite_person(place, email=row.email, roles=row.roles, name=row.name, batch=batch, by=by, at=at)
    return invite_first_person(place, email=row.email, name=row.name, batch=batch, by=by, at=at)
