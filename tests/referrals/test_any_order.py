"""Tests for a referral to two providers, when anyone takes any action in any order and at any time.

No more than one provider has the offer, and only that provider can see the child during the offer. No provider can see
a draft, and no message names the child or the school.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calloff.buying import commands as buying
from calloff.buying.models import Offer
from calloff.history.models import EventSubject
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.pupils.models import DisclosureGrant, Pupil
from calloff.referrals import commands
from calloff.referrals.models import ExpressionOfInterest, Referral, ReferralQuestion
from calloff.referrals.sections import InvitationChoice
from tests.factories import SchoolOrganisationFactory, UserFactory, person
from tests.factories_markets import set_status
from tests.referrals.scenario import NOW, ReferralScenario

pytestmark = pytest.mark.django_db

BUYERS = ("ask", "nudge", "more", "offer", "take_back", "close", "withdraw", "answer", "reopen")
PROVIDERS = ("see", "reply", "decline", "question", "withdraw_offer", "confirm", "meet")
CLOCKWORK = ("lapse", "renew")
PEOPLE = ("ruth", "ada", "adam", "head", "neighbour", "nobody")
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*BUYERS, *PROVIDERS, *PROVIDERS, "offer", "reply", *CLOCKWORK]),
        st.sampled_from(["ruth", "ruth", "ada", "ada", "adam", *PEOPLE]),
        st.integers(0, 1), st.integers(0, 30),
    ),
    min_size=4, max_size=16,
)  # fmt: skip


class ReferralMachine:
    """One referral, sent to two providers."""

    def __init__(self):
        self.scene, self.at = ReferralScenario(providers=2), NOW
        self.people = {
            "ruth": self.scene.ruth, "ada": self.scene.ada(0), "adam": self.scene.ada(1),
            "head": person(Role.HEAD, at=self.scene.school),
            "neighbour": person(Role.AP_LEAD, at=SchoolOrganisationFactory()), "nobody": UserFactory(),
        }  # fmt: skip
        self.pk = self.scene.draft(who=InvitationChoice(NOW + timedelta(days=2))).pk

    @property
    def referral(self):
        return Referral.objects.get(pk=self.pk)

    def interest(self, number):
        provider = self.scene.members[number].provider
        found = ExpressionOfInterest.objects.filter(referral=self.pk, provider=provider).first()
        if found is None:
            raise Refused("Not asked yet.")
        return found

    def made(self, number):
        found = Offer.objects.filter(interest=self.interest(number)).order_by("-pk").first()
        if found is None:
            raise Refused("No offer yet.")
        return found

    def ask(self, by, number):
        commands.ask(self.referral, by=by, at=self.at)

    def nudge(self, by, number):
        commands.nudge(self.referral, by=by, at=self.at)

    def more(self, by, number):
        until = self.at + timedelta(days=2)
        commands.ask_more(self.referral, members=[self.scene.members[number]], reply_by=until, by=by, at=self.at)

    def offer(self, by, number):
        until = self.at + timedelta(days=2)
        why = {"reason": "The closest fit.", "urgent_reason": "Now."}
        buying.offer(self.interest(number), **why, confirm_by=until, by=by, at=self.at)

    def take_back(self, by, number):
        buying.take_back(self.made(number), reason="Another.", by=by, at=self.at)

    def close(self, by, number):
        commands.close(self.referral, reason="Nobody fits.", by=by, at=self.at)

    def withdraw(self, by, number):
        commands.withdraw(self.referral, reason="The family moved.", by=by, at=self.at)

    def answer(self, by, number):
        if question := ReferralQuestion.objects.filter(status="asked").first():
            commands.answer_question(question, answer="Yes.", by=by, at=self.at)

    def reopen(self, by, number):
        with transaction.atomic():
            commands.fall_through(self.interest(number), by=by, at=self.at)
            commands.reopen(self.referral, by=by, at=self.at)

    def see(self, by, number):
        commands.open(self.interest(number), by=by, at=self.at)

    def reply(self, by, number):
        self.scene.reply(self.interest(number).referral, number, by=by, at=self.at, start_on=self.at.date())

    def decline(self, by, number):
        commands.decline(self.interest(number), reason="full", by=by, at=self.at)

    def question(self, by, number):
        commands.ask_question(self.interest(number), text="By bus?", by=by, at=self.at)

    def withdraw_offer(self, by, number):
        buying.withdraw_offer(self.made(number), by=by, at=self.at)

    def confirm(self, by, number):
        buying.confirm(self.made(number), by=by, at=self.at)

    def meet(self, by, number):
        buying.meet(self.made(number), on=self.at.date(), by=by, at=self.at)

    def lapse(self, by, number):
        set_status(self.scene.members[number].agreement, "to_sign")

    def renew(self, by, number):
        set_status(self.scene.members[number].agreement, "in_force")


def rightful(act, number):
    return "ruth" if act in BUYERS else ("ada", "adam")[number]


def must_hold(life):
    referral, scene = life.referral, life.scene
    interests = list(ExpressionOfInterest.objects.filter(referral=life.pk))
    holding = [one for one in interests if one.status in {"offered", "confirmed"}]
    assert len(holding) <= 1
    assert len(interests) == len({one.provider_id for one in interests}) <= 2
    open_offers = list(Offer.objects.filter(referral=life.pk, status="made"))
    assert len(open_offers) == (referral.status == "offered")
    assert bool(holding) == (referral.status in {"offered", "placed"})
    given = {one.organisation_id for one in DisclosureGrant.objects.in_force(life.at + timedelta(seconds=1))}
    assert given == {one.provider_id for one in open_offers}
    for number in (0, 1):
        ada, provider = scene.ada(number), scene.members[number].provider
        after = life.at + timedelta(seconds=1)
        assert Pupil.objects.visible_to(ada, after).exists() == (provider.pk in given)
        assert {one.provider_id for one in ExpressionOfInterest.objects.visible_to(ada, after)} <= {provider.pk}
        assert not Referral.objects.visible_to(ada, after).exists()
    if referral.status == "draft":
        assert not interests
    if referral.status in {"none_found", "withdrawn"}:
        assert not any(one.status in {"asked", "interested", "offered"} for one in interests)
    for one in interests:
        assert one.status != "interested" or one.amount == one.price.amount
    words = " ".join(f"{one.subject} {one.body} {one.link}" for one in Message.objects.exclude(to=scene.ruth))
    assert not any(name in words for name in ("Jasmine", "Thistlewood", scene.school.name))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_referrals_stay_consistent_whatever_the_order_of_actions(steps):
    with transaction.atomic():
        life = ReferralMachine()
        for act, who, number, hours in steps:
            life.at += timedelta(hours=hours)
            before = EventSubject.objects.count()
            try:
                with transaction.atomic():
                    getattr(life, act)(life.people[who], number)
                done = EventSubject.objects.count() > before
                assert not done or who == rightful(act, number), f"{who} could {act}"
            except (Refused, PermissionDenied):
                assert EventSubject.objects.count() == before
            must_hold(life)
        transaction.set_rollback(True)


def test_random_actions_in_this_test_can_lead_to_a_placed_child():
    """The random actions must be able to lead to a placed child. Otherwise, they would not test much."""
    life = ReferralMachine()
    steps = [
        ("ask", "ruth", 0), ("see", "ada", 0), ("reply", "ada", 0), ("reply", "adam", 1), ("offer", "ruth", 0),
        ("withdraw_offer", "ada", 0), ("offer", "ruth", 1), ("meet", "adam", 1), ("confirm", "adam", 1),
        ("reopen", "ruth", 1), ("more", "ruth", 0), ("reply", "ada", 0), ("offer", "ruth", 0), ("confirm", "ada", 0),
    ]  # fmt: skip
    for act, who, number in steps:
        life.at += timedelta(minutes=5)
        getattr(life, act)(life.people[who], number)
        must_hold(life)
    assert life.referral.status == "placed"
