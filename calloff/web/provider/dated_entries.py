"""Dated entries for a provider's people: sessions, reviews, the starts and ends of placements, and expiring
documents.
"""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from calloff.agreements import queries as agreements
from calloff.agreements.states import AgreementStatus
from calloff.evidence import queries as evidence
from calloff.evidence.states import EvidenceStatus
from calloff.kernel.clock import local_day
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements import queries as placements
from calloff.web import dated_entries
from calloff.web.dated_entries import DatedEntry, EntryKind, EntryPeriod
from calloff.web.permissions import PROVIDER
from calloff.web.provider.work_due import provider_work_for


def provider_entries(provider: Organisation, person: User, period: EntryPeriod, at: datetime) -> Iterator[DatedEntry]:
    """Yield the entries that a person can see at a provider."""
    if person.can(Can.TAKE_REGISTER, organisation=provider, at=at):
        yield from dated_entries.placement_entries(
            placements.of_provider(provider, person=person, at=at),
            period,
            record=lambda reference: reverse("provider:placement", args=[provider.slug, reference]),
            register=lambda day, half: reverse("provider:register", args=[provider.slug, day.isoformat(), half]),
            child=("child", "children"),
        )
    days = (period.first, period.last)
    held = evidence.of_provider(provider, person=person, at=at).filter(status=EvidenceStatus.HELD)
    for item in evidence.not_replaced(held.filter(expires_on__range=days), local_day(at)):
        if item.expires_on:
            href = reverse("provider:evidence-item", args=[provider.slug, item.reference])
            yield DatedEntry(EntryKind.EXPIRY, item.expires_on, f"{item.kind_label} expires", href, (item.reference,))
    agreed = agreements.of_provider(provider, person=person, at=at).filter(status=AgreementStatus.IN_FORCE)
    for agreement in agreements.filter_agreements(agreed, kind=agreements.MARKET_FILTER).filter(ends_on__range=days):
        if agreement.ends_on:
            href = reverse("provider:agreement", args=[provider.slug, agreement.reference])
            text = f"Agreement ends: {agreement.title}"
            yield DatedEntry(EntryKind.EXPIRY, agreement.ends_on, text, href, (agreement.reference,))


def register() -> None:
    dated_entries.register_entry_finders([PROVIDER], entries=provider_entries, work=provider_work_for)
