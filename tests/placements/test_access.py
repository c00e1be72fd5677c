"""Tests for access to a child: during an offer and a placement and for 14 days afterwards, but not years later."""

from datetime import date, timedelta

import pytest

from calloff.kernel.clock import midnight
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.access import last_day_of
from calloff.pupils import queries
from calloff.pupils.contact_rules import PLACED_PACK_PLACE
from calloff.pupils.models import DisclosureGrant, Pupil
from calloff.referrals.queries import still_sees_request
from tests.factories import NOW, person
from tests.factories_placements import PupilContactFactory
from tests.placements import scenario
from tests.placements.scenario import FIRST, LAST, on
from tests.placements.test_changes import agree, propose
from tests.placements.test_day_notes import happened, moved, provider_records

pytestmark = pytest.mark.django_db

A_MOMENT = timedelta(microseconds=1)
TWO_YEARS = timedelta(days=730)


@pytest.fixture(autouse=True)
def _terms(terms):
    """Give term dates to every school."""


def after(last):
    return midnight(last + timedelta(days=15))


def pack(placement, somebody, at):
    somebody.forget_roles()
    asked = {"person": somebody, "acting_for": placement.provider, "purpose": "x", "at": at}
    return queries.pupil_pack(placement.pupil, place=PLACED_PACK_PLACE, **asked)


def sees(placement, at, somebody=None):
    somebody = somebody or scenario.ada(placement)
    seen = pack(placement, somebody, at) is not None
    assert seen == Pupil.objects.visible_to(somebody, at).filter(pk=placement.pupil_id).exists()
    return seen


def shown(found):
    return {label: text for section in found.sections for label, text in section.rows if text}


def test_a_confirmed_place_gives_access_until_14_days_after_the_requested_end():
    placement = scenario.confirmed()
    last = placement.referral.ends_on
    assert sees(placement, after(last) - A_MOMENT)
    assert not sees(placement, after(last))
    assert not sees(placement, NOW + TWO_YEARS)


def test_once_the_agreement_is_prepared_access_follows_the_agreed_last_day():
    placement = scenario.drawn()
    assert last_day_of(placement) == LAST
    assert sees(placement, after(LAST) - A_MOMENT)
    assert not sees(placement, after(LAST))


def test_access_to_a_placement_with_no_recorded_end_closes_automatically():
    placement = scenario.checked(pupil__looked_after_by="An authority")
    vera = person(Role.VIRTUAL_SCHOOL, at=placement.authority)
    scenario.agree(scenario.signed(scenario.drawn(placement)))
    scenario.mark(placement)
    given = DisclosureGrant.objects.filter(source=placement.reference)
    assert {(one.first_on, one.last_on) for one in given} == {(FIRST, LAST)}
    assert {one.stage for one in given} == {"placed", "told"}
    for at, seen in ((after(LAST) - A_MOMENT, True), (after(LAST), False), (NOW + TWO_YEARS, False)):
        assert sees(placement, at) == seen
        assert bool(queries.disclosures_to_authority(placement.authority, person=vera, at=at)) == seen


@pytest.mark.postgres15
def test_recording_the_end_of_a_placement_closes_access_immediately():
    placement = scenario.ended(scenario.running())
    assert sees(placement, on(27, 16) - A_MOMENT)
    assert not sees(placement, on(27, 16))


def test_notice_to_end_a_placement_shortens_access_and_an_extension_lengthens_it():
    placement = scenario.running()
    commands.give_notice(placement, last_on=date(2026, 3, 24), reason="No.", by=scenario.ruth(placement), at=on(10))
    assert sees(placement, after(date(2026, 3, 24)) - A_MOMENT)
    assert not sees(placement, after(date(2026, 3, 24)))
    other = scenario.running()
    change = propose(other, ends_on=date(2026, 5, 1))
    assert not sees(other, after(LAST)), "nothing changes until the other side agrees"
    agree(change)
    assert sees(other, after(date(2026, 5, 1)) - A_MOMENT)
    assert not sees(other, after(date(2026, 5, 1)))


def test_an_extension_reopens_closed_access_and_the_gap_remains_on_record():
    placement, late = scenario.running(), after(LAST) + timedelta(days=3)
    change = propose(placement, ends_on=date(2026, 5, 1), from_on=late.date(), at=late)
    assert not sees(placement, late)
    agree(change, at=late)
    assert sees(placement, late)
    gaps = DisclosureGrant.objects.filter(source=placement.reference, needs="answer_referrals").order_by("starts_at")
    assert [(one.starts_at, one.ends_at) for one in gaps] == [
        (NOW, after(LAST)), (late, after(date(2026, 5, 1))),
    ]  # fmt: skip


def test_a_suspended_provider_can_see_safety_details_of_current_children_until_the_last_day():
    placement = scenario.running(given={"pupil__address": "12 Gorse Lane", "pupil__risks": "Runs when it is loud."})
    PupilContactFactory(pupil=placement.pupil)
    ada, petra = scenario.ada(placement), person(Role.PROVIDER_SAFEGUARDING, at=placement.provider)
    assert shown(pack(placement, ada, on(10)))["Home address"] == "12 Gorse Lane"
    scenario.suspend(placement.member)
    found = pack(placement, ada, on(10))
    assert found.contacts
    assert shown(found)["Risks, triggers and what helps"] == "Runs when it is loud."
    assert not shown(found).keys() & {"Home address", "Home postcode", "Date of birth", "Attendance before"}
    asked = {"person": petra, "acting_for": placement.provider, "purpose": "x", "at": on(10)}
    assert queries.pupil_protection(placement.pupil, **asked) is None
    assert sees(placement, midnight(LAST + timedelta(days=1)) - A_MOMENT)
    assert not sees(placement, midnight(LAST + timedelta(days=1))), "no grace"


@pytest.mark.parametrize("stage", [scenario.confirmed, scenario.drawn, scenario.agreed])
def test_a_suspended_provider_cannot_see_a_child_who_has_not_yet_attended(stage):
    placement = stage()
    assert sees(placement, on(10))
    scenario.suspend(placement.member)
    assert not sees(placement, on(10))


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        ("confirmed", "early"),
        ("confirmed", "extra_day"),
        ("confirmed", "here"),
        ("drawn", "early"),
        ("agreed", "early"),
    ],
)
def test_a_suspended_provider_can_see_safety_details_if_a_note_shows_that_the_child_attended(stage, kind):
    given = {"pupil__risks": "Runs when it is loud."}
    placement = scenario.confirmed(**given) if stage == "confirmed" else getattr(scenario, stage)(given=given)
    PupilContactFactory(pupil=placement.pupil)
    provider_records(placement, happened(kind=kind))
    scenario.suspend(placement.member)
    found = pack(placement, scenario.ada(placement), on(10))
    assert found.contacts
    assert shown(found)["Risks, triggers and what helps"] == "Runs when it is loud."
    assert set(DisclosureGrant.objects.filter(source=placement.reference).values_list("first_on", flat=True)) == {
        NOW.date()
    }


def test_a_corrected_note_or_a_note_that_the_child_is_elsewhere_does_not_show_attendance():
    placement = scenario.confirmed()
    note = provider_records(placement, happened(kind="early"))
    commands.provider_correct_note(note, happened=moved(), by=scenario.ben(placement), at=NOW)
    scenario.suspend(placement.member)
    assert not sees(placement, on(10))


def test_recording_a_note_after_the_end_of_a_placement_does_not_reopen_access():
    placement = scenario.ended(scenario.running())
    provider_records(placement, happened(kind="stayed", day=on(27, 16).date()), at=on(27, 17))
    assert not sees(placement, on(27, 18))


def test_the_pen_picture_and_questions_can_be_read_as_long_as_the_child_is_visible():
    placement = scenario.running()
    assert still_sees_request(placement.interest, on(10))
    assert not still_sees_request(placement.interest, NOW + TWO_YEARS)
    scenario.suspend(placement.member)
    assert not still_sees_request(placement.interest, after(LAST))
