"""Tests that lists of due tasks leave out ended placements whose registers are complete."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from calloff.placements.due_sessions import of_council, of_school
from calloff.placements.models import Placement
from calloff.placements.settled_registers import record_settled_registers
from tests.placements import scenario
from tests.placements.scenario import FIRST, on

pytestmark = pytest.mark.django_db
NEXT = on(10, 4)


def ended(*, marked):
    """Return a placement that lasted one day. `marked` says whether the afternoon session is marked."""
    placement = scenario.running()
    if marked:
        scenario.mark(placement, session="pm")
    scenario.ended(placement, last=FIRST, verb="end_early", at=on(9, 17))
    return Placement.objects.get(pk=placement.pk)


def settled_on(placement):
    return Placement.objects.get(pk=placement.pk).register_settled_on


def due(placement, at=NEXT):
    school = of_school(placement.buyer, person=scenario.ruth(placement), at=at)
    council = of_council(placement.authority, person=scenario.olivia(placement), at=at)
    return [len(school), len([one for one in council if one.placement == placement])]


def test_only_a_register_without_gaps_is_settled():
    whole, gap = ended(marked=True), ended(marked=False)
    assert (due(whole), due(gap)) == ([0, 0], [1, 1])
    assert record_settled_registers(NEXT) == 1
    assert (settled_on(whole), settled_on(gap)) == (NEXT.date(), None)
    assert (due(whole), due(gap)) == ([0, 0], [1, 1])
    assert record_settled_registers(NEXT) == 0
    scenario.mark(gap, session="pm", at=on(10))
    assert record_settled_registers(on(11, 4)) == 1


def test_home_pages_do_not_load_settled_registers(django_assert_num_queries):
    placement = ended(marked=True)
    ruth = scenario.ruth(placement)
    of_school(placement.buyer, person=ruth, at=NEXT)
    record_settled_registers(NEXT)
    with django_assert_num_queries(1):  # this finds no placement, so no further query is needed
        assert of_school(placement.buyer, person=ruth, at=NEXT) == []


def test_a_register_in_which_a_session_becomes_due_again_is_no_longer_settled():
    placement = ended(marked=False)
    Placement.objects.filter(pk=placement.pk).update(register_settled_on=NEXT.date())
    assert due(placement) == [0, 0]
    record_settled_registers(NEXT + timedelta(days=1))
    assert settled_on(placement) is None
    assert due(placement) == [1, 1]


def test_the_register_of_a_current_placement_is_not_settled():
    today, lasts = ended(marked=True), scenario.running()
    record_settled_registers(on(9, 20))
    assert settled_on(today) is None
    record_settled_registers(NEXT)
    assert settled_on(today)
    assert settled_on(lasts) is None
    with pytest.raises(IntegrityError, match="placement_register_settled_once_over"), transaction.atomic():
        Placement.objects.filter(pk=lasts.pk).update(register_settled_on=NEXT.date())
