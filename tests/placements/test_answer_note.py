"""Tests that one answer by the buyer covers all the provider's notes about the same event."""

from datetime import timedelta
from itertools import cycle
from uuid import uuid4

import pytest

from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.placements import commands, whereabouts
from calloff.placements.models import DayNote
from tests.concurrency import all_at_once
from tests.factories import NOW
from tests.placements import scenario
from tests.placements.test_day_notes import happened, moved, provider_records

pytestmark = pytest.mark.django_db
SAID = "We have called her mother."


def came_and_was_hurt(placement, **changes):
    both = happened(kinds=("extra_day", "hurt"), told="The mother", text="A cut knee.", **changes)
    return commands.provider_record_note(placement, happened=both, by=scenario.ben(placement), at=NOW)


def test_one_answer_covers_every_note_about_the_same_event_in_one_action():
    placement = scenario.running()
    saul, ben = scenario.saul(placement), scenario.ben(placement)
    first, second = came_and_was_hurt(placement)
    before = Event.objects.count(), Message.objects.filter(to=ben).count()
    commands.answer_note(second, answer=SAID, by=saul, at=NOW)
    rows = set(DayNote.objects.values_list("status", "answer", "answered_by"))
    assert rows == {("answered", SAID, saul.pk)}
    assert (Event.objects.count(), Message.objects.filter(to=ben).count()) == (before[0] + 1, before[1] + 1)
    assert set(Event.objects.latest("pk").subjects.values_list("record_id", flat=True)) == {first.pk, second.pk}
    assert not whereabouts.dangers_of(placement)
    with pytest.raises(Refused, match="Answer given"):
        commands.answer_note(first, answer="No.", by=saul, at=NOW)


def test_an_answer_does_not_cover_notes_about_another_event_or_a_correction():
    placement = scenario.running()
    saul, ben = scenario.saul(placement), scenario.ben(placement)
    other = provider_records(placement, moved(), at=NOW + timedelta(minutes=1))
    extra, hurt = sorted(came_and_was_hurt(placement), key=lambda note: note.kind)
    corrected = commands.provider_correct_note(extra, happened=moved(), by=ben, at=NOW)
    commands.answer_note(hurt, answer=SAID, by=saul, at=NOW)
    due = whereabouts.notes_to_answer(placement.buyer, person=saul, at=NOW)
    assert set(due) == {other, corrected}
    commands.answer_note(corrected, answer=SAID, by=saul, at=NOW)
    assert list(due.all()) == [other]
    here_and_hurt = happened(kinds=("here", "hurt"), told="The mother", text="A knee.")
    here, hurt = sorted(
        commands.provider_record_note(placement, happened=here_and_hurt, by=ben, at=NOW), key=lambda note: note.kind
    )
    commands.answer_note(hurt, answer=SAID, by=saul, at=NOW)
    here.refresh_from_db()
    assert here.status == "recorded"


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_several_answers_are_given_at_the_same_moment_one_covers_both_notes_without_deadlock():
    placement = scenario.running()
    notes = came_and_was_hurt(placement)
    saul = scenario.saul(placement)
    turns = cycle(notes)
    done = all_at_once(lambda: commands.answer_note(next(turns), answer=str(uuid4()), by=saul, at=NOW), times=4)
    assert done.count("done") == 1
    assert all("Answer given" in one for one in done if one != "done")
    assert DayNote.objects.values("answer").distinct().count() == 1
