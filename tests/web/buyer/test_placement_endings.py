"""Tests for the page on which a placement is ended, and for its choices on each day and in each status."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.placements import commands
from calloff.placements.models import PlacementEnding
from calloff.referrals.models import Referral
from tests.factories_markets import SiteFactory
from tests.placements import scenario
from tests.placements.scenario import on

pytestmark = pytest.mark.django_db


def words(answer):
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def at(placement, route):
    return reverse(f"buyer:{route}", args=[placement.buyer.slug, placement.reference])


def links(page):
    return re.findall(r'href="([^"]+)"', page)


def test_a_placement_can_be_ended_as_planned_from_its_last_day(client, monkeypatch):
    placement = scenario.running()
    monkeypatch.setattr(clock, "now", lambda: on(26))
    client.force_login(scenario.ruth(placement))
    page = words(client.get(at(placement, "placement-finish")))
    assert "From Friday 27 March 2026, you can select “The placement has reached its planned last day”" in page
    assert 'value="end"' not in page
    refused = words(client.get(at(placement, "placement-end")))
    assert "The last day is Friday 27 March 2026. You can end the placement as planned from that day." in refused
    assert "To end it sooner, select “End this placement” and say what has happened." in refused
    assert "Last day the pupil" not in refused  # The form is not shown, because it could not be submitted.
    monkeypatch.setattr(clock, "now", lambda: on(27))
    client = Client()  # The earlier session of the browser has expired by then.
    client.force_login(scenario.ruth(placement))
    assert 'value="end"' in words(client.get(at(placement, "placement-finish")))


def test_the_page_of_a_placement_has_one_link_that_ends_it(client, monkeypatch):
    placement = scenario.running()
    monkeypatch.setattr(clock, "now", lambda: on(20))
    client.force_login(scenario.ruth(placement))
    found = links(words(client.get(at(placement, "placement"))))
    assert at(placement, "placement-finish") in found
    for door in ("end", "end-early", "transfer", "give-notice", "return-to-school", "fall-through"):
        assert at(placement, f"placement-{door}") not in found


@pytest.mark.parametrize("answer", ["return_to_school", "transfer", "give_notice", "end_early"])
def test_each_answer_leads_to_its_page(client, monkeypatch, answer):
    placement = scenario.running()
    monkeypatch.setattr(clock, "now", lambda: on(20))
    client.force_login(scenario.ruth(placement))
    led = client.post(at(placement, "placement-finish"), {"happened": answer})
    assert led.headers["Location"] == at(placement, f"placement-{answer.replace('_', '-')}")
    assert client.get(led.headers["Location"]).status_code == 200


def test_a_council_teams_pupil_is_not_offered_a_return_to_school(client, monkeypatch):
    placement = scenario.running()
    placement.buyer.kind = "team"
    placement.buyer.save()
    monkeypatch.setattr(clock, "now", lambda: on(20))
    client.force_login(scenario.ruth(placement))
    page = words(client.get(at(placement, "placement-finish")))
    assert 'value="end_early"' in page
    assert 'value="return_to_school"' not in page
    with pytest.raises(Refused, match="This pupil has no school to return to"):
        commands.return_to_school(placement, ended=None, by=scenario.ruth(placement), at=on(20))


def test_no_answer_is_refused_with_its_sentence(client, monkeypatch):
    placement = scenario.running()
    monkeypatch.setattr(clock, "now", lambda: on(20))
    client.force_login(scenario.ruth(placement))
    for sent in ({}, {"happened": "end"}):
        assert "Select what has happened" in words(client.post(at(placement, "placement-finish"), sent))


def test_if_only_one_ending_is_possible_the_page_leads_straight_to_it(client, monkeypatch):
    placement = scenario.confirmed()
    monkeypatch.setattr(clock, "now", lambda: on(2))
    client.force_login(scenario.ruth(placement))
    assert client.get(at(placement, "placement-finish")).headers["Location"] == at(placement, "placement-fall-through")


def test_a_return_to_school_asks_no_destination_and_is_not_shown_as_ended_early(client, monkeypatch):
    placement = scenario.running()
    monkeypatch.setattr(clock, "now", lambda: on(20))
    client.force_login(scenario.ruth(placement))
    page = at(placement, "placement-return-to-school")
    assert "Where is the pupil going?" not in words(client.get(page))
    answers = {"reason": "Ready to come back.", "outcome-0": "yes", "last_day-day": "20", "last_day-month": "3",
               "last_day-year": "2026"}  # fmt: skip
    assert client.post(page, answers).status_code == 303
    ending = PlacementEnding.objects.get()
    assert (ending.how, ending.destination) == ("returned", "school")
    shown = words(client.get(at(placement, "placement")))
    assert "Ended early" not in shown
    assert "The pupil returned to school: Ready to come back." in shown


def test_a_placement_that_never_started_is_shown_as_not_started(client, monkeypatch):
    placement = scenario.confirmed()
    monkeypatch.setattr(clock, "now", lambda: on(2))
    client.force_login(scenario.ruth(placement))
    client.post(at(placement, "placement-fall-through"), {"reason": "They move away."})
    shown = words(client.get(at(placement, "placement")))
    assert "Did not start" in shown
    assert "Ended early" not in shown


def test_people_who_cannot_end_a_placement_have_no_link_and_no_page(client, monkeypatch):
    placement = scenario.running()
    monkeypatch.setattr(clock, "now", lambda: on(20))
    client.force_login(scenario.helen(placement))
    assert at(placement, "placement-finish") not in links(words(client.get(at(placement, "placement"))))
    assert client.get(at(placement, "placement-finish")).status_code == 403


def test_the_agreement_form_says_if_the_usual_site_is_closed(client, monkeypatch):
    placement = scenario.checked()
    placement.site = SiteFactory(provider=placement.provider, status="closed")
    placement.save()
    Referral.objects.filter(pk=placement.referral_id).update(ends_on=None)
    client.force_login(scenario.ruth(placement))
    monkeypatch.setattr(clock, "now", lambda: on(2))
    page = words(client.get(at(placement, "placement-draw-up")))
    assert f"{placement.site} has closed. Select another site, or ask the provider where the pupil will be" in page
    assert 'name="ends_on-day"' in page
