"""Tests for a placement on the provider's pages: what is missing, each fact once, and the next step."""

import re
from datetime import time
from html import unescape

import pytest
from django.urls import reverse

from calloff.kernel import clock
from calloff.placements import commands
from tests.factories_placements import PupilContactFactory
from tests.placements import scenario
from tests.placements.scenario import on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(9, 10))


def read(client, somebody, route, *args):
    client.force_login(somebody)
    return re.sub(r"\s+", " ", client.get(reverse(f"provider:{route}", args=args)).content.decode())


def test_a_placement_that_cannot_start_yet_lists_missing_checks_above_completed_ones(client):
    placement = scenario.checked(but=("visit",))
    page = read(client, scenario.ada(placement), "placement", placement.provider.slug, placement.reference)
    missing = page[page.index("Still needed") : page.index("Already done:")]
    assert "Visit recorded" in missing
    assert "Risk plan" not in missing
    done = page[page.index("Already done:") :]
    assert "Risk plan" in done[: done.index("</p>")]


def test_a_current_placement_shows_the_service_name_below_its_heading_and_in_the_terms(client):
    placement = scenario.running()
    page = read(client, scenario.ada(placement), "placement", placement.provider.slug, placement.reference)
    assert page.count(placement.service.name) == 2
    assert "Next steps" in page


def test_after_the_provider_signs_the_page_links_to_the_placement_and_not_to_adding_a_service(client):
    placement = scenario.signed()
    ada, slug = scenario.ada(placement), placement.provider.slug
    page = read(client, ada, "agreement-sign-done", slug, placement.agreement.reference)
    assert f"{placement.buyer} signs next" in page
    assert reverse("provider:placement", args=[slug, placement.reference]) in page
    assert "While you wait, you can add" not in page


def test_a_confirmed_invitation_is_no_longer_shown_as_open(client):
    placement = scenario.confirmed()
    ada, slug, reference = scenario.ada(placement), placement.provider.slug, placement.referral.reference
    assert reference not in read(client, ada, "invitations", slug)
    client.force_login(ada)
    confirmed = client.get(reverse("provider:invitations", args=[slug]), {"state": "confirmed"})
    assert reference in confirmed.content.decode()


# -- the register


def register(client, placement, day="2026-03-10", session="am", **sent):
    client.force_login(scenario.ben(placement))
    address = reverse("provider:register", args=[placement.provider.slug, day, session])
    answer = client.post(address, sent, follow=True) if sent else client.get(address)
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


@pytest.fixture
def tuesday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(10, 15))


def test_the_register_shows_a_missing_child_and_asks_whether_the_child_was_found(client, tuesday):
    placement = scenario.running()
    happened = commands.DayNoteEntry(("not_known",), on(10).date(), time(9, 30), told="The mother")
    commands.provider_record_note(placement, happened=happened, by=scenario.ben(placement), at=on(10, 10))
    key, name = placement.reference, f"{placement.pupil.given_name} {placement.pupil.family_name}"
    page = register(client, placement)
    assert "recorded that this pupil has been missing since 9:30am on Tuesday 10 March 2026" in page
    page = register(client, placement, **{f"mark-{key}-am": "present"})
    assert f"{name} is recorded as missing. Select whether the pupil has been found" in page
    page = register(client, placement, **{f"mark-{key}-am": "present", f"found-{key}": "yes"})
    assert "Register saved: 1 present. 1 pupil recorded as found. We have told the school." in page
    assert "recorded that this pupil has been missing" not in page


@pytest.mark.postgres15
def test_errors_in_the_register_say_which_child_they_are_about(client, tuesday):
    first = scenario.running()
    second = scenario.running(given={"beside": first})
    page = register(client, first, **{f"mark-{first.reference}-am": "late", f"mark-{second.reference}-am": "absent"})
    summary = page[page.index("There is a problem") : page.index("</h1>")]
    for one in (first, second):
        assert f"{one.pupil.given_name} {one.pupil.family_name}: " in summary
        assert f"{one.reference}: " not in summary


def test_a_note_started_from_the_register_keeps_its_date_and_names_the_child(client, tuesday):
    placement = scenario.running()
    page = register(client, placement, "2026-03-07")
    name = f"{placement.pupil.given_name} {placement.pupil.family_name}"
    link = re.search(r'href="([^"]+)">Record a note<span class="govuk-visually-hidden"> for ([^<]+)<', page)
    assert link.group(2).startswith(name)
    form = client.get(unescape(link.group(1))).content.decode()
    assert re.search(r'name="day-day"[^>]*value="7"', form) or re.search(r'value="7"[^>]*name="day-day"', form)
    assert "3pm" not in form[form.index("day-day") : form.index("place_kind")]


def test_the_register_links_to_the_oldest_session_that_is_not_marked(client, tuesday):
    placement = scenario.running()
    page = register(client, placement, **{f"mark-{placement.reference}-am": "present"})
    assert "Mark the oldest" in page
    assert "Afternoon of 9 Mar 2026" in page or "Afternoon of 10 Mar 2026" in page


def test_people_who_must_not_be_contacted_are_listed_first_without_a_number(client):
    placement = scenario.running()
    limits = {"order": "yes", "order_what": "To come within 100 m of the home", "telephone": "01632 960999"}
    PupilContactFactory(pupil=placement.pupil, rank=1, name="Piran Vale", **limits)
    PupilContactFactory(pupil=placement.pupil, rank=2, name="Marigold Vale")
    ada, args = scenario.ada(placement), (placement.provider.slug, placement.reference)
    for route, next_part in (("placement", "Record where the child is"), ("placement-pupil", "Child’s identity</h2>")):
        page = read(client, ada, route, *args)
        assert page.index("Piran Vale") < page.index(next_part), route
        assert "The order does not allow: To come within 100 m of the home" in page
        assert "960999" not in page
    assert page.index("Contacts, in the order to call them") < page.index("Marigold Vale")
    assert "Piran Vale" not in page[page.index("Contacts, in the order to call them") :]
