"""Queries for evidence: the documents of providers, valid documents, and documents that will soon expire."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, DateField, DecimalField, Exists, ExpressionWrapper, F, OuterRef, Q, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Lower
from django.utils import timezone

from calloff.evidence.models import Evidence, EvidenceQuerySet, EvidenceReliance
from calloff.evidence.states import EvidenceStatus
from calloff.kernel import formatting
from calloff.kernel.clock import day_after, midnight
from calloff.people.models import Organisation, User

COVER_FIELD: "DecimalField[Any, Any]" = DecimalField(max_digits=14, decimal_places=2)
# The numbers are days before the expiry. They follow common practice, because no law sets them.
EVIDENCE_REMINDER_DAYS = (60, 30, 7)


@dataclass(frozen=True)
class PassportRow:
    """A document in the passport of a provider, with its status on a given day."""

    item: Evidence
    state: str  # the status as text: Current, Expires in 12 days, Expired, or Starts on 1 December 2026
    # the days until the last valid day (negative after that day), or None if the document does not expire
    days_left: int | None

    @property
    def has_expired(self) -> bool:
        return self.days_left is not None and self.days_left < 0


@dataclass(frozen=True)
class ExpiringEvidence:
    """A document that will soon expire, and the reminder that is due."""

    item: Evidence
    relied_on: bool  # whether any authority relies on the document. If none does, no placement depends on it
    days_left: int
    milestone: int  # the latest reminder that is due, in days before the expiry


def passport(provider: Organisation, on: date) -> list[PassportRow]:
    """Return the current documents of a provider by kind, each with its status on a given day."""
    documents = Evidence.objects.held().filter(provider=provider).select_related("file")
    ordered = documents.order_by(Lower("kind_label"), F("expires_on").desc(nulls_first=True), "-pk")
    return [PassportRow(item, describe_state(item, on), _days_left(item, on)) for item in ordered]


def of_provider(provider: Organisation, *, person: User, at: datetime) -> EvidenceQuerySet:
    """Return all documents that a provider has ever had in its passport, by kind, with the latest expiry first.

    Each document is annotated with `by_kind`, its kind in lower case, and with `ends`, its expiry date or,
    if it has none, the latest possible date.
    """
    ends = Coalesce("expires_on", Value(date.max), output_field=DateField())
    visible = visible_evidence(person, at).filter(provider=provider)
    return visible.annotate(by_kind=Lower("kind_label"), ends=ends).order_by("by_kind", "-ends", "-pk")


def is_ending(on: date) -> Q:
    """Return a condition for current documents that have expired, or will expire within the longest reminder
    period.
    """
    return Q(status=EvidenceStatus.HELD, expires_on__lte=on + timedelta(days=max(EVIDENCE_REMINDER_DAYS)))


def not_replaced(documents: EvidenceQuerySet, on: date) -> EvidenceQuerySet:
    """Leave out documents that another document of the provider has replaced.

    A replacement is of the same kind, lasts longer, starts no later than the day after the old document expires, and
    has at least as much cover. Each remaining document is annotated with `relied_on`: whether any authority relies on
    it.
    """
    cover = Coalesce(Cast(KT("details__cover"), COVER_FIELD), Value(Decimal(0)), output_field=COVER_FIELD)
    same_kind = Evidence.objects.held().filter(provider=OuterRef("provider"), kind=OuterRef("kind"))
    later = same_kind.exclude(pk=OuterRef("pk")).filter(
        Q(expires_on=None) | Q(expires_on__gt=OuterRef("expires_on")),
        issued_on__lte=ExpressionWrapper(OuterRef("expires_on") + timedelta(days=1), output_field=DateField()),
    )
    replacing = later.alias(covers=cover).filter(covers__gte=OuterRef("covers"))
    relying = EvidenceReliance.objects.in_force(midnight(day_after(on))).filter(evidence=OuterRef("pk"))
    return documents.annotate(covers=cover, relied_on=Exists(relying)).filter(~Exists(replacing))


def valid_evidence(provider: Organisation, kinds: Iterable[str], on: date) -> EvidenceQuerySet:
    """Return the documents of a provider, of these kinds, that are valid on a given day.

    They are in the order of their kinds, and within a kind the latest expiry comes first.
    """
    valid = Evidence.objects.filter(provider=provider, kind__in=list(kinds)).valid_on(on)
    return valid.order_by("kind", F("expires_on").desc(nulls_first=True), "-pk")


def names_by_reference(provider: Organisation) -> dict[str, str]:
    """Return the titles of a provider's documents by reference."""
    titles = Evidence.objects.filter(provider=provider).values_list("reference", "title")
    return dict(titles)


def describe_state(item: Evidence, on: date) -> str:
    """Return the status of a document on a given day, as text.

    Whether a document has expired is worked out here and is not stored.
    """
    if item.status != EvidenceStatus.HELD:
        return item.get_status_display()
    days_left = _days_left(item, on)
    if days_left is not None and days_left < 0:
        return "Expired"
    if item.issued_on > on:
        return f"Starts on {formatting.format_date(item.issued_on)}"
    if days_left == 0:
        return "Expires today"
    if days_left is not None and days_left <= max(EVIDENCE_REMINDER_DAYS):
        return f"Expires in {days_left} day{'s' if days_left > 1 else ''}"
    return "Current"


def ends_soon(item: Evidence, on: date) -> bool:
    """Return whether a document that is valid on a given day expires within the longest reminder period."""
    days_left = _days_left(item, on)
    return days_left is not None and 0 <= days_left <= max(EVIDENCE_REMINDER_DAYS)


def best_evidence(provider: Organisation, kind: str, on: date) -> Evidence | None:
    """Return the best document of a kind that a provider has and that is valid on a given day, or None.

    A current document is better than one that is not current, and then the latest expiry is best. A document that was
    renewed early is valid until the new document starts, but it is not current.
    """
    valid = Evidence.objects.filter(provider=provider, kind=kind).valid_on(on).select_related("file")
    current_first = Case(When(status=EvidenceStatus.HELD, then=0), default=1)
    return valid.order_by(current_first, F("expires_on").desc(nulls_first=True), "-pk").first()


def visible_evidence(person: User, at: datetime) -> EvidenceQuerySet:
    """Return all evidence that a person is allowed to see, with its files and providers."""
    return Evidence.objects.visible_to(person, at).select_related("file", "provider")


def relied_on(authority: Organisation, purpose: str, at: datetime) -> EvidenceQuerySet:
    """Return the evidence on which an authority relies for one purpose, such as an application."""
    relying = EvidenceReliance.objects.in_force(at).filter(
        authority=authority, purpose=purpose, evidence=OuterRef("pk")
    )
    return Evidence.objects.filter(Exists(relying)).select_related("file", "provider").order_by("pk")


def relied_on_by(item: Evidence, at: datetime) -> list[EvidenceReliance]:
    """Return which authorities now rely on a document, and for which purposes.

    Show this only to the provider of the document.
    """
    return list(item.reliances.in_force(at).select_related("authority").order_by("starts_at", "pk"))


def relied_on_at(authority: Organisation, at: datetime) -> EvidenceQuerySet:
    """Return all evidence on which an authority relies, for any purpose, with its files and providers."""
    relying = EvidenceReliance.objects.in_force(at).filter(authority=authority, evidence=OuterRef("pk"))
    return Evidence.objects.filter(Exists(relying)).select_related("file", "provider")


def relied_on_of(authority: Organisation, provider: Organisation, at: datetime) -> EvidenceQuerySet:
    """Return all evidence of one provider on which an authority relies, for any purpose."""
    return relied_on_at(authority, at).filter(provider=provider).order_by(Lower("kind_label"), "-pk")


def evidence_to_remind_of(on: date, days: Sequence[int] = EVIDENCE_REMINDER_DAYS) -> list[ExpiringEvidence]:
    """Return the current documents that will soon expire, each with the latest reminder that is due.

    `days` are the reminders, in days before the expiry. Documents that another document has replaced are left out. So
    are documents that were added when the reminder was already due, because the person who added such a document knew
    its expiry date.
    """
    expiring_soon = Evidence.objects.held().filter(expires_on__gte=on, expires_on__lte=on + timedelta(days=max(days)))
    reminders = []
    item: Any
    for item in not_replaced(expiring_soon, on).select_related("provider").order_by("provider", "expires_on", "pk"):
        days_left = _days_left(item, on) or 0
        milestone = min(day for day in days if day >= days_left)
        added_on = timezone.localtime(item.added_at).date()
        if item.expires_on and item.expires_on - timedelta(days=milestone) > added_on:
            reminders.append(ExpiringEvidence(item, item.relied_on, days_left, milestone))
    return reminders


def _days_left(item: Evidence, on: date) -> int | None:
    return (item.expires_on - on).days if item.expires_on else None
