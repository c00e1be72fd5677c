"""Tests that search pages and open data lists are built once, shared by everyone, and rebuilt only after a
change.
"""

import re

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from calloff.directory import result_cache
from calloff.directory.commands import set_places
from calloff.directory.models import Service
from calloff.directory.result_cache import WATCHED_TABLES
from calloff.members.commands import suspend
from calloff.people.permissions import Role
from calloff.registers.models import Postcode
from tests.factories import NOW, ProviderFactory, SchoolOrganisationFactory, person
from tests.factories_markets import MarketFactory, PriceFactory, lot, set_status
from tests.web.public.directory_data import HOME, member, service

HERE = "/borchester/directory"
LISTS = (
    "/api/v1/services",
    "/api/v1/services?authority=borchester",
    "/api/v1/providers?authority=borchester",
)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres15]


@pytest.fixture(autouse=True)
def _nothing_is_kept():
    caches["told"].clear()
    yield
    caches["told"].clear()


@pytest.fixture
def made(market):
    return service(member(market))


def get_with_queries(client, address):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    return answer, [query["sql"] for query in queries]


def without_tags(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def without_token(answer):
    return re.sub(rb'(name="(?:csrfmiddlewaretoken|once_key)" value=")[^"]*', rb"\1", answer.content)


def test_a_repeated_request_for_a_page_is_served_from_the_cache(made):
    first, drew = get_with_queries(Client(), f"{HERE}?need=SEMH")
    second, asked_again = get_with_queries(Client(), f"{HERE}?need=SEMH")
    assert len(drew) > 5
    # One query counts the search towards its limit, and the other checks that nothing has changed.
    counted, compared = asked_again
    assert "rate_limits_count" in counted
    assert "pg_visible_in_snapshot" in compared
    assert without_token(first) == without_token(second)
    assert "no-store" in second["Cache-Control"]
    other, drew_another = get_with_queries(Client(), HERE)
    assert len(drew_another) > 5
    assert without_token(other) != without_token(first)


def test_new_places_and_statuses_appear_in_the_next_search(made, market):
    lead = person(Role.PROVIDER_LEAD, at=made.provider)
    for places, words in ((3, "3 places available"), (0, "Full"), (1, "1 place available")):
        get_with_queries(Client(), HERE)
        set_places(Service.objects.get(), places=places, by=lead, at=NOW)
        answer, _ = get_with_queries(Client(), HERE)
        assert words in answer.content.decode()
        assert Client().get(LISTS[1]).json()["services"][0]["places"] == places
    for address in (HERE, *LISTS):
        get_with_queries(Client(), address)
    officer = person(Role.QUALITY_OFFICER, at=market.authority)
    suspend(
        made.provider, authority=market.authority, members=[made.member], clause="9.1", reason="It is looked into.",
        review_route="Write to us.", by=officer, at=NOW,
    )  # fmt: skip
    assert "Farm mornings" not in get_with_queries(Client(), HERE)[0].content.decode()
    assert all("Farm mornings" not in get_with_queries(Client(), address)[0].content.decode() for address in LISTS)


def test_each_visitor_gets_a_working_csrf_token(made):
    Postcode.objects.create(postcode="BN11 1LG", position=HOME)
    tokens = []
    for _ in range(3):
        visitor = Client(enforce_csrf_checks=True)
        page, _ = get_with_queries(visitor, HERE)
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
        sent = visitor.post(f"{HERE}/place", {"postcode": "bn111lg", "csrfmiddlewaretoken": token})
        assert (sent.status_code, sent["Location"]) == (302, HERE)
        assert (
            "Distances from BN11 1LG" in get_with_queries(visitor, HERE)[0].content.decode()
        )  # This page is not cached.
        tokens.append(token)
    assert len(set(tokens)) == 3
    assert "BN11 1LG" not in get_with_queries(Client(), HERE)[0].content.decode()
    stranger = Client(enforce_csrf_checks=True)
    get_with_queries(stranger, HERE)
    assert stranger.post(f"{HERE}/place", {"postcode": "bn111lg", "csrfmiddlewaretoken": tokens[0]}).status_code == 403


def test_a_signed_in_person_gets_a_page_made_only_for_them(made):
    PriceFactory(service=made, provider=made.provider, amount=120)
    buyer = Client()
    buyer.force_login(person(Role.AP_LEAD, at=SchoolOrganisationFactory()))
    for _ in range(2):
        assert "£120" not in get_with_queries(Client(), f"{HERE}?order=price")[0].content.decode()
        assert "£120" in get_with_queries(buyer, f"{HERE}?order=price")[0].content.decode()


def test_people_who_get_the_same_results_share_them_until_something_changes(made, market):
    PriceFactory(service=made, provider=made.provider, amount=120)
    clients, prices = {}, f"{HERE}?order=price"
    for role in (Role.QUALITY_OFFICER, Role.CONTRACTS_OFFICER):
        clients[role] = Client(enforce_csrf_checks=True)
        clients[role].force_login(person(role, at=market.authority))
    rival = Client()
    rival.force_login(person(Role.PROVIDER_LEAD, at=ProviderFactory()))
    officer, colleague = clients.values()
    first, drew = get_with_queries(officer, prices)
    second, asked_again = get_with_queries(colleague, prices)
    assert not [one for one in asked_again if "directory_service" in one and "pg_visible" not in one]
    assert len(asked_again) < len(drew)
    for client, answer, name in ((officer, first, "Quentin"), (colleague, second, "Olivia")):
        content = answer.content.decode()
        assert "£120" in content
        assert name in content
        tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', content)
        assert client.post(f"{HERE}/place", {"postcode": "x", "csrfmiddlewaretoken": tokens[0]}).status_code == 200
    keys = [
        key for one in (first, second) for key in re.findall(r'name="once_key" value="([^"]+)"', one.content.decode())
    ]
    assert len(keys) == len(set(keys)) > 0
    assert "£120" not in get_with_queries(rival, prices)[0].content.decode()
    set_places(Service.objects.get(), places=0, by=person(Role.PROVIDER_LEAD, at=made.provider), at=NOW)
    assert "Full" in get_with_queries(colleague, prices)[0].content.decode()


def test_typed_text_cannot_insert_a_csrf_token_for_a_signed_in_person(made, market):
    officer = Client()
    officer.force_login(person(Role.QUALITY_OFFICER, at=market.authority))
    pages = [officer.get(f"{HERE}?words=farm{end}").content.count(b"csrfmiddlewaretoken") for end in ("", "%00", "%00")]
    assert len(set(pages)) == 1


def test_filter_counts_are_calculated_once_until_something_changes(made, market):
    buyer = Client()
    buyer.force_login(person(Role.AP_LEAD, at=SchoolOrganisationFactory()))
    (first, counted), (second, kept) = get_with_queries(buyer, HERE), get_with_queries(buyer, HERE)
    assert without_token(first) == without_token(second)
    assert [sum("WITH base" in one for one in several) for several in (counted, kept)] == [1, 0]
    assert "In a group (1)" in without_tags(first)
    service(member(market, "Tideway Tutors", 2), "Second lessons")
    third, counted_again = get_with_queries(buyer, HERE)
    assert sum("WITH base" in one for one in counted_again) == 1
    assert "In a group (2)" in without_tags(third)


def test_a_404_page_is_not_cached(made):
    assert [Client().get("/nowhere/directory").status_code for _ in range(2)] == [404, 404]


def test_results_for_lots_with_the_same_title_in_two_markets_are_kept_apart(made, market):
    other = MarketFactory(authority=market.authority, code="OTHER")
    set_status(other, "open")
    assert str(lot(other)) == str(lot(market))
    for one, words in (
        (market, "1 to 1 of 1 service"),
        (other, "No services match all your filters"),
        (market, "1 to 1 of"),
    ):
        page, _ = get_with_queries(Client(), f"{HERE}?category={one.code}-{lot(one).number}")
        assert words in " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
    assert (
        len({without_token(get_with_queries(Client(), f"{HERE}?category={one.code}-1")[0]) for one in (market, other)})
        == 2
    )


def test_only_the_page_of_a_signed_in_person_shows_the_time(made):
    assert "Printed" not in get_with_queries(Client(), HERE)[0].content.decode()
    buyer = Client()
    buyer.force_login(person(Role.AP_LEAD, at=SchoolOrganisationFactory()))
    assert "Printed" in get_with_queries(buyer, HERE)[0].content.decode()


MORE = ("utm_source=x", "words=" + "a+" * 300, "words=\xc3\xa9")


@pytest.mark.parametrize("query", MORE, ids=["unknown", "long", "raw"])
def test_a_url_with_unknown_parameters_is_not_served_from_the_cache(made, query):
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert Client().generic("GET", HERE, QUERY_STRING=query).status_code == 200
        assert len(queries) > 5


def test_typed_text_cannot_insert_a_csrf_token(made):
    for _ in range(2):
        page = Client().get(f"{HERE}?words=farm%00&need=%00&category=%00").content
        (token,) = re.findall(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert page.count(token) == 1


def test_two_url_encodings_of_the_same_word_are_separate_searches(made):
    """Django decodes raw bytes and percent-encoded characters into the same URL, but each of them gets its own
    response.
    """
    for query in ("words=%C3%A9", "words=%C3%83%C2%A9", "words=%C3%A9"):
        answer = Client().generic("GET", HERE, QUERY_STRING=query)
        wanted = {"words=%C3%A9": "é", "words=%C3%83%C2%A9": "Ã©"}[query]
        assert f'value="{wanted}"' in answer.content.decode()


SEARCHES = (
    "words=farm&need=SEMH", "words=nothing+like+it", "category=AP-1", "order=price&unit=day", "order=soonest&free=on",
    "key_stage=4&checked=6&ratio=3",
)  # fmt: skip


@pytest.mark.django_db  # A transaction can see what it has written itself.
@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("address", [*(f"{HERE}?{one}" for one in SEARCHES), *LISTS, "provider"])
def test_every_table_that_a_search_queries_is_watched(made, address, signed_in, monkeypatch):
    """A new table for these pages must be added to directory/result_cache.py.

    Otherwise, its changes would be shown too late.
    """
    provider = f"/api/v1/providers/borchester/{made.provider.slug}"
    PriceFactory(service=made)
    client, within, told = Client(), [], result_cache.cached_until_change
    if signed_in:
        client.force_login(person(Role.AP_LEAD, at=SchoolOrganisationFactory()))

    def listening(key, at, tell):
        def heard():
            with CaptureQueriesContext(connection) as queries:
                answer = tell()
            within.extend(query["sql"] for query in queries)
            return answer

        return told(key, at, heard)

    monkeypatch.setattr(result_cache, "cached_until_change", listening)
    get_with_queries(client, provider if address == "provider" else address)
    there = connection.introspection.table_names()
    tables = {name for sql in within for name in there if re.search(rf"\b{name}\b", sql)}
    assert tables - {*WATCHED_TABLES, "directory_touch"} == set()
    assert {"members_member", "people_organisation"} <= tables


@pytest.mark.parametrize("address", LISTS)
def test_a_repeated_request_for_a_list_is_served_from_the_cache(made, address):
    first, made_it = get_with_queries(Client(), address)
    second, asked_again = get_with_queries(Client(), address)
    assert (first.content, first["ETag"]) == (second.content, second["ETag"])
    assert len(asked_again) == 2 < len(made_it)
    assert Client().get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
