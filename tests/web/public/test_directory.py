"""Tests for the directory search page."""

import base64
import re
from datetime import date

import pytest

from calloff.registers.models import Outcode, Postcode
from tests.factories import NOW
from tests.factories_markets import PriceFactory, ServiceFactory
from tests.web.public.directory_data import HOME, member, service

HERE = "/borchester/directory"
ODD = [
    '"', "'", "''; DROP TABLE people_user; --", "%", "_", "*", "farm & !sheep | (goat", "farm <-> :* ", "\\", "-farm",
    "farm\x00", "\x00", "a" * 1000, "farm " * 400, "🐑🌾", "({[<", "and or not", "\u202efarm", "<script>",
]  # fmt: skip


@pytest.fixture
def near(client, borchester):
    """Return a client for a visitor who has entered a postcode."""
    Postcode.objects.create(postcode="BN11 1LG", position=HOME)
    client.post(f"{HERE}/place", {"postcode": "bn111lg"})
    return client


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_providers_without_services_are_listed_separately_from_services(client, market):
    service(member(market))
    member(market, "Tideway Tutors", 2)
    page = text(client.get(HERE))
    assert "1 to 1 of 1 service, by name" in page
    assert "Farm mornings" in page
    assert "Harbour Lane Studio" in page
    assert "1 approved provider with no services listed yet" in page
    assert "Tideway Tutors" in page


@pytest.mark.parametrize("words", ODD)
def test_any_typed_text_is_searched_as_words(client, market, words):
    service(member(market))
    answer = client.get(HERE, {"words": words})
    assert answer.status_code == 200
    assert "There is a problem" not in text(answer)


@pytest.mark.parametrize(
    "name",
    [
        "category",
        "need",
        "age",
        "key_stage",
        "mode",
        "days",
        "starts_by",
        "ratio",
        "miles",
        "free",
        "free_by-day",
        "unit",
        "at_most",
        "checked",
        "order",
        "after",
        "before",
        "unknown",
    ],
)
@pytest.mark.parametrize("value", ["\x00", "'", "-1", "9" * 40, "WzAsImEiLDFlNDAwXQ", "🐑"])
def test_a_filter_that_cannot_be_read_causes_no_error(near, market, name, value):
    service(member(market))
    assert near.get(HERE, {name: value}).status_code == 200


def test_a_search_operator_is_treated_as_an_ordinary_word(client, market):
    service(member(market))
    assert "Farm mornings" in text(client.get(HERE, {"words": "farm"}))
    assert "No services match" in text(client.get(HERE, {"words": "farm & zebra"}))
    assert "No services match" in text(client.get(HERE, {"words": "zebra | farm"}))


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"need": "SEMH"}, True), ({"need": "HI"}, False), ({"age": 8}, True), ({"age": 15}, False),
        ({"mode": "group"}, True), ({"mode": "online"}, False), ({"free": "on"}, True), ({"category": "TST-1"}, True),
        ({"category": "TST-2"}, False),
    ],
)  # fmt: skip
def test_each_filter_selects_the_right_services(client, market, filters, found):
    service(member(market))
    # Otherwise, the service could be listed as the nearest service.
    assert ("1 to 1 of 1 service" in text(client.get(HERE, filters))) is found


def test_each_filter_option_shows_its_number_of_results(client, market):
    service(member(market))
    service(member(market, "Juniper House"), "Quiet room", mode="one_to_one", needs=["VI"])
    page = text(client.get(HERE, {"need": "SEMH"}))
    assert "In a group (1)" in page
    assert "One to one (0)" in page
    assert "Vision impairment (1)" in page


def test_a_search_with_a_misspelt_word_says_what_was_found_instead(client, market):
    service(member(market))
    page = text(client.get(HERE, {"words": "farmm mornigs"}))
    assert "Did you mean “farm mornings”?" in page
    assert "Farm mornings" in page


def test_search_words_are_highlighted_and_all_text_is_escaped(client, market):
    service(member(market), description="Goats <b>and</b> bees.")
    page = client.get(HERE, {"words": "bees"}).content.decode()
    assert "<mark>bees</mark>" in page
    assert "<b>and</b>" not in page


def test_a_rival_cannot_filter_or_sort_by_price(client, market):
    service(member(market))
    assert 'name="at_most"' not in client.get(HERE).content.decode()
    assert 'value="price"' not in client.get(HERE).content.decode()
    assert client.get(HERE, {"order": "price", "at_most": "1", "unit": "hour"}).status_code == 200


def test_services_without_a_fixed_place_are_listed_separately(near, market):
    service(member(market), site=None, mode="online")
    page = text(near.get(HERE))
    assert "1 service is not shown, because we cannot measure the distance" in page
    assert "Farm mornings" in text(near.get(HERE, {"order": "match"}))


def test_each_filter_can_be_removed_separately(client, market):
    page = client.get(HERE, {"words": "farm", "age": "9"}).content.decode()
    assert f'href="{HERE}?age=9"' in page
    assert f'href="{HERE}?words=farm"' in page


def test_the_bar_searches_and_sets_the_place_in_one_step_and_keeps_other_filters(client, market):
    Postcode.objects.create(postcode="BN11 1LG", position=HOME)
    service(member(market), miles=2)
    bar = {"words": "farm", "age": "9", "need": "", "postcode": "bn11 1lg"}
    asked = client.post(f"{HERE}/place?mode=group&words=old&age=3", bar)
    assert asked["Location"] == f"{HERE}?words=farm&age=9&mode=group"
    page = text(client.get(asked["Location"]))
    assert "1 service for age 9" in page
    assert "Distances from BN11 1LG" in page


@pytest.mark.parametrize(("typed", "kept"), [("BN11 1LG", True), ("", False)])
def test_the_bar_keeps_the_place_or_removes_it(near, market, typed, kept):
    service(member(market))
    asked = near.post(f"{HERE}/place", {"words": "farm", "age": "", "need": "", "postcode": typed})
    assert asked["Location"] == f"{HERE}?words=farm"
    assert ("Distances from BN11 1LG" in text(near.get(HERE))) is kept


def test_an_unusable_postcode_in_the_bar_is_shown_in_a_form(client, market):
    page = client.post(f"{HERE}/place", {"words": "farm", "age": "", "need": "", "postcode": "nonsense"})
    assert "Enter a postcode, its first half, or a town" in text(page)
    assert f'href="{HERE}?words=farm"' in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "chip", "grey"),
    [
        ({"places": 3}, "3 places available", False),
        ({"places": 1, "places_from": date(2026, 3, 9)}, "1 place from 9 March", False),
        ({"places": 1, "places_from": date(2027, 1, 11)}, "1 place from 11 January 2027", False),
        ({"places": 0}, "Full", True),
        ({"places": None, "places_at": None}, "Places not confirmed", False),
    ],
)
def test_a_card_says_whether_there_are_places_and_is_grey_if_there_are_none(client, market, fields, chip, grey):
    service(member(market), **fields)
    page = client.get(HERE)
    assert chip in text(page)
    assert ("calloff-service--off" in page.content.decode()) is grey


def test_a_card_has_at_most_four_facts_and_the_last_check(client, market):
    service(member(market, last_checked_on=NOW.date()), qualifications=["gcse"])
    page = client.get(HERE)
    facts = re.search(r'<ul class="calloff-service__facts">(.*?)</ul>', page.content.decode(), re.DOTALL)[1]
    assert re.findall(r"</svg>([^<]+)</li>", facts) == ["Ages 8 to 14", "1 adult to 4", "2 days a week", "GCSEs"]
    assert "Checked 2 Mar 2026" in text(page)


def test_a_service_opened_from_results_leads_back_to_them(client, market):
    service(member(market))
    page = client.get(HERE, {"words": "farm", "age": "9"}).content.decode()
    link = re.search(r'href="(/borchester/services/farm-mornings\?back=[^"]+)"', page)[1]
    assert f'href="{HERE}?words=farm&amp;age=9">Find provision</a>' in client.get(link).content.decode()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/borchester", "\x00"]
)
def test_a_service_leads_back_only_to_results(client, market, back):
    service(member(market))
    page = client.get("/borchester/services/farm-mornings", {"back": back}).content.decode()
    assert f'href="{HERE}">Find provision</a>' in page


def test_a_search_without_results_suggests_removing_a_filter(client, market):
    service(member(market))
    page = client.get(HERE, {"words": "farm", "age": "18"})
    assert "Without Age 18: 1 service" in text(page)
    assert f'href="{HERE}?words=farm"' in page.content.decode()
    assert "No services match your filters" in text(client.get(HERE, {"words": "zebra", "age": "18"}))


def test_an_empty_directory_says_that_no_provider_has_been_approved_yet(client, market):
    assert "The council has not approved any providers yet" in text(client.get(HERE))


def test_results_can_be_paged_forwards_and_backwards(client, market):
    for n in range(30):
        service(member(market, f"Provider {n:02}"), f"Lessons {n:02}")
    first = client.get(HERE)
    assert "1 to 25 of 30 services" in text(first)
    (after,) = re.findall(r'href="(\?after=[^"]+)"', first.content.decode())
    second = client.get(HERE + after)
    assert "26 to 30 of 30 services" in text(second)
    assert "Lessons 29" in text(second)
    assert "Lessons 24" not in text(second)
    (before,) = re.findall(r'href="(\?before=[^"]+)"', second.content.decode())
    assert "1 to 25 of 30 services" in text(client.get(HERE + before))


def test_results_can_be_sorted_by_distance_and_show_the_distance(near, market):
    service(member(market, "Far Barn"), "Far lessons", miles=7)
    service(member(market, "Near Barn"), "Near lessons", miles=2)
    page = text(near.get(HERE))
    assert page.index("Near Barn") < page.index("Far Barn")
    assert "2.0 miles in a straight line" in page
    assert "Contains OS data © Crown copyright" in page
    within = text(near.get(HERE, {"miles": "5"}))
    assert "Near Barn" in within
    assert "Far Barn" not in within


def test_the_source_of_positions_is_shown_only_with_distances_or_a_map(client, market):
    service(member(market), site=None, mode="online")
    page = client.get(HERE)
    assert "OS data" not in text(page)
    assert "calloff-map" not in page.content.decode()
    service(member(market, "Far Barn"), "Far lessons", miles=7)
    page = client.get(HERE)
    assert "OS data" in text(page)
    assert "Outline is approximate" in text(page)
    assert 'aria-label="1: Far lessons"' in page.content.decode()


def test_zooming_the_map_works_without_javascript_and_keeps_the_search(client, market):
    service(member(market))
    page = client.get(HERE, {"words": "farm", "zoom": "1"}).content.decode()
    assert 'href="?words=farm&amp;zoom=2#map" aria-label="Zoom in"' in page
    assert 'href="?words=farm&amp;zoom=0#map" aria-label="Zoom out"' in page


def test_the_postcode_does_not_appear_in_any_url(near, market):
    for n in range(30):
        service(member(market, f"Provider {n:02}"), f"Lessons {n}", miles=n)
    asked = near.post(f"{HERE}/place?age=9&postcode=BN11+1LG", {"postcode": "BN11 1LG"})
    assert asked["Location"] == f"{HERE}?age=9"
    page = near.get(HERE)
    assert page["Cache-Control"].count("no-store")
    body = page.content.decode()
    (after,) = re.findall(r'href="(\?after=[^"]+)"', body)
    assert "26 to 30 of 30 services" in text(near.get(HERE + after))
    addresses = re.findall(r'(?:href|action)="([^"]+)"', body)
    assert not [one for one in addresses if "BN11" in one or "5140" in one]
    # If the key were not encrypted, it would start like this and contain the distance.
    assert not re.search(r"after=W1|after=Wz", after)


def test_a_page_key_that_was_tampered_with_starts_at_the_first_page(near, market):
    for n in range(30):
        service(member(market, f"Provider {n:02}"), f"Lessons {n}", miles=n)
    assert "1 to 25 of 30" in text(near.get(HERE, {"after": "gAAAAABnonsense"}))
    assert "1 to 25 of 30" in text(near.get(HERE, {"after": "WzAuMCwiYSIsMV0"}))


@pytest.mark.parametrize("way", ["after", "before"])
@pytest.mark.parametrize(
    "values", ['[0,"a",1e400]', '[1e400,"a",1]', '["x","a",1]', '[0,"a\\u0000",1]', '[0,"\\ud800",1]']
)
def test_a_made_up_page_key_starts_at_the_first_page(client, market, way, values):
    service(member(market))
    key = base64.urlsafe_b64encode(values.encode()).decode().rstrip("=")
    assert client.get(HERE, {way: key}).status_code == 200


def test_the_postcode_can_be_removed_from_the_search(near, market):
    assert "BN11 1LG" in text(near.get(HERE))
    answer = near.post(f"{HERE}/forget-place?miles=5&age=9")
    assert answer["Location"] == f"{HERE}?age=9"
    assert "BN11 1LG" not in text(near.get(HERE))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a postcode"), ("nonsense", "Enter a postcode, its first half"), ("\x00", "Enter a postcode"),
        ("BT1 1AA", "Distances cannot be measured from Northern Ireland"), ("ZE1 0AA", "We do not know where"),
    ],
)  # fmt: skip
def test_a_postcode_that_cannot_be_used_is_shown_in_the_form_again(client, borchester, typed, sentence):
    page = client.post(f"{HERE}/place", {"postcode": typed})
    assert page.status_code == 200
    assert "There is a problem" in text(page)
    assert sentence in text(page)


def test_for_an_unknown_postcode_distances_are_measured_from_its_district_and_a_notice_says_so(client, market):
    Outcode.objects.create(outcode="BN11", position=HOME, postcodes=1)
    service(member(market), miles=2)
    page = text(client.post(f"{HERE}/place", {"postcode": "bn11 9zz"}, follow=True))
    assert "Distances are measured from the centre of BN11, so they are approximate." in page
    assert "2.0 miles in a straight line" in page
    assert "9ZZ" not in page


def test_a_member_not_taking_new_placements_is_shown_as_not_taking_new_children(client, market):
    service(member(market, required_evidence=["public_liability"]))
    assert "Not taking new children" in text(client.get(HERE))


def test_a_search_takes_the_same_number_of_queries_for_any_number_of_services(
    near, market, django_assert_max_num_queries, borchester
):
    counts = []
    for wanted in (3, 60):
        for n in range(wanted):
            PriceFactory(service=service(member(market, f"Provider {wanted} {n}"), f"Lessons {wanted} {n}"))
        with django_assert_max_num_queries(25) as queries:
            near.get(HERE, {"words": "lessons", "miles": "10"})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_another_authoritys_members_are_not_listed(client, market):
    ServiceFactory(name="Elsewhere lessons")
    assert "Elsewhere lessons" not in text(client.get(HERE))
