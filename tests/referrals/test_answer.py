"""Tests for what providers do: view a request, reply with a listed price, change the reply, decline, and ask
questions.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from calloff.directory.commands import set_price, withdraw
from calloff.kernel.codes import upn_check_letter
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.referrals import commands, queries
from calloff.referrals.models import ExpressionOfInterest, ReferralQuestion
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory, person
from tests.factories_markets import PriceFactory, ServiceFactory, set_status
from tests.referrals.scenario import REPLY_BY, ReferralScenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return ReferralScenario()


def test_the_time_when_the_provider_first_views_the_request_is_recorded(scene):
    interest = scene.interest(scene.asked())
    commands.open(interest, by=scene.ada(), at=NOW)
    commands.open(interest, by=scene.ada(), at=NOW + timedelta(hours=1))
    interest.refresh_from_db()
    assert (interest.seen_at, interest.status) == (NOW, "asked")


def test_a_reply_stores_the_price_from_the_price_list_and_notifies_the_buyer(scene):
    interest = scene.reply(scene.asked())
    assert (interest.status, interest.amount, interest.answered_at) == ("interested", Decimal("120.00"), NOW)
    assert Message.objects.filter(to=scene.ruth, subject__contains="interested").count() == 1
    set_price(
        scene.services[0],
        unit="day",
        amount=Decimal(150),
        vat="exempt",
        starts_on=REPLY_BY.date(),
        by=scene.ada(),
        at=NOW,
    )
    interest.refresh_from_db()
    assert interest.amount == Decimal("120.00")


def test_a_reply_can_be_changed_or_declined_or_made_again_until_the_deadline(scene):
    referral = scene.asked()
    scene.reply(referral)
    assert scene.reply(referral, message="Another group.").message == "Another group."
    commands.decline(scene.interest(referral), reason="full", by=scene.ada(), at=NOW)
    assert scene.interest(referral).status == "declined"
    last = REPLY_BY - timedelta(microseconds=1)
    assert scene.reply(referral, at=last).status == "interested"
    with pytest.raises(Refused, match="Replies closed at 9am on Thursday 5 March 2026"):
        scene.reply(referral, at=REPLY_BY)


def test_declining_a_referral_needs_a_listed_reason_and_an_explanation_for_other(scene):
    interest = scene.interest(scene.asked())
    for reason, words in (("", "Select why"), ("tired", "Select why"), ("other", "Enter why")):
        with pytest.raises(Refused, match=words):
            commands.decline(interest, reason=reason, by=scene.ada(), at=NOW)
    declined = commands.decline(interest, reason="other", note="We move house.", by=scene.ada(), at=REPLY_BY)
    assert (declined.status, declined.note) == ("declined", "We move house.")


def test_a_reply_with_another_providers_service_or_price_is_refused(scene):
    referral = scene.asked()
    with pytest.raises(Refused, match="one of your services in this category"):
        scene.reply(referral, service=scene.services[1], price=scene.prices[1])
    with pytest.raises(Refused, match="Select a price for this service"):
        scene.reply(referral, price=scene.prices[1])
    past = PriceFactory(service=scene.services[0], unit="hour", ends_on=NOW.date())
    with pytest.raises(Refused, match="Select a price for this service"):
        scene.reply(referral, price=past)
    withdraw(scene.services[0], by=scene.ada(), at=NOW)
    scene.services[0].refresh_from_db()
    with pytest.raises(Refused, match="one of your services"):
        scene.reply(referral)


def test_a_member_that_cannot_take_placements_cannot_reply_and_can_see_why(scene):
    referral = scene.asked()
    set_status(scene.members[0].agreement, "to_sign")
    with pytest.raises(
        Refused, match="cannot take a new placement at the moment, because your agreement is not signed"
    ):
        scene.reply(referral)
    assert commands.decline(scene.interest(referral), reason="other", note="Unsigned", by=scene.ada(), at=NOW)


def test_only_people_who_can_answer_for_a_provider_can_reply_to_a_referral(scene):
    referral = scene.asked()
    strangers = [
        scene.ada(1), person(Role.PROVIDER_STAFF, at=scene.members[0].provider), scene.ruth,
        person(Role.PROVIDER_LEAD, at=ProviderFactory()),
    ]  # fmt: skip
    for somebody in strangers:
        for attempt in (
            lambda by: commands.open(scene.interest(referral), by=by, at=NOW),
            lambda by: scene.reply(referral, by=by),
            lambda by: commands.decline(scene.interest(referral), reason="full", by=by, at=NOW),
            lambda by: commands.ask_question(scene.interest(referral), text="Why?", by=by, at=NOW),
        ):
            with pytest.raises(PermissionDenied):
                attempt(somebody)
    assert not ExpressionOfInterest.objects.exclude(status="asked").exists()


def test_a_provider_cannot_see_another_providers_reply(scene):
    referral = scene.replied()
    assert ExpressionOfInterest.objects.visible_to(scene.ada(0), NOW).get().provider == scene.members[0].provider
    assert ExpressionOfInterest.objects.visible_to(scene.ruth, NOW).filter(referral=referral).count() == 3


def test_an_answer_to_a_question_is_sent_to_all_providers_without_naming_who_asked(scene):
    referral = scene.asked()
    for number in range(3):
        scene.ada(number)
    commands.decline(scene.interest(referral, 2), reason="full", by=scene.ada(2), at=NOW)
    question = commands.ask_question(scene.interest(referral), text="By bus?", by=scene.ada(), at=NOW)
    assert Message.objects.filter(to=scene.ruth, subject__contains="question").count() == 1
    commands.answer_question(question, answer="Yes, by bus.", by=scene.ruth, at=NOW)
    messages = Message.objects.filter(subject__contains="has been answered")
    assert {one.to for one in messages} == {scene.ada(0), scene.ada(1)}
    assert not any(str(scene.members[0].provider) in one.subject + one.body for one in messages)
    assert ReferralQuestion.objects.visible_to(scene.ada(1), NOW).get().answer == "Yes, by bus."


def test_answers_and_questions_that_could_identify_the_child_must_be_reworded(scene):
    referral = scene.asked()
    question = commands.ask_question(scene.interest(referral), text="Is it Jasmine?", by=scene.ada(), at=NOW)
    with pytest.raises(Refused, match="from a name"):
        commands.answer_question(question, answer="Ask Jasmine.", by=scene.ruth, at=NOW)
    with pytest.raises(Refused, match="The question could identify the pupil"):
        commands.answer_question(question, answer="We cannot say.", by=scene.ruth, at=NOW)
    result = commands.answer_question(
        question, answer="We cannot say.", restated="Who is the child?", by=scene.ruth, at=NOW
    )
    assert (result.status, result.restated) == ("answered", "Who is the child?")


def test_questions_can_no_longer_be_asked_once_replies_close(scene):
    referral = scene.asked()
    with pytest.raises(Refused, match="Question must be between"):
        commands.ask_question(scene.interest(referral), text="  ", by=scene.ada(), at=NOW)
    with pytest.raises(Refused, match="Replies closed"):
        commands.ask_question(scene.interest(referral), text="By bus?", by=scene.ada(), at=REPLY_BY)
    question = commands.ask_question(scene.interest(referral), text="By bus?", by=scene.ada(), at=NOW)
    with pytest.raises(PermissionDenied):
        commands.answer_question(question, answer="Yes.", by=scene.ada(), at=NOW)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_a_reply_sent_while_replies_are_being_closed_is_never_lost():
    scene = ReferralScenario()
    referral = scene.asked()
    ada, service = scene.ada(), ServiceFactory(member=scene.members[0])
    scene.services[0], scene.prices[0] = service, PriceFactory(service=service)

    def either():
        scene.reply(referral, by=ada)
        commands.close(referral, reason="Nobody fits.", by=scene.ruth, at=NOW)

    assert all_at_once(either, times=3).count("done") == 1
    assert not ExpressionOfInterest.objects.exclude(status="not_chosen").exists()


UPN = upn_check_letter("938400112345") + "938400112345"


@pytest.mark.parametrize("number", [UPN, "943 476 5919"])
def test_a_pupil_number_is_refused_in_any_text_from_a_provider(scene, number):
    referral = scene.asked()
    interest, words = scene.interest(referral), f"Is it {number}?"
    for act in (
        lambda: scene.reply(referral, message=words),
        lambda: commands.decline(interest, reason="other", note=words, by=scene.ada(), at=NOW),
        lambda: commands.ask_question(interest, text=words, by=scene.ada(), at=NOW),
    ):
        with pytest.raises(Refused, match="Remove the pupil number or NHS number"):
            act()
    assert scene.interest(referral).status == "asked"
    assert not ReferralQuestion.objects.exists()


def test_a_childs_name_in_a_reply_is_accepted_because_refusing_it_would_confirm_the_name(scene):
    referral = scene.asked()
    name = referral.pupil.full_name
    assert scene.reply(referral, message=f"Is it {name}?").message == f"Is it {name}?"
    assert commands.decline(
        scene.interest(referral), reason="other", note=f"We know {name}.", by=scene.ada(), at=NOW
    ).note


def test_only_prices_that_apply_on_the_requested_dates_are_offered(scene):
    referral = scene.asked()
    interest = scene.interest(referral)
    (now,) = queries.prices_to_offer(interest)
    service = scene.services[0]
    starts, ends = referral.starts_on, referral.ends_on
    PriceFactory(service=service, unit="hour", starts_on=ends + timedelta(days=1))
    last = PriceFactory(service=service, unit="week", starts_on=ends)
    PriceFactory(service=service, unit="session", starts_on=NOW.date(), ends_on=starts - timedelta(days=1))
    assert set(queries.prices_to_offer(interest)) == {now, last}
