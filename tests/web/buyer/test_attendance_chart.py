"""Tests for the chart of a child's attendance and for the child's week, on a placement and on the pupil's record."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from calloff.kernel import clock
from calloff.placements.whole_register import RegisterSession, WholeRegister
from calloff.web.placements.attendance_ribbon import attendance_ribbon
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
    said = f"4 sessions marked, 9 Mar 2026 to 10 Mar 2026: {kinds}. 2 sessions are not marked. "
    assert f'role="img" aria-label="{said}' in shown
    blocks = shown[shown.index('role="img"') : shown.index("<figcaption")]
    kinds = re.findall(r"block--(\w+)", blocks)
    assert kinds[:6] == ["present", "late", "absent", "unexplained", "unmarked", "unmarked"]
    assert set(kinds[6:]) == {"to_come"}


def test_the_dates_stand_below_the_blocks_of_their_days(client, placement):
    shown = page(client, placement, "buyer:placement", placement.reference)
    ribbon = shown[shown.index('role="img"') : shown.index("<figcaption")]
    blocks = re.split(r'<span class="calloff-ribbon__block', ribbon)[1:]
    assert "Started 9 Mar" in blocks[0]
    assert "Today, 11 Mar" in blocks[6]
    assert f"Last day {placement.ends_on.day} {placement.ends_on:%b}" in blocks[-1].replace("Review and last", "Last")
    assert "2 sessions are not marked" in shown


def test_a_long_placement_shows_its_latest_and_next_sessions_and_says_that_there_are_more(placement):
    sessions = tuple(
        RegisterSession(placement.starts_on + timedelta(days=number), "am", on(9, 9) + timedelta(days=number))
        for number in range(200)
    )
    ribbon = attendance_ribbon(WholeRegister(placement, sessions), [], on(9, 10) + timedelta(days=99))
    assert len(ribbon.until_now) == 60
    assert len(ribbon.to_come) == 40
    assert dict(ribbon.key) == {"unmarked": "100 not marked", "to_come": "100 to come"}
    assert [label.words for label in ribbon.until_now[0].labels] == ["From 18 Apr"]
    assert ribbon.to_come[-1].labels[-1].words.startswith("More until ")


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
    assert "4 sessions marked, 9 Mar 2026 to 10 Mar 2026" in shown
    assert "The week with you" in shown
    assert "with 1 provider" in shown
    assert other.provider.name not in shown


def test_the_list_of_placements_shows_the_latest_marks_in_one_query_for_any_number(client, placement):
    client.force_login(scenario.ruth(placement))
    address = reverse("buyer:placements", args=[placement.buyer.slug])

    def statements():
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(address).content.decode()
        assert 'role="img" aria-label="2 of 4 marked sessions attended"' in shown
        return len(queries)

    few = statements()
    for _ in range(2):
        scenario.running(given={"child_of": placement})
    assert statements() == few
