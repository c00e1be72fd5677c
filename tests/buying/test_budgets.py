"""Tests for creating, changing, increasing and closing a budget. Commitments can never exceed it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calloff.buying.commands import allow_more, amend_budget, close_budget, set_budget
from calloff.buying.commitments import commit_amount, commit_more, release_commitment
from calloff.buying.models import Budget, Commitment, OverspendApproval
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import BUYER_ROLES, Role
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, person
from tests.factories_placements import BudgetFactory
from tests.unauthorised_users import assert_denied, everybody_but

pytestmark = pytest.mark.django_db
YEAR = {"name": "Alternative provision", "starts_on": date(2025, 9, 1), "ends_on": date(2026, 8, 31)}


@pytest.fixture
def budget(school):
    return BudgetFactory(buyer=school, amount=Decimal(1000))


def take(budget, amount, source="TST-O-0001"):
    with transaction.atomic():
        return commit_amount(budget, source=source, amount=Decimal(amount), at=NOW)


def give(source="TST-O-0001", amount=None):
    with transaction.atomic():
        return release_commitment(source, amount=amount, at=NOW)


def test_finance_staff_can_set_a_budget(school, fay):
    made = set_budget(school, **YEAR, amount=Decimal("20000.50"), by=fay, at=NOW)
    assert (made.buyer, made.left, made.get_status_display()) == (school, Decimal("20000.50"), "Open")
    assert Event.objects.get().verb == "set_budget"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "Enter a name"),
        ({"name": "x" * 101}, "100 characters or fewer"),
        ({"ends_on": date(2025, 8, 31)}, "same as or after the first day"),
        ({"amount": Decimal(0)}, "more than £0"),
        ({"amount": Decimal("NaN")}, "more than £0"),
        ({"amount": Decimal(10**9)}, "under £1,000,000,000"),
        ({"amount": Decimal("10.005")}, "like 1250.50"),
    ],
)
def test_a_budget_with_missing_or_wrong_details_is_refused(school, fay, wrong, words):
    with pytest.raises(Refused, match=words):
        set_budget(school, **(YEAR | {"amount": Decimal(10)} | wrong), by=fay, at=NOW)
    assert not Budget.objects.exists()


def test_a_budget_name_can_be_used_only_once(school, fay):
    set_budget(school, **YEAR, amount=Decimal(10), by=fay, at=NOW)
    with pytest.raises(Refused, match="already have a budget with this name"):
        set_budget(school, **YEAR, amount=Decimal(20), by=fay, at=NOW)


def test_only_budget_managers_can_change_budgets(budget, school):
    may = {Role.FINANCE, Role.HEAD}
    others = [person(role, at=school) for role in BUYER_ROLES if role not in may]
    others += [person(role, at=SchoolOrganisationFactory()) for role in may]
    others += everybody_but(provider=ProviderFactory(), authority=AuthorityFactory())
    kept = {**YEAR, "amount": Decimal(10), "at": NOW}
    assert_denied(lambda by: set_budget(school, **kept, by=by), others)
    assert_denied(lambda by: amend_budget(budget, **kept, by=by), others)
    assert_denied(lambda by: allow_more(budget, amount=Decimal(1), reason="Why.", by=by, at=NOW), others)
    assert_denied(lambda by: close_budget(budget, by=by, at=NOW), others)


def test_only_people_at_the_buyer_can_see_its_budget(budget, school, fay):
    assert Budget.objects.visible_to(fay, NOW).get() == budget
    olivia = person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())
    for somebody in (olivia, person(Role.FINANCE, at=SchoolOrganisationFactory())):
        assert not Budget.objects.visible_to(somebody, NOW).exists()


def test_commitments_reduce_the_budget_and_releases_restore_it(budget):
    take(budget, "400.10")
    budget.refresh_from_db()
    assert budget.left == Decimal("599.90")
    assert give(amount=Decimal("100.10")) == Decimal("100.10")
    assert give() == Decimal(300)
    assert give() == 0, "nothing is left to give back"
    budget.refresh_from_db()
    assert (budget.committed, budget.left) == (0, Decimal(1000))


def test_the_whole_budget_can_be_committed_but_not_more(budget):
    take(budget, 1000)
    with pytest.raises(Refused, match=r"costs £0\.01, but .* has £0 left") as refusal:
        take(budget, "0.01", "TST-O-0002")
    assert refusal.value.problems[0].where == "budget"
    assert Commitment.objects.count() == 1


def test_a_second_commitment_for_an_order_is_added_to_the_first_or_refused(budget):
    take(budget, 600)
    with transaction.atomic():
        assert commit_more("TST-O-0001", amount=Decimal(400), at=NOW).amount == Decimal(1000)
    with pytest.raises(Refused, match=r"has .* left"), transaction.atomic():
        commit_more("TST-O-0001", amount=Decimal(1), at=NOW)
    with transaction.atomic():
        assert commit_more("TST-L-9999", amount=Decimal(1), at=NOW) is None


def test_an_item_with_no_price_commits_no_money_and_has_none_to_release(budget):
    assert take(budget, 0) is None
    assert give() == 0
    assert not Commitment.objects.exists()


def test_releasing_more_than_was_committed_is_refused(budget):
    take(budget, 10)
    for wrong in (Decimal("10.01"), Decimal(-1)):
        with pytest.raises(Refused, match="Only £10 is still committed"):
            give(amount=wrong)


def test_committing_money_for_dates_outside_the_budget_period_is_refused(budget):
    with pytest.raises(Refused, match="is for Monday 1 September 2025 to"), transaction.atomic():
        commit_amount(budget, source="TST-O-0001", amount=Decimal(1), at=NOW, starts_on=date(2026, 9, 1))


def test_a_budget_cannot_be_reduced_below_its_commitments(budget, fay):
    take(budget, 700)
    with pytest.raises(Refused, match="Enter £700 or more"):
        amend_budget(budget, **YEAR, amount=Decimal("699.99"), by=fay, at=NOW)
    amended = amend_budget(budget, **YEAR, amount=Decimal(700), by=fay, at=NOW)
    assert (amended.left, Event.objects.get().changes) == (0, {"amount": ["1000.00", "700"]})


def test_a_budget_increase_is_stored_with_its_reason(budget, fay):
    take(budget, 1000)
    with pytest.raises(Refused, match="Enter a reason"):
        allow_more(budget, amount=Decimal(500), reason=" ", by=fay, at=NOW)
    with pytest.raises(Refused, match="more than £0"):
        allow_more(budget, amount=Decimal(0), reason="A second child.", by=fay, at=NOW)
    allowance = allow_more(budget, amount=Decimal(500), reason="A second child.", by=fay, at=NOW)
    take(budget, 500, "TST-O-0002")
    assert Event.objects.get().reason_id == allowance.pk
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        OverspendApproval.objects.all().delete()


def test_a_closed_budget_refuses_commitments_but_accepts_releases(budget, fay):
    take(budget, 100)
    close_budget(budget, by=fay, at=NOW)
    with pytest.raises(Refused, match="is closed"):
        take(budget, 1, "TST-O-0002")
    with pytest.raises(Refused, match="status is “Closed”"):
        close_budget(budget, by=fay, at=NOW)
    assert give() == Decimal(100)


def test_the_database_does_not_allow_commitments_above_a_budget(budget):
    with pytest.raises(IntegrityError, match="budget_is_not_exceeded"), transaction.atomic():
        Budget.objects.filter(pk=budget.pk).update(committed=Decimal("1000.01"))


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_simultaneous_commitments_of_the_last_pounds_succeeds():
    budget = BudgetFactory(amount=Decimal(100))
    sources = iter(f"TST-O-{number:04}" for number in range(8))
    results = all_at_once(lambda: take(budget, 60, next(sources)), times=4)
    assert results.count("done") == 1
    assert all("has £40 left" in words for words in results if words != "done")
    budget.refresh_from_db()
    assert (budget.committed, Commitment.objects.count()) == (Decimal(60), 1)


PENCE = st.integers(0, 60_000).map(lambda pence: Decimal(pence) / 100)
ACTS = st.lists(st.tuples(st.sampled_from(["commit", "more", "release", "amend", "allow"]), st.integers(0, 3), PENCE))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=ACTS)
def test_no_sequence_of_commands_can_exceed_a_budget(acts):
    with transaction.atomic():
        budget = BudgetFactory(amount=Decimal(1000))
        fay = person(Role.FINANCE, at=budget.buyer)
        for act, number, amount in acts:
            source = f"TST-O-{number:04}"
            try:
                with transaction.atomic():
                    if act == "commit" and not Commitment.objects.filter(source=source).exists():
                        commit_amount(budget, source=source, amount=amount, at=NOW)
                    elif act == "more" and amount:
                        commit_more(source, amount=amount, at=NOW)
                    elif act == "release":
                        release_commitment(source, amount=amount, at=NOW)
                    elif act == "amend":
                        amend_budget(budget, **YEAR, amount=amount, by=fay, at=NOW)
                    elif act == "allow":
                        allow_more(budget, amount=amount, reason="A reason.", by=fay, at=NOW)
            except Refused:
                pass
            budget.refresh_from_db()
            assert budget.committed == sum(one.amount - one.released for one in budget.commitments.all())
            assert budget.allowed == sum(one.amount for one in budget.allowances.all())
            assert 0 <= budget.committed <= budget.amount + budget.allowed
        transaction.set_rollback(True)
