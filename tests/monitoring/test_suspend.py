"""Tests that each buyer with a child at a suspended provider is notified, without the allegation.

Scenario 19.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from calloff.buying.states import OfferStatus
from calloff.history.models import Event
from calloff.history.record_types import record_type
from calloff.kernel.lifecycles import Refused
from calloff.members.models import Member, Suspension
from calloff.members.states import MemberStatus
from calloff.monitoring import messages
from calloff.monitoring.commands import acknowledge, reinstate, remind, suspend
from calloff.monitoring.models import SuspensionNotice
from calloff.monitoring.queries import buyers_to_tell, count_told, placements_there, recalls_of_buyer, recalls_to_chase
from calloff.outbox.models import Message
from calloff.people.permissions import BUYER_ROLES, Can, Role, roles_with
from calloff.placements import commands
from calloff.placements.states import PlacementStatus as Placed
from calloff.placements.whereabouts import is_there_now, whereabouts_of
from tests.concurrency import all_at_once
from tests.factories import NOW, SchoolOrganisationFactory, TeamFactory, person
from tests.factories_markets import MemberFactory, ServiceFactory, lot
from tests.factories_placements import (
    ExpressionOfInterestFactory,
    OfferFactory,
    OrderFactory,
    PlacementFactory,
    ReferralFactory,
    SuspensionNoticeFactory,
)
from tests.unauthorised_users import assert_denied, everybody_but

pytestmark = pytest.mark.django_db
WHY = {"clause": "Clause 2", "reason": "A tutor was alone with a child.", "review_route": "Write to us."}
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def member():
    return MemberFactory()


@pytest.fixture
def school(member):
    return SchoolOrganisationFactory(host=member.authority)


def quentin(member):
    return person(Role.QUALITY_OFFICER, at=member.authority)


def placed(member, buyer, **changes):
    """Return a child whom a buyer has placed with a member."""
    referral = ReferralFactory(market=member.market, lot=member.lot, buyer=buyer, status="placed")
    service = ServiceFactory(member=member)
    interest = ExpressionOfInterestFactory(referral=referral, member=member, service=service, confirmed=True)
    return PlacementFactory(interest=interest, **changes)


def suspended(*members, by=None, at=NOW, **changes):
    first = members[0]
    return suspend(
        first.provider, authority=first.authority, members=members, by=by or quentin(first), at=at, **(WHY | changes)
    )


@pytest.mark.postgres15
def test_only_buyers_with_a_child_at_the_provider_are_notified_and_this_is_immediate(member, school):
    ruth, saul = person(Role.AP_LEAD, at=school), person(Role.SAFEGUARDING_LEAD, at=school)
    team = TeamFactory(host=member.authority)
    cora = person(Role.COMMISSIONER, at=team)
    beside = person(Role.AP_LEAD, at=SchoolOrganisationFactory(host=member.authority))
    elsewhere = person(Role.AP_LEAD, at=PlacementFactory().buyer)
    placed(member, school, running=True)
    placed(member, school, agreed=True)
    placed(member, team)
    suspension = suspended(member)
    assert {(one.buyer, one.children, one.to_start) for one in SuspensionNotice.objects.all()} == {
        (school, 1, 1),
        (team, 0, 1),
    }
    told = Message.objects.filter(subject="Act today: a provider you use is not taking placements")
    assert {one.to for one in told} == {ruth, saul, cora}
    assert not Message.objects.filter(to__in=[beside, elsewhere]).exists()
    assert count_told(suspension) == (2, 0)


def test_the_notice_contains_nothing_about_the_allegation_or_any_child(member, school):
    ruth = person(Role.AP_LEAD, at=school)
    child = placed(member, school, running=True).pupil
    suspended(member)
    message = Message.objects.get(to=ruth)
    everything = message.subject + message.body + message.link
    for kept_back in (WHY["reason"], WHY["clause"], member.provider.name, child.given_name, child.family_name):
        assert kept_back not in everything
    assert message.body == (
        "Some of your pupils have placements with this provider. Sign in to see which provider, and tell us today "
        "where each pupil is."
    )


def test_a_buyer_whose_placement_has_ended_is_not_notified(member, school):
    placed(member, school, status=Placed.ENDED_EARLY, ended_on=NOW.date())
    suspended(member)
    assert not SuspensionNotice.objects.exists()


def test_children_who_have_not_started_yet_are_counted_separately(member, school):
    ruth = person(Role.AP_LEAD, at=school)
    waiting, early = placed(member, school, agreed=True), placed(member, school)
    note = commands.DayNoteEntry(kinds=("early",), day=NOW.date(), time=NOW.time())
    ben = person(Role.PROVIDER_STAFF, at=member.provider)
    commands.provider_record_note(early, happened=note, by=ben, at=NOW)
    suspended(member)
    recall = SuspensionNotice.objects.get()
    assert (recall.children, recall.to_start) == (1, 1)
    assert "where each pupil is" in Message.objects.get(to=ruth, subject__startswith="Act today").body
    SuspensionNotice.objects.filter(pk=recall.pk).update(children=0)
    recall.refresh_from_db()
    assert "They cannot start now" in messages.told(recall).body
    assert waiting.status == "agreed"


def test_a_child_placed_under_a_membership_that_was_not_suspended_is_included(member, school):
    other = MemberFactory(market=member.market, lot=lot(member.market, 2), provider=member.provider)
    placed(other, school, running=True)
    suspended(member, left_out_reason="Another site.")
    assert SuspensionNotice.objects.get().buyer == school


def test_a_school_that_ordered_staff_from_the_provider_is_notified_too(member, school):
    ruth = person(Role.AP_LEAD, at=school)
    OrderFactory(member=member, market=member.market, buyer=school, status="accepted")
    OrderFactory(member=member, market=member.market, buyer=SchoolOrganisationFactory(), status="declined")
    suspended(member)
    recall = SuspensionNotice.objects.get()
    assert (recall.children, recall.orders) == (0, 1)
    assert "You have ordered staff hours from this provider" in Message.objects.get(to=ruth).body


def test_buyers_of_another_authority_are_not_notified(member):
    elsewhere = MemberFactory(provider=member.provider)
    placed(elsewhere, SchoolOrganisationFactory(host=elsewhere.authority), running=True)
    suspended(member)
    assert not SuspensionNotice.objects.exists()


def test_suspending_a_provider_and_notifying_buyers_is_recorded_as_one_event(member, school):
    placed(member, school, running=True)
    suspension = suspended(member)
    event = Event.objects.get()
    assert (event.verb, event.acting_for, event.reason_id) == ("suspend", str(member.authority), suspension.pk)
    assert {one.record_type for one in event.subjects.all()} == {"members.Member", record_type(SuspensionNotice)}


def test_a_suspension_that_is_refused_notifies_no_one(member, school):
    placed(member, school, running=True)
    with pytest.raises(Refused, match="Enter a reason"):
        suspended(member, reason=" ")
    with pytest.raises(PermissionDenied):
        suspended(member, by=person(Role.APPROVER, at=member.authority))
    assert [model.objects.count() for model in (SuspensionNotice, Suspension, Message, Event)] == [0, 0, 0, 0]


def test_the_preview_shows_the_affected_buyers_with_the_number_of_children(member, school):
    placed(member, school, running=True)
    OrderFactory(member=member, market=member.market, buyer=school)
    told = buyers_to_tell(member.provider, member.authority, NOW)
    assert [(one.buyer, one.children, one.orders) for one in told] == [(school, 1, 1)]


@pytest.mark.parametrize("kind", ["early", "extra_day"])
@pytest.mark.parametrize("days", [0, 1, 5])
def test_a_child_whose_checks_are_incomplete_counts_as_present_until_a_note_says_otherwise(member, school, kind, days):
    placement = placed(member, school, status=Placed.CHECKS)
    ben, later = person(Role.PROVIDER_STAFF, at=member.provider), NOW + timedelta(days=days)
    note = commands.DayNoteEntry(kinds=(kind,), day=NOW.date(), time=NOW.time())
    commands.provider_record_note(placement, happened=note, by=ben, at=NOW)
    told = buyers_to_tell(member.provider, member.authority, later)
    assert [(one.buyer, one.children, one.to_start) for one in told] == [(school, 1, 0)]
    assert is_there_now(placement, whereabouts_of([placement])[placement.pk], later)
    gone = commands.DayNoteEntry(kinds=("not_known",), day=later.date(), time=later.time(), told="The school, at 11am")
    commands.provider_record_note(placement, happened=gone, by=ben, at=later)
    told = buyers_to_tell(member.provider, member.authority, later)
    assert [(one.buyer, one.children, one.to_start) for one in told] == [(school, 0, 1)]


def test_the_list_shows_which_buyers_have_not_acknowledged_the_notice(member, school):
    placed(member, school, running=True)
    placed(member, SchoolOrganisationFactory(host=member.authority), running=True)
    suspension = suspended(member)
    saul, officer = person(Role.SAFEGUARDING_LEAD, at=school), quentin(member)
    recall = recalls_of_buyer(school, person=saul, at=LATER).get()
    done = acknowledge(recall, said="Both are at home; the family is told.", by=saul, at=LATER)
    assert (done.acknowledged_by, done.acknowledged_at) == (saul, LATER)
    assert count_told(suspension) == (2, 1)
    assert school not in {one.buyer for one in recalls_to_chase(member.authority, person=officer, at=LATER)}
    with pytest.raises(Refused, match="status is “Acknowledged”"):
        acknowledge(recall, said="Again.", by=saul, at=LATER)


def test_acknowledging_a_notice_requires_saying_where_the_children_are():
    recall = SuspensionNoticeFactory()
    ruth = person(Role.AP_LEAD, at=recall.buyer)
    with pytest.raises(Refused, match="Enter where each pupil is now"):
        acknowledge(recall, said=" ", by=ruth, at=NOW)
    with pytest.raises(Refused, match="4,000 characters"):
        acknowledge(recall, said="x" * 4001, by=ruth, at=NOW)


def test_the_council_cannot_see_the_names_of_children_at_the_provider(member, school):
    child = placed(member, school, running=True).pupil
    suspended(member)
    recall, ruth = SuspensionNotice.objects.get(), person(Role.AP_LEAD, at=school)
    for naming in (f"{child.given_name} is at home.", f"Miss {child.family_name} is at home."):
        with pytest.raises(Refused, match="Remove each pupil’s name"):
            acknowledge(recall, said=naming, by=ruth, at=LATER)
    assert acknowledge(recall, said="At home until 9 March.", by=ruth, at=LATER).acknowledged_at == LATER


def test_a_buyer_gets_only_one_reminder_a_day_to_acknowledge_a_notice(member, school):
    ruth = person(Role.AP_LEAD, at=school)
    placed(member, school, running=True)
    suspended(member)
    recall, officer = SuspensionNotice.objects.get(), quentin(member)
    for _ in range(3):
        remind(recall, by=officer, at=LATER)
    reminders = Message.objects.filter(to=ruth, subject__startswith="Reminder: tell us today")
    assert reminders.count() == 1
    assert remind(recall, by=officer, at=NOW + timedelta(days=1)).reminded_at == NOW + timedelta(days=1)
    assert reminders.count() == 2


def test_a_reminder_is_refused_after_the_buyer_acknowledges_or_the_suspension_is_lifted(member, school):
    placed(member, school, running=True)
    suspension = suspended(member)
    officer, ruth = quentin(member), person(Role.AP_LEAD, at=school)
    reinstate(suspension, reason="Not borne out.", by=officer, at=LATER)
    with pytest.raises(Refused, match="has been lifted"):
        remind(SuspensionNotice.objects.get(), by=officer, at=LATER)
    acknowledge(SuspensionNotice.objects.get(), said="At the site.", by=ruth, at=LATER)
    with pytest.raises(Refused, match="status is “Acknowledged”"):
        remind(SuspensionNotice.objects.get(), by=officer, at=LATER)


def test_lifting_the_suspension_notifies_the_same_buyers_without_giving_the_reason(member, school):
    ruth = person(Role.AP_LEAD, at=school)
    placed(member, school, running=True)
    suspension = suspended(member)
    reinstate(suspension, reason="Not borne out.", by=quentin(member), at=LATER)
    message = Message.objects.get(to=ruth, subject="A provider you use is no longer suspended")
    assert "borne" not in message.body
    assert Member.objects.get(pk=member.pk).status == MemberStatus.ACTIVE
    assert not SuspensionNotice.objects.waiting().exists()
    assert Event.objects.latest("pk").verb == "reinstate"


def test_only_buyers_can_acknowledge_a_notice_and_only_quality_officers_can_send_reminders():
    recall = SuspensionNoticeFactory()
    strangers = everybody_but(Role.QUALITY_OFFICER, provider=recall.provider, authority=recall.authority)
    bea = person(Role.BUYER_ADMINISTRATOR, at=recall.buyer)
    officer = person(Role.QUALITY_OFFICER, at=recall.authority)
    assert_denied(lambda by: acknowledge(recall, said="Here.", by=by, at=NOW), [*strangers, bea, officer])
    ours = [person(role, at=recall.buyer) for role in BUYER_ROLES]
    assert_denied(lambda by: remind(recall, by=by, at=NOW), [*strangers, *ours])


def test_only_the_buyer_and_the_authority_can_see_a_notice():
    recall = SuspensionNoticeFactory()
    sees = [person(role, at=recall.buyer) for role in roles_with(Can.SEE_PLACING)]
    sees += [person(role, at=recall.authority) for role in roles_with(Can.SEE_PLACEMENTS)]
    not_they = everybody_but(*roles_with(Can.SEE_PLACEMENTS), provider=recall.provider, authority=recall.authority)
    assert all(SuspensionNotice.objects.visible_to(one, NOW).exists() for one in sees)
    assert not any(SuspensionNotice.objects.visible_to(one, NOW).exists() for one in not_they)


def test_a_notice_about_no_children_and_no_orders_cannot_be_created():
    with pytest.raises(IntegrityError, match="recall_of_something"), transaction.atomic():
        SuspensionNoticeFactory(children=0)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_several_suspensions_made_at_the_same_moment_notify_each_buyer_once():
    member = MemberFactory()
    placed(member, SchoolOrganisationFactory(host=member.authority), running=True)
    officer = quentin(member)
    assert all_at_once(lambda: suspended(member, by=officer), times=4).count("done") == 1
    assert SuspensionNotice.objects.count() == 1


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_acknowledgements_is_stored():
    recall = SuspensionNoticeFactory()
    ruth = person(Role.AP_LEAD, at=recall.buyer)
    results = all_at_once(lambda: acknowledge(recall, said="At home.", by=ruth, at=NOW), times=4)
    assert results.count("done") == 1


def test_a_buyer_with_an_open_offer_is_notified_while_the_offer_can_still_be_confirmed(member, school):
    def offered(buyer, **changes):
        referral = ReferralFactory(market=member.market, lot=member.lot, buyer=buyer, status="offered")
        return OfferFactory(
            interest=ExpressionOfInterestFactory(referral=referral, member=member, offered=True), **changes
        )

    offered(school)
    # This offer has expired, so no offer is open.
    offered(SchoolOrganisationFactory(host=member.authority), confirm_by=NOW)
    offered(SchoolOrganisationFactory(host=member.authority), status=OfferStatus.TAKEN_BACK, closed_at=NOW)
    ruth = person(Role.AP_LEAD, at=school)
    suspended(member)
    recall = SuspensionNotice.objects.get()
    assert (recall.buyer, recall.children, recall.to_start, recall.offers, recall.orders) == (school, 0, 0, 1, 0)
    assert "The provider cannot confirm it now" in Message.objects.get(to=ruth).body


def test_the_number_of_children_in_the_notice_equals_the_number_listed_as_present(member, school):
    kept = placed(member, school, running=True)
    away = placed(member, school, running=True)
    stayed = placed(member, school, status=Placed.ENDED, started_on=NOW.date(), ended_on=NOW.date())
    to_start = placed(member, school)
    # This placement has ended.
    placed(member, school, status=Placed.ENDED, started_on=NOW.date(), ended_on=NOW.date())
    move = {"place_kind": "home", "place": "12 Elm Road", "decided_by": "The lead", "told": "The mother"}
    saul = person(Role.SAFEGUARDING_LEAD, at=school)
    for one, kind, more in ((away, "elsewhere", move), (stayed, "stayed", {})):
        what = commands.DayNoteEntry(kinds=(kind,), day=NOW.date(), time=NOW.time(), **more)
        commands.record_note(one, happened=what, by=saul, at=NOW)
    [told] = buyers_to_tell(member.provider, member.authority, NOW)
    assert (told.children, told.to_start) == (3, 1)
    suspended(member)
    found = list(placements_there(SuspensionNotice.objects.get(), NOW))
    assert {one.pk for one in found} == {kept.pk, away.pk, stayed.pk, to_start.pk}
    where = whereabouts_of(found)
    assert {one.pk for one in found if is_there_now(one, where.get(one.pk), NOW)} == {kept.pk, stayed.pk}
