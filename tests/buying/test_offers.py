"""Tests for conditional offers: the reason, what an offer discloses, and that only one offer can be open at a time.

Scenarios 28, 34, 36, 38 and 48.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.buying import commands, offer_queries
from calloff.buying.models import Offer
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.members.models import Member
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.pupils.models import DisclosureGrant, Pupil
from calloff.pupils.states import DisclosureStage
from calloff.referrals import commands as referrals
from calloff.referrals.models import ExpressionOfInterest, Referral
from calloff.referrals.queries import still_sees_request
from calloff.referrals.sections import InvitationChoice
from tests.concurrency import all_at_once
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.factories_markets import set_status
from tests.factories_placements import SuspensionFactory
from tests.referrals.scenario import REPLY_BY, ReferralScenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return ReferralScenario()


def sees(person, pupil, at=NOW):
    return Pupil.objects.visible_to(person, at).filter(pk=pupil.pk).exists()


def again(offer):
    return Offer.objects.get(pk=offer.pk)


def test_after_an_offer_is_made_only_that_provider_can_see_the_child(scene):
    referral = scene.replied()
    petra = person(Role.PROVIDER_SAFEGUARDING, at=scene.members[0].provider)
    ben = person(Role.PROVIDER_STAFF, at=scene.members[0].provider)
    assert not any(sees(scene.ada(number), scene.pupil) for number in range(3))
    offer = scene.offer(referral)
    assert (offer.status, again(offer).referral.status, again(offer).interest.status) == ("made", "offered", "offered")
    assert sees(scene.ada(0), scene.pupil)
    assert sees(petra, scene.pupil)
    assert not any(sees(somebody, scene.pupil) for somebody in (scene.ada(1), scene.ada(2), ben))
    given = DisclosureGrant.objects.filter(source=referral.reference)
    assert {one.needs: one.stage for one in given} == {
        "answer_referrals": DisclosureStage.OFFERED, "safeguard": DisclosureStage.OFFERED,
    }  # fmt: skip


def test_making_an_offer_is_one_event_and_the_reason_is_stored_with_the_offer(scene):
    offer = scene.offered()
    event = Event.objects.latest("pk")
    assert (event.verb, event.reason_type, event.reason_id) == ("offer", "buying.Offer", offer.pk)
    assert event.subjects.count() == 3
    assert "closest" not in str(event.changes)


def test_the_email_about_an_offer_does_not_name_the_child(scene):
    ada, petra = scene.ada(), person(Role.PROVIDER_SAFEGUARDING, at=scene.members[0].provider)
    referral = scene.replied()
    scene.offer(referral)
    messages = Message.objects.filter(subject__contains="onditional offer")
    assert {one.to for one in messages} == {ada, petra}
    assert not any(word in one.subject + one.body for one in messages for word in ("Jasmine", scene.school.name))


def test_an_offer_needs_a_reason_and_a_future_deadline(scene):
    referral = scene.replied()
    with pytest.raises(Refused, match="Enter why you are choosing"):
        scene.offer(referral, reason=" ")
    with pytest.raises(Refused, match="must be in the future"):
        scene.offer(referral, confirm_by=NOW)
    with pytest.raises(Refused, match="from a name"):
        scene.offer(referral, thanks="Jasmine went elsewhere.")
    assert not Offer.objects.exists()
    assert not DisclosureGrant.objects.exists()


@pytest.mark.postgres15
def test_only_an_interested_provider_can_get_an_offer_and_only_one_offer_can_be_open(scene):
    referral = scene.replied(0, 1)
    with pytest.raises(Refused, match="status is “Waiting for a reply”"):
        scene.offer(referral, 2)
    scene.offer(referral, 0)
    with pytest.raises(Refused, match="Another provider already has an offer"):
        scene.offer(referral, 1)


def test_making_an_offer_checks_the_membership_and_the_agreement_again(scene):
    referral = scene.replied()
    set_status(scene.members[0].agreement, "to_sign")
    with pytest.raises(Refused, match=f"You cannot make an offer to {scene.members[0].provider}"):
        scene.offer(referral)
    person(Role.HEAD, at=scene.school)
    set_status(scene.partnership.agreement, "superseded")
    with pytest.raises(Refused, match="You cannot ask providers yet"):
        scene.offer(referral, 1)


def test_without_direct_call_off_an_offer_must_wait_until_every_provider_has_been_asked_and_has_replied():
    scene = ReferralScenario(changes={"tool": "dps", "ruleset": "pcr-2015-dps", "promises": {}})
    later = NOW + timedelta(days=11)
    referral = scene.replied(0, 1, who=InvitationChoice(later))
    with pytest.raises(Refused, match=r"must be a competition \(PCR 2015 reg 34\)\. 1 provider can still reply"):
        scene.offer(referral)
    referrals.decline(scene.interest(referral, 2), reason="full", by=scene.ada(2), at=NOW)
    assert scene.offer(referral).status == "made"
    ExpressionOfInterest.objects.filter(pk=scene.interest(referral, 2).pk)


def test_without_direct_call_off_an_offer_is_refused_if_a_provider_was_not_asked():
    scene = ReferralScenario(changes={"tool": "dps", "ruleset": "pcr-2015-dps", "promises": {}})
    set_status(scene.members[2].agreement, "to_sign")
    referral = scene.replied(0, 1, who=InvitationChoice(NOW + timedelta(days=11)))
    set_status(scene.members[2].agreement, "in_force")
    with pytest.raises(Refused, match="First ask the 1 provider you left out"):
        scene.offer(referral, reason="It is the only one that will do.")


def test_a_buyer_can_withdraw_an_offer_with_a_reason_and_access_then_ends(scene):
    offer = scene.offered()
    with pytest.raises(Refused, match="The provider will read it"):
        commands.take_back(offer, reason="", by=scene.ruth, at=NOW)
    back = commands.take_back(offer, reason="The parent prefers another.", by=scene.ruth, at=NOW)
    assert (back.status, again(offer).referral.status, again(offer).interest.status) == (
        "taken_back", "asking", "interested",
    )  # fmt: skip
    assert not sees(scene.ada(), scene.pupil)
    assert scene.offer(again(offer).referral, 1).status == "made"


def test_a_provider_can_withdraw_without_penalty_and_the_buyer_can_ask_others_again(scene):
    offer = scene.offered()
    withdrawn = commands.withdraw_offer(offer, by=scene.ada(), at=NOW)
    assert (withdrawn.status, again(offer).interest.status) == ("withdrawn", "withdrawn")
    assert not sees(scene.ada(), scene.pupil)
    assert Message.objects.filter(to=scene.ruth, subject__contains="has withdrawn").exists()
    assert not hasattr(again(offer).interest, "penalty")
    referral = Referral.objects.get(pk=offer.referral_id)
    assert scene.offer(referral, 1).status == "made"
    commands.take_back(Offer.objects.get(status="made"), reason="No.", by=scene.ruth, at=NOW)
    referrals.ask_more(referral, members=[scene.members[0]], by=scene.ruth, at=NOW)
    assert scene.interest(referral).status == "asked"


@pytest.mark.parametrize("how", ["withdraw_offer", "take_back"])
def test_an_offer_withdrawn_while_a_request_for_the_pack_waits_also_ends_access(scene, how):
    offer = scene.offered()
    by = scene.ada() if how == "withdraw_offer" else scene.ruth
    getattr(commands, how)(offer, reason="By telephone.", by=by, at=NOW - timedelta(seconds=1))
    assert not sees(scene.ada(), scene.pupil)
    assert not DisclosureGrant.objects.exclude(ends_at=NOW).exists()


def test_confirming_an_offer_places_the_child_and_notifies_the_others_and_ends_access_under_the_offer(scene):
    for number in range(3):
        scene.ada(number)
    referral = scene.replied(0, 1)
    offer = scene.offer(referral, thanks="Another is nearer to the family.")
    confirmed = commands.confirm(offer, by=scene.ada(), at=NOW)
    assert (confirmed.status, again(offer).referral.status, again(offer).interest.status) == (
        "confirmed", "placed", "confirmed",
    )  # fmt: skip
    for number in (1, 2):
        other = scene.interest(referral, number)
        assert (other.status, other.note) == ("not_chosen", "Another is nearer to the family.")
        assert Message.objects.filter(to=scene.ada(number), subject__contains="This request has closed").count() == 1
    assert not DisclosureGrant.objects.in_force(NOW + timedelta(seconds=1)).exists()


def test_an_offer_must_be_confirmed_before_its_deadline_by_a_member_that_can_accept_the_child(scene):
    offer = scene.offered()
    with pytest.raises(Refused, match="The deadline to confirm passed"):
        commands.confirm(offer, by=scene.ada(), at=offer.confirm_by)
    set_status(scene.partnership.agreement, "superseded")
    with pytest.raises(Refused, match="buyer’s Partnership Agreement"):
        commands.confirm(offer, by=scene.ada(), at=NOW)
    set_status(scene.members[0].agreement, "to_sign")
    with pytest.raises(Refused, match="You cannot take a new placement at the moment"):
        commands.confirm(offer, by=scene.ada(), at=NOW)


def test_the_date_of_the_meeting_about_an_offer_is_stored(scene):
    offer = scene.offered()
    with pytest.raises(Refused, match="between the date of the offer and today"):
        commands.meet(offer, on=REPLY_BY.date(), by=scene.ada(), at=NOW)
    assert commands.meet(offer, on=NOW.date(), by=scene.ada(), at=NOW).met_on == NOW.date()


def test_people_at_other_organisations_cannot_make_withdraw_or_confirm_an_offer(scene):
    referral = scene.replied()
    for somebody in (person(Role.AP_LEAD, at=SchoolOrganisationFactory()), person(Role.HEAD, at=scene.school),
                     scene.ada()):  # fmt: skip
        with pytest.raises(PermissionDenied):
            scene.offer(referral, by=somebody)
    offer = scene.offer(referral)
    for verb, given, somebody in (
        (commands.take_back, {"reason": "No."}, scene.ada()),
        (commands.withdraw_offer, {}, scene.ruth),
        (commands.withdraw_offer, {}, scene.ada(1)),
        (commands.confirm, {}, scene.ada(1)),
        (commands.confirm, {}, person(Role.PROVIDER_SAFEGUARDING, at=scene.members[0].provider)),
        (commands.meet, {"on": NOW.date()}, scene.ada(1)),
    ):
        with pytest.raises(PermissionDenied):
            verb(offer, **given, by=somebody, at=NOW)
    assert again(offer).status == "made"


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_three_simultaneous_offers_is_made():
    scene = ReferralScenario()
    referral = scene.replied()
    turns = iter(range(3))
    results = all_at_once(lambda: scene.offer(referral, next(turns)), times=3)
    assert results.count("done") == 1
    assert Offer.objects.filter(status="made").count() == 1
    assert ExpressionOfInterest.objects.filter(status="offered").count() == 1
    assert DisclosureGrant.objects.values("organisation").distinct().count() == 1


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_an_offer_is_confirmed_and_withdrawn_at_the_same_moment_only_one_succeeds():
    scene = ReferralScenario()
    offer = scene.offered()
    ada, turns = scene.ada(), iter(range(4))

    def either():
        if next(turns) % 2:
            commands.confirm(offer, by=ada, at=NOW)
        else:
            commands.take_back(offer, reason="No.", by=scene.ruth, at=NOW)

    assert all_at_once(either, times=4).count("done") == 1
    assert again(offer).status in {"confirmed", "taken_back"}


def test_an_offer_must_wait_for_the_deadline_unless_all_providers_have_replied(scene):
    referral = scene.replied(0, 1)
    with pytest.raises(Refused, match="1 provider can still reply until") as refusal:
        scene.offer(referral, urgent_reason="")
    assert refusal.value.problems[0].where == "urgent_reason"
    assert not Offer.objects.exists()
    scene.reply(referral, 2)
    assert scene.offer(referral, urgent_reason="").urgent_reason == ""


def test_an_offer_can_be_made_once_the_deadline_has_passed(scene):
    referral = scene.replied(0)
    with pytest.raises(Refused, match="2 providers can still reply"):
        scene.offer(referral, urgent_reason="", at=referral.reply_by - timedelta(microseconds=1))
    assert scene.offer(referral, urgent_reason="", at=referral.reply_by).status == "made"


def test_providers_who_can_still_reply_are_told_why_an_urgent_offer_was_made(scene):
    referral = scene.replied(0, 1)
    adas = [scene.ada(number) for number in range(3)]
    with pytest.raises(Refused, match="from a name"):
        scene.offer(referral, urgent_reason="Jasmine has no education.")
    scene.offer(referral, urgent_reason="The child has had no education for 3 weeks.")
    early = Message.objects.filter(subject__startswith="A conditional offer was made before replies closed")
    assert {one.to for one in early} == set(adas[1:])
    assert "You can still reply" in early[0].body
    assert offer_queries.urgent_offer(scene.interest(referral, 2)).urgent_reason.startswith(
        "The child has had no education"
    )
    assert offer_queries.urgent_offer(scene.interest(referral, 0)) is None
    scene.reply(referral, 2)  # “You can change your answer until then” is therefore still true.
    assert scene.interest(referral, 2).status == "interested"


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_extending_the_deadline_while_making_an_offer_cannot_bypass_the_wait():
    scene = ReferralScenario()
    referral = scene.replied(0)
    closes = referral.reply_by
    acts = [
        lambda: scene.offer(referral, urgent_reason="", at=closes),
        lambda: referrals.ask_more(
            referral, reply_by=closes + timedelta(days=1), by=scene.ruth, at=closes - timedelta(seconds=1)
        ),
    ]

    def act():
        acts.pop()()

    told = all_at_once(act, times=2)
    longer = Referral.objects.get(pk=referral.pk).reply_by > closes
    if longer and Offer.objects.exists():
        assert Event.objects.get(verb="offer").pk < Event.objects.get(verb="ask_more").pk
    assert "done" in told


def test_access_to_the_full_pack_ends_permanently_at_the_deadline_for_confirming(scene):
    offer = scene.offer(scene.replied())
    petra = person(Role.PROVIDER_SAFEGUARDING, at=offer.provider)
    for somebody in (scene.ada(0), petra):
        assert sees(somebody, scene.pupil, offer.confirm_by - timedelta(microseconds=1))
        assert not sees(somebody, scene.pupil, offer.confirm_by)
        assert not sees(somebody, scene.pupil, NOW + timedelta(days=730))


def test_a_suspended_provider_with_an_offer_cannot_see_the_child_until_the_suspension_ends(scene):
    offer = scene.offer(scene.replied())
    member = offer.interest.member
    suspension = SuspensionFactory(provider=offer.provider, authority=offer.authority)
    Member.objects.filter(pk=member.pk).update(suspension=suspension)
    member.refresh_from_db()
    assert sees(scene.ada(0), scene.pupil)
    assert still_sees_request(offer.interest, NOW)
    set_status(member, "suspended")
    assert not sees(scene.ada(0), scene.pupil)
    assert not still_sees_request(offer.interest, NOW)
    set_status(member, "active")
    assert sees(scene.ada(0), scene.pupil)
