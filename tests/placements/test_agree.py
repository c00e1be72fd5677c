"""Tests for the placement agreement: it is prepared and signed by both sides, its cost is committed, and its price is
fixed.

Scenario 25.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from calloff.agreements.models import Agreement, SigningCode
from calloff.buying.models import Budget, Commitment
from calloff.directory.models import Price
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.partners.models import SchoolCoverage
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.models import Placement, PlacementReview
from tests.concurrency import all_at_once
from tests.factories import NOW, RoleGrantFactory, person
from tests.factories_markets import SiteFactory
from tests.factories_placements import BudgetFactory
from tests.placements import scenario
from tests.placements.scenario import FIRST, HELEN, LAST, TODAY, week

pytestmark = pytest.mark.django_db


def test_the_agreement_gives_the_parties_place_price_and_order_but_few_details_of_the_child(terms):
    placement = scenario.drawn()
    written = str(placement.agreement.particulars)
    for words in (
        placement.pupil.reference, "Year 9", placement.provider.name, placement.buyer.name, "PO-2001", "1 to 4",
        "The governing body", "£45 a day", "£405.00", "No move to another site",
        "Monday to Wednesday, 9:30am to noon and 12:30pm to 2:30pm",
    ):  # fmt: skip
        assert words in written
    for secret in (placement.pupil.given_name, placement.pupil.family_name, "2012"):
        assert secret not in written
    assert placement.agreement.prices == [
        {"key": "placement", "lot": 1, "label": placement.service.name, "unit": "day", "amount": "45.00",
         "vat": "exempt"}
    ]  # fmt: skip


def test_the_total_is_correct_to_the_penny_for_known_school_days(terms):
    placement = scenario.drawn(timetable=week("mon", "tue"), ends_on=date(2026, 4, 14))
    assert placement.total == Decimal(45) * 8  # three weeks before the holidays and two days after them
    assert "counted in school days" in str(placement.agreement.particulars)


def test_the_agreement_says_if_term_dates_are_not_known():
    placement = scenario.drawn(ends_on=date(2026, 4, 1))
    assert placement.total == Decimal(45) * 12
    assert "not all term dates are known" in str(placement.agreement.particulars)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": TODAY - timedelta(days=1)}, "today or later"),
        ({"ends_on": FIRST - timedelta(days=1)}, "same as or after the first day"),
        ({"ends_on": FIRST + timedelta(days=800)}, "within 2 years"),
        ({"timetable": []}, "sessions in the week"),
        ({"timetable": week("sat"), "ends_on": FIRST + timedelta(days=1)}, "There are no sessions"),
        ({"outcomes": [" "]}, "one outcome"),
        ({"notice_days": 0}, "Notice period must be"),
        ({"purchase_order": ""}, "purchase order"),
        ({"emergency": "x" * 301}, "300 characters"),
        ({"site": None}, "Choose the site"),
    ],
)
def test_an_error_in_a_draft_agreement_is_shown_next_to_its_field(changes, words):
    placement = scenario.checked()
    with pytest.raises(Refused, match=words):
        scenario.drawn(placement, **changes)
    placement.refresh_from_db()
    assert (placement.status, placement.agreement) == ("checks", None)


def test_using_a_site_that_belongs_to_another_provider_is_refused():
    placement = scenario.checked()
    with pytest.raises(Refused, match="open sites"):
        scenario.drawn(placement, site=SiteFactory())


def test_preparing_an_agreement_is_refused_without_a_partnership_agreement_or_during_a_suspension():
    placement = scenario.checked()
    SchoolCoverage.objects.update(standing="past")
    with pytest.raises(Refused, match="Partnership Agreement"):
        scenario.drawn(placement)
    SchoolCoverage.objects.update(standing="binding")
    scenario.suspend(placement.member)
    with pytest.raises(Refused, match="not taking placements"):
        scenario.drawn(placement)


def test_when_the_buyer_signs_the_money_is_committed_reviews_are_planned_and_the_agreement_is_sealed(terms):
    placement = scenario.signed()
    events = Event.objects.count()
    ben = scenario.ben(placement)
    placement = scenario.agree(placement)
    assert (placement.status, placement.agreed_at) == ("agreed", NOW)
    assert Event.objects.count() == events + 1
    assert Commitment.objects.get(source=placement.reference).amount == placement.total
    assert Budget.objects.get().committed == placement.total
    assert [one.due_on for one in PlacementReview.objects.all()] == [LAST]
    agreement = Agreement.objects.get(pk=placement.agreement_id)
    assert (agreement.status, bool(agreement.paper)) == ("in_force", True)
    assert f"Placement agreed: the child starts on Monday 9 March 2026 ({placement.reference})" in scenario.subjects_to(
        ben
    )


def test_reviews_are_planned_around_half_terms_and_never_more_than_eight_weeks_apart(terms):
    placement = scenario.agreed(ends_on=date(2026, 7, 17))
    planned = list(PlacementReview.objects.order_by("due_on").values_list("due_on", flat=True))
    assert date(2026, 3, 27) in planned
    assert date(2026, 5, 22) in planned
    assert planned[-1] == date(2026, 7, 17)
    steps = [later - earlier for earlier, later in zip([placement.starts_on, *planned], planned, strict=False)]
    assert max(steps) <= timedelta(weeks=8)


def test_a_cost_above_the_budget_is_refused_and_nothing_is_signed(terms):
    placement = scenario.signed()
    budget = BudgetFactory(buyer=placement.buyer, amount=Decimal(100))
    with pytest.raises(Refused, match="has £100 left"):
        scenario.agree(placement, budget=budget)
    placement.refresh_from_db()
    budget.refresh_from_db()
    assert (placement.status, placement.agreement.status, budget.committed) == ("to_sign", "to_countersign", 0)
    assert not Commitment.objects.exists()


def test_a_wrong_code_is_counted_although_nothing_else_is_saved():
    placement = scenario.signed()
    helen = scenario.helen(placement)
    scenario.code_for(placement.agreement, helen)
    with pytest.raises(Refused, match="code is wrong"):
        scenario.agree(placement, code="000000x")
    assert SigningCode.objects.get(person=helen).attempts == 1


def test_the_person_who_signed_for_the_provider_cannot_sign_for_the_school():
    placement = scenario.signed()
    sian = scenario.sian(placement)
    RoleGrantFactory(person=sian, organisation=placement.buyer, role=Role.HEAD)
    sian.forget_roles()
    with pytest.raises(Refused, match="someone else must countersign"):
        scenario.agree(placement, by=sian, code="123456")


def test_only_the_buyers_signatory_can_sign_and_only_using_the_buyers_own_budgets():
    placement = scenario.signed()
    for role in (Role.AP_LEAD, Role.SAFEGUARDING_LEAD, Role.FINANCE):
        with pytest.raises(PermissionDenied):
            scenario.agree(placement, by=person(role, at=placement.buyer), code="123456")
    with pytest.raises(Refused, match="your own budgets"):
        scenario.agree(placement, budget=BudgetFactory())


def test_the_buyer_cannot_sign_before_the_provider_has_or_after_the_first_day():
    placement = scenario.drawn()
    with pytest.raises(Refused, match="has not signed yet"):
        scenario.agree(placement, code="123456")
    placement = scenario.signed(placement)
    with pytest.raises(Refused, match="first day has passed"):
        scenario.agree(placement, at=scenario.on(10), code="123456")


def test_an_agreement_can_be_prepared_again_until_both_sides_have_signed():
    placement = scenario.signed()
    first, sian = placement.agreement, scenario.sian(placement)
    placement = commands.redraw(placement, by=scenario.ruth(placement), at=NOW)
    first.refresh_from_db()
    assert (placement.status, placement.agreement, first.status) == ("checks", None, "ended")
    subject = f"Do not sign yet, because a new agreement is being prepared ({placement.reference})"
    assert subject in scenario.subjects_to(sian)
    assert scenario.drawn(placement).agreement != first


def test_a_later_price_in_the_directory_does_not_change_the_agreement(terms):
    placement = scenario.agreed()
    Price.objects.filter(service=placement.service).update(amount=Decimal(999))
    placement.refresh_from_db()
    assert (placement.amount, placement.agreement.prices[0]["amount"]) == (Decimal(45), "45.00")
    assert Commitment.objects.get().amount == placement.total == Decimal(405)


def test_a_price_change_between_the_reply_and_the_agreement_has_no_effect():
    placement = scenario.checked()
    Price.objects.filter(service=placement.service).update(amount=Decimal(999))
    assert scenario.drawn(placement).amount == Decimal(45)


@pytest.mark.parametrize("field", ["amount", "site", "ends_on", "ratio", "notice_days"])
def test_the_database_refuses_changes_to_the_terms_once_both_sides_have_signed(terms, field):
    placement = scenario.agreed()
    other = {"amount": Decimal(1), "site": SiteFactory(), "ends_on": date(2026, 12, 1),
             "ratio": "9 to 1", "notice_days": 1}[field]  # fmt: skip
    with pytest.raises(DatabaseError, match="Both sides agree"), transaction.atomic():
        Placement.objects.filter(pk=placement.pk).update(**{field: other})


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_two_signatures_at_the_same_moment_commit_the_cost_only_once():
    placement = scenario.signed()
    budget, helen = BudgetFactory(buyer=placement.buyer), scenario.helen(placement)
    code = scenario.code_for(placement.agreement, helen)
    results = all_at_once(
        lambda: commands.agree(placement, budget=budget, by=helen, at=NOW, code=code, **HELEN), times=3
    )
    assert results.count("done") == 1
    budget.refresh_from_db()
    placement.refresh_from_db()
    assert budget.committed == placement.total


@pytest.mark.parametrize(
    ("starts", "ends", "field", "words"),
    [
        (date(2062, 3, 9), date(2062, 3, 27), "starts_on", "First day must be .* or earlier"),
        (date(9999, 3, 9), date(9999, 3, 27), "starts_on", "First day must be .* or earlier"),
        (date(2026, 3, 9), date(9999, 12, 31), "ends_on", "Last day must be within 2 years of the first day"),
    ],
)
def test_a_date_that_is_probably_in_the_wrong_year_is_reported(starts, ends, field, words):
    with pytest.raises(Refused, match=words) as refusal:
        scenario.drawn(starts_on=starts, ends_on=ends)
    assert field in {problem.where for problem in refusal.value.problems}
