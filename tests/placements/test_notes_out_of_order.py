"""Tests for notes about an earlier time, which are shown together with where the child is now."""

from datetime import time

import pytest

from calloff.outbox.models import Message
from calloff.placements import commands, whereabouts
from tests.factories import NOW
from tests.placements import scenario
from tests.placements.test_day_notes import happened, not_known, provider_records, where

pytestmark = pytest.mark.django_db
BEFORE = time(8, 30)


def last_to(somebody):
    return Message.objects.filter(to=somebody).order_by("pk").last()


def test_a_note_about_an_earlier_missing_time_is_treated_as_past_and_needs_no_answer():
    placement = scenario.running()
    saul, olivia = scenario.saul(placement), scenario.olivia(placement)
    provider_records(placement, happened())
    provider_records(placement, not_known(time=BEFORE))
    assert not whereabouts.dangers_of(placement)
    assert not whereabouts.notes_to_answer(placement.buyer, person=saul, at=NOW).exists()
    for somebody in (saul, olivia):
        message = last_to(somebody)
        assert message.subject == f"A pupil’s whereabouts were not known ({placement.reference})"
        assert "A later note says where the pupil was at 9am on Monday 2 March 2026." in message.body
        assert "999" not in message.body
        assert "now" not in message.body


@pytest.mark.parametrize(("kind", "words"), [
    ("here", "A pupil was with the provider"), ("elsewhere", "A pupil was not at the provider’s site"),
    ("extra_day", "A pupil came on an extra day"), ("left_early", "A pupil left early"),
])  # fmt: skip
def test_a_note_about_an_earlier_time_does_not_notify_anyone_that_the_child_is_found(kind, words):
    placement = scenario.running()
    saul = scenario.saul(placement)
    provider_records(placement, not_known())
    place = {"place_kind": "home", "place": "At home", "decided_by": "The lead", "told": "The mother"}
    provider_records(placement, happened(kind=kind, time=BEFORE, **place))
    assert where(placement).is_missing
    message = last_to(saul)
    assert message.subject.startswith(words)
    still = "The pupil is still recorded as missing since 9am on Monday 2 March 2026."
    assert message.body.startswith(f"If a child is in immediate danger, call 999. {still}")


def test_a_schools_note_about_an_earlier_time_is_shown_to_the_provider_as_past():
    placement = scenario.running()
    ruth, ben = scenario.ruth(placement), scenario.ben(placement)
    provider_records(placement, happened())
    commands.record_note(placement, happened=not_known(time=BEFORE), by=ruth, at=NOW)
    assert last_to(ben).subject == f"A pupil’s whereabouts were not known ({placement.reference})"
    commands.record_note(placement, happened=not_known(), by=ruth, at=NOW)
    assert last_to(ben).subject == f"A pupil’s whereabouts are not known ({placement.reference})"
    assert "call 999" in last_to(ben).body
