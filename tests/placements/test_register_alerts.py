"""Tests for alerts about an unmarked first session: to the provider after 15 minutes, and to the school after 30."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calloff.directory.timetables import Slot
from calloff.markets import rulesets
from calloff.markets.models import Market
from calloff.outbox.models import Message
from calloff.people.models import RoleGrant
from calloff.placements import commands, register_alerts
from calloff.placements.models import DayNote, Placement, RegisterAlert
from calloff.placements.register_alert_messages import send_register_alerts
from calloff.placements.register_alerts import AlertSide
from calloff.registers.models import ClosedDay
from tests.concurrency import all_at_once
from tests.placements import scenario
from tests.placements.scenario import FIRST, on

pytestmark = pytest.mark.django_db
NINE_THIRTY = on(10, 9).replace(minute=30)  # the first session of the day starts, on Tuesday 10 March


def after(minutes, start=NINE_THIRTY):
    return start + timedelta(minutes=minutes)


def late(placement, at, side=AlertSide.BUYER):
    found = Placement.objects.filter(pk=placement.pk)
    return [
        (one.day, one.slot.session, one.is_answered) for one in register_alerts.late_registers(found, at, side=side)
    ]


def alerts_to(somebody):
    return [one.subject for one in Message.objects.filter(to=somebody, subject__contains="pupil").order_by("pk")]


def note(placement, kind, at, **more):
    usual = {"kinds": (kind,), "day": timezone.localdate(at), "time": timezone.localtime(at).time()}
    moved = {"place_kind": "home", "place": "At home", "decided_by": "Our lead", "told": "The mother", "text": ""}
    happened = commands.DayNoteEntry(**{**usual, **(moved if kind == "elsewhere" else {}), **more})
    [written] = commands.record_note(placement, happened=happened, by=scenario.ruth(placement), at=at)
    return written


def test_the_provider_is_alerted_after_15_minutes_without_a_mark_and_the_school_after_30():
    placement = scenario.running()
    ben, saul, helen = scenario.ben(placement), scenario.saul(placement), scenario.helen(placement)
    send_register_alerts(after(14))
    assert alerts_to(ben) == []
    send_register_alerts(after(15))
    assert alerts_to(ben) == ["Mark the register: 1 pupil due at 9:30am"]
    send_register_alerts(after(29))
    assert alerts_to(saul) == alerts_to(helen) == []
    assert late(placement, after(29)) == []
    send_register_alerts(after(30))
    words = f"Find out where 1 pupil is, because {placement.provider} has not marked the register"
    assert alerts_to(saul) == alerts_to(helen) == [words]
    assert late(placement, after(30)) == [(date(2026, 3, 10), "am", False)]


def test_an_alert_does_not_name_the_child():
    placement = scenario.running()
    scenario.ben(placement), scenario.saul(placement)
    send_register_alerts(after(30))
    messages = list(Message.objects.filter(queued_at=after(30)))
    assert len(messages) > 1
    names = (placement.pupil.given_name, placement.pupil.family_name)
    assert not [one for one in messages for name in names if name in one.subject + one.body]
    assert all(placement.reference in one.body for one in messages)


def test_each_side_gets_one_alert_however_often_or_late_the_job_runs():
    placement = scenario.running()
    ben, saul = scenario.ben(placement), scenario.saul(placement)
    for minutes in (180, 180, 185, 300):
        send_register_alerts(after(minutes))
    assert len(alerts_to(ben)) == len(alerts_to(saul)) == 1
    assert {one.side for one in RegisterAlert.objects.all()} == {"provider", "buyer"}
    assert {one.told_at for one in RegisterAlert.objects.all()} == {after(180)}
    with pytest.raises(IntegrityError, match="register_alert_once"), transaction.atomic():
        RegisterAlert.objects.create(
            authority=placement.authority, placement=placement, day=date(2026, 3, 10), session="am", side="buyer",
            told_at=after(400), people=1,
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        RegisterAlert.objects.update(people=9)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_two_jobs_that_run_at_the_same_moment_send_one_alert():
    placement = scenario.running()
    ben = scenario.ben(placement)
    assert all_at_once(lambda: send_register_alerts(after(20)), times=3).count("done") == 3
    assert len(alerts_to(ben)) == 1
    assert RegisterAlert.objects.count() == 1


def test_a_register_is_shown_as_late_at_the_right_time_even_if_no_job_runs():
    placement = scenario.running()
    assert late(placement, after(30)) == [(date(2026, 3, 10), "am", False)]
    assert not RegisterAlert.objects.exists()


def test_a_child_who_has_been_marked_late_or_absent_causes_no_more_alerts():
    placement = scenario.running()
    scenario.mark(placement, day=date(2026, 3, 10), at=after(40))
    assert late(placement, after(41)) == []
    other = scenario.running()
    scenario.mark(other, day=date(2026, 3, 10), mark="absent", cause="unknown", at=after(40))
    assert late(other, after(41)) == []


def test_a_mark_in_a_later_session_shows_that_the_child_is_there():
    placement = scenario.running()
    assert late(placement, after(200)) == [(date(2026, 3, 10), "am", False)]
    scenario.mark(placement, day=date(2026, 3, 10), session="pm", at=after(200))
    assert late(placement, after(201)) == []


def test_only_the_first_session_of_a_day_causes_an_alert():
    placement = scenario.running()
    scenario.mark(placement, day=date(2026, 3, 10), at=after(5))
    send_register_alerts(on(10, 14))
    assert late(placement, on(10, 14)) == []
    assert not RegisterAlert.objects.exists()


@pytest.mark.parametrize("kind", ["here", "elsewhere"])
def test_a_note_that_says_where_the_child_is_prevents_the_alert(kind):
    placement = scenario.running()
    note(placement, kind, after(35))
    assert late(placement, after(36)) == [(date(2026, 3, 10), "am", True)]
    send_register_alerts(after(36))
    assert not RegisterAlert.objects.exists()


def test_a_note_that_no_one_knows_where_the_child_is_does_not_prevent_the_alert():
    placement = scenario.running()
    note(placement, "not_known", after(35), told="The mother")
    assert late(placement, after(36)) == [(date(2026, 3, 10), "am", False)]
    note(placement, "elsewhere", after(20))
    assert late(placement, after(37)) == [(date(2026, 3, 10), "am", False)]  # the later note applies


def test_a_note_that_the_child_moved_prevents_alerts_until_the_next_note():
    placement = scenario.running()
    note(placement, "here", on(9, 11))
    assert late(placement, after(30)) == [(date(2026, 3, 10), "am", False)]
    note(placement, "elsewhere", on(9, 12))
    assert late(placement, after(30)) == [(date(2026, 3, 10), "am", True)]
    first = DayNote.objects.order_by("pk").last()
    happened = commands.DayNoteEntry(
        kinds=("hurt",), day=date(2026, 3, 9), time=time(12), told="The mother", text="A cut."
    )
    commands.correct_note(first, happened=happened, by=scenario.ruth(placement), at=on(9, 13))
    assert late(placement, after(30)) == [(date(2026, 3, 10), "am", False)]  # a corrected note does not apply


def test_a_mark_in_a_second_placement_shows_where_the_child_is():
    morning = scenario.running(timetable=scenario.week("mon", "tue", afternoons=False))
    other = scenario.running(timetable=scenario.week("mon", "tue"), given={"child_of": morning})
    assert late(morning, after(200)) == [(date(2026, 3, 10), "am", False)]
    # There are two sessions on the same day, and each is the first in its placement.
    assert late(other, after(200)) == [(date(2026, 3, 10), "am", False)]
    send_register_alerts(after(200))
    assert RegisterAlert.objects.count() == 4
    scenario.mark(other, day=date(2026, 3, 10), session="pm", mark="absent", cause="ill", at=after(205))
    # The child was absent in one placement, and was not marked in this one.
    assert late(morning, after(206)) == [(date(2026, 3, 10), "am", False)]
    scenario.mark(other, day=date(2026, 3, 10), session="pm", at=after(207))
    assert late(morning, after(208)) == []


def test_a_note_in_another_placement_counts_from_the_start_of_the_session():
    one = scenario.running()
    other = scenario.running(given={"child_of": one})
    note(other, "here", after(-60))
    assert late(one, after(40)) == [(date(2026, 3, 10), "am", False)]
    note(other, "here", after(5))
    assert late(one, after(40)) == [(date(2026, 3, 10), "am", True)]


def test_a_closed_day_or_a_day_without_a_session_causes_no_alert(terms):
    placement = scenario.running()
    assert late(placement, on(12, 12)) == []  # Thursday
    assert late(placement, on(10, 12)) == [(date(2026, 3, 10), "am", False)]
    ClosedDay.objects.create(la_code="938", day=date(2026, 3, 10), what="INSET day")
    assert late(placement, on(10, 12)) == []


def test_a_bank_holiday_causes_no_alert_even_if_term_dates_are_not_known():
    easter_monday, tuesday = date(2026, 4, 6), date(2026, 4, 7)
    placement = scenario.running(ends_on=date(2026, 4, 24))
    assert late(placement, on(9, 12).replace(month=4, day=6)) == []
    assert late(placement, on(9, 12).replace(month=4, day=7)) == [(tuesday, "am", False)]
    assert easter_monday.weekday() == 0


def test_no_alert_is_sent_before_the_first_day_or_after_the_end_of_a_placement():
    placement = scenario.running()
    assert late(placement, on(2, 12)) == []  # this placement starts on 9 March
    commands.give_notice(placement, last_on=date(2026, 3, 20), reason="No.", by=scenario.ruth(placement), at=on(9, 12))
    assert late(placement, on(18, 12)) == [(date(2026, 3, 18), "am", False)]
    assert late(placement, on(23, 12)) == []
    scenario.ended(placement, verb="end_early", last=date(2026, 3, 18), at=on(18, 11))
    assert late(placement, on(18, 12)) == []


def test_a_child_who_should_start_today_causes_an_alert():
    placement = scenario.agreed()
    assert late(placement, on(9, 10)) == [(FIRST, "am", False)]


def test_a_suspended_provider_is_alerted_as_well():
    placement = scenario.running()
    ben = scenario.ben(placement)
    scenario.suspend(placement.member)
    send_register_alerts(after(15))
    assert len(alerts_to(ben)) == 1


def test_a_changed_timetable_applies_to_alerts_from_its_start_date():
    placement = scenario.running()
    change = commands.propose_change(
        placement, side="buyer", values={"timetable": scenario.week("tue", mornings=False)}, from_on=date(2026, 3, 17),
        reason="A better day.", by=scenario.ruth(placement), at=on(9, 12),
    )  # fmt: skip
    commands.agree_change(change, by=scenario.ada(placement), at=on(9, 13))
    assert late(placement, on(10, 12)) == [(date(2026, 3, 10), "am", False)]
    assert late(placement, on(17, 12)) == []
    assert late(placement, on(17, 13)) == [(date(2026, 3, 17), "pm", False)]


def test_the_spring_clock_change_does_not_make_a_register_late():
    night = [Slot("sun", "am", time(0, 50), time(3), None)]
    placement = scenario.agreed(timetable=night, ends_on=date(2026, 4, 10))
    start = timezone.make_aware(timezone.datetime(2026, 3, 29, 0, 50))  # the clocks go forward at 1am
    assert late(placement, after(29, start.astimezone(ZoneInfo("UTC")))) == []
    at = after(30, start.astimezone(ZoneInfo("UTC")))
    assert late(placement, at) == [(date(2026, 3, 29), "am", False)]
    assert timezone.localtime(at).time() == time(2, 20)


def test_a_session_just_before_midnight_can_cause_an_alert_after_midnight():
    placement = scenario.agreed(timetable=[Slot("mon", "pm", time(23, 40), time(23, 59), None)])
    start = on(9, 23).replace(minute=40)
    assert late(placement, after(19, start), AlertSide.PROVIDER) == [(FIRST, "pm", False)]
    assert late(placement, after(29, start)) == []
    assert late(placement, after(30, start)) == [(FIRST, "pm", False)]  # ten minutes after midnight
    # By this time, the session is listed with the other unmarked sessions.
    assert late(placement, after(30, start) + timedelta(days=1)) == []
    ben = scenario.ben(placement)
    send_register_alerts(after(40, start))
    assert [one.link for one in Message.objects.filter(to=ben, subject__startswith="Mark the register")] == []
    # The alert to the provider was due yesterday, and the provider's home page shows the unmarked session.
    assert RegisterAlert.objects.get().side == "buyer"


def test_a_missing_mark_from_yesterday_is_an_ordinary_gap_and_causes_no_alert():
    placement = scenario.running()
    assert late(placement, on(11, 9)) == []


def test_the_alert_times_come_from_the_markets_pack_and_cannot_be_changed(monkeypatch):
    placement = scenario.running()
    promised = {
        "register_alert_provider": rulesets.make_promise(5, "This market's own rule"),
        "register_alert_school": rulesets.make_promise(10, "This market's own rule"),
    }
    monkeypatch.setattr(Market, "rule", lambda market, name: rulesets.find_rule(market.rules, promised, name))
    assert late(placement, after(9)) == []
    assert late(placement, after(10)) == [(date(2026, 3, 10), "am", False)]
    assert late(placement, after(5), AlertSide.PROVIDER) == [(date(2026, 3, 10), "am", False)]


@pytest.mark.parametrize(("value", "wrong"), [(15, ""), (120, ""), (0, "1 or more"), (121, "120 or less")])
def test_a_pack_cannot_delay_alerts_for_longer_than_the_limit(value, wrong):
    found = rulesets.problem_of_promise("register_alert_school", value)
    assert (found == "") if not wrong else wrong in found


def test_alerting_takes_the_same_number_of_queries_for_any_number_of_placements():
    placement = scenario.running()
    scenario.running(given={"beside": placement})
    with CaptureQueriesContext(connection) as few:
        assert len(register_alerts.late_registers(Placement.objects.all(), after(30), side=AlertSide.BUYER)) == 2
    for _ in range(3):
        scenario.running(given={"beside": placement})
    with CaptureQueriesContext(connection) as many:
        assert len(register_alerts.late_registers(Placement.objects.all(), after(30), side=AlertSide.BUYER)) == 5
    assert len(many) == len(few)


def test_the_council_gets_the_alert_once_if_the_school_has_no_one_to_receive_it():
    placement = scenario.running()
    ben, olivia = scenario.ben(placement), scenario.olivia(placement)
    RoleGrant.objects.filter(organisation=placement.buyer).update(ends_at=NINE_THIRTY)
    for minutes in (30, 31):
        send_register_alerts(after(minutes))
    assert alerts_to(ben) == ["Mark the register: 1 pupil due at 9:30am"]
    words = f"Find out where 1 pupil is, because {placement.provider} has not marked the register"
    assert alerts_to(olivia) == [f"Pass this message to {placement.buyer}: {words}"]
    assert RegisterAlert.objects.get(side="buyer").people == 0


def test_the_council_gets_the_absence_message_if_the_school_has_no_recipient():
    placement = scenario.running()
    ben, olivia = scenario.ben(placement), scenario.olivia(placement)
    RoleGrant.objects.filter(organisation=placement.buyer).update(ends_at=NINE_THIRTY)
    scenario.mark(placement, day=date(2026, 3, 10), mark="absent", cause="unknown", by=ben, at=after(40))
    assert scenario.subjects_to(olivia)[-1].startswith(f"Pass this message to {placement.buyer}: ")
