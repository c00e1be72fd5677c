"""Tests that actions in any order never list an unsigned member, or add a provider to a lot twice."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calloff.agreements.states import AgreementStatus
from calloff.applications.models import LotRequest
from calloff.applications.states import LIVE_REQUEST_STATUSES, ApplicationStatus
from calloff.history.models import EventSubject
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.members import commands
from calloff.members.lot_decision import LotDecision
from calloff.members.models import Member, MemberRemoval, Suspension
from calloff.members.states import LASTING_STATUSES, RemovalStatus
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, ProviderFactory, UserFactory, person
from tests.factories_markets import ApplicationFactory, MarketFactory, set_status
from tests.members.scenario import mark_all

pytestmark = pytest.mark.django_db

ACTS = ("apply", "decide", "sign", "suspend", "reinstate", "propose", "respond", "remove", "drop", "check")
PEOPLE = ("anwar", "quentin", "ada", "esme", "elsewhere", "nobody")
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(PEOPLE), st.integers(0, 15)), min_size=1, max_size=14)
RIGHTFUL = {"decide": "anwar", "propose": "anwar", "remove": "anwar", "drop": "anwar", "suspend": "quentin",
            "reinstate": "quentin", "check": "quentin", "respond": "ada"}  # fmt: skip


class MembershipMachine:
    """One provider in one lot."""

    def __init__(self):
        self.market, self.provider = MarketFactory(), ProviderFactory()
        authority, self.at = self.market.authority, NOW
        self.people = {
            "anwar": person(Role.APPROVER, at=authority),
            "quentin": person(Role.QUALITY_OFFICER, at=authority),
            "esme": person(Role.EVALUATOR, at=authority),
            "ada": person(Role.PROVIDER_LEAD, at=self.provider),
            "elsewhere": person(Role.APPROVER, at=AuthorityFactory()),
            "nobody": UserFactory(),
        }
        self.application = None

    @property
    def member(self):
        return Member.objects.filter(provider=self.provider).order_by("-pk").first()

    def apply(self, by):
        """Apply again if the database allows this. It allows one open request for each provider and lot."""
        try:
            with transaction.atomic():
                again = ApplicationFactory(
                    market=self.market, provider=self.provider, status=ApplicationStatus.TO_DECIDE
                )
                self.application = mark_all(again)
        except IntegrityError:
            assert LotRequest.objects.filter(provider=self.provider, status__in=LIVE_REQUEST_STATUSES).exists()

    def decide(self, by):
        if self.application:
            yes = LotDecision(1, True, "All is met.")
            commands.decide(self.application, outcomes=[yes], by=by, at=self.at)

    def sign(self, by):
        if self.member and self.member.agreement.is_unsigned:
            set_status(self.member.agreement, AgreementStatus.IN_FORCE)

    def suspend(self, by):
        if self.member:
            commands.suspend(
                self.provider, authority=self.market.authority, members=[self.member], clause="2", reason="A concern.",
                review_route="Write.", by=by, at=self.at,
            )  # fmt: skip

    def reinstate(self, by):
        if suspension := Suspension.objects.order_by("-pk").first():
            commands.reinstate(suspension, reason="All is well.", by=by, at=self.at)

    def propose(self, by):
        if self.member:
            commands.propose_removal(self.member, reason="No register.", by=by, at=self.at)

    def respond(self, by):
        if removal := MemberRemoval.objects.order_by("-pk").first():
            commands.answer_removal(removal, answer="We have one.", by=by, at=self.at)

    def remove(self, by):
        if self.member:
            commands.remove(self.member, reason="No register.", by=by, at=self.at)

    def drop(self, by):
        if removal := MemberRemoval.objects.order_by("-pk").first():
            commands.drop_removal(removal, reason="A register.", by=by, at=self.at)

    def check(self, by):
        if self.member:
            commands.record_check(self.member, checked_on=local_day(self.at), how="desk", by=by, at=self.at)


def must_hold(life):
    standing = Member.objects.filter(status__in=LASTING_STATUSES).values("lot", "provider").annotate(many=Count("pk"))
    assert all(one["many"] == 1 for one in standing)
    for at in (life.at, life.at + timedelta(days=2000)):
        for member in Member.objects.listed(at).select_related("agreement"):
            assert member.status == "active"
            assert member.agreement.status == AgreementStatus.IN_FORCE
            assert not member.agreement.has_expired(local_day(at))
    for member in Member.objects.select_related("request", "suspension"):
        assert (member.status in LASTING_STATUSES) == (member.request.status in LIVE_REQUEST_STATUSES)
        assert member.status != "suspended" or member.suspension
        open_ones = member.removals.filter(status__in=[RemovalStatus.PROPOSED, RemovalStatus.ANSWERED])
        assert open_ones.count() <= 1
        done = member.removals.filter(status=RemovalStatus.DONE)
        assert (member.status == "removed") == done.exists()
        last = EventSubject.objects.filter(record_type="members.Member", record_id=member.pk).order_by("-pk").first()
        assert last.target == member.status, "the last that was written down is what is"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_memberships_stay_consistent_whatever_the_order_of_actions(steps):
    with transaction.atomic():
        life = MembershipMachine()
        for act, who, days in steps:
            life.at += timedelta(days=days)
            by = life.people[who]
            if local_day(life.at) > life.market.term_ends_on:
                break
            before = EventSubject.objects.count()
            try:
                with transaction.atomic():
                    getattr(life, act)(by)
                done = EventSubject.objects.count() > before
                assert not done or who == RIGHTFUL.get(act), f"{who} could {act}"
            except (Refused, PermissionDenied):
                assert EventSubject.objects.count() == before
            must_hold(life)
        transaction.set_rollback(True)
