"""Tests for a provider's pages about orders of staff hours."""

from decimal import Decimal

import pytest
from django.urls import reverse

from calloff.people.permissions import Role
from tests.buying.scenario import ordered, ready
from tests.factories import AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, person
from tests.factories_placements import BudgetFactory
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    return ordered(ready(school), school, budget=BudgetFactory(buyer=school, amount=Decimal(1000)))


@pytest.fixture
def ada(order):
    return browser(person(Role.PROVIDER_LEAD, at=order.provider))


def at(order, route, *args):
    return reverse(f"provider:{route}", args=[order.provider.slug, *args])


def words(answer):
    return answer.content.decode()


def test_an_order_is_shown_on_the_home_page_and_can_be_accepted(order, ada):
    assert f"Accept or decline the order from {order.buyer}" in words(ada.get(at(order, "home")))
    assert order.reference in words(ada.get(at(order, "orders")))
    page = words(ada.get(at(order, "order", order.reference)))
    assert "Cover for mathematics" in page
    assert order.reason not in page, "why the buyer chose this one is the buyer's"
    answer = ada.post(at(order, "order-accept", order.reference))
    assert answer.status_code == 303
    order.refresh_from_db()
    assert order.status == "accepted"
    assert "Accepted" in words(ada.get(at(order, "order-history", order.reference)))
    assert order.reference in words(ada.get(at(order, "orders-export") + "?state=accepted"))


def test_an_order_can_be_declined_with_a_reason(order, ada):
    assert "The buyer will read it" in words(ada.post(at(order, "order-decline", order.reference), {"reason": " "}))
    ada.post(at(order, "order-decline", order.reference), {"reason": "No staff that week."})
    order.refresh_from_db()
    assert (order.status, order.note) == ("declined", "No staff that week.")


def test_only_people_who_handle_orders_for_the_provider_can_see_an_order(order):
    ben = browser(person(Role.PROVIDER_STAFF, at=order.provider))
    assert ben.get(at(order, "order", order.reference)).status_code == 403
    rival = ProviderFactory()
    there = reverse("provider:order", args=[rival.slug, order.reference])
    assert browser(person(Role.PROVIDER_LEAD, at=rival)).get(there).status_code == 404
