"""Tests for the pages of people who have a role in one market only. They see only the records of that market."""

from datetime import timedelta

import pytest
from django.urls import reverse

from calloff.applications import commands as applications
from calloff.kernel import clock
from calloff.markets import commands as markets
from calloff.markets.models import MarketGrant
from calloff.outbox.models import Message
from calloff.people.models import User
from calloff.people.permissions import Role
from calloff.web.authority.work_due import work_at_all_authorities
from tests.applications.scenario import olivia, submitted, to_decide
from tests.factories import NOW, ProviderFactory, rewrite
from tests.factories_markets import EnquiryFactory, MarketFactory, MemberFactory
from tests.markets.scenario import caseworker

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return submitted()


@pytest.fixture
def lena(application):
    """Return an SEN officer who is an evaluator in one market, but whose own role gives no access to markets."""
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


def tasks(person, authority):
    return [work.what for work in work_at_all_authorities(User.objects.get(pk=person.pk), NOW)]


def test_a_person_who_runs_one_market_sees_its_questions_among_their_tasks(client, application):
    market, authority = application.market, application.authority
    other = MarketFactory(authority=authority, code="OTH", slug="other")
    person = caseworker(authority, "Nina")
    for where in (market, other):
        EnquiryFactory(market=where, provider=ProviderFactory(name=f"Asker about {where.code}"))
    assert tasks(person, authority) == []
    markets.appoint(market, person, role=Role.CONTRACTS_OFFICER, by=olivia(market), at=NOW)
    assert f"Answer a question from Asker about {market.code}" in tasks(person, authority)
    assert "Answer a question from Asker about OTH" not in tasks(person, authority)
    client.force_login(person)
    assert f"Asker about {market.code}" in client.get("/account/").content.decode()


def test_an_approver_in_one_market_sees_its_applications_to_decide_among_their_tasks():
    application = to_decide()
    market, authority = application.market, application.authority
    person = caseworker(authority, "Nina")
    rewrite(
        MarketGrant.objects.filter(
            pk=markets.appoint(market, person, role=Role.APPROVER, by=olivia(market), at=NOW).pk
        ),
        starts_at=NOW,
    )
    assert [task for task in tasks(person, authority) if task.startswith("Decide")]
    rewrite(MarketGrant.objects.filter(person=person), ends_at=NOW)
    assert tasks(person, authority) == []
