"""Tests for ordering staff hours at the price in the signed agreement, if the rules of the market allow this."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from calloff.buying.models import Commitment, Order
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.members.states import MemberStatus
from calloff.outbox.models import Message
from calloff.people.permissions import BUYER_ROLES, Can, Role, roles_with
from calloff.pupils.models import DisclosureGrant, Pupil
from tests.buying.scenario import ORDER_WANTED, ordered, ready
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, TeamFactory, person
from tests.factories_markets import AgreementFactory, MarketFactory, MemberFactory, set_status
from tests.factories_placements import BudgetFactory, OrderFactory, PartnershipFactory
from tests.unauthorised_users import assert_denied, everybody_but

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(school):
    return ready(school)


@pytest.fixture
def budget(school):
    return BudgetFactory(buyer=school, amount=Decimal(1000))


def test_ordering_hours_commits_their_price_in_the_same_step(member, school, budget):
    ada = person(Role.PROVIDER_LEAD, at=member.provider)
    made = ordered(member, school, budget=budget)
    assert made.reference == f"{member.market.code}-O-0001"
    assert (made.label, made.unit, made.amount, made.vat) == ("Tutoring", "hour", Decimal("40.25"), "exempt")
    assert made.total == Decimal("503.13"), "12.5 times £40.25 is £503.125: half a penny up"
    budget.refresh_from_db()
    assert budget.committed == made.total
    assert Event.objects.get().verb == "order"
    message = Message.objects.get(to=ada)
    assert message.link == f"/providers/{member.provider.slug}/orders/{made.reference}"
    assert "£" not in message.subject + message.body


def test_an_order_does_not_identify_a_child_and_gives_no_access(member, school, budget):
    ordered(member, school, budget=budget)
    assert not Pupil.objects.exists()
    assert not DisclosureGrant.objects.exists()


def test_an_order_is_refused_if_the_markets_rules_do_not_allow_direct_call_off(school):
    member = ready(school, ruleset="pcr-2015-dps", tool="dps")
    for reason in ("It is urgent.", ""):
        with pytest.raises(Refused, match=r"does not allow direct call-offs \(PCR 2015 reg 34"):
            ordered(member, school, reason=reason)
    assert not Order.objects.exists()


def test_an_order_is_refused_if_no_direct_call_off_rule_is_recorded(school):
    member = ready(school, ruleset="unknown")
    with pytest.raises(Refused, match="This market’s rules do not allow direct call-offs"):
        ordered(member, school)


@pytest.mark.parametrize("ruleset", [{"ruleset": "pcr-2015-framework", "tool": "framework"}, {}])
def test_an_order_that_the_rules_allow_needs_a_reason(school, ruleset):
    member = ready(school, **ruleset)
    with pytest.raises(Refused, match=r"needs a reason \(PCR 2015 reg") as refusal:
        ordered(member, school, reason="  ")
    assert refusal.value.problems[0].where == "reason"
    assert ordered(member, school).status == "sent"


@pytest.mark.parametrize("trait", ["unsigned", "to_countersign", "expired"])
def test_a_school_without_an_agreement_in_force_cannot_order_staff_hours(school, trait):
    member = ready(school, signed=False)
    helen = person(Role.HEAD, at=school)
    PartnershipFactory(buyer=school, market=member.market, **{trait: True})
    with pytest.raises(Refused, match=r"has not (counter)?signed") as refusal:
        ordered(member, school)
    assert trait == "to_countersign" or helen.name in str(refusal.value)


def test_a_team_of_the_authority_needs_no_agreement(member, authority):
    team = TeamFactory(host=authority)
    made = ordered(member, team, by=person(Role.COMMISSIONER, at=team))
    assert made.buyer == team


def test_an_order_from_a_provider_that_cannot_take_new_work_is_refused(member, school):
    from tests.members.test_suspend import suspended  # noqa: PLC0415

    suspended(member)
    with pytest.raises(Refused, match=r"You cannot order from .*, because it is not taking placements"):
        ordered(member, school)


def test_an_order_from_a_provider_with_an_unsigned_agreement_is_refused(school):
    member = ready(school)
    set_status(member.agreement, "to_sign")
    with pytest.raises(Refused, match="not signed by both sides"):
        ordered(member, school)


def test_ordering_something_that_is_not_in_the_price_annex_is_refused(member, school):
    for line in ("mentoring_day", "nothing", ""):
        with pytest.raises(Refused, match="does not include this price") as refusal:
            ordered(member, school, line=line)
        assert refusal.value.problems[0].where == "line"


def test_an_order_under_a_paper_agreement_without_a_price_annex_is_refused(school):
    member = ready(school)
    paper = AgreementFactory(authority=school.host, provider=member.provider, paper_only=True)
    type(member).objects.filter(pk=member.pk).update(agreement=paper)
    with pytest.raises(Refused, match="does not include this price"):
        ordered(member, school)


def test_ordering_a_place_for_a_named_child_as_staff_hours_is_refused(member, school):
    with pytest.raises(Refused, match="a place for one pupil"):
        ordered(member, school, line="place_day")


@pytest.mark.parametrize(
    ("wrong", "where", "words"),
    [
        ({"quantity": Decimal(0)}, "quantity", "how many hours or days"),
        ({"quantity": Decimal("-1")}, "quantity", "how many hours or days"),
        ({"quantity": Decimal("1.005")}, "quantity", "how many hours or days"),
        ({"quantity": Decimal("Infinity")}, "quantity", "how many hours or days"),
        ({"quantity": Decimal(10_001)}, "quantity", "10,000 or less"),
        ({"what": " "}, "what", "what the staff will do"),
        ({"reason": "x" * 4001}, "reason", "4,000 characters"),
        ({"purchase_order": ""}, "purchase_order", "purchase order number"),
        ({"purchase_order": "9" * 41}, "purchase_order", "40 characters"),
        ({"starts_on": date(2026, 3, 1)}, "starts_on", "today or later"),
        ({"ends_on": date(2026, 3, 8)}, "ends_on", "same as or after the first day"),
        ({"ends_on": date(2028, 9, 1)}, "ends_on", "agreement ends on Thursday 31 August 2028"),
    ],
)
def test_an_order_with_missing_or_invalid_details_is_refused_and_leaves_no_trace(member, school, wrong, where, words):
    with pytest.raises(Refused, match=words) as refusal:
        ordered(member, school, **wrong)
    assert [problem.where for problem in refusal.value.problems] == [where]
    assert [model.objects.count() for model in (Order, Commitment, Event)] == [0, 0, 0]


def test_an_order_above_the_remaining_budget_is_refused(member, school, budget):
    with pytest.raises(Refused, match=r"has .* left"):
        ordered(member, school, budget=budget, quantity=Decimal(25))
    assert not Order.objects.exists()
    assert not Message.objects.exists()


def test_ordering_from_another_buyers_budget_is_refused(member, school):
    with pytest.raises(Refused, match="one of your own budgets"):
        ordered(member, school, budget=BudgetFactory())


def test_a_budget_that_does_not_cover_the_orders_first_day_is_refused(member, school):
    budget = BudgetFactory(buyer=school, ends_on=date(2026, 3, 8))
    with pytest.raises(Refused, match="is for Monday 1 September 2025"):
        ordered(member, school, budget=budget)


def test_a_later_price_does_not_change_an_order(member, school):
    made = ordered(member, school)
    later = AgreementFactory(
        authority=school.host, provider=member.provider, prices=[{**member.agreement.prices[0], "amount": "99.00"}]
    )
    type(member).objects.filter(pk=member.pk).update(agreement=later)
    made.refresh_from_db()
    assert (made.amount, made.total) == (Decimal("40.25"), Decimal("503.13"))
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Order.objects.filter(pk=made.pk).update(amount=Decimal(99))
    member.refresh_from_db()
    assert ordered(member, school).amount == Decimal("99.00"), "what is ordered next costs what is agreed then"


def test_only_people_who_place_orders_for_the_buyer_can_order_staff_hours(member, school, budget):
    may = set(roles_with(Can.PLACE))
    others = [person(role, at=school) for role in BUYER_ROLES if role not in may]
    others += [person(role, at=SchoolOrganisationFactory()) for role in may]
    others += everybody_but(provider=member.provider, authority=member.authority)
    assert_denied(lambda by: ordered(member, school, budget=budget, by=by), others)


def test_only_the_buyer_the_provider_and_the_authority_can_see_an_order(member, school):
    made = ordered(member, school)
    rival = MemberFactory(market=member.market).provider
    sees = [person(Role.FINANCE, at=school), person(Role.PROVIDER_LEAD, at=member.provider),
            person(Role.QUALITY_OFFICER, at=member.authority)]  # fmt: skip
    does_not = [
        person(Role.AP_LEAD, at=SchoolOrganisationFactory()),
        person(Role.PROVIDER_LEAD, at=rival),
        person(Role.PROVIDER_STAFF, at=member.provider),
        person(Role.QUALITY_OFFICER, at=AuthorityFactory()),
    ]
    assert all(Order.objects.visible_to(one, NOW).filter(pk=made.pk).exists() for one in sees)
    assert not any(Order.objects.visible_to(one, NOW).exists() for one in does_not)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_simultaneous_orders_for_the_last_pounds_of_a_budget_is_made():
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    member, budget = ready(school), BudgetFactory(buyer=school, amount=Decimal(600))
    ruth = person(Role.AP_LEAD, at=school)
    results = all_at_once(lambda: ordered(member, school, budget=budget, by=ruth), times=4)
    assert results.count("done") == 1
    budget.refresh_from_db()
    assert (budget.committed, Order.objects.count()) == (Decimal("503.13"), 1)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_after_a_simultaneous_order_and_suspension_further_orders_are_refused():
    from tests.members.test_suspend import quentin, suspended  # noqa: PLC0415

    school = SchoolOrganisationFactory(host=AuthorityFactory())
    member, budget = ready(school), BudgetFactory(buyer=school)
    ruth, officer = person(Role.AP_LEAD, at=school), quentin(member)
    acts = iter([lambda: suspended(member, by=officer), lambda: ordered(member, school, budget=budget, by=ruth)])
    all_at_once(lambda: next(acts)(), times=2)  # noqa: PLW0108  (each thread takes a different action)
    member.refresh_from_db()
    assert member.status == MemberStatus.SUSPENDED
    with pytest.raises(Refused, match="not taking placements"):
        ordered(member, school, budget=budget, by=ruth, at=NOW + timedelta(minutes=1))


def test_the_database_refuses_a_delivery_larger_than_the_order():
    with pytest.raises(IntegrityError, match="order_deliver"), transaction.atomic():
        OrderFactory(delivered=Decimal(11), status="delivered")


def test_the_market_set_up_for_these_tests_behaves_like_any_other_market(school):
    assert ready(school).market.rule("direct_call_off").value == "own_terms"
    assert MarketFactory().pack.code != ORDER_WANTED["line"]
