"""Tests for how a provider keeps its pages up to date: changes, versions, places available, pictures and prices."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calloff.directory import listing_queries, service_versions
from calloff.directory.commands import amend, approve_change
from calloff.directory.models import Picture, Service, ServiceChange, Uplift
from calloff.people.permissions import Role
from tests.documents.sample_files import pdf, upload
from tests.factories import NOW, person
from tests.factories_directory import (
    INDEXED_PRICES_RULE,
    PictureFactory,
    ServiceChangeFactory,
    UpliftFactory,
    photograph,
)
from tests.factories_markets import (
    AgreementFactory,
    MarketFactory,
    MemberFactory,
    PriceFactory,
    ServiceFactory,
    SiteFactory,
)

pytestmark = pytest.mark.django_db
WHOM = {"age_from": "6", "age_to": "14", "gender": "any", "needs": ["SEMH", "ASD"], "main_needs": []}


@pytest.fixture
def member(provider, market):
    return MemberFactory(provider=provider, market=market)


@pytest.fixture
def service(member):
    return ServiceFactory(member=member, name="Farm mornings")


@pytest.fixture
def indexed(provider):
    market = MarketFactory(changes={"prices": INDEXED_PRICES_RULE})
    agreement = AgreementFactory(authority=market.authority, provider=provider)
    return MemberFactory(market=market, provider=provider, agreement=agreement)


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_both_the_page_and_the_form_show_the_pending_change(signed_in, to, service):
    page = words(signed_in.get(to("service-amend", service.pk, "whom")))
    assert f"{service.authority} checks changes to these" in page
    text = words(signed_in.post(to("service-amend", service.pk, "whom"), WHOM, follow=True))
    assert f"{service.authority} will check these changes first: Youngest age. Your other changes are saved." in text
    assert "Change being checked" in text
    assert "Youngest age Before 8" in text.replace("Now 8", "Before 8")
    assert 'name="age_from" ' in (form := signed_in.get(to("service-amend", service.pk, "whom")).content.decode())
    assert re.search(r'name="age_from"[^>]*value="6"', form)


def test_submitting_the_form_again_does_not_cancel_the_pending_change(signed_in, to, service):
    signed_in.post(to("service-amend", service.pk, "whom"), WHOM)
    waiting = listing_queries.waiting_change(service)
    signed_in.post(to("service-amend", service.pk, "whom"), WHOM)
    assert listing_queries.waiting_change(service) == waiting


def test_a_pending_change_can_be_withdrawn(signed_in, to, service):
    change = ServiceChangeFactory(service=service)
    assert signed_in.post(to("change-withdraw", change.pk)).url == to("service", service.pk)
    assert ServiceChange.objects.get().status == "withdrawn"


def test_another_providers_change_returns_404(signed_in, to):
    assert signed_in.get(to("change-withdraw", ServiceChangeFactory().pk)).status_code == 404


def test_a_refused_change_is_shown_on_its_page_and_on_the_home_page(signed_in, to, service):
    ServiceChangeFactory(
        service=service, status="refused", reason="Two staff are too few.", answered_at=NOW,
        answered_by=person(Role.QUALITY_OFFICER, at=service.authority),
    )  # fmt: skip
    assert "Two staff are too few." in words(signed_in.get(to("service", service.pk)))
    assert "Read why your change was not approved" in words(signed_in.get(to("home")))


def test_two_versions_can_be_compared_and_the_older_one_restored(signed_in, to, service, ada):
    amend(service, by=ada, at=NOW + timedelta(days=1), summary="Goats.", age_from=6)
    approve_change(
        listing_queries.waiting_change(service),
        by=person(Role.QUALITY_OFFICER, at=service.authority),
        at=NOW + timedelta(days=2),
    )
    page = words(signed_in.get(to("service-versions", service.pk)))
    assert "What changed from version 2 to version 3" in page
    newest, first = service_versions.versions_of(service).first(), service_versions.versions_of(service).last()
    page = words(signed_in.get(to("service-versions", service.pk), {"before": first.pk, "after": newest.pk}))
    for said in ("In one sentence", "Animals and growing food.", "Goats.", "Youngest age"):
        assert said in page
    text = words(signed_in.get(to("service-revert", service.pk, first.pk)))
    assert "will check some of these details first" in text
    signed_in.post(to("service-revert", service.pk, first.pk))
    service.refresh_from_db()
    assert (service.summary, service.age_from) == ("Animals and growing food.", 6)
    assert listing_queries.waiting_change(service).after == {"age_from": 8}


def test_a_version_of_another_service_returns_404(signed_in, to, service, member):
    other = service_versions.versions_of(ServiceFactory(member=member)).first()
    for verb in (signed_in.get, signed_in.post):
        assert verb(to("service-revert", service.pk, other.pk)).status_code == 404
    assert "Version 1" in words(signed_in.get(to("service-versions", service.pk), {"before": other.pk}))


def test_one_click_adds_one_available_place(signed_in, to, service):
    page = signed_in.get(to("free-places")).content.decode()
    pressed = re.search(r'<button[^>]*name="places" value="4">', page)
    assert pressed
    back = to("service-places", service.pk) + f"?back={to('free-places')}"
    answer = signed_in.post(back, {"places": "4"})
    assert answer.url == to("free-places")
    service.refresh_from_db()
    assert service.places == 4


def test_changing_the_number_of_available_places_keeps_the_date_from_which_they_are_available(signed_in, to, service):
    Service.objects.filter(pk=service.pk).update(places_from=date(2027, 9, 1))
    page = signed_in.get(to("free-places")).content.decode()
    sent = dict(re.findall(r'type="hidden" name="(places_from-\w+)" value="(\d+)"', page))
    signed_in.post(to("service-places", service.pk), sent | {"places": "4"})
    service.refresh_from_db()
    assert (service.places, service.places_from) == (4, date(2027, 9, 1))


def test_places_not_updated_for_14_days_are_shown_with_a_notice(signed_in, to, service):
    assert "more than 14 days ago" not in words(signed_in.get(to("free-places")))
    Service.objects.update(places_at=NOW - timedelta(days=15))
    assert "more than 14 days ago" in words(signed_in.get(to("free-places")))


def test_a_page_of_25_services_takes_the_same_number_of_queries_with_300_services(signed_in, to, member):
    site = SiteFactory(provider=member.provider)
    for _ in range(5):
        ServiceFactory(member=member, site=site, places_at=None, places=None)

    def counted(address):
        signed_in.get(address)
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(address)
        return len(queries)

    pages = [to("services"), to("free-places"), to("home")]
    few = [counted(address) for address in pages]
    for number in range(295):
        ServiceFactory(member=member, site=site, name=f"Service {number:03}", places_at=None, places=None)
    assert [counted(address) for address in pages] == few
    for address in pages[:2]:
        page = words(signed_in.get(address))
        assert "1 to 25 of 300" in page
        assert len(set(re.findall(r"Service \d{3}", page))) <= 25
    assert "Update places available at 300 services" in words(signed_in.get(pages[2]))


def test_a_picture_can_be_added_changed_and_removed(signed_in, to, service):
    sent = {"file": upload("goat.jpg", photograph()), "words": "A goat by a gate", "may_publish": "on"}
    unsure = signed_in.post(to("picture-add", service.pk), sent | {"may_publish": ""})
    assert "Confirm that you can publish this picture" in words(unsure)
    sent["file"].seek(0)
    assert signed_in.post(to("picture-add", service.pk), sent).url == to("service-pictures", service.pk)
    picture = Picture.objects.get()
    assert 'alt="A goat by a gate"' in signed_in.get(to("service-pictures", service.pk)).content.decode()
    signed_in.post(to("picture-amend", picture.pk), {"words": "A goat", "place": "1"})
    assert Picture.objects.get().words == "A goat"
    signed_in.post(to("picture-remove", picture.pk))
    assert not Picture.objects.exists()


def test_a_file_that_is_not_a_picture_is_refused_and_the_description_is_kept(signed_in, to, service):
    page = signed_in.post(
        to("picture-add", service.pk), {"file": upload("a.pdf", pdf()), "words": "A goat", "may_publish": "on"}
    )
    assert "Upload a PNG or JPEG picture." in words(page)
    assert 'value="A goat"' in page.content.decode()
    assert "Enter what the picture shows" in words(signed_in.post(to("picture-add", service.pk), {"words": ""}))


def test_the_file_field_asks_a_phone_for_a_jpeg(signed_in, to, service):
    field = signed_in.get(to("picture-add", service.pk)).content.decode().partition('type="file"')[2].partition(">")[0]
    assert 'accept="image/png,image/jpeg"' in field


def test_another_providers_picture_returns_404(signed_in, to):
    theirs = PictureFactory()
    for route in ("picture-image", "picture-amend", "picture-remove"):
        assert signed_in.get(to(route, theirs.pk)).status_code == 404


def test_past_current_and_future_prices_are_shown_with_the_increase(signed_in, to, indexed):
    made = ServiceFactory(member=indexed)
    uplift = UpliftFactory(
        member=indexed, status="approved", answered_at=NOW,
        answered_by=person(Role.CONTRACTS_OFFICER, at=indexed.authority),
    )  # fmt: skip
    PriceFactory(service=made, amount=Decimal("110.00"), starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31))
    PriceFactory(service=made, amount=Decimal("124.08"), starts_on=date(2098, 4, 1), uplift=uplift)
    for address in (to("service-prices", made.pk), to("member-prices", indexed.reference)):
        page = words(signed_in.get(address))
        for said in (
            "£110.00",
            "Past",
            "£124.08",
            "Planned",
            "Increased by 3.4%",
            "published 18 Feb 2026",
            "up to 5%",
        ):
            assert said in page
        assert "Prices can increase once a year, on 1 April" in page


def test_a_price_increase_can_be_requested_up_to_the_cap(signed_in, to, indexed):
    day = {"index_on-day": "18", "index_on-month": "2", "index_on-year": "2026"}
    page = signed_in.post(to("uplift-ask", indexed.reference), {"percent": "5.1", **day})
    assert "up to 5%" in words(page)
    assert signed_in.post(to("uplift-ask", indexed.reference), {"percent": "5", **day}).status_code == 303
    uplift = Uplift.objects.get()
    signed_in.post(to("uplift-withdraw", uplift.pk))
    uplift.refresh_from_db()
    assert uplift.status == "withdrawn"


def test_fixed_prices_show_a_notice_and_no_increase_can_be_requested(signed_in, to, member):
    page = words(signed_in.get(to("member-prices", member.reference)))
    assert "Ask for a price increase" not in page
    assert "Each provider sets its own" in page


def test_the_number_of_places_can_be_changed_on_the_home_page(signed_in, to, service):
    Service.objects.filter(pk=service.pk).update(places=2, places_at=NOW)
    page = signed_in.get(to("home")).content.decode()
    [action] = re.findall(rf'action="([^"]+)" id="s{service.pk}"|action="([^"]+)#s{service.pk}"', page)[:1]
    answer = signed_in.post(unescape("".join(action)), {"places": "3"})
    service.refresh_from_db()
    assert service.places == 3
    assert answer.url.partition("#")[0] == to("home")
