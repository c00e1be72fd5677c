"""Tests for a school's usual details: who can save them, which answers are wrong, and where they are filled in."""

import re
from dataclasses import replace
from datetime import time
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from calloff.history.models import Event
from calloff.kernel import clock
from calloff.kernel.lifecycles import EditConflict, Refused
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.models import UsualDetails
from calloff.web.forms_ui import edit_conflicts
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.placements import scenario
from tests.placements.scenario import on

pytestmark = pytest.mark.django_db
USUAL = commands.UsualDetailsEntry(
    time(9, 30), time(12), None, None, 15, "Charged.", "The attendance office", time(9, 45), "The AP lead"
)


def lead(school):
    return person(Role.AP_LEAD, at=school)


def shown(page, name):
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page)
    return found.group(1) if found else ""


def test_a_school_saves_its_usual_details_once_and_then_changes_them():
    school = SchoolOrganisationFactory()
    ruth = lead(school)
    found = commands.save_usual_details(school, usual=USUAL, by=ruth, at=NOW)
    commands.amend_usual_details(found, usual=replace(USUAL, notice_days=20), by=ruth, at=NOW)
    assert UsualDetails.objects.get(buyer=school).notice_days == 20
    verbs = Event.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["save_usual_details", "amend_usual_details"]
    with pytest.raises(Refused, match="A colleague saved the usual placement details"):
        commands.save_usual_details(school, usual=USUAL, by=ruth, at=NOW)


@pytest.mark.parametrize("role", [Role.HEAD, Role.FINANCE, Role.SAFEGUARDING_LEAD])
def test_only_people_who_place_children_can_save_usual_details(role):
    school = SchoolOrganisationFactory()
    with pytest.raises(PermissionDenied):
        commands.save_usual_details(school, usual=USUAL, by=person(role, at=school), at=NOW)


def test_another_schools_people_can_neither_save_nor_see_usual_details():
    school = SchoolOrganisationFactory()
    stranger = lead(SchoolOrganisationFactory())
    with pytest.raises(PermissionDenied):
        commands.save_usual_details(school, usual=USUAL, by=stranger, at=NOW)
    commands.save_usual_details(school, usual=USUAL, by=lead(school), at=NOW)
    assert not UsualDetails.objects.visible_to(stranger, NOW).exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"am_to": None}, "Enter both a start time and an end time for mornings"),
        ({"pm_from": time(14), "pm_to": time(13)}, "The end of afternoons must be after the start"),
        ({"notice_days": 0}, "Notice period must be between 1 and 365 days"),
        ({"emergency": "x" * 301}, "must be 300 characters or fewer"),
        ({"attendance_contact": "x" * 201}, "must be 200 characters or fewer"),
    ],
)
def test_a_wrong_answer_is_refused_with_its_sentence(changes, sentence):
    school = SchoolOrganisationFactory()
    with pytest.raises(Refused, match=sentence):
        commands.save_usual_details(school, usual=replace(USUAL, **changes), by=lead(school), at=NOW)
    assert not UsualDetails.objects.exists()


def test_a_new_agreement_starts_with_the_usual_details(client, monkeypatch):
    placement = scenario.checked()
    ruth = scenario.ruth(placement)
    monkeypatch.setattr(clock, "now", lambda: on(2))
    client.force_login(ruth)
    page = reverse("buyer:usual-details", args=[placement.buyer.slug])
    answers = {
        "am_from": "9:15am", "am_to": "noon", "notice_days": "15", "absence_rule": "Charged.",
        "attendance_contact": "The attendance office", "attendance_time": "9:45am", "emergency": "The AP lead",
    }  # fmt: skip
    once = re.search(r'name="once" value="([^"]+)"', client.get(page).content.decode())
    answer = client.post(page, {**answers, **({"once": once.group(1)} if once else {})})
    assert answer.status_code == 303, answer.content.decode()[:3000]
    form = client.get(reverse("buyer:placement-draw-up", args=[placement.buyer.slug, placement.reference]))
    text = form.content.decode()
    assert "The AP lead" in text
    assert shown(text, "notice_days") == "15"
    assert shown(text, "attendance_contact") == "The attendance office"
    assert shown(text, "attendance_time") == "9:45am"
    again = client.get(page).content.decode()
    assert shown(again, "am_from") == "9:15am"


def test_two_leads_who_save_the_first_usual_details_are_asked_which_answers_to_keep(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    school = SchoolOrganisationFactory()
    client.force_login(lead(school))
    page = reverse("buyer:usual-details", args=[school.slug])
    opened = client.get(page).content.decode()
    name = edit_conflicts.CONFLICT_BASE_FIELD
    base = {name: unescape(re.search(rf'name="{name}" value="([^"]*)"', opened).group(1))}
    commands.save_usual_details(school, usual=USUAL, by=lead(school), at=NOW)
    mine = {"notice_days": "10", "absence_rule": "We pay half.", "am_from": "10am", "am_to": "noon"}
    asked = client.post(page, mine | base)
    shown_page = unescape(asked.content.decode())
    assert asked.status_code == 200
    for said in ("Charged.", "We pay half.", "9:30am", "10am"):
        assert said in shown_page
    assert UsualDetails.objects.get().absence_rule == "Charged."


def test_usual_details_that_a_colleague_has_just_changed_are_not_overwritten():
    school = SchoolOrganisationFactory()
    seen = commands.save_usual_details(school, usual=USUAL, by=lead(school), at=NOW)
    found = UsualDetails.objects.get()
    commands.amend_usual_details(found, usual=replace(USUAL, emergency="The head"), by=lead(school), at=NOW)
    with pytest.raises(EditConflict):
        commands.amend_usual_details(seen, usual=USUAL, seen=seen, by=lead(school), at=NOW)
