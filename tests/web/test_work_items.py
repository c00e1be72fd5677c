from datetime import date, datetime, timedelta

import pytest

from calloff.web.work_items import WorkItem, button_words, end_of_last_day, group_work, sort_work
from tests.factories import LONDON

WEDNESDAY = datetime(2026, 11, 18, 10, tzinfo=LONDON)


def due(what, by):
    return WorkItem(what, "/", "Windmill Hill", by)


@pytest.mark.parametrize(
    ("last", "name"),
    [
        (date(2026, 11, 17), "Overdue"),
        (date(2026, 11, 18), "Today"),
        (date(2026, 11, 19), "This week"),
        (date(2026, 11, 22), "This week"),
        (date(2026, 11, 23), "Later"),
        (None, "When you can"),
    ],
)
def test_tasks_are_grouped_by_their_last_day(last, name):
    one = due("Mark", end_of_last_day(last))
    assert group_work([one], WEDNESDAY) == [(name, [one])]


def test_a_task_due_earlier_today_is_overdue():
    assert group_work([due("Answer", WEDNESDAY)], WEDNESDAY)[0][0] == "Overdue"
    assert group_work([due("Answer", WEDNESDAY + timedelta(seconds=1))], WEDNESDAY)[0][0] == "Today"


def test_the_tasks_due_soonest_come_first_and_those_without_a_date_last():
    several = [due("d", None), due("c", WEDNESDAY), due("b", WEDNESDAY), due("a", WEDNESDAY + timedelta(days=1))]
    assert [one.what for one in sort_work(several, WEDNESDAY)] == ["b", "c", "a", "d"]


def test_groups_of_tasks_are_in_a_set_order_and_empty_groups_are_left_out():
    several = sort_work([due("x", None), due("y", end_of_last_day(date(2026, 11, 30))), due("z", WEDNESDAY)], WEDNESDAY)
    assert [name for name, _ in group_work(several, WEDNESDAY)] == ["Overdue", "Later", "When you can"]


def test_a_child_in_danger_is_listed_before_overdue_tasks():
    found = [due("late", WEDNESDAY - timedelta(days=9)), WorkItem("hurt", "/", "", WEDNESDAY, danger="Call 999")]
    assert [(name, rows[0].what) for name, rows in group_work(sort_work(found, WEDNESDAY), WEDNESDAY)] == [
        ("Now", "hurt"),
        ("Overdue", "late"),
    ]


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("Sign the Partnership Agreement: IAP", "Sign"),
        ("Countersign the agreement with Weald Edge School", "Countersign"),
        ("Take the morning register: 4 children", "Take register"),
        ("Mark the morning register: 2 children not marked since 9am", "Take register"),
        ("Mark Harbour Lane Studio", "Mark"),
        ("Decide Harbour Lane Studio", "Decide"),
        ("Paused: sign the agreement", "View"),
        ("Zed has asked to join Felpham Shore Academy", "Answer"),
        ("2 providers have no one who can reply. Invite their staff", "Invite"),
    ],
)
def test_the_button_of_a_task_names_what_the_person_does(task, words):
    assert button_words(due(task, None)) == words


def test_the_button_of_a_child_in_danger_only_shows_the_note():
    assert button_words(WorkItem("Find out where a pupil is", "/", "", WEDNESDAY, danger="Call 999")) == "View"
