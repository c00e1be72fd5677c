"""Tests for interim places on the pages of the buyer and the council, with filters and an export."""

import re
from html import unescape

import pytest
from django.urls import reverse

from calloff.kernel import clock
from tests.factories import NOW
from tests.placements import scenario
from tests.placements.test_interim_places import recorded

pytestmark = pytest.mark.django_db
SENT = {
    "waiting_since-day": "26", "waiting_since-month": "1", "waiting_since-year": "2026", "kind": "special",
    "setting": "Oak Bank School", "consultation": "sent", "what": "Chase the reply", "who": "SEN officer",
    "by_on-day": "6", "by_on-month": "3", "by_on-year": "2026",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def words(answer):
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def test_the_buyer_can_record_an_interim_place_and_both_sides_can_see_it(client):
    placement = scenario.confirmed()
    client.force_login(scenario.ruth(placement))
    school, reference = placement.buyer.slug, placement.referral.reference
    page = reverse("buyer:referral-interim", args=[school, reference])
    record = reverse("buyer:placement", args=[school, placement.reference])
    assert "Record that this is an interim place" in words(client.get(record))
    wrong = words(client.post(page, SENT | {"what": ""}))
    assert "Enter the next step" in wrong
    assert 'value="Oak Bank School"' in wrong
    done = words(client.post(page, SENT, follow=True))
    for shown in (done, words(client.get(record))):
        assert "This is an interim place" in shown
        assert "5 weeks, since Monday 26 January 2026" in shown
        assert "A special school: Oak Bank School" in shown
        assert "EHC consultation sent, no reply yet" in shown
        assert "Chase the reply. SEN officer, by Friday 6 March 2026" in shown
    ended = {"ended_on-day": "2", "ended_on-month": "3", "ended_on-year": "2026", "outcome": "Starts there."}
    done = words(client.post(reverse("buyer:referral-interim-end", args=[school, reference]), ended, follow=True))
    assert "This was an interim place" in done
    assert "Starts there." in done


def test_the_council_can_list_filter_and_export_interim_places_without_names(client):
    made = recorded()
    client.force_login(scenario.olivia(made))
    root = reverse("authority:interim-places", args=[made.authority.slug])
    page = words(client.get(root))
    assert "5 weeks" in page
    assert made.referral.reference in page
    assert made.referral.pupil.family_name not in page
    assert "No interim places match your filters." in words(client.get(f"{root}?state=overdue"))
    assert "No interim places match your filters." in words(client.get(f"{root}?kind=college"))
    assert made.referral.reference in words(
        client.get(f"{root}?consultation=sent&kind=special&buyer={made.buyer.slug}")
    )
    file = client.get(f"{root}.csv?kind=special").content.decode("utf-8-sig")
    assert file.splitlines()[0].startswith("Referral,School or team,Category,Waiting since,Weeks waiting,Looking for")
    assert "2026-01-26,5,A special school,Oak Bank School" in file
    assert len(file.splitlines()) == 2
    shown = words(client.get(reverse("authority:referral", args=[made.authority.slug, made.referral.reference])))
    assert "This is an interim place" in shown
