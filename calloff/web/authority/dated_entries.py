"""Dated entries for an authority's people: when markets open, close and end, and when agreements and evidence expire.

Placements are left out, because an authority can have thousands.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q

from calloff.agreements import queries as agreements
from calloff.agreements.states import AgreementStatus
from calloff.evidence import queries as evidence
from calloff.evidence.states import EvidenceStatus
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.formatting import last_day_of_deadline
from calloff.markets import queries as markets
from calloff.markets.states import MarketStatus
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.web import dated_entries
from calloff.web.authority.work_due import work_at_authority
from calloff.web.dated_entries import DatedEntry, EntryKind, EntryPeriod
from calloff.web.jinja_environment import url_for
from calloff.web.permissions import AUTHORITY

MAX_ENTRIES = 200  # the maximum number of entries of each kind, because an authority can have thousands of members


def authority_entries(authority: Organisation, person: User, period: EntryPeriod, at: datetime) -> Iterator[DatedEntry]:
    """Yield the entries that a person can see at an authority."""
    yield from _of_markets(authority, person, period, at)
    days = (period.first, period.last)
    if person.can(Can.COUNTERSIGN, organisation=authority, at=at):
        agreed = agreements.of_authority(authority, person=person, at=at).filter(status=AgreementStatus.IN_FORCE)
        ending = agreements.filter_agreements(agreed, kind=agreements.MARKET_FILTER).filter(ends_on__range=days)
        for agreement in ending.order_by("ends_on", "pk")[:MAX_ENTRIES]:
            if agreement.ends_on:
                href = url_for("authority:agreement", authority.slug, agreement.reference)
                text = f"Agreement ends: {agreement.first}"
                yield DatedEntry(EntryKind.EXPIRY, agreement.ends_on, text, href, (agreement.reference,))
    if person.can(Can.ASSURE, organisation=authority, at=at):
        relied_on = evidence.relied_on_at(authority, at).filter(status=EvidenceStatus.HELD, expires_on__range=days)
        for item in evidence.not_replaced(relied_on, local_day(at)).order_by("expires_on", "pk")[:MAX_ENTRIES]:
            if item.expires_on:
                href = url_for("authority:provider", authority.slug, item.provider.slug)
                text = f"{item.kind_label} expires: {item.provider}"
                yield DatedEntry(EntryKind.EXPIRY, item.expires_on, text, href, (item.reference,))


def _of_markets(authority: Organisation, person: User, period: EntryPeriod, at: datetime) -> Iterator[DatedEntry]:
    """Yield the days on which open markets start and stop taking applications, and on which they end."""
    first, last = midnight(period.first), midnight(period.last)
    dated = Q(opens_at__range=(first, last)) | Q(closes_at__range=(first, last))
    dated |= Q(term_ends_on__range=(period.first, period.last))
    shown = markets.of_authority(authority, person=person, at=at).filter(dated, status=MarketStatus.OPEN)
    for market in shown.prefetch_related(None).order_by(F("closes_at"), "pk")[:MAX_ENTRIES]:
        href, references = url_for("authority:market", authority.slug, market.slug), (market.code,)
        opens, closes = local_day(market.opens_at), last_day_of_deadline(market.closes_at)
        if period.first <= opens <= period.last:
            yield DatedEntry(
                EntryKind.START, opens, f"Applications open: {market}", href, references, market.opens_at, key="opens"
            )
        if period.first <= closes <= period.last:
            by = market.closes_at if closes == local_day(market.closes_at) else None
            yield DatedEntry(
                EntryKind.DEADLINE, closes, f"Applications close: {market}", href, references, by, key="closes"
            )
        if period.first <= market.term_ends_on <= period.last:
            yield DatedEntry(EntryKind.END, market.term_ends_on, f"Market ends: {market}", href, references, key="term")


def register() -> None:
    dated_entries.register_entry_finders([AUTHORITY], entries=authority_entries, work=work_at_authority)
