"""Tests for access to a child, in one table with every combination of stage, membership, dates and time."""

from datetime import date, timedelta
from itertools import product

import pytest

from calloff.agreements.models import Agreement
from calloff.kernel.clock import midnight
from calloff.members.models import Member
from calloff.members.states import MemberStatus
from calloff.pupils import access
from calloff.pupils.models import DisclosureGrant
from tests.factories import NOW, AuthorityFactory, ProviderFactory, rewrite
from tests.factories_markets import MarketFactory, MemberFactory, set_status
from tests.factories_placements import DisclosureGrantFactory, PupilFactory, SuspensionFactory

pytestmark = pytest.mark.django_db

LAST = date(2026, 3, 27)
CONFIRM_BY = NOW + timedelta(days=5)
SIGNED_UNTIL = NOW.date() + timedelta(days=2)  # the last day of an agreement that ends before CONFIRM_BY
A_MOMENT = timedelta(microseconds=1)
EDGES = [
    NOW, CONFIRM_BY, midnight(SIGNED_UNTIL + timedelta(days=1)), midnight(LAST), midnight(LAST + timedelta(days=1)),
    midnight(date(2026, 4, 11)),  # midnight at the end of the 14th day after the last day, in summer time
    NOW + timedelta(days=1), NOW + timedelta(weeks=13), NOW + timedelta(days=730),
]  # fmt: skip
INSTANTS = sorted({edge - back for edge in EDGES for back in (A_MOMENT, timedelta(0))})
STANDINGS = list(
    product((MemberStatus.ACTIVE, MemberStatus.SUSPENDED, MemberStatus.REMOVED, MemberStatus.ENDED), (True, False))
)
FIRSTS = (None, date(2026, 3, 9), date(2026, 3, 30))


def expected(stage, status, lasts, first, at):
    """Return what docs/adr/0043 allows (nothing, safety details or everything), using the simplest possible code."""
    on = at.astimezone(NOW.tzinfo).date()
    if at < NOW:
        return "nothing"
    if stage == "offered":
        signed = lasts or on <= SIGNED_UNTIL
        return "all" if at < CONFIRM_BY and status == "active" and signed else "nothing"
    if on > date(2026, 4, 10):
        return "nothing"
    if stage == "told" or status == "active":
        return "all"
    return "safety" if first is not None and first <= on <= LAST else "nothing"


def members(market, standings):
    made = {}
    for status, lasts in standings:
        member = MemberFactory(market=market, provider=ProviderFactory())
        rewrite(Agreement.objects.filter(pk=member.agreement_id), ends_on=date(2090, 1, 1) if lasts else SIGNED_UNTIL)
        suspension = SuspensionFactory(provider=member.provider, authority=market.authority)
        Member.objects.filter(pk=member.pk).update(suspension=suspension)
        member.refresh_from_db()
        made[status, lasts] = set_status(member, status) if status != MemberStatus.ACTIVE else member
    return made


def test_access_follows_the_table_for_every_stage_status_date_and_time():
    market = MarketFactory(authority=AuthorityFactory(), term_ends_on=date(2090, 1, 1))
    pupil, by = PupilFactory(), members(market, STANDINGS)
    rows = {}
    for stage, standing, first in product(("offered", "placed", "told"), STANDINGS, FIRSTS):
        member = by[standing]
        ends_at = CONFIRM_BY if stage == "offered" else access.disclosure_closes_at(LAST)
        row = DisclosureGrantFactory(
            pupil=pupil, organisation=member.provider, stage=stage, member=None if stage == "told" else member,
            first_on=first, last_on=LAST, ends_at=ends_at,
        )  # fmt: skip
        rows[row.pk] = (stage, *standing, first)
    seen = set()
    for at in INSTANTS:
        found = {
            one.pk: "safety" if access.is_for_safety(one.stage, one.member and one.member.status) else "all"
            for one in DisclosureGrant.objects.in_force(at).select_related("member")
        }
        for key, facts in rows.items():
            assert found.get(key, "nothing") == expected(*facts, at), (facts, at)
            seen.add((facts[0], found.get(key, "nothing")))
    assert seen == {
        ("offered", "all"), ("offered", "nothing"), ("placed", "all"), ("placed", "safety"), ("placed", "nothing"),
        ("told", "all"), ("told", "nothing"),
    }  # fmt: skip


def test_when_a_market_ends_children_with_an_offer_are_hidden_and_placed_children_are_not():
    market = MarketFactory(authority=AuthorityFactory(), term_ends_on=NOW.date())
    member = MemberFactory(market=market)
    for stage in ("offered", "placed"):
        DisclosureGrantFactory(organisation=member.provider, member=member, stage=stage)
    after = NOW + timedelta(days=1)
    assert {one.stage for one in DisclosureGrant.objects.in_force(NOW)} == {"offered", "placed"}
    assert {one.stage for one in DisclosureGrant.objects.in_force(after)} == {"placed"}


def test_a_date_before_the_first_dated_row_uses_the_grace_period_of_the_first_row():
    assert access.grace_period_on(date(1990, 1, 1)) == access.GRACE_PERIODS[0]
    assert [one.valid_from for one in access.GRACE_PERIODS] == sorted(one.valid_from for one in access.GRACE_PERIODS)
