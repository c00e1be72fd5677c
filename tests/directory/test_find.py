"""Tests for directory searches, which find only the published services of listed members.

Scenarios 21 to 24.
"""

from datetime import time, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calloff.directory.facets import count_facets
from calloff.directory.models import Gender
from calloff.directory.opening_hours import week_of_days
from calloff.directory.price_visibility import PriceVisibility, price_visibility
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_results import SortOrder, count_without_each, members_without_services, search_directory
from calloff.kernel.geography import Point
from calloff.kernel.key_stages import KeyStage
from calloff.members.models import Suspension
from calloff.members.states import MemberStatus
from calloff.people.models import Organisation
from calloff.people.permissions import Role
from tests.factories import NOW, ProviderFactory, RoleGrantFactory, SchoolOrganisationFactory, person
from tests.factories_markets import (
    MarketFactory,
    MemberFactory,
    PriceFactory,
    ServiceFactory,
    SiteFactory,
    lot,
    set_status,
)

pytestmark = pytest.mark.django_db

WORTHING = Point(514_000, 102_500)
MILE = 1609.344
EVERYTHING = PriceVisibility(every=True)


@pytest.fixture
def market():
    return MarketFactory()


def found(market, order="", sight=EVERYTHING, **asked):
    return search_directory(market.authority, SearchCriteria(**asked), sight=sight, at=NOW, order=order)


def names(market, order="", sight=EVERYTHING, **asked):
    return [one.name for one in found(market, order, sight, **asked).page.rows]


def member(market, name="Windmill", **given):
    return MemberFactory(market=market, provider=ProviderFactory(name=name), **given)


def listed(market, name, **said):
    """List one service of a new member."""
    return ServiceFactory(member=member(market, f"Provider of {name}"), name=name, **said)


def at(service_of, miles):
    return SiteFactory(provider=service_of.provider, position=Point(round(WORTHING.easting + miles * MILE), 102_500))


def far(market, name, miles, **said):
    one = member(market, f"Provider of {name}")
    return ServiceFactory(member=one, name=name, site=at(one, miles), **said)


@pytest.mark.parametrize("status", [MemberStatus.SUSPENDED, MemberStatus.REMOVED, MemberStatus.ENDED])
def test_services_of_suspended_members_are_not_found(market, status):
    one = member(market, "Ash Barn")
    ServiceFactory(member=one, name="Goats")
    one.suspension = Suspension.objects.create(
        authority=one.authority, provider=one.provider, clause="2", reason="a", review_route="b", made_at=NOW
    )
    one.save()
    set_status(one, status)
    for asked in ({}, {"words": "goats"}, {"words": "ash"}, {"words": "gaots"}, {"need": "SEMH"}, {"place": WORTHING}):
        assert names(market, **asked) == []
    assert count_facets(market.authority, SearchCriteria(), sight=EVERYTHING, at=NOW).counted.every == 0
    assert members_without_services(market.authority, SearchCriteria(), at=NOW, most=5) == ([], 0)


def test_withdrawn_services_and_other_councils_services_are_not_found(market):
    listed(market, "Goats", withdrawn=True)
    listed(MarketFactory(), "Elsewhere")
    assert names(market) == []


def test_search_words_are_matched_with_service_provider_category_and_town_names(market):
    ServiceFactory(member=member(market, "Ash Barn"), name="Farm", description="Keeping goats and bees.")
    ServiceFactory(member=member(market, "Goat Hill"), name="Hill")
    assert set(names(market, words="goats")) == {"Farm", "Hill"}
    assert set(names(market, words="tutoring")) == {"Farm", "Hill"}  # this text is the title of category 1
    assert names(market, words="goats bees") == ["Farm"]
    assert names(market, words="ash goats Felpersham") == ["Farm"]  # the words are from three different fields
    assert names(market, words="zebras") == []


def test_the_better_match_is_listed_first_with_the_matching_words_highlighted(market):
    listed(market, "Riding", description="Now and then there is some pottery.")
    listed(market, "Pottery", description="A wheel and a kiln.")
    first, second = found(market, words="pottery").page.rows
    assert (first.name, second.name) == ("Pottery", "Riding")
    assert "\ue000pottery\ue001" in second.headline


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("equin therpy", "equine therapy"), ("Equien Therapy", "equine therapy"), ("eqine", "equine"),
        ("thérapy equine", ""), ("equine", ""), ("horse", ""),
    ],
)  # fmt: skip
def test_a_search_with_a_misspelt_word_returns_the_similar_word_that_it_matched(market, typed, meant):
    listed(market, "Equine therapy")
    listed(market, "Boxing")
    answer = found(market, words=typed)
    assert ([one.name for one in answer.page.rows], answer.meant) == (["Equine therapy"], meant)


@pytest.mark.parametrize("typed", ["angling", "zebras", "!!!", "boxer rebellion"])
def test_a_word_that_is_not_similar_to_any_finds_nothing(market, typed):
    listed(market, "Catch-up group", description="Handling numbers")
    answer = found(market, words=typed)
    assert (answer.page.rows, answer.meant, answer.related) == ([], "", [])


def test_names_come_before_other_matches_and_services_that_cannot_take_children_come_last(market):
    listed(market, "Alpacas", description="On a farm. A farm with farm animals.")
    listed(market, "Zoo farm", places=0)
    listed(market, "Barn farm")
    lapsed = listed(market, "A farm", summary="Farm farm farm")
    lapsed.member.required_evidence = ["insurance"]
    lapsed.member.save()
    ServiceFactory(member=member(market, "Crimsham Farm"), name="Bees")
    assert names(market, words="farm") == ["Barn farm", "A farm", "Zoo farm", "Bees", "Alpacas"]
    assert names(market) == ["Alpacas", "Barn farm", "Bees", "A farm", "Zoo farm"]


def test_services_that_match_only_some_words_are_returned_separately_if_few_match_all(market):
    listed(market, "Goats and bees", description="")
    listed(market, "Goats", description="")
    answer = found(market, words="goats bees")
    assert ([one.name for one in answer.page.rows], [one.name for one in answer.related]) == (
        ["Goats and bees"], ["Goats"],
    )  # fmt: skip
    assert found(market, words="goats").related == []


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=st.text(max_size=1200))
def test_any_typed_text_is_searched_as_words(words):
    search_directory(Organisation(pk=1), SearchCriteria(words=words), sight=PriceVisibility(), at=NOW)
    count_facets(Organisation(pk=1), SearchCriteria(words=words), sight=PriceVisibility(), at=NOW)


@pytest.mark.parametrize(
    "words",
    ["'", '"', "goats & | ! :*", "%", "_", "\\", "a'); DROP TABLE x; --", "x" * 10_000, "\x00", "(?:a+)+$", "🐐", "ŵŷ"],
)
def test_search_operators_and_wildcards_have_no_special_meaning(market, words):
    listed(market, "Farm")
    assert names(market, words=words) in ([], ["Farm"])


FACTS = {
    "needs": ["SEMH", "ASD"], "main_needs": ["ASD"], "age_from": 8, "age_to": 13, "gender": "girls", "mode": "group",
    "week": week_of_days(["mon", "tue"], time(9, 30), time(14, 30)), "staff": 2, "children": 7,
    "qualifications": ["gcse", "units"], "transport": "arranged", "registration": "school", "places": 2,
    "places_from": NOW.date() + timedelta(days=14),
}  # fmt: skip
LATER = NOW.date() + timedelta(days=20)


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({"need": "SEMH"}, True), ({"need": "VI"}, False), ({"need": "ASD", "as_main": True}, True),
        ({"need": "SEMH", "as_main": True}, False), ({"age": 8}, True), ({"age": 13}, True), ({"age": 14}, False),
        ({"key_stage": "ks2"}, True), ({"key_stage": "ks3"}, True), ({"key_stage": "ks4"}, False),
        ({"key_stage": "ks1"}, False), ({"gender": "girls"}, True), ({"gender": "boys"}, False),
        ({"mode": "group"}, True), ({"mode": "online"}, False), ({"days": ("mon", "tue")}, True),
        ({"days": ("mon", "wed")}, False), ({"starts_by": time(9, 30)}, True), ({"starts_by": time(9)}, False),
        ({"ends_after": time(14, 30)}, True), ({"ends_after": time(15)}, False), ({"ratio": 4}, True),
        ({"ratio": 3}, False), ({"qualification": "gcse"}, True), ({"qualification": "work"}, False),
        ({"transport": True}, True), ({"registration": "school"}, True), ({"registration": "care"}, False),
        ({"free": True}, False), ({"free": True, "free_by": LATER}, True), ({"checked": 3}, False),
        ({"need": "ASD", "age": 9, "days": ("tue",), "free": True, "free_by": LATER}, True),
        ({"need": "ASD", "age": 15}, False),
    ],
)  # fmt: skip
def test_each_filter_and_each_combination_of_filters_finds_the_right_services(market, asked, fits):
    listed(market, "Farm", **FACTS)
    assert names(market, **asked) == (["Farm"] if fits else [])


def test_a_service_with_an_unrecorded_fact_does_not_match_a_filter_on_that_fact(market):
    listed(market, "Farm", places=None, places_at=None)
    for asked in ({"free": True}, {"starts_by": time(10)}, {"checked": 12}, {"at_most": Decimal(1000)}):
        assert names(market, **asked) == []


def test_services_can_be_filtered_by_the_months_since_their_last_check(market):
    farm = listed(market, "Farm")
    farm.member.last_checked_on = NOW.date() - timedelta(days=100)
    farm.member.save()
    assert names(market, checked=3) == []
    assert names(market, checked=6) == ["Farm"]


def test_one_service_must_match_all_the_filters(market):
    one = member(market, "Ash Barn")
    ServiceFactory(member=one, name="Little ones", needs=["ASD"], age_from=5, age_to=8)
    ServiceFactory(member=one, name="Big ones", needs=["SEMH"], age_from=11, age_to=16)
    assert names(market, need="ASD", age=7) == ["Little ones"]
    assert names(market, need="ASD", age=12) == []


def test_results_within_the_chosen_number_of_miles_are_sorted_by_distance(market):
    for name, miles in (("Far", 25), ("Near", 1), ("Middle", 7)):
        far(market, name, miles)
    listed(market, "Online", site=None, mode="online")
    unknown = member(market, "Unknown")
    ServiceFactory(member=unknown, site=SiteFactory(provider=unknown.provider, position=None))
    answer = found(market, place=WORTHING)
    assert [one.name for one in answer.page.rows] == ["Near", "Middle", "Far"]
    assert answer.placeless == 2
    assert names(market, place=WORTHING, miles=10) == ["Near", "Middle"]
    assert names(market, place=WORTHING, miles=1000) == ["Near", "Middle", "Far"]
    assert round(found(market, place=WORTHING, miles=10).page.rows[0].metres) == 1609


def test_a_service_with_several_sites_appears_once_with_its_nearest_site(market):
    one = member(market)
    site, satellite, twin = at(one, 30), at(one, 2), at(one, 2)  # the last two sites are at the same point
    ServiceFactory(member=one, name="Farm", site=site, more_sites=[satellite, twin])
    far(market, "Other", 5)
    assert names(market, place=WORTHING) == ["Farm", "Other"]
    assert names(market, place=WORTHING, miles=3) == ["Farm"]
    assert round(found(market, place=WORTHING).page.rows[0].metres / MILE) == 2


def test_a_search_by_place_finds_online_services_and_services_within_reach(market):
    far(market, "Comes", 5, mode="outreach", reach=6)
    far(market, "Stays away", 5, mode="outreach", reach=4)
    far(market, "Says nothing", 1)
    listed(market, "Online", site=None, mode="online")
    assert set(names(market, place=WORTHING, serves=True, order="match")) == {"Comes", "Online"}


def test_prices_are_compared_by_unit_and_by_hour(market):
    day = PriceFactory(service=listed(market, "Day"), unit="day", amount=Decimal(100), lasts=Decimal(5))
    PriceFactory(service=listed(market, "Hour"), unit="hour", amount=Decimal(30), lasts=Decimal(1))
    listed(market, "Free of price")
    day.refresh_from_db()
    assert day.hourly == Decimal("20.00")
    assert names(market, SortOrder.PRICE) == ["Day", "Hour", "Free of price"]
    assert names(market, SortOrder.PRICE, unit="hour") == ["Hour", "Day", "Free of price"]
    assert names(market, at_most=Decimal(25)) == ["Day"]
    assert names(market, at_most=Decimal(35), unit="hour") == ["Hour"]
    assert names(market, at_most=Decimal(35), unit="day") == []


def test_a_rival_cannot_filter_or_sort_by_price_but_can_see_its_own_prices(market):
    cheap = PriceFactory(service=listed(market, "Z cheap"), amount=Decimal(10), lasts=Decimal(5)).service
    PriceFactory(service=listed(market, "A dear"), amount=Decimal(900), lasts=Decimal(5))
    rival = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    own = person(Role.PROVIDER_LEAD, at=cheap.provider)
    for somebody, by_price, within in (
        (None, ["A dear", "Z cheap"], []),
        (rival, ["A dear", "Z cheap"], []),
        (own, ["Z cheap", "A dear"], ["Z cheap"]),
    ):
        sight = price_visibility(somebody, market.authority, NOW)
        assert names(market, SortOrder.PRICE, sight) == by_price
        assert names(market, sight=sight, at_most=Decimal(1000)) == within


def test_buyers_the_provider_and_the_authority_can_see_prices_but_rival_providers_cannot(market):
    of = listed(market, "Farm")
    both = person(Role.PROVIDER_STAFF, at=ProviderFactory())
    RoleGrantFactory(person=both, organisation=SchoolOrganisationFactory(), role=Role.AP_LEAD)
    both.forget_roles()
    sees = {
        who: price_visibility(somebody, of.authority, NOW).sees(of)
        for who, somebody in {
            "own": person(Role.PROVIDER_STAFF, at=of.provider),
            "authority": person(Role.EVALUATOR, at=of.authority),
            "buyer": person(Role.AP_LEAD, at=SchoolOrganisationFactory()),
            "rival": person(Role.PROVIDER_LEAD, at=ProviderFactory()),
            "buyer who also sells": both,
            "nobody": None,
        }.items()
    }
    assert [who for who, yes in sees.items() if yes] == ["own", "authority", "buyer"]
    of.member.market.prices_public = True
    assert PriceVisibility().sees(of)


def test_services_with_the_earliest_available_places_are_listed_first(market):
    listed(market, "Full", places=0)
    listed(market, "Not said", places=None, places_at=None)
    listed(market, "Soon", places=1, places_from=NOW.date() + timedelta(days=9))
    listed(market, "Sooner", places=1, places_from=NOW.date() + timedelta(days=3))
    listed(market, "Now", places=1)
    assert names(market, SortOrder.SOONEST) == ["Now", "Sooner", "Soon", "Not said", "Full"]


def test_each_filter_option_shows_how_many_services_would_be_left(market):
    listed(market, "Group", needs=["ASD", "SEMH"], mode="group", age_from=5, age_to=11)
    listed(market, "Online", needs=["ASD"], mode="online", age_from=11, age_to=16, places=0)
    listed(market, "Goats", needs=["VI"], mode="online")
    told = count_facets(market.authority, SearchCriteria(need="ASD"), sight=EVERYTHING, at=NOW)
    assert told.counted.every == 2
    assert told.counts["mode"] == {"group": 1, "online": 1}
    assert told.counts["need"] == {"ASD": 2, "SEMH": 1, "VI": 1}  # counted without the filter by need
    assert told.leaves("free", "on") == 1
    assert told.leaves("key_stage", "ks2") == 1
    narrowed = count_facets(market.authority, SearchCriteria(need="ASD", mode="group"), sight=EVERYTHING, at=NOW)
    assert (narrowed.counted.every, narrowed.counts["mode"]) == (1, {"group": 1, "online": 1})
    assert count_facets(market.authority, SearchCriteria(words="goats"), sight=EVERYTHING, at=NOW).counted.every == 1


OF_A_DAY = [  # rows for one day: one time, two times, no time, times that have ended, and times that start next year
    [{"from": "09:00", "to": "12:00"}], [{"from": "09:30", "to": "12:00"}, {"from": "13:00", "to": "15:00"}], [{}],
    [{"from": "09:00", "to": "15:00", "ends_on": "2026-03-01"}], [{"ends_on": "2026-03-02"}],
    [{"from": "09:31", "to": "15:00", "starts_on": "2027-01-01"}],
]  # fmt: skip
WEEKS = st.dictionaries(st.sampled_from(["mon", "tue"]), st.sampled_from(OF_A_DAY)).map(
    lambda week: [{"day": day, **row} for day, several in week.items() for row in several]
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    said=st.lists(
        st.fixed_dictionaries({
            "mode": st.sampled_from(["group", "one_to_one"]), "age_from": st.integers(3, 12),
            "needs": st.lists(st.sampled_from(["ASD", "SEMH", "VI"]), unique=True), "places": st.integers(0, 2),
            "week": WEEKS,
            "gender": st.sampled_from(Gender.values), "staff": st.integers(1, 2), "children": st.integers(1, 5),
        }),
        max_size=5,
    ),
    asked=st.fixed_dictionaries({}, optional={
        "mode": st.just("group"), "age": st.integers(3, 14), "need": st.sampled_from(["ASD", "VI"]),
        "free": st.just(True), "days": st.sampled_from([("mon",), ("mon", "tue")]),
        "starts_by": st.sampled_from([time(9), time(10)]), "ends_after": st.sampled_from([time(12), time(15)]),
    }),
)  # fmt: skip
def test_the_count_on_each_option_equals_the_number_of_results_after_choosing_it(said, asked):
    market = MarketFactory()
    one = MemberFactory(market=market)
    for number, facts in enumerate(said):
        ServiceFactory(member=one, name=f"Service {number}", **facts)
    search = SearchCriteria(**asked)
    told = count_facets(market.authority, search, sight=EVERYTHING, at=NOW)
    assert told.counted.every == found(market, **asked).page.total
    for mode, number in told.counts.get("mode", {}).items():
        assert number == found(market, **asked | {"mode": mode}).page.total
    for need, number in told.counts.get("need", {}).items():
        assert number == found(market, **asked | {"need": need}).page.total
    for day, number in told.counts.get("days", {}).items():
        assert number == found(market, **asked | {"days": (*asked.get("days", ()), day)}).page.total
    for stage in KeyStage:
        assert told.leaves("key_stage", stage) == found(market, **asked | {"key_stage": stage}).page.total
    for gender in ("girls", "boys"):
        assert told.leaves("gender", gender) == found(market, **asked | {"gender": gender}).page.total
    for most in (1, 2, 3, 8):
        assert told.leaves("ratio", str(most)) == found(market, **asked | {"ratio": most}).page.total
    for hour in (time(9), time(9, 30), time(15)):
        assert told.leaves("starts_by", f"{hour:%H:%M}") == found(market, **asked | {"starts_by": hour}).page.total
        assert told.leaves("ends_after", f"{hour:%H:%M}") == found(market, **asked | {"ends_after": hour}).page.total
    assert told.leaves("free", "on") == found(market, **asked | {"free": True}).page.total


@pytest.mark.parametrize("age", [-1, 10**9, 10**30])
def test_a_search_for_an_impossible_age_finds_nothing_and_shows_counts_of_zero(market, age):
    listed(market, "Farm")
    assert count_facets(market.authority, SearchCriteria(age=age), sight=EVERYTHING, at=NOW).counted.every == 0
    assert found(market, age=age).page.rows == []


def test_distances_are_measured_from_the_searched_place_to_the_nearest_site(market):
    far(market, "Near", 0)
    far(market, "At two miles", 2)
    far(market, "Far", 11)
    listed(market, "Online", mode="online", site=None)
    told = count_facets(market.authority, SearchCriteria(place=WORTHING, miles=5), sight=EVERYTHING, at=NOW)
    assert [told.counted.every, *(told.leaves("miles", miles) for miles in ("1", "3", "10", "20"))] == [2, 1, 2, 2, 3]
    for miles in (1, 2, 10, 20):
        assert told.leaves("miles", str(miles)) == found(market, place=WORTHING, miles=miles).page.total


@pytest.mark.parametrize(
    "asked", [{}, {"miles": 5}, {"mode": "online"}, {"words": "far"}, {"need": "ASD", "miles": 20}]
)
def test_results_are_the_same_when_counts_are_passed_to_the_search(market, asked):
    far(market, "Near", 0)
    far(market, "At two miles", 2)
    far(market, "Far", 11)
    listed(market, "Online", mode="online", site=None)
    search = SearchCriteria(place=WORTHING, **asked)
    told = count_facets(market.authority, search, sight=EVERYTHING, at=NOW)
    for order in SortOrder:
        turn = {"sight": EVERYTHING, "at": NOW, "order": order, "size": 2}
        counted = search_directory(market.authority, search, counted=told.counted, **turn)
        assert counted == search_directory(market.authority, search, **turn)
        if order == SortOrder.DISTANCE:
            assert counted.page.total == told.counted.placed


def test_a_search_without_results_suggests_which_filter_to_remove(market):
    listed(market, "Farm", mode="group", needs=["ASD"])
    listed(market, "Barn", mode="group", needs=["ASD"], age_from=15, age_to=18)
    search = SearchCriteria(mode="online", need="ASD")
    assert count_without_each(market.authority, search, sight=EVERYTHING, at=NOW) == [("mode", 2)]
    assert count_without_each(market.authority, SearchCriteria(words="zebra", age=9), sight=EVERYTHING, at=NOW) == [
        ("words", 1)
    ]


def test_listed_members_that_have_no_services_are_shown_separately(market):
    brook = member(market, "Brook Studio")
    # A provider with two memberships is listed once.
    MemberFactory(market=market, provider=brook.provider, lot=lot(market, 2))
    listed(market, "Farm")
    member(market, "Cedar Studio")
    silent, total = members_without_services(market.authority, SearchCriteria(), at=NOW, most=1)
    assert ([one.provider.name for one in silent], total) == (["Brook Studio"], 2)
    assert members_without_services(market.authority, SearchCriteria(words="zebra"), at=NOW, most=5) == ([], 0)
    assert members_without_services(market.authority, SearchCriteria(words="brook"), at=NOW, most=5)[1] == 1


def test_a_search_in_a_category_finds_only_services_in_that_category(market):
    listed(market, "Farm")
    second = MemberFactory(market=market, lot=lot(market, 2))
    ServiceFactory(member=second, name="Brook")
    assert names(market, lot=lot(market, 2)) == ["Brook"]
    assert names(market) == ["Brook", "Farm"]


@pytest.mark.parametrize("order", list(SortOrder))
@pytest.mark.parametrize("asked", [{}, {"words": "goats"}, {"need": "SEMH", "miles": 500}])
def test_paging_through_a_long_list_shows_each_service_once_with_a_constant_number_of_queries(
    market, order, asked, django_assert_max_num_queries
):
    one = member(market)
    site = [at(one, number) for number in range(3)]
    for number in range(60):
        ServiceFactory(
            member=one, name=f"Goats {number:02}", site=site[number % 3], description="goats " * (number % 4),
            places=number % 3,
        )  # fmt: skip
    seen, after = [], ""
    while True:
        with django_assert_max_num_queries(10 if asked.get("words") else 9):
            page = search_directory(
                market.authority,
                SearchCriteria(place=WORTHING, **asked),
                sight=EVERYTHING,
                at=NOW,
                order=order,
                after=after,
            ).page
        seen += [row.pk for row in page.rows]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 60


def test_services_that_cannot_take_children_come_last_by_distance(market):
    far(market, "Near and full", 1, places=0)
    far(market, "Near and unsure", 2, places=None, places_at=None)
    far(market, "Far", 9, places=2)
    far(market, "Far and full", 8, places=0)
    order = ["Near and unsure", "Far", "Near and full", "Far and full"]
    assert names(market, place=WORTHING) == order
    pages, after = [], ""
    for _ in order:
        page = search_directory(
            market.authority, SearchCriteria(place=WORTHING), sight=EVERYTHING, at=NOW, after=after, size=1
        ).page
        pages, after = [*pages, page.rows[0].name], page.next
    assert (pages, after) == (order, "")
