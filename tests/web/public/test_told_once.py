"""The page of a search and lists of open data are made once for everybody, until anything in them changes."""

import re

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from calloff.directory.commands import set_places
from calloff.directory.models import Service
from calloff.directory.unchanged import WATCHED
from calloff.members.commands import suspend
from calloff.people.permissions import Role
from calloff.registers.models import Postcode
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.factories_markets import PriceFactory
from tests.web.public.listing import HOME, member, service

HERE = "/borchester/directory"
LISTS = ("/api/v1/services", "/api/v1/services?authority=borchester", "/api/v1/providers?authority=borchester")
COUNTED = {"people_asked"}  # how often one has asked: of whoever asks, and of nothing that is told
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_is_kept():
    caches["told"].clear()
    yield
    caches["told"].clear()


@pytest.fixture
def made(market):
    return service(member(market))


def asked(client, address):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    return answer, [query["sql"] for query in queries]


def without_token(answer):
    return re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]*', rb"\1", answer.content)


def test_a_page_is_drawn_once_and_is_the_same_page(made):
    first, drew = asked(Client(), f"{HERE}?need=SEMH")
    second, asked_again = asked(Client(), f"{HERE}?need=SEMH")
    assert len(drew) > 5
    assert len(asked_again) == 1
    assert without_token(first) == without_token(second)
    assert "no-store" in second["Cache-Control"]
    other, drew_another = asked(Client(), HERE)
    assert len(drew_another) > 5
    assert without_token(other) != without_token(first)


def test_free_places_and_standing_show_in_the_very_next_search(made, market):
    lead = person(Role.PROVIDER_LEAD, at=made.provider)
    for places, words in ((3, "3 free places"), (0, "Full"), (1, "1 free place")):
        asked(Client(), HERE)
        set_places(Service.objects.get(), places=places, by=lead, at=NOW)
        answer, _ = asked(Client(), HERE)
        assert words in answer.content.decode()
        assert Client().get(LISTS[1]).json()["services"][0]["places"] == places
    for address in (HERE, *LISTS):
        asked(Client(), address)
    officer = person(Role.QUALITY_OFFICER, at=market.authority)
    suspend(
        made.provider, authority=market.authority, members=[made.member], clause="9.1", reason="It is looked into.",
        review_route="Write to us.", by=officer, at=NOW,
    )  # fmt: skip
    assert "Farm mornings" not in asked(Client(), HERE)[0].content.decode()
    assert all("Farm mornings" not in asked(Client(), address)[0].content.decode() for address in LISTS)


def test_each_visitor_gets_a_token_of_their_own_that_works(made):
    Postcode.objects.create(postcode="BN11 1LG", position=HOME)
    tokens = []
    for _ in range(3):
        visitor = Client(enforce_csrf_checks=True)
        page, _ = asked(visitor, HERE)
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
        sent = visitor.post(f"{HERE}/place", {"postcode": "bn111lg", "csrfmiddlewaretoken": token})
        assert (sent.status_code, sent["Location"]) == (302, HERE)
        assert "Distances from <strong>BN11 1LG" in asked(visitor, HERE)[0].content.decode()  # and is kept for nobody
        tokens.append(token)
    assert len(set(tokens)) == 3
    assert "BN11" not in asked(Client(), HERE)[0].content.decode()
    stranger = Client(enforce_csrf_checks=True)
    asked(stranger, HERE)
    assert stranger.post(f"{HERE}/place", {"postcode": "bn111lg", "csrfmiddlewaretoken": tokens[0]}).status_code == 403


def test_who_is_signed_in_gets_their_own_page_and_no_other_gets_it(made):
    PriceFactory(service=made, provider=made.provider, amount=120)
    buyer = Client()
    buyer.force_login(person(Role.AP_LEAD, at=SchoolOrganisationFactory()))
    for _ in range(2):
        assert "£120" not in asked(Client(), HERE)[0].content.decode()
        assert "£120" in asked(buyer, HERE)[0].content.decode()


def test_what_the_filters_count_is_counted_once_until_something_changes(made, market):
    buyer = Client()
    buyer.force_login(person(Role.AP_LEAD, at=SchoolOrganisationFactory()))
    (first, counted), (second, kept) = asked(buyer, HERE), asked(buyer, HERE)
    assert without_token(first) == without_token(second)
    assert [sum("WITH base" in one for one in several) for several in (counted, kept)] == [1, 0]
    assert "In a group (1)" in first.content.decode()
    service(member(market, "Tideway Tutors", 2), "Second lessons")
    third, counted_again = asked(buyer, HERE)
    assert sum("WITH base" in one for one in counted_again) == 1
    assert "In a group (2)" in third.content.decode()


def test_an_address_where_there_is_nothing_is_not_kept(made):
    assert [Client().get("/nowhere/directory").status_code for _ in range(2)] == [404, 404]


@pytest.mark.parametrize("address", [f"{HERE}?words=farm&need=SEMH", f"{HERE}?words=nothing+like+it", *LISTS])
def test_every_table_that_is_asked_is_watched(made, address):
    """Whoever adds something to these adds its table to directory/unchanged.py, or it would be shown too late."""
    caches["told"].clear()
    _, queries = asked(Client(), address)
    tables = {name for sql in queries for name in re.findall(r'(?:FROM|JOIN|INTO)\s+"?((?!pg_)\w+_\w+)"?', sql)}
    assert tables - {*WATCHED, *COUNTED, "directory_touch"} == set()
    assert {"members_member", "people_organisation"} <= tables


@pytest.mark.parametrize("address", LISTS)
def test_a_list_is_made_once_and_is_the_same_list(made, address):
    first, made_it = asked(Client(), address)
    second, asked_again = asked(Client(), address)
    assert (first.content, first["ETag"]) == (second.content, second["ETag"])
    assert len(asked_again) == 2 < len(made_it)
    assert Client().get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
