"""Questions about evidence: what a provider holds, what is good on a day, and what is about to end."""

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
EVIDENCE_REMINDER_DAYS = (60, 30, 7)  # days: common practice, `domain.md` §4


@dataclass(frozen=True)
class PassportRow:
    """One line of a passport."""

    item: Evidence
    state: str  # in words: Current, Expires in 12 days, Expired, Starts on 1 December 2026
    days_left: int | None  # until its last day; negative once that has passed; nothing, if it has none

    @property
    def has_expired(self) -> bool:
        return self.days_left is not None and self.days_left < 0


@dataclass(frozen=True)
class ExpiringEvidence:
    """An item that ends soon, and the milestone that it has passed."""

    item: Evidence
    relied_on: bool  # by some authority: else nothing stops when it ends
    days_left: int
    milestone: int  # of the days before the end, the latest that has come


def passport(provider: Organisation, on: date) -> list[PassportRow]:
    """List what a provider holds, by kind, with its state on a day."""
    held = Evidence.objects.held().filter(provider=provider).select_related("file")
    ordered = held.order_by(Lower("kind_label"), F("expires_on").desc(nulls_first=True), "-pk")
    return [PassportRow(item, describe_state(item, on), _days_left(item, on)) for item in ordered]


def of_provider(provider: Organisation, *, person: User, at: datetime) -> EvidenceQuerySet:
    """Find everything that a provider has ever put into its passport, in order.

    Each has `by_kind`, and `ends` (far off, if it never ends). The order is ("by_kind", "-ends", "-pk").
    """
    ends = Coalesce("expires_on", Value(date.max), output_field=DateField())
    mine = visible_evidence(person, at).filter(provider=provider)
    return mine.annotate(by_kind=Lower("kind_label"), ends=ends).order_by("by_kind", "-ends", "-pk")


def is_ending(on: date) -> Q:
    """Narrow to what is held and has ended, or ends within the time in which a provider is reminded."""
    return Q(status=EvidenceStatus.HELD, expires_on__lte=on + timedelta(days=max(EVIDENCE_REMINDER_DAYS)))


def not_replaced(found: EvidenceQuerySet, on: date) -> EvidenceQuerySet:
    """Leave out what another of the provider's documents replaces: of its kind, lasting longer, and covering as much.

    Each of the rest says whether an authority has `relied_on` it: where none has, no placement depends on it.
    """
    cover = Coalesce(Cast(KT("details__cover"), COVER_FIELD), Value(Decimal(0)), output_field=COVER_FIELD)
    others = Evidence.objects.held().filter(provider=OuterRef("provider"), kind=OuterRef("kind"))
    following = others.exclude(pk=OuterRef("pk")).filter(
        Q(expires_on=None) | Q(expires_on__gt=OuterRef("expires_on")),
        issued_on__lte=ExpressionWrapper(OuterRef("expires_on") + timedelta(days=1), output_field=DateField()),
    )
    enough = following.alias(covers=cover).filter(covers__gte=OuterRef("covers"))
    relying = EvidenceReliance.objects.in_force(midnight(day_after(on))).filter(evidence=OuterRef("pk"))
    return found.annotate(covers=cover, relied_on=Exists(relying)).filter(~Exists(enough))


def valid_evidence(provider: Organisation, kinds: Iterable[str], on: date) -> EvidenceQuerySet:
    """Find what a provider holds of some kinds that is valid on a day, by kind, the one that lasts longest first."""
    found = Evidence.objects.filter(provider=provider, kind__in=list(kinds)).valid_on(on)
    return found.order_by("kind", F("expires_on").desc(nulls_first=True), "-pk")


def names_by_reference(provider: Organisation) -> dict[str, str]:
    """Return what each document of a provider is called, by its reference."""
    titled = Evidence.objects.filter(provider=provider).values_list("reference", "title")
    return dict(titled)


def describe_state(item: Evidence, on: date) -> str:
    """Say in words how an item stands on a day. Expiry is derived: nothing has to run for it to be true."""
    if item.status != EvidenceStatus.HELD:
        return item.get_status_display()
    left = _days_left(item, on)
    if left is not None and left < 0:
        return "Expired"
    if item.issued_on > on:
        return f"Starts on {formatting.format_date(item.issued_on)}"
    if left == 0:
        return "Expires today"
    if left is not None and left <= max(EVIDENCE_REMINDER_DAYS):
        return f"Expires in {left} day{'s' if left > 1 else ''}"
    return "Current"


def ends_soon(item: Evidence, on: date) -> bool:
    """Return whether an item valid on a day expires within the reminder period."""
    left = _days_left(item, on)
    return left is not None and 0 <= left <= max(EVIDENCE_REMINDER_DAYS)


def best_evidence(provider: Organisation, kind: str, on: date) -> Evidence | None:
    """Find the item of a kind that is good on a day; of several, a held one, and the one that lasts longest."""
    good = Evidence.objects.filter(provider=provider, kind=kind).valid_on(on).select_related("file")
    held_first = Case(When(status=EvidenceStatus.HELD, then=0), default=1)
    return good.order_by(held_first, F("expires_on").desc(nulls_first=True), "-pk").first()


def visible_evidence(person: User, at: datetime) -> EvidenceQuerySet:
    """Find everything that a person may see, with its file and provider."""
    return Evidence.objects.visible_to(person, at).select_related("file", "provider")


def relied_on(authority: Organisation, purpose: str, at: datetime) -> EvidenceQuerySet:
    """Find what an authority relies on for one purpose, such as an application."""
    relying = EvidenceReliance.objects.in_force(at).filter(
        authority=authority, purpose=purpose, evidence=OuterRef("pk")
    )
    return Evidence.objects.filter(Exists(relying)).select_related("file", "provider").order_by("pk")


def relied_on_by(item: Evidence, at: datetime) -> list[EvidenceReliance]:
    """Find who relies on an item now, and for what: for the provider that owns it."""
    return list(item.reliances.in_force(at).select_related("authority").order_by("starts_at", "pk"))


def relied_on_of(authority: Organisation, provider: Organisation, at: datetime) -> EvidenceQuerySet:
    """Find everything of a provider's on which an authority relies, for whatever purpose."""
    relying = EvidenceReliance.objects.in_force(at).filter(authority=authority, evidence=OuterRef("pk"))
    items = Evidence.objects.filter(Exists(relying), provider=provider).select_related("file", "provider")
    return items.order_by(Lower("kind_label"), "-pk")


def evidence_to_remind_of(on: date, days: Sequence[int] = EVIDENCE_REMINDER_DAYS) -> list[ExpiringEvidence]:
    """Find what a provider should hear about: held items whose end is near, each with the latest milestone passed.

    A milestone that had passed before the item was added is left out: anyone who added it knew. So is an item that
    another one replaces.
    """
    near = Evidence.objects.held().filter(expires_on__gte=on, expires_on__lte=on + timedelta(days=max(days)))
    found = []
    item: Any
    for item in not_replaced(near, on).select_related("provider").order_by("provider", "expires_on", "pk"):
        left = _days_left(item, on) or 0
        milestone = min(day for day in days if day >= left)
        added_on = timezone.localtime(item.added_at).date()
        if item.expires_on and item.expires_on - timedelta(days=milestone) > added_on:
            found.append(ExpiringEvidence(item, item.relied_on, left, milestone))
    return found


def _days_left(item: Evidence, on: date) -> int | None:
    return (item.expires_on - on).days if item.expires_on else None
