"""Tests for comparing up to four services.

The page shows their differences, and prices only to people who can see them.
"""

import re

import pytest

from calloff.people.permissions import Role
from tests.factories import ProviderFactory, SchoolOrganisationFactory, person
from tests.factories_markets import PriceFactory, ServiceFactory
from tests.web.public.directory_data import member, service

HERE = "/borchester/directory/compare"


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def two(market):
    first = service(member(market, "Harbour Lane"), "Farm mornings", age_from=5, age_to=7)
    second = service(member(market, "Windmill Hill"), "Farm nights", age_from=11, age_to=16)
    PriceFactory(service=first, amount=120)
    return [first, second]


def test_what_differs_comes_before_what_is_the_same(client, two):
    page = text(client.get(HERE, {"s": ["farm-mornings", "farm-nights"]}))
    assert "Ages Ages 5 to 7 Ages 11 to 16" in page
    assert page.index("Ages 11 to 16") < page.index("The same in all 2") < page.index("Setting In a group")
    assert page.index("Places available") < page.index("Ages Ages") < page.index("The same in all 2")
    assert not [word for word in ("Standing", "Status", "Last checked", "£") if word in page]


def test_services_are_compared_in_the_order_they_were_selected(client, two):
    page = text(client.get(HERE, {"s": ["farm-nights", "farm-mornings"]}))
    assert "Ages Ages 11 to 16 Ages 5 to 7" in page


def test_selecting_more_than_four_services_shows_an_explanation(client, market, two):
    slugs = [one.slug for one in two]
    for number in range(3):
        slugs.append(service(two[0].member, f"Farm {number}").slug)
    page = text(client.get(HERE, {"s": slugs}))
    assert "You can compare up to 4 services" in page
    assert "Compare 4 services" in page
    assert "Farm 2" not in page


def test_an_unlisted_service_is_marked_but_an_unknown_service_is_not_named(client, market, two):
    gone = service(two[0].member, "Old farm", withdrawn=True)
    hidden = ServiceFactory(member=member(market, "Unsigned", agreement__unsigned=True), name="Hidden farm")
    page = text(client.get(HERE, {"s": ["farm-mornings", gone.slug, hidden.slug, "never"]}))
    assert "Old farm from Harbour Lane is no longer listed" in page
    assert "Hidden farm" not in page
    assert "2 services in this link are not in this directory" in page
    assert "You have only selected one service" in page


@pytest.mark.parametrize("asked", [[], ["", "\x00"], ["'"], ["🐑"], ["x" * 5000]])
def test_invalid_service_names_in_the_url_cause_no_error(client, market, asked):
    answer = client.get(HERE, {"s": asked})
    assert answer.status_code == 200
    assert "You have not chosen any services to compare" in text(answer)
    assert client.get(f"{HERE}.pdf", {"s": asked}).status_code == 404


def test_a_buyer_can_see_prices_but_a_rival_provider_cannot(client, borchester, two):
    asked = {"s": ["farm-mornings", "farm-nights"]}
    client.force_login(person(Role.AP_LEAD, at=SchoolOrganisationFactory(host=borchester)))
    assert "£120" in text(client.get(HERE, asked))
    client.force_login(person(Role.PROVIDER_LEAD, at=ProviderFactory()))
    rival = text(client.get(HERE, asked))
    assert "£" not in rival
    assert "Price" not in rival
    client.force_login(person(Role.PROVIDER_STAFF, at=two[0].provider))
    own = text(client.get(HERE, asked))
    assert "£120" in own
    assert "Shown to schools that can buy" in own


def test_a_comparison_can_be_downloaded_as_a_pdf(client, two):
    answer = client.get(f"{HERE}.pdf", {"s": ["farm-mornings", "farm-nights"]})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
