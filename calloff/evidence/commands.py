"""Commands for the evidence of a provider: add, renew and withdraw documents, and let authorities rely on them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from calloff.documents.models import StoredFile
from calloff.evidence.kinds import MAX_DETAIL_LENGTH, NEVER_UPLOAD_DBS_WARNING, EvidenceKind, looks_like_staff_checks
from calloff.evidence.models import Evidence, EvidenceReliance
from calloff.evidence.states import EVIDENCE, EvidenceStatus
from calloff.history.transitions import create, require_transition, transition
from calloff.kernel import formatting
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.references import make_random_reference
from calloff.people.models import Organisation, User
from calloff.people.permissions import PROVIDER_ROLES, Can
from calloff.questions.answers import find_problems_of_one, parse_answer

# how many years ahead an expiry date can be without confirmation, and how many with confirmation
CONFIRM_AFTER, MAX_TERM = 5, 10
MAX_YEARS_AHEAD = 1  # how many years after today a document can start
EARLIEST_ISSUE_DATE = date(1990, 1, 1)


def add(
    provider: Organisation,
    kind: EvidenceKind,
    *,
    file: StoredFile,
    issued_on: date | None,
    expires_on: date | None = None,
    title: str = "",
    details: Mapping[str, str] | None = None,
    sure: bool = False,
    by: User,
    at: datetime,
) -> Evidence:
    """Add a document to the passport of a provider. The same person must have uploaded `file`.

    `sure` confirms an expiry date that is more than 5 years away. Raises PermissionDenied, and raises Refused with all
    problems together.
    """
    fields = {"file": file, "issued_on": issued_on, "expires_on": expires_on, "title": title}
    item = _item(provider, kind, fields, at)
    require_transition(item, EVIDENCE.find("add", None), by=by, at=at)
    item.details = _checked(item, kind, details or {}, sure=sure, by=by)
    return create(item, "add", by=by, at=at)


def renew(
    old: Evidence,
    kind: EvidenceKind,
    *,
    file: StoredFile,
    issued_on: date | None,
    expires_on: date | None = None,
    title: str = "",
    details: Mapping[str, str] | None = None,
    sure: bool = False,
    by: User,
    at: datetime,
) -> Evidence:
    """Replace a document with a newer document of the same kind.

    Authorities that rely on the old document can also see the new one. The old document stays valid until the new
    document starts. Raises Refused with all problems together, PermissionDenied, and ValueError if the two kinds are
    different.
    """
    if kind.key != old.kind:
        raise ValueError(f"{kind.key} does not renew {old.kind}")
    with transition(old, "renew", by=by, at=at) as replaced:
        fields = {"file": file, "issued_on": issued_on, "expires_on": expires_on, "title": title}
        new = _item(replaced.provider, kind, fields, at)
        new.supersedes = replaced
        new.details = _checked(new, kind, details or {}, sure=sure, by=by)
        create(new, "renew", by=by, at=at)
        reliances = EvidenceReliance.objects.in_force(at).filter(evidence=replaced)
        EvidenceReliance.objects.bulk_create(
            EvidenceReliance(
                evidence=new,
                authority_id=reliance.authority_id,
                purpose=reliance.purpose,
                stage=reliance.stage,
                starts_at=at,
            )
            for reliance in reliances
        )
    return new


def withdraw(item: Evidence, *, by: User, at: datetime) -> Evidence:
    """Withdraw a document from the passport. Authorities that relied on it can still see it."""
    with transition(item, "withdraw", by=by, at=at) as withdrawn:
        pass
    return withdrawn


@transaction.atomic
def rely(
    items: Iterable[Evidence], *, authority: Organisation, purpose: str, stage: str, by: User, at: datetime
) -> None:
    """Allow an authority to see documents for a purpose.

    The purpose is the reference of a record, such as IAP-A-0042. If this is called again, nothing changes. People at
    the provider can do this. An officer can only add another purpose for documents on which the authority already
    relies. Raises PermissionDenied, and Refused if a document has been withdrawn.
    """
    ids = [item.pk for item in items]
    documents = list(Evidence.objects.filter(pk__in=ids).select_related("provider").order_by("pk"))
    for item in documents:
        if not _may_let_rely(item, authority, by, at):
            raise PermissionDenied(f"{item.reference} belongs to another organisation, so you cannot use it.")
        if item.status == EvidenceStatus.WITHDRAWN:
            raise Refused(f"{item.kind_label} {item.reference} was withdrawn. Choose another document.", item.kind)
    EvidenceReliance.objects.bulk_create(
        (
            EvidenceReliance(
                evidence=item, authority=authority, purpose=purpose, stage=EvidenceReliance.Stage(stage), starts_at=at
            )
            for item in documents
        ),
        ignore_conflicts=True,
    )


def release(*, authority: Organisation, purpose: str, at: datetime, keep: Iterable[Evidence] = ()) -> int:
    """End the reliance of an authority on documents for a purpose, and return how many documents this affects.

    This is for example for the withdrawal of an application. Do not call this after a decision, even a refusal,
    because the authority must be able to explain its decision for years (docs/adr/0017). `keep` contains the documents
    on which a newer version of the same application still relies. The caller must check permissions.
    """
    ending = EvidenceReliance.objects.in_force(at).filter(authority=authority, purpose=purpose, ends_at=None)
    return ending.exclude(evidence__in=list(keep)).update(ends_at=at)


def _may_let_rely(item: Evidence, authority: Organisation, by: User, at: datetime) -> bool:
    if by.roles_at(item.provider, at).intersection(PROVIDER_ROLES):
        return True
    is_relied_on = EvidenceReliance.objects.in_force(at).filter(evidence=item, authority=authority).exists()
    return is_relied_on and by.can(Can.OVERSEE, organisation=authority, at=at)


def _item(provider: Organisation, kind: EvidenceKind, fields: dict[str, Any], at: datetime) -> Evidence:
    return Evidence(
        reference=make_random_reference("EV"),
        provider=provider,
        kind=kind.key,
        kind_label=kind.label,
        added_at=at,
        **{**fields, "title": fields["title"].strip() or kind.label},
    )


def _checked(item: Evidence, kind: EvidenceKind, details: Mapping[str, str], *, sure: bool, by: User) -> dict[str, str]:
    """Check what a person entered about a document, and return the details to store.

    Raises Refused with all problems, or PermissionDenied if another person uploaded the file.
    """
    if item.file.uploaded_by_id != by.pk:
        raise PermissionDenied("This file belongs to another organisation, so you cannot use it.")
    if kind.is_never_uploaded or looks_like_staff_checks(item.title) or looks_like_staff_checks(item.file.name):
        raise Refused(NEVER_UPLOAD_DBS_WARNING, "file")
    parsed: dict[str, str] = {}
    problems = [*_problems_of_dates(item, kind, sure=sure), *_problems_of_details(kind, details, parsed)]
    if len(item.title) > MAX_DETAIL_LENGTH:
        problems.append(Problem(f"Title must be {MAX_DETAIL_LENGTH} characters or fewer", "title"))
    if problems:
        raise Refused.because(problems)
    return parsed


def _problems_of_dates(item: Evidence, kind: EvidenceKind, *, sure: bool) -> Iterator[Problem]:
    today = timezone.localtime(item.added_at).date()
    starts_on: Any = item.issued_on  # This is None if the person left the date empty.
    if starts_on is None:
        yield Problem("Enter the start date", "issued_on")
    elif not EARLIEST_ISSUE_DATE <= starts_on <= _years_after(today, MAX_YEARS_AHEAD):
        yield Problem("Check the year of the start date", "issued_on")
    expires_on = item.expires_on
    if expires_on is None:
        if kind.expires:
            yield Problem("Enter the expiry date", "expires_on")
    elif expires_on < today:
        yield Problem(
            f"This document expired on {formatting.format_date(expires_on)}. Upload the current document.", "expires_on"
        )
    elif starts_on and expires_on < starts_on:
        yield Problem("Expiry date must be the start date or later", "expires_on")
    elif expires_on > _years_after(today, MAX_TERM):
        yield Problem(f"Expiry date must be within {MAX_TERM} years. Check the year.", "expires_on")
    elif expires_on > _years_after(today, CONFIRM_AFTER) and not sure:
        yield Problem(
            f"Expiry date is more than {CONFIRM_AFTER} years away. Check the year, and confirm that it is right.",
            "expires_on",
        )


def _problems_of_details(kind: EvidenceKind, details: Mapping[str, str], parsed: dict[str, str]) -> Iterator[Problem]:
    """Yield the problems with the details. Answers that have no problem are parsed and added to `parsed`.

    Raises ValueError for a detail that this kind of document does not have.
    """
    for unknown in sorted(details.keys() - {detail.key for detail in kind.details}):
        raise ValueError(f"{kind.key} does not ask for {unknown}")
    for detail in kind.details:
        typed = details.get(detail.key, "")
        problems = find_problems_of_one(detail, typed)
        yield from problems
        if not problems:
            parsed[detail.key] = parse_answer(detail, typed)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # The date is 29 February.
        return day.replace(year=day.year + years, day=28)
