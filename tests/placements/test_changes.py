"""Tests for changing signed terms, which needs the agreement of the other side. Scenario 52."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from calloff.buying.models import Budget, Commitment
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.placements import agreed_terms, commands
from calloff.placements.models import Placement, PlacementChange, PlacementReview
from tests.factories import NOW, ProviderFactory, person
from tests.factories_markets import SiteFactory
from tests.placements import scenario
from tests.placements.scenario import FIRST, LAST, on, week

pytestmark = pytest.mark.django_db
AT = on(9, 12)  # the first day of the placement
SECOND_WEEK = FIRST + timedelta(days=7)


@pytest.fixture
def placement(terms):
    return scenario.running()


def propose(placement, side="buyer", *, by=None, from_on=SECOND_WEEK, reason="It suits the child.", at=AT, **values):
    by = by or (scenario.helen(placement) if side == "buyer" else scenario.ada(placement))
    return commands.propose_change(placement, side=side, values=values, from_on=from_on, reason=reason, by=by, at=at)


def agree(change, *, by=None, at=AT):
    by = by or (scenario.ada(change) if change.side == "buyer" else scenario.helen(change))
    return commands.agree_change(change, by=by, at=at)


def now(placement):
    return Placement.objects.prefetch_related("changes").get(pk=placement.pk)


@pytest.mark.parametrize("side", ["buyer", "provider"])
def test_a_change_agreed_by_only_one_side_has_no_effect(placement, side):
    before = agreed_terms.terms_of(placement)
    site = SiteFactory(provider=placement.provider)
    other = person(Role.AP_LEAD, at=placement.buyer) if side == "provider" else scenario.ada(placement)
    change = propose(placement, side, site=site, amount=Decimal(40), timetable=week("mon"))
    assert agreed_terms.terms_of(now(placement)) == before
    assert scenario.subjects_to(other)[-1] == f"Agree or decline a change to a placement ({placement.reference})"
    own = scenario.helen(placement) if side == "buyer" else scenario.ada(placement)
    with pytest.raises(PermissionDenied):
        agree(change, by=own)
    assert agreed_terms.terms_of(now(placement)) == before


def test_both_sides_can_change_terms_from_a_date_and_the_signed_terms_are_kept(placement):
    site = SiteFactory(provider=placement.provider)
    old_site, signed = placement.site_id, placement.agreement.particulars
    change = agree(propose(placement, site=site, amount=Decimal(40), timetable=week("mon", "tue")))
    found = now(placement)
    assert (found.site, found.amount, found.units_a_week) == (site, Decimal(40), Decimal(2))
    first_week, second = agreed_terms.terms_on(found, FIRST), agreed_terms.terms_on(found, SECOND_WEEK)
    assert (first_week.site_id, first_week.amount, len(first_week.timetable)) == (old_site, Decimal(45), 6)
    assert (second.site_id, second.amount, len(second.timetable)) == (site.pk, Decimal(40), 4)
    assert found.total == 3 * 45 + 2 * 2 * 40
    assert (change.old["amount"], change.new["amount"], change.difference) == ("45.00", "40.00", found.total - 405)
    assert found.agreement.particulars == signed
    assert Budget.objects.get().committed == found.total


def test_a_change_that_costs_more_uses_more_budget_and_a_longer_placement_gets_more_reviews(placement):
    agree(propose(placement, ends_on=date(2026, 7, 17)))
    found = now(placement)
    assert found.total > 405
    assert Commitment.objects.get().amount == Budget.objects.get().committed == found.total
    assert PlacementReview.objects.filter(due_on__gt=LAST).count() >= 2


def test_a_change_above_the_budget_is_refused_and_the_provider_is_not_told_why(placement):
    Budget.objects.update(amount=Decimal(405))
    helen = scenario.helen(placement)
    change = propose(placement, amount=Decimal(400))
    with pytest.raises(Refused) as refusal:
        agree(change)
    assert "budget first" in str(refusal.value)
    assert "£" not in str(refusal.value)
    assert now(placement).amount == Decimal(45)
    assert scenario.subjects_to(helen)[-1] == f"There is not enough budget for your change ({placement.reference})"
    with pytest.raises(Refused, match="has £0 left"):
        commands.withdraw_change(change, by=helen, at=AT)
        agree(propose(placement, "provider", amount=Decimal(400)))


def test_only_the_schools_signatory_can_decide_changes_that_cost_more(placement):
    ruth, helen = scenario.ruth(placement), scenario.helen(placement)
    with pytest.raises(Refused, match=f"can agree to it. Ask {helen.name}"):
        propose(placement, by=ruth, amount=Decimal(50))
    dearer = propose(placement, "provider", amount=Decimal(50))
    with pytest.raises(Refused, match="more, so"):
        agree(dearer, by=ruth)
    assert agree(dearer, by=helen).status == "agreed"
    assert agree(propose(placement, by=ruth, amount=Decimal(44))).status == "agreed"


def test_only_one_change_can_be_pending(placement):
    propose(placement, ratio="1 to 3")
    with pytest.raises(Refused, match="waiting for an answer"):
        propose(placement, "provider", ratio="1 to 2")


def test_the_other_side_can_decline_a_change_with_a_reason_or_the_proposer_can_withdraw_it(placement):
    ruth = scenario.ruth(placement)
    change = propose(placement, ratio="1 to 3")
    with pytest.raises(Refused, match="Enter a reason"):
        commands.decline_change(change, reason=" ", by=scenario.ada(placement), at=AT)
    with pytest.raises(PermissionDenied):
        commands.withdraw_change(change, by=scenario.ada(placement), at=AT)
    commands.decline_change(change, reason="Too few staff.", by=scenario.ada(placement), at=AT)
    assert scenario.subjects_to(ruth)[-1] == f"The change you proposed has been declined ({placement.reference})"
    again = propose(placement, ratio="1 to 3")
    assert commands.withdraw_change(again, by=ruth, at=AT).status == "withdrawn"
    with pytest.raises(Refused, match="“Withdrawn”"):
        agree(again)
    assert now(placement).ratio == "1 to 4"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"from_on": FIRST - timedelta(days=1), "ratio": "1 to 3"}, "must be today or in the future"),
        ({"reason": "", "ratio": "1 to 3"}, "Enter a reason"),
        ({"ratio": "1 to 4"}, "not changed anything"),
        ({"amount": Decimal(0)}, "more than £0"),
        ({"amount": Decimal("1.005")}, "pounds and pence"),
        ({"ends_on": FIRST - timedelta(days=3)}, "today or later"),
        ({"starts_on": FIRST + timedelta(days=1)}, "has started"),
        ({"timetable": []}, "sessions in the week"),
    ],
)
def test_an_impossible_change_is_refused(placement, values, words):
    with pytest.raises(Refused, match=words):
        propose(placement, **values)
    assert not PlacementChange.objects.exists()


def test_using_another_providers_site_or_a_date_before_an_earlier_change_is_refused(placement):
    with pytest.raises(Refused, match="open sites"):
        propose(placement, site=SiteFactory())
    agree(propose(placement, ratio="1 to 3", from_on=SECOND_WEEK))
    with pytest.raises(Refused, match="Another change applies from"):
        propose(placement, ratio="1 to 2", from_on=FIRST)


def test_a_change_cannot_be_agreed_after_its_date(placement):
    change = propose(placement, ratio="1 to 3", from_on=FIRST)
    with pytest.raises(Refused, match="has passed"):
        agree(change, at=on(10))


def test_a_person_with_the_same_role_at_another_organisation_cannot_act_on_a_change(placement):
    stranger, change = person(Role.PROVIDER_LEAD, at=ProviderFactory()), propose(placement, ratio="1 to 3")
    for command in (commands.agree_change, commands.withdraw_change):
        with pytest.raises(PermissionDenied):
            command(change, by=stranger, at=AT)
    with pytest.raises(PermissionDenied):
        commands.decline_change(change, reason="No.", by=stranger, at=AT)
    with pytest.raises(PermissionDenied):
        propose(placement, "provider", by=stranger, ratio="1 to 2")


def test_until_both_sides_have_signed_an_agreement_must_be_prepared_again_to_change_it():
    with pytest.raises(Refused, match="after both sides have signed"):
        propose(scenario.drawn(), ratio="1 to 3", at=NOW)
