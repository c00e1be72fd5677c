"""Tests for price increases by an index, which are exact to the penny and never change a signed agreement.

Scenario 25.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from pydantic import ValidationError

from calloff.directory.commands import approve_uplift, ask_uplift, refuse_uplift, set_price, withdraw, withdraw_uplift
from calloff.directory.commands.uplifts import raise_amount
from calloff.directory.models import Price, Service, Uplift
from calloff.history.models import EventSubject
from calloff.kernel.lifecycles import Refused
from calloff.markets.packs.schema import PriceRule
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import LONDON, NOW, RoleGrantFactory, born_with_status, person
from tests.factories_directory import INDEXED_PRICES_RULE
from tests.factories_markets import AgreementFactory, MarketFactory, MemberFactory, PriceFactory, ServiceFactory

pytestmark = pytest.mark.django_db
APRIL, PUBLISHED = date(2026, 4, 1), date(2026, 2, 18)
LINE = {"key": "tutoring_hour", "lot": 1, "label": "Tutoring", "unit": "hour", "amount": "45.00", "vat": "exempt"}


@pytest.fixture
def member():
    market = MarketFactory(changes={"prices": INDEXED_PRICES_RULE})
    agreement = AgreementFactory(authority=market.authority, prices=[LINE])
    return MemberFactory(market=market, agreement=agreement, provider=agreement.provider)


def ada(member):
    return person(Role.PROVIDER_LEAD, at=member.provider)


def olivia(member):
    return person(Role.CONTRACTS_OFFICER, at=member.authority)


def request_increase(member, percent="3.4", at=NOW, index_on=PUBLISHED):
    return ask_uplift(member, percent=Decimal(percent), index_on=index_on, by=ada(member), at=at)


def priced(member, amount="120.00", **more):
    return PriceFactory(service=ServiceFactory(member=member), amount=Decimal(amount), **more)


def test_a_price_increase_request_gives_the_index_with_its_date_the_cap_and_the_start_date(member):
    olivia(member)
    made = request_increase(member)
    assert (made.percent, made.index, made.index_on) == (Decimal("3.4"), INDEXED_PRICES_RULE["index"], PUBLISHED)
    assert (made.cap, made.starts_on) == (Decimal(5), APRIL)
    assert Message.objects.get().subject == f"A provider has requested a price increase ({member.reference})"


@pytest.mark.parametrize(
    ("percent", "index_on", "words"),
    [
        ("5.01", PUBLISHED, "up to 5%"), ("0", PUBLISHED, "more than 0%"), ("-1", PUBLISHED, "more than 0%"),
        ("3", NOW.date() + timedelta(days=1), "must be today or in the "
            "past"), ("3", date(2024, 1, 1), "more than a year old"),
    ],
)  # fmt: skip
def test_a_price_increase_request_that_the_market_does_not_allow_is_refused(member, percent, index_on, words):
    with pytest.raises(Refused, match=words):
        request_increase(member, percent, index_on=index_on)
    assert not Uplift.objects.exists()


def test_fixed_prices_cannot_change_and_older_packs_count_as_having_fixed_prices():
    with pytest.raises(Refused, match="fixed for the term"):
        request_increase(MemberFactory())
    assert PriceRule().moves == "fixed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"moves": "indexed"},
        INDEXED_PRICES_RULE | {"cap": ""},
        INDEXED_PRICES_RULE | {"month": 13},
        INDEXED_PRICES_RULE | {"cap": "0"},
        INDEXED_PRICES_RULE | {"moves": "fixed"},
    ],
)
def test_a_pack_must_have_a_complete_price_rule_or_no_price_rule(wrong):
    with pytest.raises(ValidationError):
        PriceRule.model_validate(wrong)


@pytest.mark.parametrize(
    ("amount", "percent", "to"),
    [("120.00", "3.4", "124.08"), ("45.55", "5", "47.83"), ("0.10", "5", "0.11"), ("19.99", "0.01", "19.99")],
)
def test_a_price_increase_is_rounded_to_the_nearest_penny(amount, percent, to):
    assert raise_amount(Decimal(amount), Decimal(percent)) == Decimal(to)


def test_an_increase_ends_every_current_price_and_starts_a_higher_one_the_next_day(member):
    first = priced(member)
    second = priced(member, "48.50", unit="hour", lasts=Decimal(1), ends_on=date(2026, 12, 31))
    over = priced(member, "10.00", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    coming = priced(member, "90.00", starts_on=APRIL)
    other = priced(MemberFactory(market=member.market))
    approve_uplift(request_increase(member), by=olivia(member), at=NOW)
    rows = list(Price.objects.exclude(uplift=None).order_by("pk").values_list("amount", "unit", "starts_on", "ends_on"))
    assert rows == [
        (Decimal("124.08"), first.unit, APRIL, None),
        (Decimal("50.15"), "hour", APRIL, date(2026, 12, 31)),
    ]
    for one, ends_on in (
        (first, date(2026, 3, 31)),
        (second, date(2026, 3, 31)),
        (over, date(2025, 12, 31)),
        (coming, None),
        (other, None),
    ):
        before = one.amount
        one.refresh_from_db()
        assert (one.amount, one.ends_on) == (before, ends_on)


def test_a_price_increase_does_not_change_a_signed_agreement(member):
    priced(member)
    before = (member.agreement.prices, member.agreement.status)
    approve_uplift(request_increase(member), by=olivia(member), at=NOW)
    member.agreement.refresh_from_db()
    assert (member.agreement.prices, member.agreement.status) == before


def test_a_price_increase_approved_after_its_start_date_takes_effect_the_next_day(member):
    one = priced(member)
    made = request_increase(member)
    approve_uplift(made, by=olivia(member), at=datetime(2026, 4, 20, 9, tzinfo=LONDON))
    one.refresh_from_db()
    made.refresh_from_db()
    assert (one.ends_on, made.starts_on) == (date(2026, 4, 20), date(2026, 4, 21))


def test_approving_a_price_increase_is_recorded_as_one_event(member):
    one, two = priced(member), priced(member)
    made = request_increase(member)
    approve_uplift(made, by=olivia(member), at=NOW)
    subjects = EventSubject.objects.filter(verb="approve_uplift")
    assert len(set(subjects.values_list("event"))) == 1
    assert set(subjects.values_list("record_type", "record_id")) == {
        ("directory.Uplift", made.pk), ("directory.Service", one.service_id), ("directory.Service", two.service_id),
    }  # fmt: skip


def test_a_provider_can_increase_prices_once_a_year_and_have_one_open_request_at_a_time(member):
    first = request_increase(member)
    with pytest.raises(Refused, match="already asked for"):
        request_increase(member)
    approve_uplift(first, by=olivia(member), at=NOW)
    with pytest.raises(Refused, match="once a year"):
        request_increase(member)


def test_a_refused_request_shows_its_reason_and_a_withdrawn_request_is_closed(member):
    one = priced(member)
    made = request_increase(member)
    with pytest.raises(Refused, match="Enter a reason"):
        refuse_uplift(made, reason="", by=olivia(member), at=NOW)
    refuse_uplift(made, reason="That is last year's figure.", by=olivia(member), at=NOW)
    second = request_increase(member)
    withdraw_uplift(second, by=ada(member), at=NOW)
    with pytest.raises(Refused):
        approve_uplift(second, by=olivia(member), at=NOW)
    one.refresh_from_db()
    assert one.ends_on is None
    assert Price.objects.count() == 1


@pytest.mark.parametrize("role", [Role.QUALITY_OFFICER, Role.APPROVER, Role.EVALUATOR])
def test_only_officers_who_can_countersign_can_answer_a_price_increase_request(member, role):
    made = request_increase(member)
    somebody = person(role, at=member.authority)
    with pytest.raises(PermissionDenied):
        approve_uplift(made, by=somebody, at=NOW)
    with pytest.raises(PermissionDenied):
        refuse_uplift(made, reason="No.", by=somebody, at=NOW)
    with pytest.raises(PermissionDenied):
        approve_uplift(made, by=ada(member), at=NOW)


def test_prices_that_are_not_linked_to_an_index_can_fall_but_not_rise(member):
    one = priced(member, unit="day")

    def said(amount, on):
        return set_price(
            one.service, unit="day", amount=Decimal(amount), vat="exempt", starts_on=on, by=ada(member), at=NOW
        )

    with pytest.raises(Refused, match="can increase only with its index"):
        said("121.00", APRIL)
    assert said("110.00", APRIL).amount == Decimal("110.00")
    with pytest.raises(Refused, match="can increase only with its index"):
        said("120.00", date(2026, 5, 1))


def test_changing_the_unit_or_the_length_or_the_service_name_cannot_avoid_the_price_limit(member):
    one = priced(member, unit="day", lasts=Decimal(5))  # the price was £24 an hour before the increase
    Service.objects.update(added_at=NOW - timedelta(days=1))

    def said(service, unit, amount, lasts=None):
        lasts = lasts and Decimal(lasts)
        return set_price(
            service, unit=unit, amount=Decimal(amount), lasts=lasts, vat="exempt", starts_on=APRIL, by=ada(member),
            at=NOW,
        )  # fmt: skip

    with pytest.raises(Refused, match="£24 an hour"):
        said(one.service, "session", "300.00", "5")
    with pytest.raises(Refused, match="how many hours"):
        said(one.service, "session", "300.00")
    with pytest.raises(Refused, match="£24 an hour"):
        said(one.service, "day", "120.00", "2.5")
    assert said(one.service, "session", "60.00", "2.5").hourly == Decimal("24.00")
    withdraw(one.service, by=ada(member), at=NOW)
    again = ServiceFactory(member=member, name=one.service.name.upper(), slug="again")
    with pytest.raises(Refused, match="no higher"):
        said(again, "day", "121.00", "5")
    assert said(ServiceFactory(member=member, name="Another", slug="another"), "day", "300.00", "5").amount == 300


def test_a_new_price_list_can_be_edited_freely_on_its_first_day(member):
    service = ServiceFactory(member=member)
    for unit, amount in (("day", "120.00"), ("hour", "28.00")):
        set_price(
            service, unit=unit, amount=Decimal(amount), vat="exempt", starts_on=NOW.date(), by=ada(member), at=NOW
        )
    assert service.prices.count() == 2


def test_an_officer_with_a_role_at_the_provider_cannot_answer_a_price_increase_request(member):
    made = request_increase(member)
    officer = olivia(member)
    RoleGrantFactory(person=officer, organisation=member.provider, role=Role.PROVIDER_STAFF)
    with pytest.raises(Refused, match="You have a role at"):
        approve_uplift(made, by=officer, at=NOW)
    with pytest.raises(Refused, match="You have a role at"):
        refuse_uplift(made, reason="Too much.", by=officer, at=NOW)


def test_the_database_does_not_let_the_requester_approve_or_refuse_a_price_increase(member):
    made = request_increase(member)
    with pytest.raises(IntegrityError, match="uplift_answered_by_another"), transaction.atomic():
        Uplift.objects.filter(pk=made.pk).update(answered_by=made.asked_by, answered_at=NOW)


def test_the_database_enforces_the_price_increase_cap(member):
    made = request_increase(member)
    withdraw_uplift(made, by=ada(member), at=NOW)
    made.pk, made.percent = None, Decimal(6)
    with pytest.raises(IntegrityError, match="within_its_cap"), transaction.atomic(), born_with_status(Uplift, "asked"):
        made.save()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_approvals_raises_prices():
    market = MarketFactory(changes={"prices": INDEXED_PRICES_RULE})
    member = MemberFactory(market=market)
    priced(member)
    made, officer = request_increase(member), olivia(member)
    assert all_at_once(lambda: approve_uplift(made, by=officer, at=NOW), times=4).count("done") == 1
    assert Price.objects.count() == 2
