"""Searching the directory, at its page."""

import base64
import re

import pytest

from calloff.registers.models import Postcode
from tests.factories_markets import PriceFactory, ServiceFactory
from tests.web.public.listing import HOME, member, service

HERE = "/borchester/directory"
ODD = [
    '"', "'", "''; DROP TABLE people_user; --", "%", "_", "*", "farm & !sheep | (goat", "farm <-> :* ", "\\", "-farm",
    "farm\x00", "\x00", "a" * 1000, "farm " * 400, "🐑🌾", "({[<", "and or not", "\u202efarm", "<script>",
]  # fmt: skip


@pytest.fixture
def near(client, borchester):
    """A visitor who has said where from."""
    Postcode.objects.create(postcode="BN11 1LG", position=HOME)
    client.post(f"{HERE}/place", {"postcode": "bn111lg"})
    return client


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_lists_members_with_their_services_and_those_without(client, market):
    service(member(market))
    member(market, "Tideway Tutors", 2)
    page = text(client.get(HERE))
    assert "1 to 2 of 2 listings, those with services first" in page
    assert "Farm mornings" in page
    assert "Tideway Tutors" in page
    assert "Has not published its services yet" in page


@pytest.mark.parametrize("words", ODD)
def test_takes_whatever_is_typed_as_words(client, market, words):
    service(member(market))
    answer = client.get(HERE, {"words": words})
    assert answer.status_code == 200
    assert "There is a problem" not in text(answer)


@pytest.mark.parametrize("name", ["category", "need", "age", "mode", "miles", "free", "after", "before", "unknown"])
@pytest.mark.parametrize("value", ["\x00", "'", "-1", "9" * 40, "WzAsImEiLDFlNDAwXQ", "🐑"])
def test_takes_no_harm_from_a_filter_that_cannot_be_read(near, market, name, value):
    service(member(market))
    assert near.get(HERE, {name: value}).status_code == 200


def test_an_operator_is_a_word(client, market):
    service(member(market))
    assert "Farm mornings" in text(client.get(HERE, {"words": "farm"}))
    assert "No approved provider fits" in text(client.get(HERE, {"words": "farm & zebra"}))
    assert "No approved provider fits" in text(client.get(HERE, {"words": "zebra | farm"}))


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"need": "SEMH"}, True), ({"need": "HI"}, False), ({"age": 8}, True), ({"age": 15}, False),
        ({"mode": "group"}, True), ({"mode": "online"}, False), ({"free": "on"}, True), ({"category": "TST-1"}, True),
        ({"category": "TST-2"}, False),
    ],
)  # fmt: skip
def test_filters(client, market, filters, found):
    service(member(market))
    assert ("Farm mornings" in text(client.get(HERE, filters))) is found


def test_says_how_many_have_not_said_what_a_filter_asks(client, market):
    service(member(market))
    member(market, "Tideway Tutors")
    service(member(market, "Juniper House"), "Quiet room", places=None, places_at=None)
    service(member(market, "Lorry Park"), "Engines", places=0)
    page = text(client.get(HERE, {"free": "on"}))
    assert "2 listings of approved providers are not shown because they have not said what your filters ask" in page
    assert "1 to 1 of 1 listing" in page


def test_each_filter_can_be_removed_alone(client, market):
    page = client.get(HERE, {"words": "farm", "age": "9"}).content.decode()
    assert f'href="{HERE}?age=9"' in page
    assert f'href="{HERE}?words=farm"' in page


def test_says_why_nothing_is_found_and_what_to_do(client, market):
    service(member(market))
    assert "Remove one of them above" in text(client.get(HERE, {"words": "zebra", "age": "9"}))
    assert "Show all approved providers" in text(client.get(HERE, {"words": "zebra"}))


def test_puts_those_first_who_have_published_their_services(client, market):
    member(market, "Ash Farm")
    member(market, "Beech Farm")
    service(member(market, "Yew Farm"), "Weaving")
    service(member(market, "Willow Farm"), "Baskets")
    page = text(client.get(HERE))
    order = [page.index(name) for name in ("Willow Farm", "Yew Farm", "Ash Farm", "Beech Farm")]
    assert order == sorted(order)


def test_says_that_nobody_is_approved_yet(client, market):
    assert "No provider is approved here yet" in text(client.get(HERE))


def test_turns_pages_by_key_there_and_back(client, market):
    for n in range(30):
        member(market, f"Provider {n:02}")
    first = client.get(HERE)
    assert "1 to 25 of 30 listings" in text(first)
    (after,) = re.findall(r'href="(\?after=[^"]+)"', first.content.decode())
    second = client.get(HERE + after)
    assert "26 to 30 of 30 listings" in text(second)
    assert "Provider 29" in text(second)
    assert "Provider 24" not in text(second)
    (before,) = re.findall(r'href="(\?before=[^"]+)"', second.content.decode())
    assert "1 to 25 of 30 listings" in text(client.get(HERE + before))


def test_orders_by_distance_and_says_it(near, market):
    service(member(market, "Far Barn"), "Far lessons", miles=7)
    service(member(market, "Near Barn"), "Near lessons", miles=2)
    page = text(near.get(HERE))
    assert page.index("Near Barn") < page.index("Far Barn")
    assert "2.0 miles, straight line" in page
    assert "Contains OS data © Crown copyright" in page
    within = text(near.get(HERE, {"miles": "5"}))
    assert "Near Barn" in within
    assert "Far Barn" not in within


def test_names_no_source_where_no_distance_is_shown(client, market):
    service(member(market))
    assert "OS data" not in text(client.get(HERE))


def test_the_postcode_and_what_follows_from_it_stand_in_no_address(near, market):
    for n in range(30):
        service(member(market, f"Provider {n:02}"), f"Lessons {n}", miles=n)
    asked = near.post(f"{HERE}/place?age=9&postcode=BN11+1LG", {"postcode": "BN11 1LG"})
    assert asked["Location"] == f"{HERE}?age=9"
    page = near.get(HERE)
    assert page["Cache-Control"].count("no-store")
    body = page.content.decode()
    (after,) = re.findall(r'href="(\?after=[^"]+)"', body)
    assert "26 to 30 of 30 listings" in text(near.get(HERE + after))
    addresses = re.findall(r'(?:href|action)="([^"]+)"', body)
    assert not [one for one in addresses if "BN11" in one or "5140" in one]
    assert not re.search(r"after=W1|after=Wz", after)  # a bare key would begin so, and hold the distance


def test_an_altered_key_begins_at_the_beginning(near, market):
    for n in range(30):
        service(member(market, f"Provider {n:02}"), f"Lessons {n}", miles=n)
    assert "1 to 25 of 30" in text(near.get(HERE, {"after": "gAAAAABnonsense"}))
    assert "1 to 25 of 30" in text(near.get(HERE, {"after": "WzAuMCwiYSIsMV0"}))


@pytest.mark.parametrize("way", ["after", "before"])
@pytest.mark.parametrize(
    "values", ['[0,"a",1e400]', '[1e400,"a",1]', '["x","a",1]', '[0,"a\\u0000",1]', '[0,"\\ud800",1]']
)
def test_a_key_that_nobody_gave_begins_at_the_beginning(client, market, way, values):
    service(member(market))
    key = base64.urlsafe_b64encode(values.encode()).decode().rstrip("=")
    assert client.get(HERE, {way: key}).status_code == 200


def test_forgets_the_postcode(near, market):
    assert "BN11 1LG" in text(near.get(HERE))
    answer = near.post(f"{HERE}/forget-place?miles=5&age=9")
    assert answer["Location"] == f"{HERE}?age=9"
    assert "BN11 1LG" not in text(near.get(HERE))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a postcode"), ("nonsense", "Enter a full UK postcode"), ("\x00", "Null characters"),
        ("BT1 1AA", "Distances cannot be measured from Northern Ireland"), ("ZE1 0AA", "We do not know where"),
    ],
)  # fmt: skip
def test_shows_again_a_postcode_that_it_cannot_use(client, borchester, typed, sentence):
    page = client.post(f"{HERE}/place", {"postcode": typed})
    assert page.status_code == 200
    assert "There is a problem" in text(page)
    assert sentence in text(page)


def test_shows_the_tag_of_a_member_that_takes_no_new_placements(client, market):
    service(member(market, required_evidence=["public_liability"]))
    assert "No new placements" in text(client.get(HERE))


def test_asks_the_database_as_often_for_many_as_for_few(near, market, django_assert_max_num_queries, borchester):
    counts = []
    for wanted in (3, 60):
        for n in range(wanted):
            PriceFactory(service=service(member(market, f"Provider {wanted} {n}"), f"Lessons {wanted} {n}"))
        with django_assert_max_num_queries(20) as asked:
            near.get(HERE, {"words": "lessons", "miles": "10"})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_another_authoritys_members_are_not_here(client, market):
    ServiceFactory(name="Elsewhere lessons")
    assert "Elsewhere lessons" not in text(client.get(HERE))
