"""Tests for “Changes since your last visit” on home pages."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from calloff.accounts.models import HomeVisit
from calloff.kernel import clock
from calloff.people.permissions import Role
from calloff.web import news
from tests.factories import NOW, RoleGrantFactory, UserFactory, person
from tests.placements import scenario

pytestmark = pytest.mark.django_db
HEADING = "Changes since your last visit"


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.FILES = tmp_path / "files"
    settings.DEMONSTRATION = True  # The invented people in a demonstration need no second step.


@pytest.fixture
def at(monkeypatch):
    def move(when):
        monkeypatch.setattr(clock, "now", lambda: when)

    return move


def home(client, somebody, side, organisation, **headers):
    client.force_login(somebody)
    page = client.get(reverse(f"{side}:home", args=[organisation.slug]), headers=headers)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", unescape(page.content.decode()))


def card(page):
    return page[page.index(HEADING) :] if HEADING in page else ""


def test_a_second_visit_shows_what_others_did_since_the_first(client, at):
    placement = scenario.agreed()
    ruth, ada = scenario.ruth(placement), scenario.ada(placement)
    at(NOW + timedelta(hours=2))
    for somebody, side in ((ruth, "buyer"), (ada, "provider")):
        assert not card(home(client, somebody, side, getattr(placement, side)))
    HomeVisit.objects.update(latest_at=NOW - timedelta(days=2))
    shown = card(home(client, ada, "provider", placement.provider))
    assert f"Placement {placement.reference}</a>: signed by both sides" in shown
    assert str(placement.buyer) in shown
    shown = card(home(client, ruth, "buyer", placement.buyer))
    assert f"Placement {placement.reference}</a>" in shown
    assert placement.pupil.family_name not in shown
    assert "agreement prepared" not in shown or ruth.name not in shown


def test_an_officer_with_a_role_at_the_provider_sees_no_news_of_its_agreements(client, at):
    placement = scenario.agreed()
    quinn, olivia = UserFactory(name="Quinn"), scenario.olivia(placement)
    RoleGrantFactory(person=quinn, organisation=placement.authority, role=Role.CONTRACTS_OFFICER)
    at(NOW + timedelta(hours=2))
    for officer in (quinn, olivia):
        HomeVisit.objects.create(person=officer, organisation=placement.authority, latest_at=NOW - timedelta(days=2))
    assert "Agreement" in card(home(client, quinn, "authority", placement.authority))
    RoleGrantFactory(person=olivia, organisation=placement.provider, role=Role.PROVIDER_STAFF)
    assert "Agreement" not in card(home(client, olivia, "authority", placement.authority))


def test_two_visits_within_an_hour_are_one(client, at):
    placement = scenario.agreed()
    ada = scenario.ada(placement)
    HomeVisit.objects.create(person=ada, organisation=placement.provider, latest_at=NOW - timedelta(days=30))
    for minutes in (120, 150, 175):
        at(NOW + timedelta(minutes=minutes))
        assert card(home(client, ada, "provider", placement.provider)), minutes
    at(NOW + timedelta(minutes=181))
    assert not card(home(client, ada, "provider", placement.provider))
    assert HomeVisit.objects.count() == 1


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}])
def test_a_page_loaded_in_advance_is_not_a_visit(client, headers):
    placement = scenario.agreed()
    home(client, scenario.ada(placement), "provider", placement.provider, **headers)
    assert not HomeVisit.objects.exists()
    client.head(reverse("provider:home", args=[placement.provider.slug]))
    assert not HomeVisit.objects.exists()


def test_people_see_only_changes_to_records_that_they_can_see(client, at):
    placement = scenario.agreed()
    signatory = person(Role.PROVIDER_SIGNATORY, at=placement.provider)
    HomeVisit.objects.create(person=signatory, organisation=placement.provider, latest_at=NOW - timedelta(days=30))
    at(NOW + timedelta(hours=2))
    assert f"Placement {placement.reference}" not in card(home(client, signatory, "provider", placement.provider))


def test_old_visits_are_deleted():
    placement = scenario.agreed()
    for days, somebody in ((89, scenario.ada(placement)), (91, scenario.ben(placement))):
        HomeVisit.objects.create(person=somebody, organisation=placement.provider, latest_at=NOW - timedelta(days=days))
    assert news.forget_old_visits(NOW) == 1
    assert HomeVisit.objects.count() == 1
