"""Tests that a refused correction reveals nothing to a provider without access to a child's notes.

The provider can still correct its own notes, but a correction never changes whether the child is in danger
(docs/adr/0043).
"""

from datetime import time, timedelta
from threading import Event as Signal
from threading import Thread

import pytest
from django.db import connection, transaction

from calloff.kernel.lifecycles import Refused
from calloff.placements import access, commands
from tests.factories import NOW
from tests.placements import scenario
from tests.placements.test_day_notes import where
from tests.placements.test_own_facts import buyer_notes, note_of, provider_notes

pytestmark = pytest.mark.django_db

AT = NOW + timedelta(days=60)  # the placement ends on 27 March, and access ends after 10 April
# The school might have recorded these since then. A provider without access must not find out which it was.
SCHOOL_RECORDED = ("nothing", "missing_before", "missing_after", "there_before", "there_after")
OWN_KINDS = ("here", "elsewhere", "left_early", "not_known", "hurt", "slept")
TIMES = {"an hour earlier": time(7, 30), "the same time": time(8, 30), "later": time(8, 55)}


def closed():
    """Return a placement after the grace period, when the provider no longer has access."""
    placement = scenario.running()
    assert not access.provider_reads_notes(placement, AT)
    return placement


def school_records(placement, what):
    if what == "nothing":
        return
    kind, when = what.split("_")
    at = {"before": time(8), "after": time(8, 45)}[when]
    buyer_notes(placement, {"missing": "not_known", "there": "here"}[kind], AT, time=at)


def answer_to(note, new_kind, new_time):
    """Return the result of a correction, which is then rolled back."""
    try:
        with transaction.atomic():
            commands.provider_correct_note(
                note, happened=note_of(new_kind, AT, time=new_time), by=scenario.ben(note.placement), at=AT
            )
            transaction.set_rollback(True)
    except Refused as refusal:
        return str(refusal)
    return "done"


@pytest.mark.parametrize("own", OWN_KINDS)
def test_the_response_to_a_correction_does_not_reveal_what_the_school_has_recorded(own):
    answers = {}
    for recorded in SCHOOL_RECORDED:
        with transaction.atomic():
            placement = closed()
            note = provider_notes(placement, own, AT, time=TIMES["the same time"])
            school_records(placement, recorded)
            for new_kind in OWN_KINDS:
                for words, new_time in TIMES.items():
                    answers.setdefault((new_kind, words), set()).add(answer_to(note, new_kind, new_time))
            transaction.set_rollback(True)  # in an empty database, the next placement is a copy of this one
    assert not {tried: several for tried, several in answers.items() if len(several) > 1}


@pytest.mark.parametrize("recorded", SCHOOL_RECORDED)
@pytest.mark.parametrize("own", ["here", "left_early", "elsewhere", "not_known"])
def test_a_correction_made_without_access_does_not_mark_a_missing_child_as_found(own, recorded):
    placement = closed()
    note = provider_notes(placement, own, AT, time=TIMES["the same time"])
    school_records(placement, recorded)
    if not where(placement).is_missing:
        return  # the school has recorded since then where the child is
    for new_kind in ("here", "left_early", "elsewhere", "not_known"):
        for new_time in TIMES.values():
            try:
                with transaction.atomic():
                    commands.provider_correct_note(
                        note, happened=note_of(new_kind, AT, time=new_time), by=scenario.ben(placement), at=AT
                    )
                    found = not where(placement).is_missing
                    transaction.set_rollback(True)
            except Refused:
                found = False
            # This correction replaces the note that the child is missing.
            says_so = own == "not_known" and new_kind != "not_known"
            assert not found or says_so, (new_kind, new_time)


def test_a_former_provider_can_still_correct_its_own_records():
    placement = closed()
    here = provider_notes(placement, "here", AT, time=time(8, 30))
    with pytest.raises(
        Refused, match=r"Time must be 8:30am or earlier\. Record a new note for anything later"
    ) as error:
        commands.provider_correct_note(
            here, happened=note_of("here", AT, time=time(8, 31)), by=scenario.ben(placement), at=AT
        )
    assert [one.where for one in error.value.problems] == ["time"]
    earlier = note_of("here", AT - timedelta(days=1), time=time(8, 40))
    commands.provider_correct_note(here, happened=earlier, by=scenario.ben(placement), at=AT)
    gone = provider_notes(placement, "not_known", AT, time=time(8, 30))
    with pytest.raises(Refused, match=r"Time must be 8:30am or later\. Record a new note for anything earlier"):
        commands.provider_correct_note(
            gone, happened=note_of("not_known", AT, time=time(8, 29)), by=scenario.ben(placement), at=AT
        )
    commands.provider_correct_note(
        gone, happened=note_of("not_known", AT, time=time(8, 31)), by=scenario.ben(placement), at=AT
    )
    assert where(placement).is_missing


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_a_correction_made_in_the_same_second_does_not_mark_a_missing_child_as_found():
    placement = scenario.running()
    note = provider_notes(placement, "here", NOW, time=time(8, 30))
    recorded, answers = Signal(), []

    def correct():
        try:
            recorded.wait(10)
            later = note_of("here", NOW, time=time(8, 55))
            commands.provider_correct_note(note, happened=later, by=scenario.ben(placement), at=NOW)
            answers.append("done")
        except Refused as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    colleague = Thread(target=correct)
    with transaction.atomic():
        buyer_notes(placement, "not_known", NOW, time=time(8, 45))
        colleague.start()
        recorded.set()
        colleague.join(1)  # the other command must wait until the note is committed
    colleague.join(20)
    assert "missing since 8:45am" in answers[0]
    assert where(placement).is_missing
