"""Dated entries for a buyer's people: sessions, reviews, placements' starts and ends, and agreements."""

from collections.abc import Iterator
from datetime import date, datetime

from django.urls import reverse

from calloff.agreements.states import AgreementStatus
from calloff.kernel.clock import local_day
from calloff.partners import queries as partners
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements import queries as placements
from calloff.web import dated_entries
from calloff.web.buyer.work_due import buyer_work_for
from calloff.web.dated_entries import DatedEntry, EntryKind, EntryPeriod
from calloff.web.permissions import BUYER, KINDS_OF_AUDIENCE


def buyer_entries(buyer: Organisation, person: User, period: EntryPeriod, at: datetime) -> Iterator[DatedEntry]:
    """Yield the entries that a person can see at a school or a team."""

    def sessions_page(day: date, _: str) -> str:
        is_now = day == local_day(at) and person.can(Can.SEE_PUPILS, organisation=buyer, at=at)
        return reverse("buyer:off-site-now" if is_now else "buyer:placements", args=[buyer.slug])

    if person.can(Can.SEE_PLACING, organisation=buyer, at=at):
        yield from dated_entries.placement_entries(
            placements.of_buyer(buyer, person=person, at=at),
            period,
            record=lambda reference: reverse("buyer:placement", args=[buyer.slug, reference]),
            register=sessions_page,
            child=("pupil", "pupils"),
        )
    agreed = partners.of_buyer(buyer, person=person, at=at).filter(
        agreement__status=AgreementStatus.IN_FORCE, agreement__ends_on__range=(period.first, period.last)
    )
    for partnership in agreed:
        agreement = partnership.agreement
        if agreement.ends_on:
            href = reverse("buyer:agreement", args=[buyer.slug, agreement.reference])
            text = f"Partnership Agreement ends: {partnership.market}"
            yield DatedEntry(EntryKind.EXPIRY, agreement.ends_on, text, href, (agreement.reference,))


def register() -> None:
    dated_entries.register_entry_finders(KINDS_OF_AUDIENCE[BUYER], entries=buyer_entries, work=buyer_work_for)
