"""Tests for the pages for people with a role in one market only, who see only that market's records."""

from datetime import timedelta

import pytest
from django.urls import reverse

from calloff.applications import commands as applications
from calloff.kernel import clock
from calloff.markets import commands as markets
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.applications.scenario import olivia, submitted
from tests.factories import NOW
from tests.factories_markets import MarketFactory, MemberFactory
from tests.markets.scenario import caseworker

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return submitted()


@pytest.fixture
def lena(application):
    """Return a SEN officer, whose role gives no access to markets, and who is an evaluator in one market."""
    person = caseworker(application.authority, "Lena")
    markets.appoint(application.market, person, role=Role.EVALUATOR, by=olivia(application.market), at=NOW)
    return person


def test_the_link_in_the_email_to_an_evaluator_of_one_market_opens_the_application(client, application, lena):
    applications.assign(application, person=lena, by=olivia(application), at=NOW)
    link = Message.objects.get(address=lena.email, subject__startswith="You have an application to assess").link
    client.force_login(lena)
    assert client.get(link).status_code == 200


def test_a_role_in_one_market_gives_access_only_to_pages_of_that_market(client, application, lena):
    other = MarketFactory(authority=application.authority, code="OTH", slug="other")
    client.force_login(lena)
    slug = application.authority.slug
    market = reverse("authority:market", args=[slug, application.market.slug])
    assert client.get(market).status_code == 200
    assert client.get(reverse("authority:market", args=[slug, other.slug])).status_code == 404
    listed = client.get(reverse("authority:markets", args=[slug])).content.decode()
    assert application.market.title in listed
    assert reverse("authority:market", args=[slug, other.slug]) not in listed


def test_a_person_with_a_role_in_one_market_sees_only_members_of_that_market(client, application, lena):
    here = MemberFactory(market=application.market, authority=application.authority)
    other = MarketFactory(authority=application.authority, code="OTH", slug="other")
    elsewhere = MemberFactory(market=other, provider=here.provider)
    client.force_login(lena)
    slug = application.authority.slug
    page = client.get(reverse("authority:member", args=[slug, here.reference]))
    assert page.status_code == 200
    assert elsewhere.reference not in page.content.decode()
    assert client.get(reverse("authority:member", args=[slug, elsewhere.reference])).status_code == 404
    assert client.get(reverse("authority:member-suspend", args=[slug, here.reference])).status_code == 403


def test_a_role_in_one_market_gives_no_access_to_pages_about_the_whole_council(client, application, lena):
    client.force_login(lena)
    slug = application.authority.slug
    for name in ("agreements", "providers", "needs"):
        assert client.get(reverse(f"authority:{name}", args=[slug])).status_code == 403, name


def test_the_pages_can_no_longer_be_opened_once_the_role_has_ended(client, application, lena, monkeypatch):
    grant = application.market.grants.get(person=lena)
    markets.end_role(grant, by=olivia(application.market), at=NOW + timedelta(minutes=1))
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=2))
    client.force_login(lena)
    page = reverse("authority:application", args=[application.authority.slug, application.reference])
    assert client.get(page).status_code == 403
