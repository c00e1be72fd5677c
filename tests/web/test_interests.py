"""Tests for the pages on which people register interest in a market, and on which officers see it."""

import re
from datetime import timedelta

import pytest

from calloff.applications.models import MarketInterest
from calloff.kernel import clock
from calloff.people.permissions import Role
from tests.factories import AuthorityFactory, ProviderFactory, UserFactory, person
from tests.factories_markets import MarketFactory

pytestmark = pytest.mark.django_db

MARKET, REGISTER = "/borchester/markets/market-tst", "/account/interests/borchester/market-tst/register"


@pytest.fixture(autouse=True)
def market(db):
    opens = clock.now() + timedelta(days=10)
    return MarketFactory(
        authority=AuthorityFactory(slug="borchester"), code="TST", opens_at=opens, closes_at=opens + timedelta(days=90)
    )


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_page_of_a_market_that_opens_soon_offers_to_register_interest(client):
    page = client.get(MARKET).content.decode()
    assert f'href="{REGISTER}"' in page
    assert client.get(REGISTER).url == f"/account/sign-in?next={REGISTER}"


def test_a_person_registers_interest_for_a_provider_and_withdraws_it(client, market):
    provider = ProviderFactory(name="Windmill Hill", slug="windmill")
    client.force_login(person(Role.PROVIDER_LEAD, at=provider))
    assert client.post(REGISTER, {"provider": "windmill"}).url == MARKET
    assert "Interest registered" in text(client.get(MARKET))
    page = text(client.get(REGISTER))
    assert "Windmill Hill registered interest on" in page
    again = text(client.post(REGISTER, {"provider": "windmill"}))
    assert "Your provider has already registered interest in this market." in again

    officer = person(Role.CONTRACTS_OFFICER, at=market.authority)
    client.force_login(officer)
    listed = text(client.get("/authorities/borchester/markets/market-tst/interests"))
    assert "1 provider and 0 people without a provider" in listed
    assert "Windmill Hill" in listed

    client.force_login(person(Role.PROVIDER_LEAD, at=provider))
    interest = MarketInterest.objects.get()
    assert client.post(f"/account/interests/{interest.pk}/withdraw").url == MARKET
    client.force_login(UserFactory())
    assert client.post(f"/account/interests/{interest.pk}/withdraw").status_code == 404


def test_a_person_without_a_provider_registers_for_themselves(client):
    zed = UserFactory()
    client.force_login(zed)
    assert 'name="provider"' not in client.get(REGISTER).content.decode()
    client.post(REGISTER)
    assert (MarketInterest.objects.get().provider, MarketInterest.objects.get().person) == (None, zed)


def test_a_stranger_who_applies_before_the_market_opens_is_led_to_its_page_and_not_to_sign_up(client):
    assert client.get(f"{MARKET}/apply").url == MARKET
