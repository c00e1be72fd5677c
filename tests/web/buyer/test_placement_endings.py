"""Tests for ending a placement as planned, which the page offers only when this is possible."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from calloff.kernel import clock
from calloff.referrals.models import Referral
from tests.factories_markets import SiteFactory
from tests.placements import scenario
from tests.placements.scenario import on

pytestmark = pytest.mark.django_db


def words(answer):
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def at(placement, route):
    return reverse(f"buyer:{route}", args=[placement.buyer.slug, placement.reference])


def test_a_placement_can_be_ended_as_planned_from_its_last_day(client, monkeypatch):
    placement = scenario.running()
    monkeypatch.setattr(clock, "now", lambda: on(26))
    client.force_login(scenario.ruth(placement))
    page = words(client.get(at(placement, "placement")))
    assert "You can end the placement as planned from Friday 27 March 2026" in page
    assert at(placement, "placement-end") not in re.findall(r'href="([^"]+)"', page)
    refused = words(client.get(at(placement, "placement-end")))
    assert "The last day is Friday 27 March 2026. You can end the placement as planned from that day." in refused
    assert "To end it sooner, select “End the placement early”." in refused
    assert "Last day the pupil" not in refused  # the form is not shown, because it could not be submitted
    monkeypatch.setattr(clock, "now", lambda: on(27))
    client = Client()  # the earlier session in the browser has expired by then
    client.force_login(scenario.ruth(placement))
    page = words(client.get(at(placement, "placement")))
    assert at(placement, "placement-end") in re.findall(r'href="([^"]+)"', page)


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
