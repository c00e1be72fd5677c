"""Tests for recording several checks on one page.

Either all or none are recorded, and each error is next to its field.
"""

import re
from html import unescape

import pytest
from django.urls import reverse

from calloff.kernel import clock
from calloff.placements.models import PreStartCheck
from tests.placements import scenario

pytestmark = pytest.mark.django_db
VISIT = {"visit_said": "Calm.", "visit_on-day": "2", "visit_on-month": "3", "visit_on-year": "2026"}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: scenario.on(2))


def words(answer):
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def at(placement, route):
    return reverse(f"buyer:placement-{route}", args=[placement.buyer.slug, placement.reference])


def made(placement):
    return set(PreStartCheck.objects.filter(placement=placement).exclude(made_at=None).values_list("kind", flat=True))


def test_only_the_checks_with_answers_are_recorded(client):
    placement = scenario.confirmed()
    client.force_login(scenario.ruth(placement))
    assert at(placement, "record-checks") in words(client.get(at(placement, "before-start")))
    done = client.post(at(placement, "record-checks"), VISIT | {"risk_plan_said": "A quiet room."}, follow=True)
    assert "2 checks recorded" in words(done)
    assert made(placement) == {"visit", "risk_plan"}
    assert "visit_said" not in words(client.get(at(placement, "record-checks")))


def test_if_one_check_is_refused_none_is_recorded_and_all_errors_are_shown(client):
    placement = scenario.confirmed()
    client.force_login(scenario.ruth(placement))
    late = {"visit_said": "Calm.", "visit_on-day": "3", "visit_on-month": "3", "visit_on-year": "2026"}
    page = words(client.post(at(placement, "record-checks"), late | {"parent_done": "on", "parent_said": "Told."}))
    assert "Date must be today or in the past" in page
    assert "Enter the date you told the parent" in page
    assert made(placement) == set()


def test_views_that_are_already_filled_in_do_not_record_that_the_parent_was_told(client):
    placement = scenario.confirmed()
    client.force_login(scenario.ruth(placement))
    told = {"parent_said": "By telephone.", "parent_on-day": "2", "parent_on-month": "3", "parent_on-year": "2026"}
    client.post(at(placement, "record-checks"), VISIT | told)
    assert made(placement) == {"visit"}
    client.post(at(placement, "record-checks"), told | {"parent_done": "on"})
    assert made(placement) == {"visit", "parent"}


def test_a_page_without_answers_is_refused(client):
    placement = scenario.confirmed()
    client.force_login(scenario.ruth(placement))
    assert "Enter the details of at least one check" in words(client.post(at(placement, "record-checks"), {}))


def test_the_council_is_told_only_if_the_box_is_selected(client):
    placement = scenario.confirmed()
    client.force_login(scenario.ruth(placement))
    client.post(at(placement, "record-checks"), VISIT | {"authority_said": "By telephone."})
    assert "authority" not in made(placement)
    client.post(at(placement, "record-checks"), {"authority_done": "on", "authority_said": "By telephone."})
    assert "authority" in made(placement)


def test_once_all_these_checks_are_made_the_page_leads_to_the_list(client):
    placement = scenario.checked(but=("safeguarding",))
    client.force_login(scenario.ruth(placement))
    assert client.get(at(placement, "record-checks")).headers["Location"] == at(placement, "before-start")


@pytest.mark.parametrize("role", [scenario.saul, scenario.helen])
def test_people_who_do_not_place_pupils_cannot_record_these_checks(client, role):
    placement = scenario.confirmed()
    client.force_login(role(placement))
    assert client.post(at(placement, "record-checks"), VISIT).status_code == 403
