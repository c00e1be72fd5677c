"""Delete children's records at the end of their retention period, and keep a certificate.

The commands use the disposal role.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from calloff.agreements.models import Agreement
from calloff.applications.retention import RetentionRule
from calloff.history.disposal import delete_with_history, find_dependent_rows
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.pupils.models import DisposalCertificate, Pupil
from calloff.pupils.retention import find_due_pupils

__all__ = ["dispose_due_records", "may_dispose", "redo_pupil_disposals", "write_certificate"]


class DisposalResult(NamedTuple):
    """The records on one certificate.

    After a dry run, there is no certificate and nothing has been deleted.
    """

    buyer: Organisation
    retention: RetentionRule
    references: list[str]
    certificate: DisposalCertificate | None


def dispose_due_records(
    *, by: User, at: datetime, dry_run: bool = False, only: Collection[str] | None = None
) -> list[DisposalResult]:
    """Delete the due records of buyers that an officer is responsible for.

    Each class and buyer has its own transaction. Everything that refers to the child's row is deleted too, in every
    app: contacts, child protection, disclosures, views, referrals with replies, placements with registers and reviews,
    and placement agreements, with their row history and events. A second run finds nothing more to delete. With `only`,
    records with other references stay. This needs the disposal role.
    """
    done = []
    for retention, due in ((one.retention, one.pupils) for one in find_due_pupils(at)):
        found = due if only is None else due.filter(reference__in=only)
        buyers = Organisation.objects.filter(pk__in=found.values("buyer")).select_related("host").order_by("pk")
        for buyer in (one for one in buyers if may_dispose(by, one, at)):
            with transaction.atomic():
                ours = found.filter(buyer=buyer).order_by("pk")
                pupils = list(ours) if dry_run else _lock_due(ours)
                if not pupils:
                    continue
                references = [pupil.reference for pupil in pupils]
                made = None
                if not dry_run:
                    _take_away(pupils)
                    made = write_certificate(buyer, retention, count=len(pupils), references=references, by=by, at=at)
            done.append(DisposalResult(buyer, retention, references, made))
    return done


def write_certificate(
    buyer: Organisation, retention: RetentionRule, *, count: int, references: list[str], by: User, at: datetime
) -> DisposalCertificate:
    """Record that one class of records was deleted, and by which rule. This is part of the deletion."""
    return DisposalCertificate.objects.create(
        buyer=buyer, retention=retention.key, rule=_in_words(retention), count=count, references=references, by=by,
        made_at=at,
    )  # fmt: skip


def redo_pupil_disposals(*, at: datetime) -> int:
    """Delete again the children's records that a restored backup brought back. Returns the number of children.

    Records that already have a certificate are deleted without a second one. A backup has no certificate for records
    that were deleted after the backup was made. These records are deleted by today's rules, for the officers who were
    responsible before.
    """
    again, officers = 0, {}
    for certificate in DisposalCertificate.objects.select_related("by").order_by("pk"):
        officers[certificate.by_id] = certificate.by
        with transaction.atomic():
            back = Pupil.objects.filter(buyer=certificate.buyer_id, reference__in=certificate.references)
            pupils = list(back.select_for_update(of=("self",)).order_by("pk"))
            _take_away(pupils)
            again += len(pupils)
    for officer in officers.values():
        again += sum(len(one.references) for one in dispose_due_records(by=officer, at=at))
    return again


def may_dispose(person: User, buyer: Organisation, at: datetime) -> bool:
    """Return whether a person can delete a buyer's records, through a role there or at its host."""
    hosts = [one for one in (buyer, buyer.host) if one is not None]
    return any(person.can(Can.DISPOSE, organisation=one, at=at) for one in hosts)


def _lock_due(due: QuerySet[Pupil]) -> list[Pupil]:
    """Lock the children, and return those whose records are still due for deletion.

    While the command waited for a lock, someone could have given a provider access to a child. The record then stays.
    """
    locked = list(due.select_for_update(of=("self",)).values_list("pk", flat=True))
    return list(due.filter(pk__in=locked))


def _take_away(pupils: Iterable[Pupil]) -> None:
    if not (keys := [pupil.pk for pupil in pupils]):
        return
    found = find_dependent_rows(Pupil, keys)
    signed: set[int] = set()
    for model, several in found.items():
        for field in model._meta.concrete_fields:
            if field.related_model is Agreement:
                pointing = model._default_manager.filter(pk__in=several).exclude(**{field.name: None})
                signed |= set(pointing.values_list(f"{field.name}_id", flat=True))
    own = Agreement.objects.filter(pk__in=signed, kind=Agreement.Kind.PLACEMENT)
    for model, several in find_dependent_rows(Agreement, own.values_list("pk", flat=True)).items():
        found.setdefault(model, set()).update(several)
    delete_with_history(found)


def _in_words(retention: RetentionRule) -> str:
    years = retention.months // 12
    time = f"{years} years" if years > 1 else f"{retention.months} months"
    return f"{retention.words[:1].upper()}{retention.words[1:]}: {time}. {retention.source}"
