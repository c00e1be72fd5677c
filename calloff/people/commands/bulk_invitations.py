"""Many invitations from one table: tried whole, sent once, and withdrawn or confirmed together.

Each row is an invitation like any other, by the same commands: what needs two people still does.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction

from calloff.history.steps import together
from calloff.kernel.states import Refused
from calloff.outbox.commands import queue
from calloff.people import messages
from calloff.people.commands.invitations import (
    confirm_invitation,
    invite_first_person,
    invite_person,
    withdraw_invitation,
)
from calloff.people.invitation_rows import InvitationRow, rows_of
from calloff.people.models import Grant, Invitation, Organisation, User
from calloff.people.permissions import Can
from calloff.people.queries import known_as, second_people
from calloff.people.states import GrantStatus, InvitationStatus

Invite = Callable[[InvitationRow, UUID], Invitation]
TO_SEND, HERE = "Will be invited", "Already invited or already has the role"


@dataclass
class RowResult:
    """What became of one row or, in a dry run, what would: `fault` is a sentence, or empty."""

    row: InvitationRow
    outcome: str
    fault: str = ""


@dataclass
class BulkReport:
    """What a table of invitations did or, in a dry run, would do."""

    batch: UUID
    preview: bool
    rows: list[RowResult] = field(default_factory=list)
    to_confirm: int = 0

    @property
    def faults(self) -> int:
        return sum(bool(one.fault) for one in self.rows)

    @property
    def sent(self) -> int:
        return sum(one.outcome == TO_SEND and not one.fault for one in self.rows)


def invite_many(organisation: Organisation, *, table: str, by: User, at: datetime, preview: bool = False) -> BulkReport:
    """Invite colleagues from a table of name, email address and roles: all of its rows, or none where one is wrong.

    Who is invited already, or has all of the roles, is passed over: the same table again sends nothing. A dry run
    (`preview`) does everything and keeps nothing. Raises PermissionDenied; Refused for a table that cannot be read.
    """
    if not by.can(Can.MANAGE_PEOPLE, at=organisation, when=at):
        raise PermissionDenied(f"invite_many needs {Can.MANAGE_PEOPLE}")
    kind = Organisation.Kind(organisation.kind)

    def invite(row: InvitationRow, batch: UUID) -> Invitation:
        given = {"email": row.email, "roles": row.roles, "name": row.name, "batch": batch}
        return invite_person(organisation, **given, by=by, at=at)  # type: ignore[arg-type]

    rows = rows_of(table, kind=kind)
    return _invite_all(rows, invite, lambda _: organisation, organisation, by=by, at=at, preview=preview)


def invite_first_people(
    authority: Organisation, *, table: str, by: User, at: datetime, preview: bool = False
) -> BulkReport:
    """Invite the first people of providers on an authority's list, from a table of provider, name and email address.

    Works as `invite_many` does. A provider is known by its name in any spelling; it must be on this authority's list.
    """
    if not by.can(Can.LINK_PEOPLE, at=authority, when=at):
        raise PermissionDenied(f"invite_first_people needs {Can.LINK_PEOPLE}")

    def provider_of(row: InvitationRow) -> Organisation:
        found = known_as(row.provider) if row.provider else None
        if found is None or found.host_id != authority.pk:
            raise Refused(f"“{row.provider[:60]}” is not the name of a provider on your list.")
        return found

    def invite(row: InvitationRow, batch: UUID) -> Invitation:
        return invite_first_person(provider_of(row), email=row.email, name=row.name, batch=batch, by=by, at=at)

    rows = rows_of(table, kind=Organisation.Kind.PROVIDER, names_provider=True)
    return _invite_all(rows, invite, provider_of, authority, by=by, at=at, preview=preview)


def withdraw_batch(inviting: Organisation, batch: UUID, *, by: User, at: datetime) -> int:
    """Withdraw every invitation of one table that nobody has answered; return how many."""
    with together("withdraw_batch", by=by, at=at, acting_for=str(inviting)):
        open_ones = list(Invitation.objects.open().filter(inviting=inviting, batch=batch).order_by("pk"))
        if not open_ones:
            raise Refused("All of these invitations have been answered or withdrawn.")
        for one in open_ones:
            withdraw_invitation(one, by=by, at=at)
    return len(open_ones)


def confirm_batch(inviting: Organisation, batch: UUID, *, by: User, at: datetime) -> int:
    """Confirm every invitation of one table as the second person; return how many were sent.

    Raises Refused, and sends none, where one of them is the person's own or can no longer be sent.
    """
    with together("confirm_batch", by=by, at=at, acting_for=str(inviting)):
        waiting = Invitation.objects.filter(inviting=inviting, batch=batch, status=InvitationStatus.TO_CONFIRM)
        several = list(waiting.order_by("pk"))
        if not several:
            raise Refused("No invitation of this table is waiting to be confirmed.")
        for one in several:
            confirm_invitation(one, by=by, at=at)
    return len(several)


def _invite_all(
    rows: list[InvitationRow], invite: Invite, place_of: Callable[[InvitationRow], Organisation],
    inviting: Organisation, *, by: User, at: datetime, preview: bool,
) -> BulkReport:  # fmt: skip
    report = BulkReport(uuid4(), preview)
    made: list[Invitation] = []
    with transaction.atomic():
        for row in rows:
            result = RowResult(row, TO_SEND, row.fault)
            report.rows.append(result)
            if result.fault:
                continue
            try:
                with transaction.atomic():
                    if _is_here(place_of(row), row):
                        result.outcome = HERE
                    else:
                        made.append(invite(row, report.batch))
            except Refused as refusal:
                result.fault = str(refusal)
        report.to_confirm = sum(one.status == InvitationStatus.TO_CONFIRM for one in made)
        if preview or report.faults:
            transaction.set_rollback(True)
        elif report.to_confirm:
            others = second_people(inviting, "", by=by, at=at)
            words = messages.invitations_to_confirm(inviting, report.to_confirm)
            queue(words, to=others, sender=str(inviting), at=at)
    return report


def _is_here(place: Organisation, row: InvitationRow) -> bool:
    """Say whether the address is invited to this place now, or has every role of the row there."""
    if Invitation.objects.open().filter(organisation=place, email=row.email).exists():
        return True
    held = Grant.objects.filter(organisation=place, person__email__iexact=row.email).exclude(status=GrantStatus.ENDED)
    return bool(row.roles) and set(row.roles) <= set(held.values_list("role", flat=True))
