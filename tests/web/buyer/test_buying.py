"""Tests for the pages on which a school orders staff hours, and for the pages about its orders and budgets."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.urls import reverse

from calloff.buying.commands import accept
from calloff.buying.models import Budget, Commitment, Order
from calloff.monitoring.models import SuspensionNotice
from calloff.people.permissions import Role
from calloff.placements import commands
from tests.buying.scenario import ordered, ready
from tests.factories import NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, SchoolOrganisationFactory, person
from tests.factories_markets import MemberFactory
from tests.factories_placements import BudgetFactory, SuspensionNoticeFactory
from tests.monitoring.test_suspend import placed, suspended
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db
WANTED = {
    "line": "tutoring_hour", "quantity": "12.5", "what": "Cover for mathematics.",
    "reason": "Its staff know our rooms.",
    "starts_on-day": "9", "starts_on-month": "3", "starts_on-year": "2026",
    "ends_on-day": "27", "ends_on-month": "3", "ends_on-year": "2026", "purchase_order": "PO-1001",
}  # fmt: skip


@pytest.fixture
def school():
    return SchoolOrganisationFactory(host=AuthorityFactory())


@pytest.fixture
def member(school):
    return ready(school)


@pytest.fixture
def budget(school):
    return BudgetFactory(buyer=school, amount=Decimal(1000), name="AP 2026")


@pytest.fixture
def ruth(school):
    return browser(person(Role.AP_LEAD, at=school))


@pytest.fixture
def fay(school):
    return browser(person(Role.FINANCE, at=school))


def at(school, route, *args):
    return reverse(f"buyer:{route}", args=[school.slug, *args])


def words(answer):
    return answer.content.decode()


def test_a_school_can_order_staff_hours_from_the_list_of_providers(school, member, budget, ruth):
    page = words(ruth.get(at(school, "call-off")))
    assert member.provider.name in page
    assert "Tutoring: £40.25 an hour, exempt from VAT" in page
    assert "A place" not in page, "a line for a child by name is not among staff hours"
    there = at(school, "call-off-order", member.reference)
    assert "AP 2026: £1,000 left" in words(ruth.get(there))
    check = words(ruth.post(there, WANTED | {"budget": budget.pk}))
    assert "Check your order" in check
    assert "£503.13" in check
    assert "£496.87 will be left" in check
    assert not Order.objects.exists(), "Nothing has been sent yet"
    again = words(ruth.post(there, WANTED | {"budget": budget.pk, "step": "change"}))
    assert "Its staff know our rooms." in again
    assert 'value="12.5"' in again
    sent = ruth.post(there, WANTED | {"budget": budget.pk, "step": "send"})
    order = Order.objects.get()
    assert (sent.status_code, sent.headers["Location"]) == (303, at(school, "order-done", order.reference))
    assert order.reference in words(ruth.get(sent.headers["Location"]))
    assert Commitment.objects.get().source == order.reference


def test_errors_are_shown_next_to_their_fields_and_typed_answers_are_kept(school, member, budget, ruth):
    there = at(school, "call-off-order", member.reference)
    page = words(ruth.post(there, WANTED | {"budget": budget.pk, "reason": "", "quantity": "0"}))
    assert "There is a problem" in page
    assert "Cover for mathematics." in page
    page = words(ruth.post(there, WANTED | {"budget": budget.pk, "quantity": "100"}))
    assert "the budget “AP 2026” has" in page


def test_a_school_that_has_not_signed_an_agreement_sees_who_must_sign(school, ruth):
    member = ready(school, signed=False)
    person(Role.HEAD, at=school)
    answer = ruth.get(at(school, "call-off-order", member.reference))
    assert answer.status_code == 409
    assert "Helen (head or signatory) has not signed the Partnership Agreement. Remind Helen." in words(answer)


def test_a_market_that_does_not_allow_direct_call_off_is_not_offered(school, ruth):
    member = ready(school, ruleset="pcr-2015-dps", tool="dps")
    assert member.provider.name not in words(ruth.get(at(school, "call-off")))
    assert ruth.get(at(school, "call-off-order", member.reference)).status_code == 404


def test_a_buyer_who_also_acts_for_a_provider_cannot_see_the_prices_of_others(school, member):
    somebody = person(Role.AP_LEAD, at=school)
    RoleGrantFactory(person=somebody, organisation=ProviderFactory())
    answer = browser(somebody).get(at(school, "call-off"))
    assert answer.status_code == 403
    assert "40.25" not in words(answer)


def test_an_order_is_shown_in_the_list_and_the_export_and_on_its_own_page(school, member, budget, ruth):
    order = ordered(member, school, budget=budget, what='=HYPERLINK("evil")')
    assert order.reference in words(ruth.get(at(school, "orders")))
    assert order.reference not in words(ruth.get(at(school, "orders") + "?state=over"))
    sheet = words(ruth.get(at(school, "orders-export")))
    assert sheet.count(order.reference) == 1
    assert "\n=" not in sheet
    page = words(ruth.get(at(school, "order", order.reference)))
    assert "£40.25 an hour, exempt from VAT" in page
    assert "AP 2026" in page
    assert "Ordered" in words(ruth.get(at(school, "order-history", order.reference)))


def test_an_order_can_be_withdrawn_or_its_delivery_can_be_recorded(school, member, budget, ruth):
    order = ordered(member, school, budget=budget)
    ruth.post(at(school, "order-withdraw", order.reference), {"reason": "The teacher is back."})
    order.refresh_from_db()
    assert order.status == "withdrawn"
    order = ordered(member, school, budget=budget, starts_on=date(2026, 3, 2))
    accept(order, by=person(Role.PROVIDER_LEAD, at=member.provider), at=NOW)
    ruth.post(at(school, "order-record-delivery", order.reference), {"delivered": "10", "note": ""})
    order.refresh_from_db()
    assert order.delivered == 10
    assert "10 of 12.5" in words(ruth.get(at(school, "order", order.reference)))


def test_a_budget_can_be_created_changed_increased_and_closed(school, fay, ruth):
    sent = {"name": "AP 2026", "starts_on-day": 1, "starts_on-month": 9, "starts_on-year": 2025, "ends_on-day": 31,
            "ends_on-month": 8, "ends_on-year": 2026, "amount": "2000"}  # fmt: skip
    fay.post(at(school, "budget-set"), sent)
    made = Budget.objects.get()
    fay.post(at(school, "budget-amend", made.pk), sent | {"amount": "1500"})
    fay.post(at(school, "budget-allow-more", made.pk), {"amount": "250", "reason": "A second child."})
    page = words(fay.get(at(school, "budget", made.pk)))
    assert "£1,750 left of £1,750" in page
    assert "A second child." in page
    assert "A second child." in words(fay.get(at(school, "budget-history", made.pk)))
    assert "£1,750.00" in words(ruth.get(at(school, "budgets")))
    assert ruth.get(at(school, "budget-amend", made.pk)).status_code == 403
    fay.post(at(school, "budget-close", made.pk))
    made.refresh_from_db()
    assert made.status == "closed"


def test_a_suspension_notice_stays_on_the_home_page_until_it_is_answered(school, ruth):
    recall = SuspensionNoticeFactory(buyer=school)
    assert f"Tell the council where your pupils at {recall.provider} are" in words(ruth.get(at(school, "home")))
    page = words(ruth.get(at(school, "recall", recall.pk)))
    assert "This notice does not give the reason." in page
    assert recall.suspension.reason not in page
    assert recall.suspension.clause not in page
    ruth.post(at(school, "recall-acknowledge", recall.pk), {"said": "Both are at home."})
    recall.refresh_from_db()
    assert recall.status == "acknowledged"
    assert f"Tell the council where your pupils at {recall.provider} are" not in words(ruth.get(at(school, "home")))
    assert "Both are at home." in words(ruth.get(at(school, "recall", recall.pk)))
    assert recall.provider.name in words(ruth.get(at(school, "recalls")))


def test_finance_staff_see_the_kind_of_place_but_never_its_address(school):
    there = MemberFactory()
    placement = placed(there, school, running=True)
    suspended(there)
    recall = SuspensionNotice.objects.get()
    moved = commands.DayNoteEntry(
        kinds=("elsewhere",), day=NOW.date(), time=time(9), place_kind="home", place="12 Elm Road",
        decided_by="The lead", told="The mother",
    )  # fmt: skip
    commands.record_note(placement, happened=moved, by=person(Role.AP_LEAD, at=school), at=NOW)
    pages = {}
    for role in (Role.FINANCE, Role.SAFEGUARDING_LEAD):
        pages[role] = words(browser(person(role, at=school)).get(at(school, "recall", recall.pk)))
        assert "Your pupils recorded somewhere else" in pages[role]
        assert "Your pupils there now" not in pages[role]
        assert "Pupils due to start there" not in pages[role]
    assert "Elm Road" not in pages[Role.FINANCE]
    assert "Somewhere else (at home) since 9am on Monday 2 March 2026" in pages[Role.FINANCE]
    assert "Somewhere else: 12 Elm Road, since 9am on Monday 2 March 2026" in pages[Role.SAFEGUARDING_LEAD]


def test_another_schools_records_return_404(school, ruth):
    recall, other = SuspensionNoticeFactory(), BudgetFactory()
    for path in (at(school, "recall", recall.pk), at(school, "budget", other.pk), at(school, "order", "TST-O-0001")):
        assert ruth.get(path).status_code == 404


def test_the_buying_page_links_to_orders_and_budgets(school, budget, ruth):
    page = words(ruth.get(at(school, "buying")))
    for route in ("call-off", "orders", "budgets"):
        assert at(school, route) in page
