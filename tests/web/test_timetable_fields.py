"""The boxes of a week: one time for all mornings and afternoons, and those that differ."""

from datetime import time
from types import SimpleNamespace

import pytest

from calloff.directory.timetables import Slot
from calloff.web.drawing import draw_field
from calloff.web.timetable_fields import Timetable, initial_of
from tests.timetables import typed, week

BOAT_SHED = SimpleNamespace(pk=7)


def answered(**sent):
    form = Timetable(data=sent)
    form.offer_places([SimpleNamespace(pk=3), BOAT_SHED])
    form.is_valid()
    return form


def test_whole_days_are_ticked_and_timed_once():
    assert answered(**typed("mon", "wed")).cleaned_data["timetable"] == week("mon", "wed")


def test_a_session_may_have_times_and_a_place_of_its_own_whether_or_not_it_is_ticked():
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
def test_what_is_wrong_names_the_session_and_nothing_typed_is_lost(sent, words):
    form = answered(**typed("mon"), **sent)
    assert any(words in error for error in form.errors["apart"])
    drawn = draw_field(form["apart"])
    assert "<details" in drawn
    assert " open" in drawn
    assert all(f'name="{name}"' in drawn for name in sent)
    assert all(f'"{value}"' in drawn for name, value in sent.items() if not name.endswith("site"))


def test_the_boxes_show_a_week_so_that_sending_them_back_changes_nothing():
    kept = [Slot("mon", "am", time(10), time(11)), *week("tue", "wed"), Slot("thu", "am", time(9, 30), time(12), 7)]
    shown = initial_of(kept)
    sent = {name: value for name, value in shown.items() if name != "apart"}
    for (day, half), apart in shown["apart"].items():
        sent |= {f"apart-{day}-{half}-{part}": getattr(apart, part) for part in ("starts", "ends", "site")}
    assert answered(**sent).cleaned_data["timetable"] == kept
