"""Tests for what a buyer can do after asking: ask more providers, extend the deadline, send reminders, or close the
referral.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.referrals import commands
from calloff.referrals.models import ExpressionOfInterest, Referral
from calloff.referrals.reminders import send_reply_reminders
from calloff.referrals.sections import InvitationChoice
from tests.factories import NOW, person
from tests.factories_markets import MemberFactory, set_status
from tests.referrals.scenario import REPLY_BY, ReferralScenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return ReferralScenario()


@pytest.fixture
def shortlisted(scene):
    return scene.asked(who=InvitationChoice(REPLY_BY, [scene.members[0].pk], "The nearest."))


def subjects(scene, number):
    return list(Message.objects.filter(to=scene.ada(number)).order_by("pk").values_list("subject", flat=True))


def test_other_providers_can_be_asked_after_a_referral_is_sent(scene, shortlisted):
    scene.ada(1)
    commands.ask_more(shortlisted, members=[scene.members[1]], by=scene.ruth, at=NOW)
    assert scene.interest(shortlisted, 1).status == "asked"
    assert len(subjects(scene, 1)) == 1
    with pytest.raises(Refused, match="You have already asked"):
        commands.ask_more(shortlisted, members=[scene.members[1]], by=scene.ruth, at=NOW)


def test_an_extended_deadline_applies_to_all_providers_and_cannot_be_shortened(scene):
    scene.ada()
    referral = scene.asked()
    later = REPLY_BY + timedelta(days=1)
    commands.ask_more(referral, reply_by=later, by=scene.ruth, at=NOW)
    assert subjects(scene, 0)[-1].startswith("Reply before 9am on Friday 6 March 2026")
    assert scene.reply(referral, at=REPLY_BY).status == "interested"
    for less, words in ((REPLY_BY, "can already reply until then"), (None, "Choose more providers to ask")):
        with pytest.raises(Refused, match=words):
            commands.ask_more(referral, reply_by=less, by=scene.ruth, at=NOW)
    with pytest.raises(Refused, match="The deadline to reply must be in the future"):
        commands.ask_more(referral, members=[scene.members[0]], by=scene.ruth, at=later)


def test_a_provider_that_cannot_be_asked_is_named_in_the_refusal(scene, shortlisted):
    set_status(scene.members[2].agreement, "to_sign")
    for member in (scene.members[2], MemberFactory()):
        with pytest.raises(Refused, match=f"You cannot ask {member.provider}"):
            commands.ask_more(shortlisted, members=[member], by=scene.ruth, at=NOW)


def test_a_provider_that_declined_can_be_asked_once_more(scene):
    referral = scene.asked()
    commands.decline(scene.interest(referral), reason="full", by=scene.ada(), at=NOW)
    commands.ask_more(referral, members=[scene.members[0]], by=scene.ruth, at=NOW)
    again = scene.interest(referral)
    assert (again.status, again.reason, again.answered_at, again.seen_at) == ("asked", "", None, None)


def test_providers_that_have_not_replied_get_one_reminder_a_day(scene):
    scene.ada(1)
    referral = scene.asked()
    scene.reply(referral, 0)
    before = len(subjects(scene, 0)), len(subjects(scene, 1))
    commands.nudge(referral, by=scene.ruth, at=NOW)
    assert (len(subjects(scene, 0)), len(subjects(scene, 1))) == (before[0], before[1] + 1)
    with pytest.raises(Refused, match="already reminded them today"):
        commands.nudge(referral, by=scene.ruth, at=NOW + timedelta(hours=5))
    commands.nudge(referral, by=scene.ruth, at=NOW + timedelta(days=1))
    with pytest.raises(Refused, match="The deadline to reply has passed"):
        commands.nudge(referral, by=scene.ruth, at=REPLY_BY)


def test_reminding_providers_is_refused_if_everyone_has_replied(scene):
    with pytest.raises(Refused, match="Every provider you asked has replied"):
        commands.nudge(scene.replied(), by=scene.ruth, at=NOW)


def test_closing_a_referral_notifies_providers_but_does_not_show_them_the_reason(scene):
    referral = scene.replied(0)
    with pytest.raises(Refused, match="Enter a reason"):
        commands.close(referral, reason=" ", by=scene.ruth, at=NOW)
    closed = commands.close(referral, reason="Nobody could meet the medical needs.", by=scene.ruth, at=NOW)
    assert closed.status == "none_found"
    for one in ExpressionOfInterest.objects.filter(referral=referral):
        assert one.status == "not_chosen"
        assert "medical" not in one.note
    with pytest.raises(Refused, match="This request has closed"):
        scene.reply(referral)


def test_withdrawing_a_draft_notifies_no_one_but_withdrawing_a_sent_referral_needs_a_reason(scene):
    draft = scene.draft()
    assert commands.withdraw(draft, by=scene.ruth, at=NOW).status == "withdrawn"
    referral = scene.asked()
    with pytest.raises(Refused, match="Enter a reason"):
        commands.withdraw(referral, by=scene.ruth, at=NOW)
    assert commands.withdraw(referral, reason="The family moved.", by=scene.ruth, at=NOW).status == "withdrawn"
    assert not ExpressionOfInterest.objects.exclude(status="not_chosen").exists()


def test_a_place_that_falls_through_reopens_the_referral_to_other_providers(scene):
    offer = scene.confirmed()
    referral = Referral.objects.get(pk=offer.referral_id)
    commands.fall_through(scene.interest(referral), by=scene.ruth, at=NOW)
    commands.reopen(referral, by=scene.ruth, at=NOW)
    members = [scene.members[1], scene.members[2]]
    commands.ask_more(referral, members=members, by=scene.ruth, at=NOW)
    assert [scene.interest(referral, number).status for number in range(3)] == ["withdrawn", "asked", "asked"]


def test_only_placing_staff_of_the_buyer_can_ask_more_providers_or_close_a_referral(scene):
    referral = scene.asked()
    for somebody in (scene.ada(), person(Role.HEAD, at=scene.school)):
        for verb, given in (
            (commands.nudge, {}), (commands.close, {"reason": "No."}), (commands.withdraw, {"reason": "No."}),
            (commands.ask_more, {"reply_by": REPLY_BY + timedelta(days=1)}),
        ):  # fmt: skip
            with pytest.raises(PermissionDenied):
                verb(referral, **given, by=somebody, at=NOW)


def test_reminders_at_the_deadline_are_sent_once_to_the_buyer_and_to_providers_without_a_reply(scene):
    for number in range(3):
        scene.ada(number)
    scene.reply(scene.asked(), 0)
    the_day_before = REPLY_BY - timedelta(days=1)
    for _ in range(2):
        send_reply_reminders(the_day_before)
    assert [len(subjects(scene, number)) for number in range(3)] == [1, 2, 2]
    for _ in range(2):
        send_reply_reminders(REPLY_BY)
    assert Message.objects.filter(to=scene.ruth, subject__startswith="Replies have closed").count() == 1
    assert Message.objects.filter(subject__startswith="Replies have closed").count() == 1
