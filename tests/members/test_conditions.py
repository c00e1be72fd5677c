"""Tests for responding to conditions of admission, for meeting them, and for recording a check on a provider."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.history.models import Event
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.members.commands import answer_condition, meet_condition, record_check
from calloff.members.membership_status import with_standing
from calloff.members.models import Member, MembershipCondition, ProviderCheck
from calloff.members.states import ConditionStatus, MemberStatus
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, born_with_status, person
from tests.factories_markets import MarketFactory, MemberFactory, lot, set_status

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return MemberFactory()


@pytest.fixture
def condition(member):
    with born_with_status(MembershipCondition, ConditionStatus.OUTSTANDING):
        return MembershipCondition.objects.create(
            authority=member.authority, provider=member.provider, member=member, text="Send your policy.",
            due_on=date(2026, 4, 1), status=ConditionStatus.OUTSTANDING,
        )  # fmt: skip


def quentin(member):
    return person(Role.QUALITY_OFFICER, at=member.authority)


def test_answering_a_condition_notifies_the_quality_officers(member, condition):
    officer = quentin(member)
    ada = person(Role.PROVIDER_LEAD, at=member.provider)
    answer_condition(condition, answer=" It is in our passport. ", by=ada, at=NOW)
    condition.refresh_from_db()
    assert (condition.status, condition.answer) == (ConditionStatus.ANSWERED, "It is in our passport.")
    assert Message.objects.get(to=officer).subject.endswith(f"({member.reference})")


def test_evidence_can_meet_a_condition_whether_or_not_the_provider_has_answered_it(member, condition):
    meet_condition(condition, reason="We read the policy.", by=quentin(member), at=NOW)
    condition.refresh_from_db()
    assert (condition.status, condition.met_because) == (ConditionStatus.MET, "We read the policy.")
    assert not with_standing(Member.objects.all(), on=local_day(NOW)).get().conditional
    with pytest.raises(Refused, match="status is “Met”"):
        meet_condition(condition, reason="Again.", by=quentin(member), at=NOW)


def test_answering_a_condition_or_marking_it_as_met_needs_an_explanation(member, condition):
    with pytest.raises(Refused, match="how you have met"):
        answer_condition(condition, answer=" ", by=person(Role.PROVIDER_LEAD, at=member.provider), at=NOW)
    with pytest.raises(Refused, match="Enter the evidence"):
        meet_condition(condition, reason=" ", by=quentin(member), at=NOW)


def test_a_provider_cannot_mark_its_own_condition_as_met(member, condition):
    ada, stranger = person(Role.PROVIDER_LEAD, at=member.provider), person(Role.QUALITY_OFFICER, at=AuthorityFactory())
    for somebody in (ada, stranger):
        with pytest.raises(PermissionDenied):
            meet_condition(condition, reason="Met.", by=somebody, at=NOW)
    with pytest.raises(PermissionDenied):
        answer_condition(condition, answer="Done.", by=quentin(member), at=NOW)


def test_an_unmet_condition_becomes_overdue_after_its_deadline(condition):
    assert not condition.is_overdue(date(2026, 4, 1))
    assert condition.is_overdue(date(2026, 4, 2))
    set_status(condition, ConditionStatus.MET)
    assert not condition.is_overdue(date(2026, 4, 2))


def checked(member, on=date(2026, 2, 20), **changes):
    return record_check(member, checked_on=on, how="visit", by=quentin(member), at=NOW, **changes)


def test_a_check_is_recorded_on_all_memberships_of_the_provider_at_that_authority(member):
    second = MemberFactory(market=member.market, lot=lot(member.market, 2), provider=member.provider)
    elsewhere = MemberFactory(market=MarketFactory(), provider=member.provider)
    check = checked(member, found="All in order.")
    assert (check.how, check.found, check.by) == ("visit", "All in order.", quentin(member))
    for one, when in ((member, date(2026, 2, 20)), (second, date(2026, 2, 20)), (elsewhere, None)):
        one.refresh_from_db()
        assert one.last_checked_on == when
    assert Event.objects.get().subjects.count() == 2


def test_an_older_check_is_stored_but_does_not_replace_a_newer_date(member):
    checked(member)
    checked(member, date(2025, 6, 1))
    member.refresh_from_db()
    assert (ProviderCheck.objects.count(), member.last_checked_on) == (2, date(2026, 2, 20))


def test_a_check_dated_tomorrow_is_refused_but_one_dated_today_is_accepted(member):
    with pytest.raises(Refused, match="today or in the past"):
        checked(member, local_day(NOW) + timedelta(days=1))
    assert checked(member, local_day(NOW))


def test_only_a_quality_officer_can_record_a_check_and_only_for_current_members(member):
    with pytest.raises(PermissionDenied):
        anwar = person(Role.APPROVER, at=member.authority)
        record_check(member, checked_on=date(2026, 2, 1), how="desk", by=anwar, at=NOW)
    set_status(member, MemberStatus.REMOVED)
    with pytest.raises(Refused):
        checked(member)
    assert not ProviderCheck.objects.exists()
