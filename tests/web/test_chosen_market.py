"""Tests that a market that someone has chosen is remembered while they sign up, register a provider or accept an
invitation.
"""

import re

import pytest
from django.core.cache import cache

from calloff.people.commands import invite_person
from calloff.people.models import Invitation, Organisation
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, ProviderFactory, UserFactory, person
from tests.factories_markets import MarketFactory
from tests.web.account.people import PASSWORD, able_to_sign_in, code_sent_to

pytestmark = pytest.mark.django_db

APPLY = "/borchester/markets/market-tst/apply"
KEPT = "?market=borchester%2Fmarket-tst"


@pytest.fixture(autouse=True)
def market(db):
    cache.clear()
    return MarketFactory(authority=AuthorityFactory(slug="borchester"), code="TST", title="Alternative provision")


def links(page):
    return [href.replace("&amp;", "&") for href in re.findall(r'href="([^"]+)"', page.content.decode())]


def test_a_stranger_who_signs_up_and_registers_a_provider_lands_on_the_start_of_the_application(client):
    [sign_up] = [href for href in links(client.get("/borchester/markets/market-tst")) if "/account/sign-up" in href]
    ada = {"name": "Ada", "email": "ada@example.org", "password1": PASSWORD, "next": APPLY}
    code_page = client.post(sign_up, ada).url
    assert client.post(code_page, {"code": code_sent_to("ada@example.org")}).url == APPLY

    register = client.get(APPLY).url

    assert register == f"/account/join{KEPT}"
    assert "After you register, you can apply to join Alternative provision" in client.get(register).content.decode()
    after = client.post(register, {"name": "Ash Barn", "form": "sole_trader"}).url
    assert client.get(after).url == "/providers/ash-barn/markets/TST/apply"


def test_a_person_who_signs_in_lands_on_the_start_of_the_application_for_their_provider(client):
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory(slug="windmill"))
    able_to_sign_in(ada)
    sign_in = f"/account/sign-in?next={APPLY}"
    assert sign_in in links(client.get("/borchester/markets/market-tst"))
    done = client.post(sign_in, {"login": ada.email, "password": PASSWORD, "next": APPLY})
    assert client.get(done.url).url == "/providers/windmill/markets/TST/apply"


def test_a_person_who_acts_for_several_providers_chooses_one_and_a_new_provider_is_chosen_already(client):
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory(slug="windmill"))
    client.force_login(ada)
    after = client.post(f"/account/join{KEPT}", {"name": "Ash Barn", "form": "sole_trader"}).url
    assert client.get(after).url == "/providers/ash-barn/markets/TST/apply"
    page = client.get(APPLY)
    starts = {f"/providers/{slug}/markets/TST/apply" for slug in ("windmill", "ash-barn")}
    assert starts <= set(links(page))


def test_an_invited_person_can_accept_and_lands_on_the_start_of_the_application(client):
    windmill = ProviderFactory(slug="windmill")
    lead = person(Role.PROVIDER_LEAD, at=windmill)
    invite_person(windmill, email="zed@example.org", roles=[Role.PROVIDER_STAFF], by=lead, at=NOW)
    client.force_login(UserFactory(email="zed@example.org"))

    page = client.get(APPLY)

    accept = f"/account/invitations/{Invitation.objects.get().pk}{KEPT}"
    assert {accept, f"/account/join{KEPT}"} <= set(links(page))
    assert client.get(client.post(accept).url).url == "/providers/windmill/markets/TST/apply"


def test_a_person_who_asks_to_join_a_provider_still_finds_the_market_there(client):
    ProviderFactory(name="Windmill", slug="windmill")
    client.force_login(UserFactory())
    ask = client.post(f"/account/join{KEPT}", {"name": "Windmill", "form": "sole_trader"}).url
    assert ask == f"/account/join/windmill{KEPT}"
    asked = client.post(ask, {"said": "I teach there."}).url
    assert APPLY in links(client.get(asked))


def test_answers_to_the_eligibility_questions_are_kept_too(client):
    client.force_login(UserFactory())
    register = client.get(f"{APPLY}?answers=lots%3D1%26children%3Dyes").url
    after = client.post(register, {"name": "Ash Barn", "form": "sole_trader"}).url
    assert client.get(after).url == "/providers/ash-barn/markets/TST/apply/eligibility?lots=1&children=yes"


@pytest.mark.parametrize(
    "market",
    ["//evil.example/x", "https://evil.example", "evil.example/x", "borchester/none", "../..", "borchester/\nx"],
)
def test_only_a_public_market_can_be_kept(client, market):
    client.force_login(UserFactory())
    page = client.post(f"/account/join?market={market}", {"name": "Ash Barn", "form": "sole_trader"})
    assert page.url == f"/providers/{Organisation.objects.get(kind='provider').slug}/"


def test_the_apply_page_of_a_market_that_is_not_public_is_not_found(client):
    MarketFactory(authority=Organisation.objects.get(slug="borchester"), code="DFT", status="draft")
    assert client.get("/borchester/markets/market-dft/apply").status_code == 404
