"""Disposing of children's records whose time is over, under the database role that may. A certificate stays."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from calloff.agreements.models import Agreement
from calloff.applications.retention import RetentionRule
from calloff.history.disposal import delete_with_history, find_dependent_rows
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.pupils.models import Certificate, Pupil
from calloff.pupils.retention import find_due_pupils


class DisposalResult(NamedTuple):
    """What one certificate is of; on a dry run there is no certificate, and the rows are there still."""

    buyer: Organisation
    retention: RetentionRule
    references: list[str]
    certificate: Certificate | None


def dispose_due_records(*, by: User, at: datetime, dry_run: bool = False) -> list[DisposalResult]:
    """Dispose of what is due at the buyers for which an officer answers: each class at each buyer in one transaction.

    With the child's row goes all that points to it, in whatever room: contacts, protection, disclosures, readings,
    referrals with their replies, placements with their registers and reviews, and the placement agreements; with their
    row history and their events. Run again, it finds nothing more. Needs the disposal role of the database.
    """
    done = []
    for retention, found in ((one.retention, one.pupils) for one in find_due_pupils(at)):
        buyers = Organisation.objects.filter(pk__in=found.values("buyer")).select_related("host").order_by("pk")
        for buyer in (one for one in buyers if may_dispose(by, one, at)):
            with transaction.atomic():
                ours = found.filter(buyer=buyer).order_by("pk")
                pupils = list(ours if dry_run else ours.select_for_update(of=("self",)))
                references = [pupil.reference for pupil in pupils]
                made = None
                if not dry_run:
                    _take_away(pupils)
                    made = write_certificate(buyer, retention, count=len(pupils), references=references, by=by, at=at)
            done.append(DisposalResult(buyer, retention, references, made))
    return done


def write_certificate(
    buyer: Organisation, retention: RetentionRule, *, count: int, references: list[str], by: User, at: datetime
) -> Certificate:
    """Write down that something of one class was disposed of, and by whose rule: a part of doing it."""
    return Certificate.objects.create(
        buyer=buyer, retention=retention.key, rule=_in_words(retention), count=count, references=references, by=by,
        made_at=at,
    )  # fmt: skip


def redo_pupil_disposals(*, at: datetime) -> int:
    """Dispose again of what a restored backup brought back, and return how many children that were.

    What a certificate names goes again, without a second certificate. What was disposed of after the backup was taken
    has no certificate in it: so the rules are applied as of now, by the officers who answered for it before.
    """
    again, officers = 0, {}
    for certificate in Certificate.objects.select_related("by").order_by("pk"):
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
    """Say whether a person may dispose of a buyer's records: there, or at the authority that is its host."""
    hosts = [one for one in (buyer, buyer.host) if one is not None]
    return any(person.can(Can.DISPOSE, organisation=one, at=at) for one in hosts)


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
