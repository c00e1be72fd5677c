"""Tests for a provider's pages about sites, services, places available, prices and memberships."""

import html
from datetime import date
from decimal import Decimal

import pytest

from calloff.directory.models import Price, Service, Site
from calloff.directory.search_text import set_sites
from calloff.directory.states import ServiceStatus, SiteStatus
from tests.factories import NOW
from tests.factories_markets import (
    AgreementFactory,
    MarketFactory,
    MemberFactory,
    PriceFactory,
    ServiceFactory,
    SiteFactory,
)

pytestmark = pytest.mark.django_db
SITE = {"name": "The farm", "address": "Mill Lane", "town": "Felpersham", "postcode": "bn11 1lg", "access": ""}


def entry(member, site, **changes):
    return {
        "member": member.reference, "site": site.pk if site else "", "name": "Farm mornings", "summary": "Animals.",
        "description": "Caring for animals.", "mode": "group", "age_from": "8", "age_to": "14", "needs": ["SEMH"],
        "week-1-days": ["mon", "tue"], "hours": "", "staff": "1", "children": "4", "places": "3", **changes,
    }  # fmt: skip


def one_time(days, starts, ends, *, number=1):
    return {f"week-{number}-days": days, f"week-{number}-starts": starts, f"week-{number}-ends": ends}


@pytest.fixture
def member(provider, market):
    return MemberFactory(provider=provider, market=market)


@pytest.fixture
def service(member):
    return ServiceFactory(member=member)


def test_a_site_can_be_added_changed_and_closed(signed_in, to):
    assert signed_in.post(to("site-add"), SITE).url == to("sites")
    site = Site.objects.get()
    assert site.postcode == "BN11 1LG"
    signed_in.post(to("site-amend", site.pk), SITE | {"town": "Ambridge"})
    site.refresh_from_db()
    assert site.town == "Ambridge"
    signed_in.post(to("site-close", site.pk))
    site.refresh_from_db()
    assert site.status == SiteStatus.CLOSED


def test_an_invalid_postcode_is_refused_and_other_answers_are_kept(signed_in, to):
    page = signed_in.post(to("site-add"), SITE | {"postcode": "the farm"}).content.decode()
    assert "Enter a full UK postcode" in page
    assert 'value="Felpersham"' in page


def test_a_site_that_a_service_uses_cannot_be_closed(signed_in, to, service):
    page = signed_in.post(to("site-close", service.site.pk)).content.decode()
    assert "Services still use this site" in page


def test_a_service_can_be_added_to_a_category(signed_in, to, member, provider):
    site = SiteFactory(provider=provider)
    answer = signed_in.post(to("service-add"), entry(member, site))
    service = Service.objects.get()
    assert answer.url == to("service", service.pk)
    assert (service.member, service.site, service.places, service.needs) == (member, site, 3, ["SEMH"])


def test_a_group_service_needs_a_site_and_the_form_says_so(signed_in, to, member):
    page = signed_in.post(to("service-add"), entry(member, None)).content.decode()
    assert "Select the site where the service takes place" in page
    assert "Caring for animals." in page
    assert not Service.objects.exists()


def test_a_membership_or_site_of_another_provider_cannot_be_used(signed_in, to, member):
    foreign = MemberFactory()
    page = signed_in.post(to("service-add"), entry(foreign, SiteFactory(provider=foreign.provider))).content.decode()
    assert "There is a problem" in page
    assert not Service.objects.exists()


def test_a_provider_without_a_membership_cannot_add_a_service(signed_in, to):
    assert "You must become a member of a category first" in signed_in.get(to("service-add")).content.decode()


def test_a_service_can_be_changed_and_withdrawn(signed_in, to, service):
    page = signed_in.get(to("service-amend", service.pk, "what")).content.decode()
    assert "Farm mornings" in page
    said = {"name": "Farm days", "summary": "Animals.", "description": "Goats.", "a_day": "We feed them first."}
    signed_in.post(to("service-amend", service.pk, "what"), said)
    service.refresh_from_db()
    assert (service.name, service.a_day, service.needs) == ("Farm days", "We feed them first.", ["SEMH", "ASD"])
    signed_in.post(to("service-amend", service.pk, "when"), one_time(["mon"], "9:30am", "2:30pm"))
    service.refresh_from_db()
    assert service.week == [{"day": "mon", "from": "09:30", "to": "14:30"}]
    assert "9:30am to 2:30pm" in signed_in.get(to("service", service.pk)).content.decode()
    signed_in.post(to("service-withdraw", service.pk))
    service.refresh_from_db()
    assert service.status == ServiceStatus.WITHDRAWN
    assert "Withdrawn at 9am" in signed_in.get(to("service", service.pk)).content.decode()
    assert "You cannot do this at the moment" in signed_in.get(to("service-amend", service.pk, "what")).content.decode()


def test_an_unknown_section_of_a_record_returns_404(signed_in, to, service):
    assert signed_in.get(to("service-amend", service.pk, "nothing")).status_code == 404


def test_errors_are_shown_next_to_their_fields_and_typed_answers_are_kept(signed_in, to, service):
    asked = to("service-amend", service.pk, "when")
    page = signed_in.post(asked, one_time(["mon"], "2pm", "9am")).content.decode()
    assert "Closing time must be after the opening time" in page
    assert 'value="2pm"' in page
    page = signed_in.post(to("service-amend", service.pk, "whom"), {
        "age_from": "8", "age_to": "14", "gender": "any", "needs": ["ASD"], "main_needs": ["VI"],
    }).content.decode()  # fmt: skip
    assert "Main needs must be among the needs the service supports" in page


def test_a_service_can_have_any_number_of_opening_times(signed_in, to, service):
    field = SiteFactory(provider=service.provider, name="The field")
    set_sites(service, [service.site, field])
    asked = to("service-amend", service.pk, "when")
    page = signed_in.get(asked).content.decode()
    assert "Opening hours 3" in page  # There is one row with opening hours, followed by two empty rows.
    said = {
        **one_time(["mon", "tue"], "9:30am", "noon"), **one_time(["mon"], "1pm", "3pm", number=2),
        **one_time(["fri"], "10am", "noon", number=4), "week-4-site": str(field.pk),
        "week-4-from-day": "13", "week-4-from-month": "April", "week-4-from-year": "2026",
    }  # fmt: skip
    signed_in.post(asked, said)
    service.refresh_from_db()
    assert service.week == [
        {"day": "mon", "from": "09:30", "to": "12:00"}, {"day": "mon", "from": "13:00", "to": "15:00"},
        {"day": "tue", "from": "09:30", "to": "12:00"},
        {"day": "fri", "from": "10:00", "to": "12:00", "site": field.pk, "starts_on": "2026-04-13"},
    ]  # fmt: skip
    words = "Friday, 10am to noon at The field, Felpersham (from Monday 13 April 2026)"
    assert words in signed_in.get(to("service", service.pk)).content.decode()
    page = signed_in.get(asked).content.decode()
    assert 'value="1pm"' in page
    assert f'<option value="{field.pk}" selected' in page


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Select the days that the service is open"),
        ({"week-1-starts": "9am", "week-1-ends": "noon"}, "Select the days"),
        ({"week-1-days": ["mon"], "week-1-starts": "9"}, "Opening time must be a time, like 9:30am or noon"),
        ({"week-1-days": ["mon"], "week-1-ends": "noon"}, "Enter the opening time"),
        ({"week-1-days": ["xyz"]}, "Days must be from Monday to Sunday"),
        ({"week-1-days": ["mon"], "week-1-from-day": "1"}, "Start date must include a month and a year"),
        (
            {"week-1-days": ["mon"], "week-1-to-day": "31", "week-1-to-month": "2", "week-1-to-year": "2026"},
            "End date must be a real date",
        ),
        ({"week-1-days": ["mon"], "week-1-site": "7"}, "Select one of the sites in the list"),
        (
            {"week-1-days": ["mon"], "week-2-days": ["tue"], "week-2-starts": "2pm", "week-2-ends": "9am"},
            "Closing time in opening hours 2 must be after the opening time",
        ),
        (
            one_time(["mon"], "10am", "11am") | one_time(["mon"], "9am", "noon", number=2),
            "Two times on Monday overlap",
        ),
        (
            one_time(["mon"], "9am", "3pm") | {"week-2-days": ["sat"]},
            "Enter the opening and closing time in opening hours 2",
        ),
    ],
)
def test_opening_hours_that_contain_errors_are_reported_and_not_saved(signed_in, to, service, said, sentence):
    before = service.week
    page = signed_in.post(to("service-amend", service.pk, "when"), said).content.decode()
    assert sentence in page
    words = html.escape(sentence)
    assert page.count(words) >= 2, "in the summary, and at its group or at the field"
    if "opening hours 2" in sentence:
        assert page.index("Opening hours 2</legend>") < page.rindex(words)
        assert page.count("Opening hours 1</legend>") == 1
    service.refresh_from_db()
    assert service.week == before


def test_places_can_be_made_available_from_a_future_date(signed_in, to, service):
    day = {"places_from-day": "1", "places_from-month": "9", "places_from-year": "2026"}
    signed_in.post(to("service-places", service.pk), {"places": "2", **day})
    assert "2 places from Tuesday 1 September 2026" in signed_in.get(to("service", service.pk)).content.decode()
    page = signed_in.post(to("service-places", service.pk), {"places": "0", **day}).content.decode()
    assert "Number of places must be 1 or more if you enter the date they become available" in page


def test_the_form_asks_for_places_available_as_a_single_number(signed_in, to, service):
    page = signed_in.get(to("service-places", service.pk)).content.decode()
    assert "How many places are available?" in page
    back = to("services")
    assert signed_in.post(to("service-places", service.pk) + f"?back={back}", {"places": "0"}).url == back
    service.refresh_from_db()
    assert (service.places, service.places_at) == (0, NOW)
    assert "Full" in signed_in.get(to("service", service.pk)).content.decode()


@pytest.mark.parametrize("typed", ["", "-1", "many"])
def test_an_invalid_number_of_places_is_refused(signed_in, to, service, typed):
    assert "There is a problem" in signed_in.post(to("service-places", service.pk), {"places": typed}).content.decode()


def priced(**changes):
    return {
        "unit": "day", "amount": "120.50", "vat": "exempt", "starts_on-day": "1", "starts_on-month": "4",
        "starts_on-year": "2026", **changes,
    }  # fmt: skip


def test_adding_a_price_ends_the_earlier_price(signed_in, to, service):
    before = PriceFactory(service=service)
    assert signed_in.post(to("service-set-price", service.pk), priced()).url == to("service", service.pk)
    before.refresh_from_db()
    assert before.ends_on == date(2026, 3, 31)
    assert Price.objects.get(ends_on=None).amount == Decimal("120.50")
    assert "£120.50" in signed_in.get(to("service", service.pk)).content.decode()


@pytest.mark.postgres15
def test_two_prices_for_the_same_unit_and_dates_are_refused(signed_in, to, service):
    PriceFactory(service=service, starts_on=date(2026, 4, 1))
    page = signed_in.post(to("service-set-price", service.pk), priced()).content.decode()
    assert "already has a price for this unit between those dates" in page
    assert 'value="120.50"' in page


def test_a_price_is_set_for_a_selected_line_of_the_agreed_price_schedule(signed_in, to, provider):
    market = MarketFactory(priced=True)
    agreement = AgreementFactory(
        provider=provider, authority=market.authority, starts_on=date(2026, 1, 1),
        prices=[
            {"key": "tutoring_hour", "lot": 1, "label": "Tutoring", "unit": "hour", "amount": "45.00", "vat": "exempt"},
            {"key": "mentoring_day", "lot": 2, "label": "Mentoring", "unit": "day", "amount": "90.00", "vat": "zero"},
        ],
    )  # fmt: skip
    member = MemberFactory(provider=provider, market=market, agreement=agreement)
    service = ServiceFactory(member=member)
    address = to("service-set-price", service.pk)
    page = signed_in.get(address).content.decode()
    assert "Tutoring: £45.00 an hour" in page
    assert "Mentoring" not in page
    signed_in.post(address, {"line": "tutoring_hour"})
    assert Price.objects.get().amount == Decimal("45.00")


def test_the_end_date_of_a_price_can_be_set(signed_in, to, service):
    price = PriceFactory(service=service)
    last = {"ends_on-day": "31", "ends_on-month": "3", "ends_on-year": "2026"}
    assert signed_in.post(to("price-end", price.pk), last).url == to("service", service.pk)
    price.refresh_from_db()
    assert price.ends_on == date(2026, 3, 31)


def test_the_page_of_an_unlisted_service_shows_why_it_is_not_listed(signed_in, to, provider):
    service = ServiceFactory(member=MemberFactory(provider=provider, unsigned=True))
    page = signed_in.get(to("service", service.pk)).content.decode()
    assert "Not in the public directory" in page
    assert "Your signatory has signed the agreement" in page


def test_another_providers_records_return_404(signed_in, to):
    foreign = ServiceFactory()
    price = PriceFactory(service=foreign)
    for route in (
        "service",
        "service-withdraw",
        "service-places",
        "service-set-price",
        "service-history",
    ):
        assert signed_in.get(to(route, foreign.pk)).status_code == 404
    assert signed_in.get(to("service-amend", foreign.pk, "what")).status_code == 404
    assert signed_in.get(to("price-end", price.pk)).status_code == 404
    assert signed_in.get(to("site-amend", foreign.site.pk)).status_code == 404


@pytest.mark.parametrize(
    ("postcode", "sentence"),
    [
        ("bn11 9zz", "The postcode BN11 9ZZ is not in our list, so searches by distance cannot find this site yet."),
        (
            "bt1 5gs",
            "We cannot measure distances to Northern Ireland, so searches by distance will not find this site.",
        ),
        ("je2 3ab", "We cannot measure distances to Jersey, so searches by distance will not find this site."),
    ],
)
def test_the_page_explains_how_we_use_the_postcode_of_a_site(signed_in, to, postcode, sentence):
    page = signed_in.post(to("site-add"), SITE | {"postcode": postcode}, follow=True).content.decode()
    assert sentence in page
    assert Site.objects.get().position is None
