"""Tests for a placement when anyone takes any action in any order.

No placement starts without its checks, no place is used twice, no budget is exceeded, and signed terms change only if
both sides agree.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calloff.buying.models import Budget, Commitment
from calloff.directory.models import Service
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.placements import agreed_terms, commands
from calloff.placements.access import last_day_of
from calloff.placements.models import Attendance, Placement, PreStartCheck
from calloff.placements.states import LIVE_STATUSES, OVER_STATUSES
from calloff.pupils.access import disclosure_closes_at
from calloff.pupils.models import DisclosureGrant
from tests.factories import ProviderFactory, SchoolOrganisationFactory, UserFactory, person
from tests.factories_placements import BudgetFactory
from tests.placements import scenario
from tests.placements.scenario import CHECKS, HELEN, NOW, SIAN

pytestmark = pytest.mark.django_db

ACTS = (
    "confirm", "check", "uncheck", "draw_up", "redraw", "sign", "agree", "mark", "propose", "answer", "decline",
    "notice", "end", "fall_through", "tomorrow", "next_week",
)  # fmt: skip
PEOPLE = ("rightful", "rightful", "rightful", "ada", "ruth", "helen", "stranger", "elsewhere", "nobody")
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(PEOPLE)), min_size=1, max_size=22)
WHOLE = ["confirm", *["check"] * 6, "draw_up", "sign", "agree"]


class PlacementMachine:
    """One child, one provider with one place, and one budget that covers part of the cost."""

    def __init__(self):
        self.offer, self.at = scenario.offered(), NOW
        Service.objects.filter(pk=self.offer.interest.service_id).update(places=1)
        self.budget = BudgetFactory(buyer=self.offer.buyer, amount=Decimal(450))
        self.people = {
            "ada": scenario.ada(self.offer), "ruth": scenario.ruth(self.offer), "helen": scenario.helen(self.offer),
            "stranger": person(Role.AP_LEAD, at=SchoolOrganisationFactory()),
            "elsewhere": person(Role.PROVIDER_LEAD, at=ProviderFactory()), "nobody": UserFactory(),
        }  # fmt: skip
        self.terms, self.agreed_by = None, set()

    @property
    def placement(self):
        return Placement.objects.prefetch_related("changes").order_by("-pk").first()

    def who(self, name, rightful):
        return rightful if name == "rightful" else self.people[name]

    def confirm(self, name):
        commands.confirm(self.offer, by=self.who(name, self.people["ada"]), at=self.at)

    def check(self, name):
        missing = self.placement.checks.filter(made_at=None).order_by("pk").first()
        if missing:
            CHECKS[missing.kind](self.placement)

    def uncheck(self, name):
        saul = scenario.saul(self.placement)
        commands.decide_safeguarding(self.placement, agreed=False, said="Not yet.", by=self.who(name, saul), at=self.at)

    def draw_up(self, name):
        first = self.at.date() + timedelta(days=1)
        drawn = scenario.draft(self.placement, starts_on=first, ends_on=first + timedelta(days=18))
        commands.draw_up(self.placement, drawn=drawn, by=self.who(name, self.people["ruth"]), at=self.at)

    def redraw(self, name):
        commands.redraw(self.placement, by=self.who(name, self.people["ruth"]), at=self.at)

    def sign(self, name):
        agreement = self.placement.agreement
        if agreement:
            by = self.who(name, scenario.sian(self.placement))
            commands.sign(self.placement, by=by, at=self.at, code=scenario.code_for(agreement, by, self.at), **SIAN)

    def agree(self, name):
        agreement = self.placement.agreement
        if agreement:
            by = self.who(name, self.people["helen"])
            code = scenario.code_for(agreement, by, self.at)
            commands.agree(self.placement, budget=self.budget, by=by, at=self.at, code=code, **HELEN)

    def mark(self, name):
        one = commands.RegisterEntry(self.placement, "am", "present")
        by = self.who(name, scenario.ben(self.placement))
        commands.take_register(self.placement.provider, day=self.at.date(), marks=[one], by=by, at=self.at)

    def propose(self, name):
        by = self.who(name, self.people["helen"])
        side = "provider" if name in {"ada", "elsewhere"} else "buyer"
        longer = self.placement.period[1] + timedelta(days=7)
        commands.propose_change(
            self.placement, side=side, values={"ends_on": longer, "amount": Decimal(50)}, from_on=self.at.date(),
            reason="It goes well.", by=by, at=self.at,
        )  # fmt: skip

    def answer(self, name):
        change = self.placement.changes.order_by("-number").first()
        if change:
            by = self.who(name, self.people["ada" if change.side == "buyer" else "helen"])
            commands.agree_change(change, by=by, at=self.at)
            assert by != self.people["ada" if change.side == "provider" else "helen"]
            self.terms = None  # both sides have agreed, so the new terms apply

    def decline(self, name):
        change = self.placement.changes.order_by("-number").first()
        if change:
            by = self.who(name, self.people["ada" if change.side == "buyer" else "helen"])
            commands.decline_change(change, reason="No.", by=by, at=self.at)

    def notice(self, name):
        last = self.at.date() + timedelta(days=11)
        commands.give_notice(
            self.placement, last_on=last, reason="No.", by=self.who(name, self.people["ruth"]), at=self.at
        )

    def end(self, name):
        how = commands.EndingEntry(last_day=self.at.date(), reason="Done.", destination="school", outcomes=scenario.MET)
        commands.end_early(self.placement, ended=how, by=self.who(name, self.people["ruth"]), at=self.at)

    def fall_through(self, name):
        commands.fall_through(self.placement, reason="They move.", by=self.who(name, self.people["ruth"]), at=self.at)

    def tomorrow(self, name):
        self.at += timedelta(days=1)

    def next_week(self, name):
        self.at += timedelta(days=7)


def must_hold(life):
    budget = Budget.objects.get()
    held = Commitment.objects.aggregate(amount=Sum("amount"), released=Sum("released"))
    assert budget.committed == (held["amount"] or 0) - (held["released"] or 0)
    assert budget.committed <= budget.amount
    taken = Placement.objects.exclude(status__in=OVER_STATUSES).count()
    assert Service.objects.get(pk=life.offer.interest.service_id).places == 1 - taken
    placement = life.placement
    if placement is None:
        return
    missing = PreStartCheck.objects.filter(placement=placement, made_at=None).exists()
    assert placement.status in {"checks", *OVER_STATUSES} or not missing
    assert not Attendance.objects.exists() or placement.agreed_at
    given = DisclosureGrant.objects.filter(source=placement.reference, organisation=placement.provider)
    open_now = given.filter(ends_at__gt=life.at)
    assert open_now.exists() == (
        placement.status not in OVER_STATUSES and life.at < disclosure_closes_at(last_day_of(placement))
    )
    assert {one.ends_at for one in open_now} <= {disclosure_closes_at(last_day_of(placement))}
    if placement.status in LIVE_STATUSES:
        signed = agreed_terms.terms_of(placement), placement.period
        if life.terms is None:
            life.terms = signed
        assert signed == life.terms, "one party alone changed what was signed"
        assert placement.agreement.signatures.count() == 2
        assert budget.committed == placement.total


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, st.integers(0, len(WHOLE)))
def test_a_placement_stays_consistent_whatever_the_order_of_actions(steps, prologue):
    from django.db import transaction  # noqa: PLC0415

    with transaction.atomic():
        life = PlacementMachine()
        for act, name in [*((act, "rightful") for act in WHOLE[:prologue]), *steps]:
            if life.placement is None and act not in {"confirm", "tomorrow", "next_week"}:
                continue
            try:
                with transaction.atomic():
                    getattr(life, act)(name)
            except (Refused, PermissionDenied, LookupError):
                pass
            for somebody in life.people.values():
                somebody.forget_roles()
            must_hold(life)
        transaction.set_rollback(True)
