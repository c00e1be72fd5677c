"""The page of a service: what it says, and to whom it shows a price."""

import re

import pytest

from calloff.directory import commands
from calloff.people.permissions import PROVIDER_ROLES, Role
from tests.factories import (
    NOW,
    AuthorityFactory,
    GrantFactory,
    ProviderFactory,
    SchoolOrganisationFactory,
    UserFactory,
    person,
)
from tests.factories_markets import MarketFactory, PriceFactory
from tests.web.public.listing import member, service

HERE = "/borchester/services/farm-mornings"
PRICE = "£120 a day, exempt from VAT"


@pytest.fixture
def made(market):
    one = service(member(market))
    PriceFactory(service=one)
    return one


def text(client, address=HERE):
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


def test_says_everything_that_the_public_may_know(client, made):
    page = text(client)
    for words in (
        "Farm mornings", "Harbour Lane Studio", "8 to 14", "Social, emotional and mental health", "In a group",
        "Monday and Tuesday, 9:30am to 2:30pm", "1 staff to 4 children",
        "3 free places, as said on Monday 2 March 2026",
        "Admitted by Borchester Council on", "Not visited since it joined on Wednesday 1 September 2021", "Live",
        "BN11 1LG",
    ):  # fmt: skip
        assert words in page


def test_says_when_it_was_last_checked(client, market):
    service(member(market, last_checked_on=NOW.date()))
    assert "Last checked on Monday 2 March 2026" in text(client)


def test_a_withdrawn_service_says_so_and_since_when_and_is_found_no_more(client, made):
    lead = person(Role.PROVIDER_LEAD, at=made.provider)
    commands.withdraw(made, by=lead, at=NOW)
    assert "withdrew this service on Monday 2 March 2026" in text(client)
    assert PRICE not in text(client)
    assert "Farm mornings" not in text(client, "/borchester/directory?words=farm")
    assert "Farm mornings" not in text(client, "/borchester/providers/harbour-lane-studio")
    assert client.get("/api/v1/services").json()["services"] == []


def test_a_full_service_says_so(client, market):
    service(member(market), places=0)
    assert "Full, as said on" in text(client)


@pytest.mark.parametrize("address", ["/borchester/services/nothing", "/nowhere/services/farm-mornings"])
def test_there_is_no_page_of_a_service_that_is_not_there(client, made, address):
    assert client.get(address).status_code == 404


def _visitor(made):
    return None


def _buyer(made):
    return person(Role.AP_LEAD, at=SchoolOrganisationFactory())


def _rival(made):
    rival, other = UserFactory(), ProviderFactory()
    for role in PROVIDER_ROLES:
        GrantFactory(person=rival, organisation=other, role=role)
    return rival


def _both(made):
    both = _rival(made)
    GrantFactory(person=both, organisation=SchoolOrganisationFactory(), role=Role.AP_LEAD)
    return both


def _own(made):
    return person(Role.PROVIDER_STAFF, at=made.provider)


def _own_and_rival(made):
    both = _rival(made)
    GrantFactory(person=both, organisation=made.provider)
    return both


def _officer(made):
    return person(Role.EVALUATOR, at=made.authority)


def _officer_elsewhere(made):
    return person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())


WHO = [
    (_visitor, False), (_rival, False), (_both, False), (_officer_elsewhere, False),
    (_buyer, True), (_own, True), (_own_and_rival, True), (_officer, True),
]  # fmt: skip


@pytest.mark.parametrize(("who", "sees"), WHO, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize("address", [HERE, "/borchester/directory", "/borchester/directory?words=farm"])
def test_a_price_is_shown_to(client, made, who, sees, address):
    if somebody := who(made):
        client.force_login(somebody)
    page = text(client, address)
    assert "Farm mornings" in page
    assert (PRICE in page) is sees
    assert ("£" in page) is sees


@pytest.mark.parametrize(("who", "sees"), WHO, ids=lambda value: getattr(value, "__name__", ""))
def test_no_price_goes_out_by_the_api_whoever_asks(client, made, who, sees):
    if somebody := who(made):
        client.force_login(somebody)
    answer = client.get("/api/v1/services")
    assert answer.json()["services"][0]["prices"] is None
    assert "120" not in answer.content.decode()


@pytest.mark.parametrize(("who", "sees"), WHO, ids=lambda value: getattr(value, "__name__", ""))
def test_published_prices_are_seen_by_everybody_and_the_page_says_so(client, borchester, who, sees):
    market = MarketFactory(authority=borchester, code="PUB", prices_public=True)
    made = service(member(market))
    PriceFactory(service=made)
    if somebody := who(made):
        client.force_login(somebody)
    page = text(client)
    assert PRICE in page
    assert "everybody sees them, other providers too" in page
    assert client.get("/api/v1/services").json()["services"][0]["prices"] == [
        {"unit": "day", "amount": "120.00", "vat": "exempt"}
    ]


def test_the_page_says_to_whom_prices_are_shown(client, made):
    assert "Prices are shown to schools that can buy" in text(client)
