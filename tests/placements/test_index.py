"""Tests that a home page uses an index and does not read the registers of many years."""

import pytest
from django.db import connection
from django.db.models import QuerySet

from calloff.placements import queries
from calloff.placements.models import Attendance
from calloff.placements.models.delivery import TO_CONFIRM, UNRESOLVED
from tests.placements import scenario
from tests.placements.scenario import on

pytestmark = pytest.mark.django_db


def plan(found: QuerySet[Attendance]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    return found.values_list("placement").explain()


@pytest.mark.parametrize(
    ("which", "index"), [(TO_CONFIRM, "attendance_to_confirm"), (UNRESOLVED, "attendance_unresolved")]
)
def test_open_notes_are_found_with_a_partial_index(which, index):
    assert index in plan(Attendance.objects.filter(which))


def test_codes_to_confirm_are_counted_for_each_placement():
    placement = scenario.running()
    scenario.mark(placement, session="pm")
    ruth = scenario.ruth(placement)
    several = queries.codes_to_confirm(placement.buyer, person=ruth, at=on(scenario.FIRST.day))
    assert several == [(placement.reference, 2)]
