"""Tests for the register: marking all sessions on a page, reporting absences the same day, corrections and codes."""

import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.members.models import Member
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.placements import attendance_codes, commands
from calloff.placements.models import Attendance, AttendanceCorrection, Placement
from calloff.placements.suspensions import lock_membership_for_promise
from tests.concurrency import all_at_once
from tests.factories import ProviderFactory, person
from tests.placements import scenario
from tests.placements.scenario import FIRST, on

pytestmark = pytest.mark.django_db
NEXT = FIRST + timedelta(days=1)


def marked(placement, session="am", mark="present", **more):
    return commands.RegisterEntry(placement, session, mark, **more)


def absent(placement, session="am", cause="ill", **more):
    return marked(placement, session, "absent", cause=cause, **more)


def test_marking_a_child_present_for_the_first_time_starts_the_placement():
    placement = scenario.agreed()
    assert scenario.mark(placement, mark="absent", cause="ill")
    placement.refresh_from_db()
    assert (placement.status, placement.started_on) == ("agreed", None)
    scenario.mark(placement, day=NEXT)
    placement.refresh_from_db()
    assert (placement.status, placement.started_on) == ("running", NEXT)


def test_marking_many_children_at_once_is_one_event():
    first = scenario.running()
    second = scenario.running(given={"beside": first})
    events = Event.objects.count()
    marks = [marked(first), absent(second), marked(second, "pm", "late", minutes=10)]
    written = commands.take_register(first.provider, day=NEXT, marks=marks, by=scenario.ben(first), at=on(10, 14))
    assert len(written) == 3
    assert Event.objects.count() == events + 1


def test_an_absence_is_reported_to_the_school_once_on_the_same_day_and_without_a_name():
    placement = scenario.running()
    ruth, child = scenario.ruth(placement), placement.pupil
    marks = [absent(placement), absent(placement, "pm")]
    for _ in range(2):
        commands.take_register(placement.provider, day=NEXT, marks=marks, by=scenario.ben(placement), at=on(10))
    assert scenario.subjects_to(ruth).count(f"Absent today: {placement.reference}") == 1
    words = " ".join(one.subject + one.body + one.link for one in Message.objects.all())
    assert not any(secret in words for secret in (child.given_name, child.family_name))
    assert set(Attendance.objects.filter(day=NEXT).values_list("told_at", flat=True)) == {on(10)}


def test_marking_a_future_day_or_a_day_without_a_session_is_refused(terms):
    placement = scenario.running()
    with pytest.raises(Refused, match="in the future"):
        scenario.mark(placement, day=NEXT, at=on(9))
    with pytest.raises(Refused, match="does not have that session"):
        scenario.mark(placement, day=date(2026, 3, 13))  # a Friday
    with pytest.raises(Refused, match="does not have that session"):
        scenario.mark(placement, day=date(2026, 3, 30), at=on(31))  # this date is after the last day
    assert Attendance.objects.count() == 1


def test_there_is_no_session_on_an_inset_day(terms):
    from calloff.registers.models import ClosedDay  # noqa: PLC0415

    placement = scenario.running()
    ClosedDay.objects.create(la_code="938", day=NEXT, what="INSET day")
    with pytest.raises(Refused, match="does not have that session"):
        scenario.mark(placement, day=NEXT)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"mark": "late"}, "minutes must be between"),
        ({"mark": "left_early", "minutes": 0}, "minutes must be between"),
        ({"mark": "absent"}, "why the child is absent"),
        ({"mark": "asleep"}, "choose present"),
        ({"mark": "late", "minutes": 5, "reason": "x" * 201}, "200 characters"),
    ],
)
def test_one_wrong_row_prevents_the_whole_page_from_being_saved(wrong, words):
    placement = scenario.running()
    marks = [marked(placement, "pm"), marked(placement, **wrong)]
    with pytest.raises(Refused, match=words):
        commands.take_register(placement.provider, day=NEXT, marks=marks, by=scenario.ben(placement), at=on(10, 14))
    assert not Attendance.objects.filter(day=NEXT).exists()


def test_a_correction_keeps_the_earlier_value_and_its_author():
    placement = scenario.running()
    scenario.mark(placement, mark="late", minutes=20, reason="The bus")
    ben, row = scenario.ben(placement), Attendance.objects.get()
    kept = AttendanceCorrection.objects.get(attendance=row)
    assert (row.mark, row.minutes, kept.mark, kept.by) == ("late", 20, "present", ben)
    assert scenario.mark(placement, mark="late", minutes=20, reason="The bus") == []
    assert AttendanceCorrection.objects.count() == 1


def test_a_confirmed_code_does_not_change_when_the_provider_corrects_its_mark():
    placement = scenario.running()
    ruth, row = scenario.ruth(placement), Attendance.objects.get()
    confirm(placement, row, "K", "Farm")
    scenario.mark(placement, mark="absent", cause="ill", at=on(9, 15))
    row.refresh_from_db()
    assert (row.mark, row.code, row.suggested, row.changed_since_confirmed) == ("absent", "K", "I", True)
    assert f"The register was corrected: {placement.reference}" in scenario.subjects_to(ruth)
    confirm(placement, row, "I", at=on(9, 16))
    row.refresh_from_db()
    assert (row.code, row.changed_since_confirmed) == ("I", False)
    assert [one.code for one in AttendanceCorrection.objects.order_by("pk")] == ["K", "K"]


def test_a_suspended_provider_can_mark_only_children_who_have_already_started():
    running, waiting = scenario.running(), scenario.agreed()
    for one in (running, waiting):
        scenario.suspend(one.member)
    assert scenario.mark(running, day=NEXT)
    with pytest.raises(Refused, match="cannot start now"):
        scenario.mark(waiting)
    waiting.refresh_from_db()
    assert waiting.status == "agreed"


def test_only_people_at_the_provider_can_mark_the_register():
    placement = scenario.running()
    for somebody in (
        scenario.ruth(placement), scenario.sian(placement), person(Role.PROVIDER_STAFF, at=ProviderFactory()),
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            scenario.mark(placement, day=NEXT, by=somebody)
    with pytest.raises(LookupError):
        commands.take_register(
            ProviderFactory(), day=NEXT, marks=[marked(placement)], by=scenario.ben(placement), at=on(10)
        )


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_marking_a_session_twice_at_the_same_moment_stores_one_row():
    placement = scenario.running()
    ben = scenario.ben(placement)
    results = all_at_once(
        lambda: commands.take_register(placement.provider, day=NEXT, marks=[marked(placement)], by=ben, at=on(10)),
        times=3,
    )
    assert results == ["done"] * 3
    assert Attendance.objects.filter(day=NEXT).count() == 1


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_two_first_marks_at_the_same_moment_start_the_placement_once():
    placement = scenario.agreed()
    ben = scenario.ben(placement)
    results = all_at_once(
        lambda: commands.take_register(placement.provider, day=FIRST, marks=[marked(placement)], by=ben, at=on(9, 10)),
        times=3,
    )
    assert results == ["done"] * 3
    placement.refresh_from_db()
    assert (placement.status, Attendance.objects.count()) == ("running", 1)


@pytest.mark.django_db(transaction=True)
def test_two_providers_registers_do_not_block_each_other_but_do_block_a_suspension():
    placement = scenario.agreed()
    held = threading.Barrier(2, timeout=10)

    def promise():
        try:
            with transaction.atomic():
                lock_membership_for_promise(placement, "start this placement")
                held.wait()  # this finishes only if two commands can lock the membership at the same time
                # A shared lock still prevents changes to the row.
                with pytest.raises(OperationalError), transaction.atomic():
                    Member.objects.select_for_update(nowait=True).get(pk=placement.member_id)
                held.wait()
        finally:
            connection.close()

    assert all_at_once(promise, times=2) == ["done"] * 2


def confirm(placement, row, code, nature="", *, at=None, by=None):
    row.placement = placement
    one = commands.CodeConfirmation(row, code, nature)
    return commands.confirm_codes(
        placement.buyer, confirmed=[one], by=by or scenario.ruth(placement), at=at or on(9, 14)
    )


@pytest.mark.parametrize(
    ("basis", "code"),
    [("s19", "K"), ("ehc", "K"), ("medical", "K"), ("s100", "B"), ("s29a", "B"), ("children_act", "B")],
)
def test_code_k_is_suggested_for_council_arrangements_and_code_b_for_school_arrangements(basis, code):
    placement = scenario.confirmed(basis=basis)
    suggestion = attendance_codes.suggest_code(placement, "present")
    assert suggestion.code == code
    assert placement.service.name in suggestion.nature


def test_online_learning_at_home_never_gets_code_b():
    placement = scenario.running(given={"basis": "s100"})
    placement.service.mode = "online"
    placement.service.save()
    assert attendance_codes.suggest_code(placement, "present").code == ""
    with pytest.raises(Refused, match="Code B cannot be used for online learning"):
        confirm(placement, Attendance.objects.get(), "B", "Online tutoring")


@pytest.mark.parametrize(
    ("cause", "code"), [("ill", "I"), ("appointment", "M"), ("unknown", "N"), ("transport", "Y1"), ("refused", "O")]
)
def test_the_reason_for_an_absence_determines_the_suggested_code(cause, code):
    assert attendance_codes.suggest_code(scenario.confirmed(), "absent", cause).code == code


def test_codes_k_and_b_need_the_kind_of_education_and_only_listed_codes_are_accepted():
    placement = scenario.running()
    row = Attendance.objects.get()
    with pytest.raises(Refused, match="Enter the kind of education for code"):
        confirm(placement, row, "K", " ")
    with pytest.raises(Refused, match="from the list"):
        confirm(placement, row, "Z")
    confirm(placement, row, "K", "Farm mornings, in a group")
    row.refresh_from_db()
    assert (row.code, row.nature, row.confirmed_by) == ("K", "Farm mornings, in a group", scenario.ruth(placement))


def test_only_the_buyer_can_confirm_attendance_codes():
    placement = scenario.running()
    for somebody in (
        scenario.ben(placement),
        scenario.helen(placement),
        person(Role.AP_LEAD, at=scenario.running().buyer),
    ):
        with pytest.raises(PermissionDenied):
            confirm(placement, Attendance.objects.filter(placement=placement).get(), "K", "Farm", by=somebody)


def test_a_register_takes_the_same_number_of_statements_for_any_number_of_children():
    first = scenario.running()
    ben = scenario.ben(first)
    ben.roles_held(on(10))  # these are loaded once in each request
    placed = [first, *(scenario.running(given={"beside": first}) for _ in range(3))]
    same_school = [first, *(scenario.running(given={"child_of": first, "beside": first}) for _ in range(2))]

    def statements(children, session="am", **values):
        marks = [marked(Placement.objects.get(pk=one.pk), session, **values) for one in children]
        with CaptureQueriesContext(connection) as queries:
            assert commands.take_register(first.provider, day=NEXT, marks=marks, by=ben, at=on(10, 14))
        return [query["sql"][:60].split(' "s')[0] for query in queries]  # without the names of savepoints

    assert statements(placed[:1]) == statements(placed[1:])
    assert statements(placed[:1], mark="late", minutes=5) == statements(placed[1:], mark="late", minutes=5)
    assert AttendanceCorrection.objects.count() == len(placed)
    ill = {"session": "pm", "mark": "absent", "cause": "ill"}
    assert statements(same_school[:1], **ill) == statements(same_school[1:], **ill)


def test_all_children_who_cannot_be_marked_are_named_at_once():
    first = scenario.running()
    second = scenario.running(given={"beside": first})
    marks = [marked(first, name="Jasmine"), marked(second, name="Oscar")]
    with pytest.raises(Refused) as refusal:
        commands.take_register(first.provider, day=date(2026, 3, 13), marks=marks, by=scenario.ben(first), at=on(13))
    assert [problem.where for problem in refusal.value.problems] == [f"{first.reference}-am", f"{second.reference}-am"]
