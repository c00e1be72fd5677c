"""Tests for the card on a buyer's home page about the pupils who have sessions at other sites today."""

import re
from html import unescape

import pytest
from django.urls import reverse

from calloff.kernel import clock
from calloff.people.permissions import Role
from calloff.pupils.models import RecordAccess
from tests.factories import person
from tests.placements import scenario
from tests.placements.scenario import on

pytestmark = pytest.mark.django_db
TITLE = "Pupils off site today"


@pytest.fixture
def placement(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(10).replace(minute=5))
    return scenario.running()


def card(client, placement, somebody):
    """Return the text of the card, or an empty string if the home page has no card."""
    client.force_login(somebody)
    page = unescape(client.get(reverse("buyer:home", args=[placement.buyer.slug])).content.decode())
    _, found, rest = page.partition(TITLE)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", rest.partition("</section>")[0])) if found else ""


def test_the_card_shows_by_initials_whether_each_pupil_has_been_marked(client, placement):
    helen = scenario.helen(placement)
    assert "Not marked since 9:30am" in card(client, placement, helen)
    scenario.mark(placement, day=on(10).date(), at=on(10).replace(minute=5))
    text = card(client, placement, helen)
    assert "Present" in text
    assert str(placement.provider) in text
    assert placement.pupil.family_name not in text
    assert RecordAccess.objects.filter(by=helen, what=RecordAccess.What.INITIALS).exists()


def test_the_card_shows_an_absent_pupil(client, placement):
    scenario.mark(placement, day=on(10).date(), mark="absent", cause="ill", at=on(10).replace(minute=5))
    assert "Absent" in card(client, placement, scenario.helen(placement))


def test_the_card_shows_a_session_later_that_day(client, placement, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(10, 8))
    assert "Later today" in card(client, placement, scenario.helen(placement))


def test_people_who_cannot_see_pupils_have_counts_instead_of_the_card(client, placement):
    administrator = person(Role.BUYER_ADMINISTRATOR, at=placement.buyer)
    assert card(client, placement, administrator) == ""
    assert not RecordAccess.objects.filter(by=administrator).exists()
