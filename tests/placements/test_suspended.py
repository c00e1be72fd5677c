"""Tests that no one can check, sign or start a placement at a suspended provider, but that people can record facts."""

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.members import commands as members
from calloff.members.models import Member, Suspension
from calloff.people.permissions import Role
from calloff.placements import access, commands
from calloff.placements.models import Placement, PreStartCheck
from calloff.placements.suspensions import (
    membership_takes_promises,
    suspended_in_any_membership,
    suspension_in_any_membership,
    without_promises_among,
)
from calloff.placements.whereabouts import find_gaps
from tests.concurrency import all_at_once
from tests.factories import person
from tests.factories_markets import MemberFactory, lot
from tests.placements import scenario
from tests.placements.scenario import CHECKS, NOW
from tests.placements.test_day_notes import happened, provider_records

pytestmark = pytest.mark.django_db
NOT_NOW = "because .* is not taking placements"


@pytest.mark.parametrize("kind", CHECKS)
def test_no_check_can_be_made_for_a_place_at_a_suspended_provider(kind):
    placement = scenario.confirmed(**scenario.DIRECTED)
    scenario.suspend(placement.member)
    with pytest.raises(Refused, match=f"You cannot record this check now {NOT_NOW}"):
        CHECKS[kind](placement)
    assert PreStartCheck.objects.get(placement=placement, kind=kind).made_at is None


def test_the_safeguarding_lead_can_still_refuse_a_placement_during_a_suspension():
    placement = scenario.checked()
    scenario.suspend(placement.member)
    check = commands.decide_safeguarding(placement, agreed=False, said="Not now.", by=scenario.saul(placement), at=NOW)
    assert (check.made_at, check.said) == (None, "Not now.")


def test_no_reminder_is_sent_and_no_agreement_can_be_prepared_during_a_suspension():
    placement = scenario.confirmed()
    scenario.suspend(placement.member)
    with pytest.raises(Refused, match=NOT_NOW):
        commands.remind(placement, kind="staff", by=scenario.ruth(placement), at=NOW)
    checked = scenario.checked()
    scenario.suspend(checked.member)
    with pytest.raises(Refused, match="not taking placements"):
        scenario.drawn(checked)


def test_neither_side_can_sign_during_a_suspension_but_a_signing_code_stays_valid():
    placement = scenario.drawn()
    code = scenario.code_for(placement.agreement, scenario.sian(placement))
    scenario.suspend(placement.member)
    with pytest.raises(Refused, match=f"You cannot sign now {NOT_NOW}"):
        commands.sign(placement, by=scenario.sian(placement), at=NOW, code=code, **scenario.SIAN)
    assert not placement.agreement.signatures.exists()
    both = scenario.signed()
    scenario.suspend(both.member)
    with pytest.raises(Refused, match="not taking placements"):
        scenario.agree(both)


def test_a_child_who_attends_despite_a_suspension_can_be_recorded():
    placement = scenario.agreed()
    scenario.suspend(placement.member)
    with pytest.raises(Refused, match=r"record a daily note\."):
        scenario.mark(placement)
    assert provider_records(placement).pk
    placement.refresh_from_db()
    assert (placement.status, placement.started_on) == ("agreed", None)


def test_a_suspension_is_shown_on_every_placement_with_the_provider():
    placement, other = scenario.confirmed(), scenario.confirmed()
    assert suspension_in_any_membership(placement) is None
    scenario.suspend(placement.member)
    assert suspension_in_any_membership(placement).provider == placement.provider
    assert suspended_in_any_membership([placement, other]) == {placement.pk}


def test_a_provider_suspended_in_another_membership_can_accept_promises_in_this_one():
    """Each combination of this membership and another gives (suspended in any membership, accepts promises)."""
    told = {}
    for own in ("active", "suspended", "removed"):
        for other in ("active", "suspended"):
            placement = scenario.confirmed()
            member = placement.member
            second = MemberFactory(market=member.market, lot=lot(member.market, 2), provider=member.provider)
            for one in [found for found, status in ((member, own), (second, other)) if status == "suspended"]:
                scenario.suspend(one, left_out_reason="Another site.")
            if own == "removed":
                scenario.removed(member)
            assert suspended_in_any_membership([placement]) == (
                {placement.pk} if suspension_in_any_membership(placement) else set()
            )
            assert without_promises_among([placement]) == (
                set() if membership_takes_promises(placement) else {placement.pk}
            )
            told[own, other] = bool(suspension_in_any_membership(placement)), membership_takes_promises(placement)
    assert told == {
        ("active", "active"): (False, True),
        ("active", "suspended"): (True, True),
        ("suspended", "active"): (True, False),
        ("suspended", "suspended"): (True, False),
        ("removed", "active"): (False, False),
        ("removed", "suspended"): (True, False),
    }


def test_a_placement_is_affected_only_by_the_suspension_of_its_own_membership():
    placement = scenario.running()
    member = placement.member
    second = MemberFactory(market=member.market, lot=lot(member.market, 2), provider=member.provider)
    words = f"{placement.provider} was suspended and not taking placements"
    scenario.suspend(second, left_out_reason="Another site.")
    note = provider_records(placement)
    assert words not in find_gaps(placement, note)
    assert access.first_day_of(scenario.confirmed()) is None
    came = provider_records(early := scenario.confirmed(scenario.offered(beside=placement)), happened(kind="early"))
    assert access.first_day_of(early) == came.day, "a note counts that no suspension of this membership came before"
    scenario.suspend(member)
    assert words in find_gaps(placement, note)
    members.reinstate(
        Suspension.objects.get(members=member), reason="Put right.", at=scenario.on(2, 11),
        by=person(Role.QUALITY_OFFICER, at=placement.authority),
    )  # fmt: skip
    assert words not in find_gaps(
        placement, provider_records(placement, happened(day=scenario.FIRST), at=scenario.on(9))
    )


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_a_check_and_a_suspension_at_the_same_moment_leave_no_check_after_the_suspension():
    placement = scenario.confirmed()
    ruth, member = scenario.ruth(placement), Member.objects.get(pk=placement.member_id)
    acts = [
        lambda: scenario.suspend(member),
        lambda: commands.tell_parent(placement, on=NOW.date(), said="Told.", by=ruth, at=NOW),
    ]

    def act():
        acts.pop()()

    all_at_once(act, times=2)
    assert Member.objects.get(pk=member.pk).status == "suspended"
    with pytest.raises(Refused, match=NOT_NOW):
        commands.tell_parent(placement, on=NOW.date(), said="Told again.", by=ruth, at=NOW)
    assert Placement.objects.get(pk=placement.pk).status == "checks"
