"""Tests for a child who left early, according to a note or the register."""

from datetime import date, datetime, time, timedelta

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.placements import access, commands, off_site, whereabouts
from calloff.placements.models import DayNote, Placement
from tests.factories import NOW
from tests.placements import scenario
from tests.placements.scenario import FIRST, on
from tests.placements.test_day_notes import happened, not_known, provider_records, where

pytestmark = pytest.mark.django_db
NEXT = FIRST + timedelta(days=1)
HOME = {"kind": "left_early", "place_kind": "home", "place": "Home with her aunt", "told": "The office, at 9am"}


def row_of(placement, at, now):
    [row] = off_site.pupils_off_site(placement.buyer, person=scenario.saul(placement), at=at, now=now)
    return row


@pytest.mark.parametrize(("lacks", "field", "sentence"), [
    ({"place": ""}, "place", "Enter where the child is or was"), ({"place_kind": ""}, "place_kind", "kind of place"),
    ({"told": ""}, "told", "Enter the roles of the people you told"),
])  # fmt: skip
def test_an_early_departure_note_needs_a_destination_and_who_was_told(lacks, field, sentence):
    placement = scenario.running()
    with pytest.raises(Refused, match=sentence) as refusal:
        provider_records(placement, happened(**HOME | lacks))
    assert [one.where for one in refusal.value.problems] == [field]


def test_only_the_school_can_see_where_a_child_who_left_early_went(terms):
    placement = scenario.running()
    at = on(9, 11)
    today = {"day": at.date(), "time": time(9)}
    provider_records(placement, happened(**today), at=at)
    assert (
        whereabouts.with_latest_whereabouts(Placement.objects.all())
        .filter(whereabouts.is_recorded_there(at.date()))
        .exists()
    )
    provider_records(placement, happened(**HOME | today | {"time": time(10, 30)}), at=at)
    assert (
        not whereabouts.with_latest_whereabouts(Placement.objects.all())
        .filter(whereabouts.is_recorded_there(at.date()))
        .exists()
    )
    assert not whereabouts.is_there_now(placement, where(placement), at)
    row = row_of(placement, at, time(11))
    assert (row.word(time(11)), row.back, row.is_missing) == ("Left early", None, False)
    assert row.where.in_words == "Left early: Home with her aunt, since 10:30am on Monday 9 March 2026"
    assert row.where.for_council == "Left early (at home) since 10:30am on Monday 9 March 2026"
    assert whereabouts.is_there_now(placement, where(placement), on(10, 11)), "the next day it counts no more"


def test_a_missing_child_who_left_early_for_a_known_place_is_no_longer_missing():
    placement = scenario.running()
    provider_records(placement, not_known(time=time(8, 30)))
    provider_records(placement, happened(**HOME))
    assert not whereabouts.dangers_of(placement)
    provider_records(placement, not_known(time=NOW.time()))
    assert where(placement).is_missing


def test_a_child_who_left_early_counts_as_having_attended():
    placement = scenario.confirmed()
    provider_records(placement, happened(**HOME))
    assert access.first_day_of(placement) == NOW.date()


def test_a_child_marked_as_having_left_early_is_no_longer_on_the_off_site_list(terms):
    placement = scenario.running()
    at = datetime.combine(NEXT, time(11, 45), tzinfo=NOW.tzinfo)
    slot = row_of(placement, at, time(11)).slots[0]
    until = (datetime.combine(NEXT, slot.ends) - timedelta(minutes=30)).time()
    before = (datetime.combine(NEXT, until) - timedelta(minutes=5)).time()
    scenario.mark(placement, day=NEXT, session=slot.session, mark="left_early", minutes=30, at=at)
    row = row_of(placement, at, until)
    assert (row.word(before), row.word(until)) == ("Off site", "Left early")
    provider_records(placement, happened(day=NEXT, time=before), at=at)
    assert row_of(placement, at, until).word(until) == "Left early", "an earlier note does not count"
    provider_records(placement, happened(day=NEXT, time=at.time()), at=at)
    assert row_of(placement, at, at.time()).word(at.time()) == "With the provider"
    provider_records(placement, not_known(day=NEXT, time=at.time()), at=at)
    assert row_of(placement, at, at.time()).word(at.time()) == "Whereabouts not known"


def test_an_injured_child_stays_on_the_off_site_list_until_the_school_answers(terms):
    placement = scenario.confirmed()
    saul, ben = scenario.saul(placement), scenario.ben(placement)
    knee = happened(kind="hurt", told="The mother", text="A cut knee.")
    [note] = commands.provider_record_note(placement, happened=knee, by=ben, at=NOW)
    for at in (NOW, NOW + timedelta(days=1)):
        row = row_of(placement, at, time(10))
        assert (row.injuries, row.is_now, row.word(time(10))) == ((note,), True, "Whereabouts not recorded")
    commands.answer_note(note, answer="We have called the mother.", by=saul, at=NOW)
    assert row_of(placement, NOW, time(10)).injuries == (note,), "on the day itself"
    assert off_site.pupils_off_site(placement.buyer, person=saul, at=NOW + timedelta(days=1), now=time(10)) == []
    assert DayNote.objects.get().day == date(2026, 3, 2)
