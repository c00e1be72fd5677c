"""Tests for the attendance chart and a child's week, on a placement and on the pupil's record."""

import re

import pytest
from django.urls import reverse

from calloff.kernel import clock
from tests.placements import scenario
from tests.placements.scenario import FIRST, on

pytestmark = pytest.mark.django_db


@pytest.fixture
def placement(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(11, 15))
    placement = scenario.running()
    scenario.mark(placement, session="pm", mark="late", minutes=10, at=on(9, 15))
    scenario.mark(placement, day=FIRST.replace(day=10), mark="absent", cause="ill", at=on(10, 15))
    scenario.mark(placement, day=FIRST.replace(day=10), session="pm", mark="absent", cause="unknown", at=on(10, 15))
    return placement


def page(client, placement, route, reference):
    client.force_login(scenario.ruth(placement))
    answer = client.get(reverse(route, args=[placement.buyer.slug, reference]))
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.parametrize("route", ["buyer:placement", "buyer:placement-register"])
def test_the_chart_has_a_block_for_each_session_and_says_the_same_in_a_sentence(client, placement, route):
    shown = page(client, placement, route, placement.reference)
    kinds = "1 present, 1 late, 1 absent with a reason and 1 absent without a reason"
    said = f"4 sessions, 9 Mar 2026 to 10 Mar 2026: {kinds}."
    assert f'role="img" aria-label="{said}"' in shown
    blocks = shown[shown.index('role="img"') : shown.index("<figcaption")]
    assert re.findall(r"block--(\w+)", blocks) == ["present", "late", "absent", "unexplained"]


def test_a_placement_without_marks_has_no_chart(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: on(9, 8))
    placement = scenario.agreed()
    assert "calloff-ribbon" not in page(client, placement, "buyer:placement", placement.reference)


def test_a_childs_week_shows_the_sessions_of_all_its_placements(client, placement):
    other = scenario.running(given={"child_of": placement})
    shown = page(client, placement, "buyer:placement", placement.reference)
    week = shown[shown.index("The pupil’s week") :]
    week = week[: week.index("</table>")]
    assert placement.provider.name in week
    assert other.provider.name in week
    assert "calloff-childweek__session--this" in week
    assert "with 2 providers" in week
    pupil = page(client, placement, "buyer:pupil", placement.pupil.reference)
    assert "The pupil’s week" in pupil
    assert "calloff-childweek__session--this" not in pupil


def test_a_childs_week_leaves_out_placements_that_have_ended(client, placement):
    other = scenario.running(given={"child_of": placement})
    scenario.ended(other, last=FIRST.replace(day=10), verb="end_early", at=on(11, 9))
    shown = page(client, placement, "buyer:placement", placement.reference)
    assert "with 1 provider" in shown


def test_the_provider_sees_the_attendance_and_its_own_sessions_but_no_other_provider(client, placement):
    other = scenario.running(given={"child_of": placement})
    client.force_login(scenario.ben(placement))
    answer = client.get(reverse("provider:placement", args=[placement.provider.slug, placement.reference]))
    shown = re.sub(r"\s+", " ", answer.content.decode())
    assert "4 sessions, 9 Mar 2026 to 10 Mar 2026" in shown
    assert "The week with you" in shown
    assert "with 1 provider" in shown
    assert other.provider.name not in shown
