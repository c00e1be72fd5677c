"""Tests for the timetable fields: one time for all mornings, one time for all afternoons, and exceptions."""

import re
from datetime import time
from types import SimpleNamespace

import pytest

from calloff.directory.timetables import Slot
from calloff.placements import queries
from calloff.web.forms_ui.timetable_fields import TimetableForm, initial_timetable
from calloff.web.forms_ui.widget_rendering import draw_field
from calloff.web.placements.placement_forms import ProposeChangeForm
from tests.factories_markets import SiteFactory, set_status
from tests.placements import scenario
from tests.timetables import typed, week

BOAT_SHED = SimpleNamespace(pk=7)


def answered(**sent):
    form = TimetableForm(data=sent)
    form.offer_places([SimpleNamespace(pk=3), BOAT_SHED])
    form.is_valid()
    return form


def test_selecting_whole_days_gives_each_day_the_same_times():
    assert answered(**typed("mon", "wed")).cleaned_data["timetable"] == week("mon", "wed")


def test_a_session_can_have_its_own_times_and_place():
    differs = {"apart-mon-am-starts": "10am", "apart-mon-am-ends": "11.30am", "apart-tue-pm-site": "7"}
    assert answered(**typed("mon"), **differs).cleaned_data["timetable"] == [
        Slot("mon", "am", time(10), time(11, 30)),
        week("mon")[1],
        Slot("tue", "pm", time(12, 30), time(14, 30), 7),
    ]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"apart-mon-am-starts": "10am"}, "Monday morning must have both a start time and an end time"),
        ({"apart-mon-am-starts": "ten", "apart-mon-am-ends": "11am"}, "Monday morning must have times like 9:30am"),
        ({"apart-fri-pm-starts": "2pm", "apart-fri-pm-ends": "1pm"}, "Friday afternoon must end after it starts"),
        ({"apart-fri-pm-site": "99"}, "Friday afternoon must be at one of the sites in the list"),
    ],
)
def test_errors_name_the_session_and_typed_answers_are_kept(sent, words):
    form = answered(**typed("mon"), **sent)
    assert any(words in error for error in form.errors["apart"])
    drawn = draw_field(form["apart"])
    assert "<details" in drawn
    assert " open" in drawn
    assert all(f'name="{name}"' in drawn for name in sent)
    assert all(f'"{value}"' in drawn for name, value in sent.items() if not name.endswith("site"))


def sent_back(timetable, sites, **changes):
    """Return what a browser submits from a page with a timetable after a person has changed it."""
    form = TimetableForm(initial=initial_timetable(timetable))
    form.offer_places(sites)
    return {"sessions": form["sessions"].value(), **boxes(form)} | changes


def boxes(form):
    usual = {name: form[name].value() or "" for name in ("am_from", "am_to", "pm_from", "pm_to")}
    page = draw_field(form["apart"])
    typed = dict(re.findall(r'<input [^>]*?name="([^"]+)"[^>]*? value="([^"]*)"', page))
    for name, options in re.findall(r'<select [^>]*name="([^"]+)">(.*?)</select>', page):
        typed[name] = next(iter(re.findall(r'value="(\d+)" selected', options)), "")
    return usual | typed


OWN = [Slot("mon", "am", time(10), time(11)), *week("tue", "wed"), Slot("thu", "am", time(9, 30), time(12), 7)]
SITES = [SimpleNamespace(pk=3), BOAT_SHED]


def ticks(*without):
    return [f"{slot.day}-{slot.session}" for slot in OWN if slot.day not in without]


@pytest.mark.parametrize("day", ["mon", "thu"], ids=["its own times", "its own place"])
def test_clearing_a_session_removes_it_even_if_it_has_times_of_its_own(day):
    form = answered(**sent_back(OWN, SITES, sessions=ticks(day)))
    assert form.cleaned_data["timetable"] == [slot for slot in OWN if slot.day != day]


def test_a_session_whose_times_were_changed_is_kept_even_if_it_is_cleared():
    sent = sent_back(OWN, SITES, sessions=ticks("mon"), **{"apart-mon-am-ends": "11:30am"})
    assert answered(**sent).cleaned_data["timetable"] == [Slot("mon", "am", time(10), time(11, 30)), *OWN[1:]]


def test_a_cleared_session_stays_cleared_when_errors_are_shown():
    form = answered(**sent_back(OWN, SITES, sessions=ticks("mon"), **{"apart-fri-am-starts": "ten"}))
    assert form.errors
    again = boxes(form) | {"sessions": ticks("mon"), "apart-fri-am-starts": ""}
    assert answered(**again).cleaned_data["timetable"] == OWN[1:]


@pytest.mark.postgres15
@pytest.mark.django_db
@pytest.mark.parametrize("open_sites", [0, 1, 2])
def test_a_site_already_in_the_timetable_is_offered_even_if_it_is_closed(open_sites):
    closed = SiteFactory(status="closed")
    sites = SiteFactory.create_batch(open_sites, provider=closed.provider)
    kept = [*week("mon"), Slot("tue", "am", time(9, 30), time(12), closed.pk)]
    form = TimetableForm(data=sent_back(kept, sites), initial=initial_timetable(kept))
    form.offer_places(sites)
    assert form.is_valid()
    assert form.cleaned_data["timetable"] == kept


@pytest.mark.django_db
def test_submitting_a_timetable_unchanged_keeps_a_site_that_has_closed():
    placement = scenario.drawn()
    set_status(placement.site, "closed")
    shown = ProposeChangeForm(placement=placement, sites=queries.open_sites(placement))
    assert f'value="{placement.site_id}" selected' in draw_field(shown["site"])
    sent = {"sessions": shown["sessions"].value(), "site": str(shown["site"].value()), **boxes(shown)}
    form = ProposeChangeForm(data=sent, placement=placement, sites=queries.open_sites(placement))
    assert not form.is_valid()  # The error is not about a missing day or a missing reason.
    assert not form.errors.keys() - {"from_on", "reason"}
    assert form.cleaned_data["values"] == {}


def test_submitting_the_timetable_as_it_is_shown_changes_nothing():
    kept = [Slot("mon", "am", time(10), time(11)), *week("tue", "wed"), Slot("thu", "am", time(9, 30), time(12), 7)]
    shown = initial_timetable(kept)
    sent = {name: value for name, value in shown.items() if name != "apart"}
    for (day, half), apart in shown["apart"].items():
        sent |= {f"apart-{day}-{half}-{part}": getattr(apart, part) for part in ("starts", "ends", "site")}
    assert answered(**sent).cleaned_data["timetable"] == kept
