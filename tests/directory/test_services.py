"""Tests for what a provider adds to the directory: services, places available and prices.

Scenarios 21, 22 and 25.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from calloff.directory import listing_queries
from calloff.directory.commands import (
    add,
    amend,
    approve_change,
    end_price,
    read_price,
    set_places,
    set_price,
    withdraw,
)
from calloff.directory.models import Price, Service
from calloff.directory.opening_hours import week_of_days
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.queries import find_service, prices_on
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_results import search_directory
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.members.states import MemberStatus
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, ProviderFactory, person
from tests.factories_markets import (
    AgreementFactory,
    MarketFactory,
    MemberFactory,
    ServiceFactory,
    SiteFactory,
    set_status,
)

pytestmark = pytest.mark.django_db

APRIL = date(2026, 4, 1)


@pytest.fixture
def member():
    return MemberFactory()


def ada(record):
    return person(Role.PROVIDER_LEAD, at=record.provider)


def entry(member, **changes):
    return {
        "site": SiteFactory(provider=member.provider), "name": "Farm mornings", "summary": "Animals.",
        "description": "Caring for animals.", "age_from": 8, "age_to": 14, "needs": ["SEMH"], "mode": "group",
        "week": week_of_days(["mon"]), "hours": "", "staff": 1, "children": 4,
    } | changes  # fmt: skip


def added(member, **changes):
    made = add(member, by=ada(member), at=NOW, **entry(member, **changes))
    if waiting := listing_queries.waiting_change(made):
        approve_change(waiting, by=person(Role.QUALITY_OFFICER, at=member.authority), at=NOW)
        made.refresh_from_db()
    return made


def listed(authority, at=NOW):
    return [one.name for one in search_directory(authority, SearchCriteria(), sight=PriceVisibility(), at=at).page.rows]


def test_a_service_is_listed_when_its_member_is_listed(member):
    made = added(member)
    assert listed(member.authority) == ["Farm mornings"]
    assert (made.authority, made.provider, made.lot) == (member.authority, member.provider, member.lot)
    assert find_service(member.authority, made.slug) == made
    assert find_service(AuthorityFactory(), made.slug) is None


@pytest.mark.parametrize("status", [MemberStatus.REMOVED, MemberStatus.ENDED])
def test_services_under_an_ended_membership_are_not_listed(member, status):
    set_status(member, status)
    with pytest.raises(Refused, match="has ended"):
        added(member)


def test_a_service_without_a_signed_agreement_is_stored_but_cannot_be_found():
    member = MemberFactory(unsigned=True)
    added(member)
    assert listed(member.authority) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"age_from": 15, "age_to": 14}, "Youngest age"),
        ({"age_to": 26}, "be 25 or less"),
        ({"children": 0}, "must each be 1 or more"),
        ({"staff": 0}, "must each be 1 or more"),
        ({"site": None}, "Select the site"),
    ],
)
def test_impossible_details_of_a_service_are_refused(member, wrong, words):
    with pytest.raises(Refused, match=words):
        added(member, **wrong)
    assert not Service.objects.exists()
    made = added(member)
    with pytest.raises(Refused, match=words):
        amend(made, by=ada(member), at=NOW, **entry(member, name="Other", **wrong))


@pytest.mark.parametrize("mode", ["online", "outreach"])
def test_an_online_or_outreach_service_needs_no_site(member, mode):
    assert added(member, site=None, mode=mode).site is None


def test_using_another_providers_site_or_a_closed_site_is_refused(member):
    for site in (SiteFactory(), SiteFactory(provider=member.provider, status="closed")):
        with pytest.raises(Refused, match="one of your open sites"):
            added(member, site=site)


def test_the_database_requires_a_service_and_its_site_to_have_the_same_provider(member):
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceFactory(member=member, site=SiteFactory())
        connection.check_constraints()


def test_two_members_can_use_the_same_service_name_but_one_member_cannot_repeat_it(member):
    first = added(member)
    with pytest.raises(Refused, match="service with this name in this category"):
        added(member, site=first.site)
    other = MemberFactory(market=member.market)
    assert added(other).slug != first.slug


def test_amending_a_service_keeps_its_web_address(member):
    made = added(member)
    amended = amend(made, by=ada(member), at=NOW, **entry(member, site=made.site, name="Farm afternoons"))
    assert (amended.name, amended.slug) == ("Farm afternoons", made.slug)


def test_a_withdrawn_service_leaves_the_search_and_its_page_shows_when_it_was_withdrawn(member):
    made = added(member)
    withdraw(made, by=ada(member), at=NOW)
    assert listed(member.authority) == []
    assert find_service(member.authority, made.slug).withdrawn_at == NOW
    with pytest.raises(Refused, match="Withdrawn"):
        set_places(made, places=1, by=ada(member), at=NOW)


def test_places_available_are_shown_with_the_date_of_the_last_update(member):
    made = added(member)
    assert made.places is None
    set_places(made, places=0, by=ada(member), at=NOW)
    made.refresh_from_db()
    assert (made.is_full, made.places_at) == (True, NOW)
    assert Event.objects.latest("pk").changes == {"free places": [None, 0]}
    with pytest.raises(Refused, match="0 or more"):
        set_places(made, places=-1, by=ada(member), at=NOW)


def test_only_people_at_the_provider_can_change_its_services(member):
    made = added(member)
    for somebody in (
        person(Role.PROVIDER_SIGNATORY, at=member.provider),
        person(Role.PROVIDER_LEAD, at=ProviderFactory()),
        person(Role.CONTRACTS_OFFICER, at=member.authority),
    ):
        with pytest.raises(PermissionDenied):
            add(member, by=somebody, at=NOW, **entry(member, name="Mine"))
        for verb, given in ((withdraw, {}), (set_places, {"places": 1})):
            with pytest.raises(PermissionDenied):
                verb(made, by=somebody, at=NOW, **given)
        with pytest.raises(PermissionDenied):
            price(made, by=somebody)
    assert Service.objects.get().status == "live"


def price(of, amount="120.00", starts_on=APRIL, unit="day", by=None):
    return set_price(of, unit=unit, amount=Decimal(amount), vat="exempt", starts_on=starts_on, by=by or ada(of), at=NOW)


def test_adding_a_price_ends_the_earlier_price_the_day_before(member):
    made = added(member)
    first = price(made, starts_on=date(2026, 1, 1))
    second = price(made, "130.00")
    first.refresh_from_db()
    assert first.ends_on == date(2026, 3, 31)
    prices = list(Price.objects.all())
    assert prices_on(prices, date(2026, 3, 31)) == [first]
    assert prices_on(prices, APRIL) == [second]


def test_a_service_can_have_a_price_for_each_unit_of_time(member):
    made = added(member)
    price(made)
    price(made, "20.00", unit="hour")
    assert len(prices_on(list(Price.objects.all()), APRIL)) == 2


@pytest.mark.parametrize("amount", ["0", "0.00", "-1"])
def test_a_price_of_zero_is_refused(member, amount):
    with pytest.raises(Refused, match="above £0"):
        price(added(member), amount)


def test_a_second_price_for_the_same_unit_and_dates_is_refused(member):
    made = added(member)
    price(made)
    with pytest.raises(Refused, match="already has a price for this unit"):
        price(made)


def test_a_price_applies_from_its_first_day_to_its_last_day(member):
    one = price(added(member))
    with pytest.raises(Refused, match="must be today or later"):
        end_price(one, ends_on=APRIL - timedelta(days=1), by=ada(one), at=NOW)
    one = end_price(one, ends_on=APRIL, by=ada(one), at=NOW)
    assert prices_on([one], APRIL)
    assert not prices_on([one], APRIL + timedelta(days=1))
    with pytest.raises(Refused, match="already"):
        end_price(one, ends_on=APRIL + timedelta(days=9), by=ada(one), at=NOW)
    with pytest.raises(Refused, match="today or later"):
        end_price(one, ends_on=APRIL, by=ada(one), at=NOW + timedelta(days=400))


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_prices_for_a_service_is_stored():
    made = ServiceFactory()
    lead = ada(made)
    assert all_at_once(lambda: price(made, by=lead), times=4).count("done") == 1
    assert Price.objects.count() == 1


LINE = {"key": "tutoring_hour", "lot": 1, "label": "Tutoring", "unit": "hour", "amount": "45.00", "vat": "exempt"}


@pytest.fixture
def agreed():
    """Return a member with the prices in its signed agreement."""
    agreement = AgreementFactory(prices=[LINE, LINE | {"key": "mentoring_day", "lot": 2}])
    market = MarketFactory(priced=True, authority=agreement.authority)
    return MemberFactory(market=market, agreement=agreement, provider=agreement.provider)


def test_only_the_price_annex_can_set_the_prices_of_a_service(agreed):
    made = added(agreed)
    one = read_price(made, line="tutoring_hour", by=ada(agreed), at=NOW)
    assert (one.amount, one.unit, one.vat, one.line) == (Decimal("45.00"), "hour", "exempt", "tutoring_hour")
    with pytest.raises(Refused, match="come from your signed agreement"):
        price(made)
    for line in ("mentoring_day", "unknown"):
        with pytest.raises(Refused, match="price from your agreement for this category"):
            read_price(made, line=line, by=ada(agreed), at=NOW)


def test_changing_a_price_never_changes_a_signed_agreement(agreed, member):
    own = added(member)
    before = (agreed.agreement.prices, member.agreement.prices)
    price(own)
    price(own, "150.00", APRIL + timedelta(days=30))
    read_price(added(agreed), line="tutoring_hour", by=ada(agreed), at=NOW)
    for one, prices in zip((agreed.agreement, member.agreement), before, strict=True):
        one.refresh_from_db()
        assert one.prices == prices
        with pytest.raises(DatabaseError), transaction.atomic():
            one.prices = [LINE | {"amount": "1.00"}]
            one.save()
