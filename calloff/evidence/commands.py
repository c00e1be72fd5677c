"""A provider keeps its evidence; the rooms above let authorities rely on it."""

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

CHECK_BEYOND, LONGEST = 5, 10  # years until an end date that is asked about, and that is refused
FURTHEST_START = 1  # years
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
    """Put a document into a provider's passport. `file` is one that the same person has just had kept.

    `sure` answers the question whether an end more than 5 years away is right. Raises Refused for every fault at once.
    """
    given = {"file": file, "issued_on": issued_on, "expires_on": expires_on, "title": title}
    item = _item(provider, kind, given, at)
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
    """Put a newer document in the place of an older one of its kind; anyone who relies on that one sees the new one
    too.

    The older one still holds until the new one starts. Raises Refused.
    """
    if kind.key != old.kind:
        raise ValueError(f"{kind.key} does not renew {old.kind}")
    with transition(old, "renew", by=by, at=at) as held:
        given = {"file": file, "issued_on": issued_on, "expires_on": expires_on, "title": title}
        new = _item(held.provider, kind, given, at)
        new.supersedes = held
        new.details = _checked(new, kind, details or {}, sure=sure, by=by)
        create(new, "renew", by=by, at=at)
        relied = EvidenceReliance.objects.in_force(at).filter(evidence=held)
        EvidenceReliance.objects.bulk_create(
            EvidenceReliance(
                evidence=new, authority_id=one.authority_id, purpose=one.purpose, stage=one.stage, starts_at=at
            )
            for one in relied
        )
    return new


def withdraw(item: Evidence, *, by: User, at: datetime) -> Evidence:
    """Take a document out of the passport. Authorities that relied on it still see what they relied on."""
    with transition(item, "withdraw", by=by, at=at) as held:
        pass
    return held


@transaction.atomic
def rely(
    items: Iterable[Evidence], *, authority: Organisation, purpose: str, stage: str, by: User, at: datetime
) -> None:
    """Let an authority see items of evidence for a purpose, such as IAP-A-0042. Asked again, it changes nothing.

    The provider's own people give it; an officer may carry on for a further purpose what the authority relies on
    already. Raises PermissionDenied, and Refused for an item that was withdrawn.
    """
    keys = [item.pk for item in items]
    chosen = list(Evidence.objects.filter(pk__in=keys).select_related("provider").order_by("pk"))
    for item in chosen:
        if not _may_let_rely(item, authority, by, at):
            raise PermissionDenied(f"{item.reference} is not theirs to show")
        if item.status == EvidenceStatus.WITHDRAWN:
            raise Refused(f"{item.kind_label} {item.reference} was withdrawn. Choose another document.", item.kind)
    EvidenceReliance.objects.bulk_create(
        (
            EvidenceReliance(
                evidence=item, authority=authority, purpose=purpose, stage=EvidenceReliance.Stage(stage), starts_at=at
            )
            for item in chosen
        ),
        ignore_conflicts=True,
    )


def release(*, authority: Organisation, purpose: str, at: datetime, keep: Iterable[Evidence] = ()) -> int:
    """End an authority's reliance for a purpose, as when an application is withdrawn; return how many ended.

    A decision ends none, not even a refusal: it has to be explained for years (docs/adr/0017).
    `keep` names what a newer version of the same application still relies on. The caller's step has asked who may.
    """
    ending = EvidenceReliance.objects.in_force(at).filter(authority=authority, purpose=purpose, ends_at=None)
    return ending.exclude(evidence__in=list(keep)).update(ends_at=at)


def _may_let_rely(item: Evidence, authority: Organisation, by: User, at: datetime) -> bool:
    if by.roles_at(item.provider, at).intersection(PROVIDER_ROLES):
        return True
    relied = EvidenceReliance.objects.in_force(at).filter(evidence=item, authority=authority).exists()
    return relied and by.can(Can.OVERSEE, organisation=authority, at=at)


def _item(provider: Organisation, kind: EvidenceKind, given: dict[str, Any], at: datetime) -> Evidence:
    return Evidence(
        reference=make_random_reference("EV"),
        provider=provider,
        kind=kind.key,
        kind_label=kind.label,
        added_at=at,
        **{**given, "title": given["title"].strip() or kind.label},
    )


def _checked(item: Evidence, kind: EvidenceKind, details: Mapping[str, str], *, sure: bool, by: User) -> dict[str, str]:
    """Return the details as they will be kept. Raises Refused with every problem that there is."""
    if item.file.uploaded_by_id != by.pk:
        raise PermissionDenied("The file is not theirs.")
    if kind.is_never_uploaded or looks_like_staff_checks(item.title) or looks_like_staff_checks(item.file.name):
        raise Refused(NEVER_UPLOAD_DBS_WARNING, "file")
    kept: dict[str, str] = {}
    problems = [*_problems_of_dates(item, kind, sure=sure), *_problems_of_details(kind, details, kept)]
    if len(item.title) > MAX_DETAIL_LENGTH:
        problems.append(Problem(f"Title must be {MAX_DETAIL_LENGTH} characters or fewer", "title"))
    if problems:
        raise Refused.because(problems)
    return kept


def _problems_of_dates(item: Evidence, kind: EvidenceKind, *, sure: bool) -> Iterator[Problem]:
    today = timezone.localtime(item.added_at).date()
    begins: Any = item.issued_on  # nothing, until this has been asked
    if begins is None:
        yield Problem("Enter the start date", "issued_on")
    elif not EARLIEST_ISSUE_DATE <= begins <= _years_after(today, FURTHEST_START):
        yield Problem("Check the year of the start date", "issued_on")
    ends = item.expires_on
    if ends is None:
        if kind.expires:
            yield Problem("Enter the expiry date", "expires_on")
    elif ends < today:
        yield Problem(
            f"This document expired on {formatting.format_date(ends)}. Upload the current document.", "expires_on"
        )
    elif begins and ends < begins:
        yield Problem("The expiry date must be after the start date", "expires_on")
    elif ends > _years_after(today, LONGEST):
        yield Problem(f"Expiry date must be within {LONGEST} years. Check the year.", "expires_on")
    elif ends > _years_after(today, CHECK_BEYOND) and not sure:
        yield Problem(
            f"Expiry date is more than {CHECK_BEYOND} years away. Check the year, and confirm that it is right.",
            "expires_on",
        )


def _problems_of_details(kind: EvidenceKind, details: Mapping[str, str], kept: dict[str, str]) -> Iterator[Problem]:
    for unknown in sorted(details.keys() - {detail.key for detail in kind.details}):
        raise ValueError(f"{kind.key} does not ask for {unknown}")
    for detail in kind.details:
        typed = details.get(detail.key, "")
        problems = find_problems_of_one(detail, typed)
        yield from problems
        if not problems:
            kept[detail.key] = parse_answer(detail, typed)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
