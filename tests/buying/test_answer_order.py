"""Tests for accepting, declining, withdrawing and delivering an order, and for releasing money that was not spent."""

from datetime import timedelta
from decimal import Decimal

import pytest

from calloff.buying.commands import accept, decline_order, record_delivery, withdraw_order
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.buying.scenario import ordered, ready
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, person
from tests.factories_placements import BudgetFactory
from tests.unauthorised_users import assert_denied, everybody_but

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=8)


@pytest.fixture
def member(school):
    return ready(school)


@pytest.fixture
def budget(school):
    return BudgetFactory(buyer=school, amount=Decimal(1000))


@pytest.fixture
def sent(member, school, budget):
    return ordered(member, school, budget=budget)


@pytest.fixture
def ada(member):
    return person(Role.PROVIDER_LEAD, at=member.provider)


def committed(budget):
    budget.refresh_from_db()
    return budget.committed


def test_the_provider_can_accept_an_order_and_the_buyer_is_notified(sent, ada, ruth, budget):
    accepted = accept(sent, by=ada, at=NOW)
    assert (accepted.get_status_display(), accepted.answered_at) == ("Accepted", NOW)
    assert committed(budget) == sent.total
    assert Message.objects.filter(to=ruth, subject=f"The provider has accepted your order ({sent.reference})").exists()


def test_a_suspended_provider_cannot_accept_an_order(sent, ada, member):
    from tests.members.test_suspend import suspended  # noqa: PLC0415

    suspended(member)
    with pytest.raises(Refused, match="cannot accept orders on behalf of"):
        accept(sent, by=ada, at=NOW)
    assert decline_order(sent, reason="We are suspended.", by=ada, at=NOW).status == "declined"


def test_declining_an_order_needs_a_reason_and_releases_the_committed_money(sent, ada, ruth, budget):
    with pytest.raises(Refused, match="The buyer will read it"):
        decline_order(sent, reason=" ", by=ada, at=NOW)
    declined = decline_order(sent, reason="No staff that week.", by=ada, at=NOW)
    assert (declined.note, committed(budget)) == ("No staff that week.", 0)
    assert "No staff" not in Message.objects.get(to=ruth).body


def test_withdrawing_an_order_needs_a_reason_and_releases_the_committed_money(sent, ada, ruth, budget):
    with pytest.raises(Refused, match="The provider will read it"):
        withdraw_order(sent, reason="", by=ruth, at=NOW)
    withdraw_order(sent, reason="The teacher is back.", by=ruth, at=NOW)
    assert committed(budget) == 0
    assert Message.objects.filter(to=ada, subject=f"An order has been withdrawn ({sent.reference})").exists()
    with pytest.raises(Refused, match="status is “Withdrawn”"):
        accept(sent, by=ada, at=NOW)


def test_a_partial_delivery_is_recorded_and_the_rest_is_released(sent, ada, ruth, budget):
    accept(sent, by=ada, at=NOW)
    done = record_delivery(sent, delivered=Decimal(10), by=ruth, at=LATER)
    assert (done.delivered, done.get_status_display()) == (Decimal(10), "Delivered")
    assert committed(budget) == Decimal("402.50")


@pytest.mark.parametrize("delivered", [Decimal(0), Decimal("12.5")])
def test_an_order_can_be_delivered_in_full_or_not_at_all(sent, ada, ruth, budget, delivered):
    accept(sent, by=ada, at=NOW)
    record_delivery(sent, delivered=delivered, by=ruth, at=LATER)
    assert committed(budget) == (sent.total if delivered else 0)


def test_a_delivery_that_is_negative_or_too_large_or_too_early_is_refused(sent, ada, ruth):
    accept(sent, by=ada, at=NOW)
    with pytest.raises(Refused, match="You can record what was delivered on or after that date"):
        record_delivery(sent, delivered=Decimal(1), by=ruth, at=NOW)
    with pytest.raises(Refused, match=r"12\.5 hours were ordered"):
        record_delivery(sent, delivered=Decimal("12.51"), by=ruth, at=LATER)
    for wrong in (Decimal(-1), Decimal("0.001"), Decimal("NaN")):
        with pytest.raises(Refused, match="Enter how much was delivered"):
            record_delivery(sent, delivered=wrong, by=ruth, at=LATER)


def test_a_delivery_can_be_recorded_only_for_an_accepted_order(sent, ruth):
    with pytest.raises(Refused, match="status is “Sent”"):
        record_delivery(sent, delivered=Decimal(1), by=ruth, at=LATER)


def test_buyers_and_providers_can_each_take_only_their_own_actions_on_an_order(sent, school, member):
    strangers = everybody_but(Role.PROVIDER_LEAD, provider=member.provider, authority=member.authority)
    ruth = person(Role.AP_LEAD, at=school)
    rival = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    assert_denied(lambda by: accept(sent, by=by, at=NOW), [*strangers, ruth, rival])
    assert_denied(lambda by: decline_order(sent, reason="No.", by=by, at=NOW), [*strangers, ruth, rival])
    ada = person(Role.PROVIDER_LEAD, at=member.provider)
    others = [*strangers, ada, person(Role.AP_LEAD, at=SchoolOrganisationFactory()), person(Role.FINANCE, at=school)]
    assert_denied(lambda by: withdraw_order(sent, reason="No.", by=by, at=NOW), others)
    accept(sent, by=ada, at=NOW)
    assert_denied(lambda by: record_delivery(sent, delivered=Decimal(1), by=by, at=LATER), others)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_an_order_is_accepted_and_withdrawn_at_the_same_moment_only_one_succeeds():
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    member = ready(school)
    sent = ordered(member, school)
    ada, ruth = person(Role.PROVIDER_LEAD, at=member.provider), person(Role.AP_LEAD, at=school)
    acts = iter([lambda: accept(sent, by=ada, at=NOW), lambda: withdraw_order(sent, reason="No.", by=ruth, at=NOW)])
    results = all_at_once(lambda: next(acts)(), times=2)  # noqa: PLW0108  (each thread takes a different action)
    assert results.count("done") == 1
