"""Tests for the feed's query parameters: the filters of the standard, and the errors for invalid values."""

from datetime import date, time

import pytest

from calloff.directory.models import TeachingMode
from calloff.directory.opening_hours import week_of_days
from calloff.kernel.geography import Point
from calloff.oruk import query_params
from calloff.registers.models import Outcode, Postcode
from tests.factories_markets import MarketFactory, MemberFactory, ServiceFactory, SiteFactory, lot
from tests.oruk.schema_checks import empty_fields, get, numbered, read

pytestmark = pytest.mark.django_db

TEN_KB = "farm " * 2000


@pytest.fixture
def farm():
    """Create tutoring on a farm for ages 8 to 14, with a site and an area of 10 miles.

    The farm is open on Monday and Tuesday from 9:30am to 2:30pm.
    """
    service = ServiceFactory(
        name="Farm mornings", week=week_of_days(["mon", "tue"], time(9, 30), time(14, 30)), reach=10
    )
    ServiceFactory(
        name="Online maths", description="Sums.", summary="Sums.", site=None, mode=TeachingMode.ONLINE, age_from=16,
        age_to=18,
        needs=["SLD"], week=week_of_days(["fri"]), member=MemberFactory(market=service.member.market),
    )  # fmt: skip
    numbered()
    # This postcode is half a kilometre from the farm.
    Postcode.objects.create(postcode="BN11 1LG", position=Point(514_500, 102_600))
    Postcode.objects.create(postcode="RH10 1AA", position=Point(527_000, 136_000))  # about 36 km from the farm
    Outcode.objects.create(outcode="BN14", position=Point(514_000, 105_000), postcodes=400)
    return service


def names(client, query, path="/services"):
    page = read(client, path, query)
    assert page["total_items"] == len(page["contents"]) == page["size"]
    return [one.get("service", one)["name"] for one in page["contents"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "farm"}, True), ({"search": "farms growing"}, True), ({"search": "zebra"}, False),
        ({"search": "farm & !maths | \"'"}, True), ({"search": "  "}, None),
        ({"minimum_age": "8"}, True), ({"minimum_age": "7.5"}, True), ({"minimum_age": "9", "search": "farm"}, False),
        ({"maximum_age": "14"}, True), ({"maximum_age": "13"}, False),
        ({"start_time": "09:30"}, True), ({"start_time": "09:30:00"}, True), ({"start_time": "09:31"}, False),
        ({"end_time": "14:30"}, True), ({"end_time": "14:29"}, False),
        ({"day": "MO"}, True), ({"day": "tuesday"}, True), ({"day": "Mon"}, True), ({"day": "WE"}, False),
        ({"minimum_age": "8", "maximum_age": "14", "day": "MO", "search": "farm", "end_time": "15:00"}, True),
    ],
)  # fmt: skip
def test_each_feed_filter_selects_the_matching_records(client, farm, query, found):
    for path in ("/services", "/service_at_locations"):
        assert ("Farm mornings" in names(client, query, path)) is (found is not False)
    if found:
        assert "Online maths" not in names(client, query) or query.keys() == {"minimum_age"}


def test_filtering_by_term_finds_exactly_the_services_with_that_term(client, farm):
    whole = read(client, f"/services/{farm.uuid}")
    carried = {one["taxonomy_term"]["id"]: one["taxonomy_term"]["taxonomy_id"] for one in whole["attributes"]}
    for term in read(client, "/taxonomy_terms", {"per_page": 500})["contents"]:
        listed = "Farm mornings" in names(client, {"taxonomy_term_id": term["id"]})
        assert listed is (term["id"] in carried), term
    for taxonomy in read(client, "/taxonomies")["contents"]:
        listed = "Farm mornings" in names(client, {"taxonomy_id": taxonomy["id"]})
        assert listed is (taxonomy["id"] in carried.values()), taxonomy
    assert names(client, {"taxonomy_term_id": str(farm.uuid)}) == []
    assert names(client, {"taxonomy_id": str(farm.uuid)}) == []


def test_a_search_by_key_stage_finds_services_for_that_key_stage(client, farm):
    taxonomy = read(client, "/taxonomies")["contents"][1]["id"]
    stages = read(client, f"/taxonomies/{taxonomy}")["taxonomy_terms"]
    for low, high in (
        (4, 4),
        (5, 5),
        (7, 7),
        (7, 11),
        (10, 11),
        (11, 16),
        (14, 14),
        (16, 16),
        (16, 18),
        (4, 19),
        (19, 19),
    ):
        farm.age_from, farm.age_to = low, high
        farm.save()
        text = read(client, f"/services/{farm.uuid}")["attributes"]
        carried = {one["taxonomy_term"]["id"] for one in text if one["link_type"] == "intended_audience"}
        for term in stages:
            listed = "Farm mornings" in names(client, {"taxonomy_term_id": term["id"]})
            assert listed is (term["id"] in carried), (low, high, term["name"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"postcode": "BN11 1LG"}, True), ({"postcode": "bn111lg", "proximity": "1000"}, True),
        ({"postcode": "BN11 1LG", "proximity": "100"}, False), ({"postcode": "BN11 1LG", "proximity": "0"}, False),
        ({"postcode": "BN11 1LG", "proximity": "1609344"}, True),
        ({"postcode": "RH10 1AA"}, False), ({"postcode": "RH10 1AA", "proximity": "100000"}, False),
        ({"postcode": "BN14 9ZZ", "proximity": "2501"}, True), ({"postcode": "BN14 9ZZ", "proximity": "2499"}, False),
    ],
)  # fmt: skip
def test_services_can_be_filtered_by_place(client, farm, query, found):
    """The farm covers the area within 10 miles of its site.

    BN14 9ZZ is not a known postcode, so distances are measured from the centre of BN14.
    """
    assert names(client, query, "/service_at_locations") == (["Farm mornings"] if found else [])


def test_services_without_an_area_are_found_only_by_distance(client, farm):
    farm.reach = None
    farm.save()
    assert names(client, {"postcode": "RH10 1AA"}, "/service_at_locations") == ["Farm mornings"]
    assert names(client, {"postcode": "RH10 1AA", "proximity": "40000"}, "/service_at_locations") == ["Farm mornings"]
    assert names(client, {"postcode": "RH10 1AA", "proximity": "30000"}, "/service_at_locations") == []


def test_two_sites_at_one_point_are_two_results_and_each_shows_its_own_site(client):
    service = ServiceFactory(more_sites=[])
    far = SiteFactory(provider=service.provider, position=Point(527_000, 136_000))
    twin = SiteFactory(provider=service.provider)
    other = ServiceFactory(site=service.site, member=service.member, more_sites=[far, twin])
    numbered()
    Postcode.objects.create(postcode="BN11 1LG", position=service.site.position)
    near = names(client, {"postcode": "BN11 1LG", "proximity": "0"}, "/service_at_locations")
    assert near == [service.name, other.name, other.name]


@pytest.mark.parametrize(
    ("path", "query", "sentence"),
    [
        ("/services", {"page": "0"}, "Send `page` as a whole number from 1 to 1,000,000."),
        ("/services", {"page": "-1"}, "Send `page` as"), ("/services", {"page": "1.5"}, "Send `page` as"),
        ("/services", {"page": "x"}, "Send `page` as"), ("/services", {"page": "1" + "0" * 30}, "Send `page` as"),
        ("/services", {"page": "１"}, "Send `page` as"), ("/services", {"page": "\x00"}, "Send `page` as"),
        ("/services", {"per_page": "0"}, "Send `per_page` as a whole number from 1 to 500."),
        ("/services", {"per_page": "501"}, "Send `per_page` as"),
        ("/services", {"per_page": "9" * 40}, "Send `per_page` as"),
        ("/services", {"minimum_age": "old"}, "Send `minimum_age` as a number of years from 0 to 150, like 11."),
        ("/services", {"minimum_age": "-1"}, "Send `minimum_age` as"),
        ("/services", {"maximum_age": "nan"}, "Send `maximum_age` as"),
        ("/services", {"maximum_age": "151"}, "Send `maximum_age` as"),
        ("/services", {"start_time": "9"}, "Send `start_time` as a UK time, like 09:30."),
        ("/services", {"start_time": "24:00"}, "Send `start_time` as"),
        ("/services", {"end_time": "noon"}, "Send `end_time` as"),
        ("/services", {"day": "XX"}, "Send `day` as one of MO, TU, WE, TH, FR, SA, SU."),
        ("/services", {"day": "monkey"}, "Send `day` as"),
        ("/services", {"taxonomy_id": "needs"}, "Send `taxonomy_id` as an id from"),
        ("/services", {"taxonomy_term_id": "\x00"}, "Send `taxonomy_term_id` as an id from"),
        ("/services", {"day": ["MO", "TU"]}, "Send `day` only once. You sent it 2 times."),
        ("/services", {"price": "1"}, "This request has no parameter called “price”. Use one of these: page, per_page, "
                                      "search"),
        ("/services", {"postcode": "BN11 1LG"}, "This request has no parameter called “postcode”."),
        ("/service_at_locations", {"proximity": "100"}, "Send `postcode` too, because `proximity` is measured "
            "from it."),
        ("/service_at_locations", {"postcode": "BN11 1LG", "proximity": "-1"}, "Send `proximity` as a distance in"),
        ("/service_at_locations", {"postcode": "BN11 1LG", "proximity": "2000001"}, "Send `proximity` as"),
        ("/service_at_locations", {"postcode": "BN11 1LG", "proximity": "inf"}, "Send `proximity` as"),
        ("/service_at_locations", {"postcode": "AB10 1AA"}, "We do not know where this postcode is."),
        ("/service_at_locations", {"postcode": "\x00"}, "Enter a full UK postcode"),
        ("/service_at_locations", {"postcode": "🐑"}, "Enter a full UK postcode"),
        ("/service_at_locations", {"postcode": "BT1 1AA"}, "Distances cannot be measured from Northern Ireland."),
        ("/taxonomies", {"search": "needs"}, "This request has no parameter called “search”. Use one of these: page, "
                                        "per_page."),
        ("/taxonomy_terms", {"page": "0"}, "Send `page` as"),
        ("", {"page": "1"}, "This request has no parameter called “page”. This request does not take any parameters."),
        (
            "/services/x", {"full": "true"},
            "This request has no parameter called “full”. This request does not take any parameters.",
        ),
    ],
)  # fmt: skip
def test_an_invalid_parameter_returns_an_explanation(client, farm, path, query, sentence):
    answer = get(client, path, query)
    assert answer.status_code == 400, answer.content
    assert answer.json().keys() == {"problem"}
    assert answer.json()["problem"].startswith(sentence)
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "words",
    [
        TEN_KB,
        "\x00",
        "🐑",
        "ŵyn Ŵyna",
        "'; DROP TABLE x; --",
        '"',
        "%",
        "farm:*",
        "(",
        "\\",
        "\ufffe",
        "a\x00b",
    ],
)
def test_search_words_are_treated_as_plain_text(client, farm, words):
    assert read(client, "/services", {"search": words})["contents"] is not None


def test_welsh_words_and_emoji_can_be_found(client):
    ServiceFactory(name="Ŵyna yn y gwanwyn 🐑")
    numbered()
    assert names(client, {"search": "ŵyna"}) == ["Ŵyna yn y gwanwyn 🐑"]


@pytest.mark.parametrize(
    ("path", "noun"),
    [
        ("/services/{}", "service"), ("/taxonomies/{}", "taxonomy"), ("/taxonomy_terms/{}", "taxonomy term"),
        ("/service_at_locations/{}", "service at a location"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("id_", ["123e4567-e89b-42d3-a456-426614174000", "x", "1", "🐑", "%00", "x" * 5000])
def test_an_unknown_id_in_the_feed_returns_a_clear_message(client, db, path, noun, id_):
    answer = get(client, path.format(id_))
    assert answer.status_code == 404
    assert answer.json()["problem"].startswith(f"There is no {noun} “")
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_the_error_for_an_unknown_url_lists_the_urls_that_exist(client, db):
    answer = get(client, "/organizations")
    assert answer.status_code == 404
    assert "/service_at_locations/{id}" in answer.json()["problem"]


def test_a_page_after_the_last_one_is_empty_and_not_an_error(client, farm):
    page = read(client, "/services", {"page": 9, "per_page": 1})
    assert page == {
        "total_items": 2, "total_pages": 2, "page_number": 9, "size": 0, "first_page": False, "last_page": True,
        "empty": True, "contents": [],
    }  # fmt: skip
    assert (
        read(client, "/services", {"page": query_params.LAST_PAGE, "per_page": query_params.MAX_PER_PAGE})["empty"]
        is True
    )
    first = read(client, "/services", {"page": 1, "per_page": 1})
    assert (first["size"], first["first_page"], first["last_page"], first["total_pages"]) == (1, True, False, 2)


def test_an_empty_feed_is_one_empty_page(client, db):
    page = read(client, "/services")
    assert (page["total_items"], page["total_pages"], page["first_page"], page["last_page"]) == (0, 0, True, True)
    assert empty_fields(page["contents"]) == ["$"]


def test_a_filtered_list_is_also_divided_into_pages(client):
    market = MarketFactory()
    made = [ServiceFactory(member=MemberFactory(market=market, lot=lot(market))) for _ in range(5)]
    numbered()
    seen = []
    for number in (1, 2, 3):
        page = read(client, "/services", {"search": "farm", "per_page": 2, "page": number})
        assert (page["total_items"], page["total_pages"], page["last_page"]) == (5, 3, number == 3)
        seen += [one["id"] for one in page["contents"]]
    assert seen == [str(one.uuid) for one in made]


def test_schedules_are_sorted_by_local_start_time(client):
    service = ServiceFactory(week=week_of_days(["fri"]))
    numbered()
    [schedule] = read(client, f"/services/{service.uuid}")["schedules"]
    assert schedule["dtstart"] == date(2026, 3, 6).isoformat()
