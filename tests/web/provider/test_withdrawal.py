"""Tests for the pages on which a provider withdraws before the start, or marks the register after the end."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from calloff.kernel import clock
from calloff.placements.models import Attendance, Placement
from tests.factories_placements import SchoolTermFactory
from tests.placements import scenario
from tests.placements.scenario import LAST, on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.FILES = tmp_path / "files"


@pytest.fixture
def terms():
    SchoolTermFactory()
    SchoolTermFactory(name="Summer term 2026, first half", starts_on=date(2026, 4, 13), ends_on=date(2026, 5, 22))


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def at(placement, route, *more):
    return reverse(f"provider:{route}", args=[placement.provider.slug, placement.reference, *more])


def test_a_provider_can_withdraw_with_a_reason_which_the_buyer_can_read(client):
    placement = scenario.confirmed()
    client.force_login(scenario.ada(placement))
    page = at(placement, "placement-withdraw-place")
    finish = at(placement, "placement-finish")
    assert finish in words(client.get(at(placement, "placement")))
    assert client.get(finish).headers["Location"] == page  # This is the only ending that is possible.
    assert "without penalty" in words(client.get(page))
    assert "Enter a reason" in words(client.post(page, {"reason": ""}))
    answer = client.post(page, {"reason": "Our teacher is leaving."}, follow=True)
    assert "You have withdrawn" in words(answer)
    assert "You can no longer see who the child is" in words(answer)
    assert client.get(at(placement, "placement-pupil")).status_code == 404
    client.force_login(scenario.ruth(placement))
    args = [placement.buyer.slug, placement.reference]
    assert "Our teacher is leaving." in words(client.get(reverse("buyer:placement-ending", args=args)))
    text = words(client.get(reverse("buyer:placement-history", args=args)))
    assert "Place withdrawn by the provider" in text
    referral = reverse("buyer:referral", args=[placement.buyer.slug, placement.referral.reference])
    assert "Sent to providers" in words(client.get(referral)) or "Replies closed" in words(client.get(referral))


def test_after_both_sides_have_signed_the_page_says_what_to_do_instead(client):
    placement = scenario.agreed()
    client.force_login(scenario.ada(placement))
    page = words(client.get(at(placement, "placement")))
    assert "call" in page
    assert at(placement, "placement-finish") not in page
    assert client.get(at(placement, "placement-finish")).status_code == 409
    assert client.get(at(placement, "placement-withdraw-place")).status_code == 409


def test_days_still_unmarked_after_the_end_are_listed_and_can_be_marked(client, monkeypatch, terms):
    placement = scenario.ended(scenario.running())
    monkeypatch.setattr(clock, "now", lambda: on(30))
    client.force_login(scenario.ada(placement))
    page = words(client.get(at(placement, "placement-ending")))
    assert "until Friday 24 April 2026" in page
    day = LAST - timedelta(days=2)
    register = reverse("provider:register", args=[placement.provider.slug, day.isoformat(), "am"])
    assert register in page
    shown = words(client.get(register))
    assert placement.reference in shown
    assert placement.pupil.given_name not in shown
    assert client.post(register, {f"mark-{placement.reference}-am": "present"}).status_code == 303
    assert Attendance.objects.filter(placement=placement, day=day).exists()
    monkeypatch.setattr(clock, "now", lambda: on(30) + timedelta(days=30))
    client.logout()
    client.force_login(scenario.ada(placement))
    page = words(client.get(at(placement, "placement-ending")))
    assert "The exit report is due" in page
    assert "Register for the last days" not in page
    assert "There are no sessions on this date" in words(client.get(register))
    assert Placement.objects.get().status == "ended"
