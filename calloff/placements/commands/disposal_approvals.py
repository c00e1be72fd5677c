"""Approve the deletion of records that are due, withdraw an approval, and delete the approved records."""

from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from calloff.applications.commands import DueDrafts, abandoned_drafts, dispose_drafts, find_due_drafts
from calloff.history.once_keys import digest_once_key
from calloff.history.transitions import create, transition
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.formatting import format_datetime
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import queue_message
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements import messages, retention
from calloff.placements.commands.register_disposal import dispose_due_entries
from calloff.placements.models import DisposalApproval
from calloff.pupils.commands import dispose_due_records
from calloff.pupils.retention import DueRecords, count_due_records, find_due_pupils

__all__ = [
    "DueForDisposal",
    "approve_disposal",
    "carry_out_disposal",
    "carry_out_disposals",
    "find_due_for_disposal",
    "find_next_month_due",
    "withdraw_disposal",
]
MONTHS_AHEAD = 35 * 12  # longer than the longest retention period


@dataclass(frozen=True)
class DueForDisposal:
    """The records that an organisation can delete now.

    These are the children's records and the register entries, by buyer and by class, and the applications that were
    never submitted, by market.
    """

    records: list[DueRecords]
    entries: list[DueRecords]
    applications: list[DueDrafts]

    @property
    def references(self) -> list[str]:
        return sorted(reference for due in self.records for reference in due.references)

    @property
    def placements(self) -> list[str]:
        return sorted(reference for due in self.entries for reference in due.references)

    @property
    def drafts(self) -> list[str]:
        return sorted(reference for due in self.applications for reference in due.references)

    @property
    def is_empty(self) -> bool:
        return not self.records and not self.entries and not self.applications

    @property
    def number_of_entries(self) -> int:
        return sum(due.entries for due in self.entries)

    @property
    def buyers(self) -> list[Organisation]:
        """Return the buyers whose records are in the list, each once, in the order of their keys."""
        found = {due.buyer.pk: due.buyer for due in (*self.records, *self.entries)}
        return [found[key] for key in sorted(found)]

    @property
    def digest(self) -> str:
        """Return a digest of the list, which proves that a person approved exactly what they saw."""
        return digest_once_key(*self.references, "", *self.placements, str(self.number_of_entries), *self.drafts)


def find_due_for_disposal(organisation: Organisation, at: datetime) -> DueForDisposal:
    """Find the records due for deletion at a buyer, or at an authority together with its markets and all its buyers."""
    buyers = buyers_of(organisation)
    return DueForDisposal(
        count_due_records(buyers, at),
        retention.count_due_entries(buyers, at),
        find_due_drafts(Organisation.objects.filter(pk=organisation.pk), at),
    )


def find_next_month_due(organisation: Organisation, at: datetime) -> date | None:
    """Return the first day of the next month in which a record will be due for deletion, or None.

    The result assumes that nothing about the records changes until then. Records that are due now are not counted, so
    call this only if nothing is due.
    """
    buyers, today = buyers_of(organisation), local_day(at)

    def month(number: int) -> date:
        years, months = divmod(today.month - 1 + number, 12)
        return date(today.year + years, months + 1, 1)

    def is_due(number: int) -> bool:
        then = midnight(month(number))
        return (
            any(one.pupils.filter(buyer__in=buyers).exists() for one in find_due_pupils(then))
            or retention.find_due_entries(then).filter(placement__buyer__in=buyers).exists()
            or abandoned_drafts(then).filter(market__authority=organisation).exists()
        )

    number = bisect_left(range(MONTHS_AHEAD), True, lo=1, key=is_due)
    return month(number - 1) if number < MONTHS_AHEAD else None


def buyers_of(organisation: Organisation) -> QuerySet[Organisation]:
    """Return the buyers whose records an organisation is responsible for deleting."""
    if organisation.is_buyer:
        return Organisation.objects.filter(pk=organisation.pk)
    return Organisation.objects.filter(host=organisation)


def approve_disposal(organisation: Organisation, *, seen: str, by: User, at: datetime) -> DisposalApproval:
    """Approve the deletion of the records that are due now, and tell the other people responsible for deletion.

    If an authority approves the deletion, the people responsible at each buyer in the list are told too, so that they
    can put a legal hold on a record in time.

    `seen` is the digest of the list that the person saw. Raises Refused if the list has changed since then or is empty,
    or if another approval has not been carried out yet. Raises PermissionDenied if the person is not responsible for
    deletion.
    """
    due = find_due_for_disposal(organisation, at)
    if due.is_empty:
        raise Refused("No records are due for deletion.")
    if seen != due.digest:
        raise Refused("The list of records has changed since you opened this page. Check the new list.", "seen")
    approval = DisposalApproval(
        organisation=organisation,
        records=due.references,
        placements=due.placements,
        drafts=due.drafts,
        entries=due.number_of_entries,
        by=by,
        approved_at=at,
    )
    create(approval, "approve_disposal", by=by, at=at)
    colleagues = User.objects.who_can(Can.DISPOSE, organisation=organisation, at=at).exclude(pk=by.pk)
    sender = str(organisation.host or organisation)
    queue_message(messages.disposal_approved(approval), to=colleagues, sender=sender, at=at)
    for buyer in due.buyers:
        if buyer != organisation:
            there = User.objects.who_can(Can.DISPOSE, organisation=buyer, at=at).exclude(pk=by.pk)
            queue_message(messages.authority_approved_disposal(approval, buyer), to=there, sender=sender, at=at)
    return approval


def withdraw_disposal(approval: DisposalApproval, *, by: User, at: datetime) -> DisposalApproval:
    """Withdraw an approval, so that its records stay."""
    with transition(approval, "withdraw_disposal", by=by, at=at) as withdrawn:
        pass
    return withdrawn


def carry_out_disposal(approval: DisposalApproval, *, by: User, at: datetime) -> DisposalApproval:
    """Delete the records of one approval, on behalf of the person who approved it.

    A record that is no longer due stays, for example if it now has a legal hold. The approval is locked while its
    records are deleted, in one transaction. A colleague who withdraws the approval before then prevents the deletion,
    and a colleague who tries later is refused. If the deletion is interrupted, no record is deleted until the next run.
    Raises PermissionDenied, before anything happens, for anyone else and if the person has lost their role. Raises
    Refused if a colleague has withdrawn the approval or if less than a day has passed.
    """
    with transition(approval, "carry_out_disposal", by=by, at=at) as carried_out:
        if by.pk != carried_out.by_id or not carried_out.has_responsible_approver(at):
            raise PermissionDenied("The person who approved the deletion is no longer responsible for it.")
        if at < carried_out.runs_from:
            raise Refused(f"These records cannot be deleted before {format_datetime(carried_out.runs_from)}.")
        dispose_due_records(by=by, at=at, only=carried_out.records)
        dispose_due_entries(by=by, at=at, only=carried_out.placements)
        dispose_drafts(by=by, at=at, only=carried_out.drafts)
        carried_out.done_at = at
    return carried_out


class DisposalRun(NamedTuple):
    """The approvals that were carried out, and the errors for those that failed."""

    done: list[DisposalApproval]
    failed: list[tuple[DisposalApproval, Exception]]


def carry_out_disposals(*, at: datetime) -> DisposalRun:
    """Carry out each approval that is at least a day old.

    Each approval has its own transaction. If one fails, none of its records are deleted, and the others are still
    carried out. If the person who approved a deletion has lost their role, the approval stays until a colleague
    withdraws it.
    """
    run = DisposalRun([], [])
    for approval in DisposalApproval.objects.ready(at).select_related("organisation", "by").order_by("pk"):
        try:
            with suppress(Refused, PermissionDenied):
                run.done.append(carry_out_disposal(approval, by=approval.by, at=at))
        except Exception as error:  # the caller reports the error
            run.failed.append((approval, error))
    return run
