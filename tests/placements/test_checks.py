"""Tests for the checks that are all required before a placement starts, and who makes each check.

Scenario 49.
"""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import resolve

from calloff.directory.models import Site
from calloff.directory.timetables import timetable_on
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.placements import commands, parent_letters
from calloff.placements.models import Placement, PreStartCheck
from calloff.pupils.models import DisclosureGrant
from calloff.referrals.models import ExpressionOfInterest, Referral
from tests.factories import NOW, SchoolOrganisationFactory, person, rewrite
from tests.factories_markets import set_status
from tests.placements import scenario
from tests.placements.scenario import CHECKS, TODAY
from tests.timetables import week

pytestmark = pytest.mark.django_db

BASIC = [kind for kind in PreStartCheck.Kind if kind != PreStartCheck.Kind.DIRECTION]


@pytest.mark.parametrize("kind", BASIC)
def test_an_agreement_cannot_be_prepared_until_every_check_is_made_and_missing_ones_are_reported(kind):
    placement = scenario.checked(but=[kind])
    with pytest.raises(Refused, match=f"Still to do: {kind.label.lower()}"):
        scenario.drawn(placement)
    CHECKS[kind](placement)
    assert scenario.drawn(placement).status == "to_sign"


@pytest.mark.parametrize("status", ["to_sign", "agreed", "running"])
@pytest.mark.parametrize("kind", BASIC)
def test_the_database_does_not_let_a_placement_continue_without_every_check(kind, status):
    placement = scenario.checked(but=[kind])
    with pytest.raises(DatabaseError, match="starts after its checks"), transaction.atomic():
        set_status(placement, status)
    CHECKS[kind](placement)
    PreStartCheck.objects.filter(placement=placement, kind=kind).delete()
    with pytest.raises(DatabaseError, match="starts after its checks"), transaction.atomic():
        set_status(placement, status)


def test_checks_cannot_be_changed_once_the_agreement_has_been_prepared():
    placement = scenario.drawn()
    with pytest.raises(DatabaseError, match="check stands"), transaction.atomic():
        placement.checks.filter(kind="visit").update(made_at=None)
    with pytest.raises(Refused, match="Awaiting signatures"):
        CHECKS[PreStartCheck.Kind.VISIT](placement)


def test_an_off_site_direction_needs_a_notice_as_well():
    placement = scenario.checked(**scenario.DIRECTED, but=[PreStartCheck.Kind.DIRECTION])
    with pytest.raises(Refused, match="off-site direction notice"):
        scenario.drawn(placement)
    CHECKS[PreStartCheck.Kind.DIRECTION](placement)
    with pytest.raises(Refused, match="Wednesday 4 March 2026 or later"):
        scenario.drawn(placement, starts_on=TODAY + timedelta(days=1))


def notice(placement, *, on=TODAY, at=NOW):
    ruth = scenario.ruth(placement)
    return commands.give_direction(placement, on=on, report_to="Reception", reasons="A group.", by=ruth, at=at)


def test_a_notice_that_differs_from_the_agreement_must_be_given_again_before_the_buyer_signs():
    checked = scenario.checked(**scenario.DIRECTED)
    later = scenario.drawn(checked, starts_on=date(2026, 3, 12), timetable=week("thu", "fri"))
    placement = scenario.signed(later)
    labels = [fact.label for fact in parent_letters.find_outdated_facts(placement)]
    assert set(labels) >= {"First day", "Days and times"}
    with pytest.raises(Refused, match=r"out of date\. First day in the notice") as refused:
        scenario.agree(placement, code="000000")
    assert len(refused.value.problems) == len(labels)
    check = notice(placement)
    facts = dict(parent_letters.read_facts(check.said))
    assert facts["First day"] == "Thursday 12 March 2026"
    assert parent_letters.find_outdated_facts(placement) == []
    assert scenario.agree(placement).status == "agreed"


def test_a_notice_that_says_the_same_as_the_agreement_is_given_once():
    placement = scenario.checked(**scenario.DIRECTED, but=[PreStartCheck.Kind.DIRECTION])
    offered = parent_letters.planned_days(placement, scenario.FIRST)
    rewrite(Referral.objects.filter(pk=placement.referral_id), ends_on=scenario.LAST)
    rewrite(ExpressionOfInterest.objects.filter(pk=placement.interest_id), start_on=offered.first)
    placement = Placement.objects.get(pk=placement.pk)
    notice(placement)
    sessions = timetable_on(placement.interest.sessions.all())
    drawn = scenario.drawn(placement, starts_on=offered.first, timetable=sessions)
    assert parent_letters.find_outdated_facts(drawn) == []
    assert scenario.agree(scenario.signed(drawn)).status == "agreed"


def test_a_notice_too_late_for_the_first_day_in_the_agreement_is_refused():
    checked = scenario.checked(**scenario.DIRECTED)
    placement = scenario.drawn(checked, starts_on=date(2026, 3, 12), timetable=week("thu", "fri"))
    with pytest.raises(Refused, match="the pupil can start on Friday 13 March 2026 or later"):
        notice(placement, on=date(2026, 3, 11), at=scenario.on(11))
    notice(placement, on=date(2026, 3, 10), at=scenario.on(10))


def test_a_new_notice_of_only_the_last_day_can_come_later():
    placement = scenario.drawn(scenario.checked(**scenario.DIRECTED), ends_on=scenario.LAST + timedelta(days=3))
    assert notice(placement, on=date(2026, 3, 6), at=scenario.on(6)).on == date(2026, 3, 6)


def test_parents_can_be_told_again_until_the_child_starts():
    placement = scenario.agree(scenario.signed())
    again = commands.tell_parent(
        placement, on=TODAY, said="Told about the new site.", by=scenario.ruth(placement), at=NOW
    )
    assert again.said == "Told about the new site."
    with pytest.raises(Refused):
        commands.tell_parent(scenario.running(), on=TODAY, said="Told.", by=scenario.ruth(placement), at=NOW)


def test_a_site_that_changes_before_the_first_day_makes_the_notice_out_of_date():
    placement = scenario.signed(scenario.drawn(scenario.checked(**scenario.DIRECTED)))
    notice(placement)
    placement = scenario.agree(placement)
    assert parent_letters.find_outdated_facts(placement) == []
    rewrite(Site.objects.filter(pk=placement.site_id), town="Ambridge")
    [fact] = parent_letters.find_outdated_facts(Placement.objects.get(pk=placement.pk))
    assert (fact.label, "Ambridge" in fact.told, "Ambridge" in fact.now) == ("Address", False, True)
    notice(Placement.objects.get(pk=placement.pk))
    assert parent_letters.find_outdated_facts(Placement.objects.get(pk=placement.pk)) == []


def test_a_placement_on_any_other_legal_basis_needs_no_notice():
    with pytest.raises(Refused, match="does not need this check"):
        CHECKS[PreStartCheck.Kind.DIRECTION](scenario.confirmed())


def test_the_safeguarding_lead_can_refuse_a_placement_and_the_reason_is_stored():
    placement = scenario.checked(but=[PreStartCheck.Kind.SAFEGUARDING])
    saul = scenario.saul(placement)
    check = commands.decide_safeguarding(placement, agreed=False, said="The gate is open.", by=saul, at=NOW)
    assert (check.made_at, check.by, check.said) == (None, saul, "The gate is open.")
    with pytest.raises(Refused, match="safeguarding lead"):
        scenario.drawn(placement)
    commands.decide_safeguarding(placement, agreed=True, said="It has a lock now.", by=saul, at=NOW)
    assert scenario.drawn(placement).status == "to_sign"


def test_only_the_safeguarding_lead_of_the_buyer_can_make_the_safeguarding_check():
    placement = scenario.confirmed()
    for somebody in (
        scenario.ruth(placement),
        scenario.helen(placement),
        person(Role.PROVIDER_SAFEGUARDING, at=placement.provider),
        person(Role.SAFEGUARDING_LEAD, at=SchoolOrganisationFactory()),
        scenario.olivia(placement),
    ):
        with pytest.raises(PermissionDenied):
            commands.decide_safeguarding(placement, agreed=True, said="Fine.", by=somebody, at=NOW)


def test_only_the_provider_can_confirm_checks_on_its_own_staff():
    placement = scenario.confirmed()
    with pytest.raises(PermissionDenied):
        commands.confirm_staff_checks(placement, on=TODAY, said="All.", sure=True, by=scenario.ruth(placement), at=NOW)
    with pytest.raises(Refused, match="Confirm that"):
        commands.confirm_staff_checks(placement, on=TODAY, said="All.", sure=False, by=scenario.ada(placement), at=NOW)
    ruth = scenario.ruth(placement)
    CHECKS[PreStartCheck.Kind.STAFF](placement)
    assert f"The provider has confirmed its staff checks ({placement.reference})" in scenario.subjects_to(ruth)


def test_a_check_with_a_future_date_or_no_text_is_refused():
    placement = scenario.confirmed()
    with pytest.raises(Refused, match="today or in the past"):
        commands.record_visit(
            placement, on=TODAY + timedelta(days=1), said="Fine.", by=scenario.ruth(placement), at=NOW
        )
    with pytest.raises(Refused, match="what they found"):
        commands.record_visit(placement, on=TODAY, said=" ", by=scenario.ruth(placement), at=NOW)
    with pytest.raises(Refused, match="risk plan"):
        commands.keep_risk_plan(placement, by=scenario.ruth(placement), at=NOW)


@pytest.mark.parametrize(
    ("child", "roles"),
    [
        ({"sen_provision": "E"}, {Role.SEN_OFFICER}),
        ({"looked_after_by": "Borchester"}, {Role.VIRTUAL_SCHOOL}),
        ({"sen_provision": "E", "looked_after_by": "Borchester"}, {Role.SEN_OFFICER, Role.VIRTUAL_SCHOOL}),
    ],
)
def test_the_authoritys_responsible_officer_is_notified_and_can_then_see_the_child(child, roles):
    placement = scenario.confirmed(**{f"pupil__{name}": value for name, value in child.items()})
    people = {role: person(role, at=placement.authority) for role in (Role.SEN_OFFICER, Role.VIRTUAL_SCHOOL)}
    commands.tell_authority(placement, by=scenario.ruth(placement), at=NOW)
    for role, somebody in people.items():
        assert bool(scenario.subjects_to(somebody)) == (role in roles)
    given = DisclosureGrant.objects.filter(organisation=placement.authority, stage="told").in_force(NOW)
    assert {one.needs for one in given} == {str(role) for role in roles}
    assert placement.pupil.family_name not in "".join(one.subject + one.body for one in Message.objects.all())


def test_officers_responsible_for_other_children_are_notified_but_cannot_identify_the_child():
    placement = scenario.confirmed()
    olivia = scenario.olivia(placement)
    check = commands.tell_authority(placement, by=scenario.ruth(placement), at=NOW)
    assert scenario.subjects_to(olivia) == [f"A child you are responsible for might be placed ({placement.reference})"]
    assert not DisclosureGrant.objects.filter(organisation=placement.authority).exists()
    assert "Olivia" in check.said


def test_the_buyer_records_how_officers_were_informed_if_none_can_get_messages():
    placement = scenario.confirmed()
    with pytest.raises(Refused, match="record how"):
        commands.tell_authority(placement, by=scenario.ruth(placement), at=NOW)
    assert commands.tell_authority(placement, said="By telephone.", by=scenario.ruth(placement), at=NOW).made_at


def test_people_who_can_make_a_check_get_one_reminder_a_day():
    placement = scenario.confirmed()
    saul, ada = scenario.saul(placement), scenario.ada(placement)
    for _ in range(2):
        assert commands.remind(placement, kind="safeguarding", by=scenario.ruth(placement), at=NOW) == 1
    commands.remind(placement, kind="staff", by=scenario.ruth(placement), at=NOW)
    assert len(scenario.subjects_to(saul)) == len(scenario.subjects_to(ada)) == 1
    pages = {message.to_id: resolve(message.link).view_name for message in Message.objects.filter(to__in=[saul, ada])}
    assert pages == {saul.pk: "buyer:placement-before-start", ada.pk: "provider:placement"}
    CHECKS[PreStartCheck.Kind.VISIT](placement)
    with pytest.raises(Refused, match="already been completed"):
        commands.remind(placement, kind="visit", by=scenario.ruth(placement), at=NOW)
