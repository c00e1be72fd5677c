"""Searching the directory: listed members and nothing else; what is not known is left out and counted. 21 to 23."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calloff.directory.queries import Search, find
from calloff.kernel.geography import Point
from calloff.members.models import Suspension
from calloff.members.states import Status
from calloff.people.models import Organisation
from tests.factories import NOW, ProviderFactory
from tests.factories_markets import MarketFactory, MemberFactory, ServiceFactory, SiteFactory, lot, move

pytestmark = pytest.mark.django_db

WORTHING = Point(514_000, 102_500)


@pytest.fixture
def market():
    return MarketFactory()


def names(market, **asked):
    return [row.provider.name for row in find(market.authority, Search(**asked), at=NOW).page.rows]


def member(market, name, **given):
    return MemberFactory(market=market, provider=ProviderFactory(name=name), **given)


def test_members_are_listed_by_name_with_or_without_a_service(market):
    member(market, "Brook Studio")
    ServiceFactory(member=member(market, "ash barn"))
    assert names(market) == ["ash barn", "Brook Studio"]


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.REMOVED, Status.ENDED])
def test_who_does_not_stand_is_not_found(market, status):
    one = member(market, "Ash Barn")
    ServiceFactory(member=one, name="Goats")
    one.suspension = Suspension.objects.create(
        authority=one.authority, provider=one.provider, clause="2", reason="a", review_route="b", made_at=NOW
    )
    one.save()
    move(one, status)
    for asked in ({}, {"words": "goats"}, {"words": "ash"}, {"need": "SEMH"}, {"place": WORTHING, "miles": 20}):
        assert names(market, **asked) == []


def test_words_find_the_name_the_category_and_what_a_service_says(market):
    ServiceFactory(member=member(market, "Ash Barn"), description="Keeping goats and bees.")
    member(market, "Goat Hill")
    assert set(names(market, words="goats")) == {"Ash Barn", "Goat Hill"}
    assert set(names(market, words="tutoring")) == {"Ash Barn", "Goat Hill"}  # the title of category 1
    assert names(market, words="goats bees") == ["Ash Barn"]
    assert names(market, words="zebras") == []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=st.text(max_size=1200))
def test_whatever_is_typed_is_words_and_never_an_error(words):
    find(Organisation(pk=1), Search(words=words), at=NOW)


@pytest.mark.parametrize(
    "words", ["'", '"', "goats & | ! :*", "%", "_", "\\", "a'); DROP TABLE x; --", "x" * 1000, "\x00"]
)
def test_operators_and_wildcards_find_nothing_special(market, words):
    member(market, "Ash Barn")
    assert names(market, words=words) in ([], ["Ash Barn"])


def test_a_fact_that_is_not_known_leaves_a_member_out_and_says_how_many(market):
    member(market, "Brook Studio")
    ServiceFactory(member=member(market, "Ash Barn"), needs=["ASD"], age_from=8, age_to=14, mode="group", places=0)
    fits = {"need": "ASD", "age": 14, "mode": "group"}
    found = find(market.authority, Search(**fits), at=NOW)
    assert ([row.provider.name for row in found.page.rows], found.left_out) == (["Ash Barn"], 1)
    for asked in ({"need": "VI"}, {"age": 15}, {"age": 7}, {"mode": "online"}, {"free": True}):
        assert names(market, **asked) == []
    assert find(market.authority, Search(), at=NOW).left_out == 0


def test_all_facts_must_fit_one_service(market):
    one = member(market, "Ash Barn")
    ServiceFactory(member=one, needs=["ASD"], age_from=5, age_to=8)
    ServiceFactory(member=one, needs=["SEMH"], age_from=11, age_to=16)
    assert names(market, need="ASD", age=7) == ["Ash Barn"]
    assert names(market, need="ASD", age=12) == []


def test_only_the_services_that_fit_hang_on_a_member(market):
    one = member(market, "Ash Barn")
    fitting = ServiceFactory(member=one, needs=["ASD"])
    ServiceFactory(member=one, needs=["SEMH"])
    ServiceFactory(member=one, needs=["ASD"], withdrawn=True)
    (row,) = find(market.authority, Search(need="ASD"), at=NOW).page.rows
    assert row.fitting == [fitting]


def test_nearest_first_and_within_so_many_miles(market):
    for name, metres in (("Far", 40_000), ("Near", 1_000), ("Middle", 12_000)):
        one = member(market, name)
        site = SiteFactory(provider=one.provider, position=Point(WORTHING.easting + metres, WORTHING.northing))
        ServiceFactory(member=one, site=site)
    member(market, "Nowhere")
    assert names(market, place=WORTHING) == ["Near", "Middle", "Far", "Nowhere"]
    assert names(market, place=WORTHING, miles=10) == ["Near", "Middle"]
    (row, *_) = find(market.authority, Search(place=WORTHING, miles=10), at=NOW).page.rows
    assert round(row.metres) == 1000


def test_a_category_and_an_authority_keep_to_themselves(market):
    member(market, "Ash Barn")
    MemberFactory(market=market, lot=lot(market, 2), provider=ProviderFactory(name="Brook"))
    member(MarketFactory(), "Elsewhere")
    assert names(market, lot=lot(market, 2)) == ["Brook"]
    assert names(market) == ["Ash Barn", "Brook"]


@pytest.mark.parametrize("asked", [{}, {"words": "goats"}, {"place": WORTHING}, {"words": "goats", "place": WORTHING}])
def test_every_page_of_a_long_list_shows_each_once_in_the_same_number_of_queries(
    market, asked, django_assert_max_num_queries
):
    for number in range(30):
        one = member(market, f"Goats {number:02}")
        site = SiteFactory(
            provider=one.provider, position=Point(WORTHING.easting + 7 * (number % 9), WORTHING.northing)
        )
        ServiceFactory(member=one, site=site, description="goats " * (number % 4))
    seen, after = [], ""
    while True:
        with django_assert_max_num_queries(6):
            page = find(market.authority, Search(**asked), at=NOW, after=after).page
        seen += [row.pk for row in page.rows]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 30
