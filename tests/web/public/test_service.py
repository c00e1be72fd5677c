"""Tests for the page of a service, and for who can see a price on it."""

import json
import re
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from time import time as time_now

import pytest
from django.http import HttpResponse

from calloff.directory import commands
from calloff.directory.models import Price, Service
from calloff.directory.opening_hours import OpenPeriod, week_rows
from calloff.directory.search_text import set_sites
from calloff.documents.models import StoredFile
from calloff.people.permissions import PROVIDER_ROLES, Role
from calloff.web.directory import search_exports
from calloff.web.session import second_step
from tests.factories import (
    NOW,
    AuthorityFactory,
    ProviderFactory,
    RoleGrantFactory,
    SchoolOrganisationFactory,
    UserFactory,
    person,
    rewrite,
)
from tests.factories_directory import PictureFactory, ServiceChangeFactory
from tests.factories_evidence import EvidenceFactory, EvidenceRelianceFactory
from tests.factories_markets import MarketFactory, PriceFactory, SiteFactory
from tests.web.public.directory_data import HOME, member, service

HERE = "/borchester/services/farm-mornings"
PRICE = "£120 a day, exempt from VAT"


@pytest.fixture
def made(market):
    one = service(member(market))
    PriceFactory(service=one)
    return one


def text(client, address=HERE):
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


def test_the_page_shows_all_public_details_of_a_service(client, made):
    page = text(client)
    for words in (
        "Farm mornings", "Harbour Lane Studio", "8 to 14", "Social, emotional and mental health", "In a group",
        "Monday and Tuesday, 9:30am to 2:30pm", "1 staff to 4 children",
        "3 places available Updated on Monday 2 March 2026.",
        "Approved by Borchester Council on", "Not visited since the provider joined on Wednesday 1 September 2021",
        "Approved by the council",
        "BN11 1LG",
    ):  # fmt: skip
        assert words in page


def test_opening_hours_are_shown_on_the_page_and_in_structured_data(client, made):
    field = SiteFactory(provider=made.provider, name="The field", town="Felpersham")
    set_sites(made, [made.site, field])
    made.week, made.hours = week_rows([
        OpenPeriod("mon", time(9), time(12)), OpenPeriod("mon", time(13), time(15)), OpenPeriod("fri", time(9),
            time(12), field.pk),
        OpenPeriod("tue", time(9), time(12), None, None, NOW.date() - timedelta(days=1)),
        OpenPeriod("sat", time(10), time(12), None, date(2026, 4, 13)),
    ]), "In term time"  # fmt: skip
    made.save(update_fields=["week", "hours"])
    page = text(client)
    assert (
        f"Monday, 9am to noon and 1pm to 3pm at {made.site.name}; Friday, 9am to noon at The field; "
        f"Saturday, 10am to noon at {made.site.name} (from Monday 13 April 2026). In term time"
    ) in page
    assert "Tuesday" not in page
    data = json.loads(
        re.search(r"<script type=.application/ld.json.>(.*?)</script>", client.get(HERE).content.decode())[1]
    )
    assert data["hoursAvailable"][0] == {
        "@type": "OpeningHoursSpecification", "dayOfWeek": ["https://schema.org/Monday"], "opens": "09:00",
        "closes": "12:00",
    }  # fmt: skip
    assert [one["opens"] for one in data["hoursAvailable"]] == ["09:00", "13:00", "09:00", "10:00"]
    assert data["hoursAvailable"][3]["validFrom"] == "2026-04-13"


def test_the_date_of_the_last_check_is_shown(client, market):
    service(member(market, last_checked_on=NOW.date()))
    assert "Last checked on Monday 2 March 2026" in text(client)


def test_a_withdrawn_service_page_says_so_and_the_service_is_not_in_the_search(client, made):
    lead = person(Role.PROVIDER_LEAD, at=made.provider)
    commands.withdraw(made, by=lead, at=NOW)
    assert "withdrew this service on Monday 2 March 2026" in text(client)
    assert PRICE not in text(client)
    assert "Farm mornings" not in text(client, "/borchester/directory?words=farm")
    assert "Farm mornings" not in text(client, "/borchester/providers/harbour-lane-studio")
    assert client.get("/api/v1/services").json()["services"] == []


def test_a_service_with_no_places_available_is_marked_as_full(client, market):
    service(member(market), places=0)
    assert "Full Updated on" in text(client)


@pytest.mark.parametrize("address", ["/borchester/services/nothing", "/nowhere/services/farm-mornings"])
def test_an_unknown_service_returns_404(client, made, address):
    assert client.get(address).status_code == 404


def _visitor(made):
    return None


def _buyer(made):
    return person(Role.AP_LEAD, at=SchoolOrganisationFactory())


def _rival(made):
    rival, other = UserFactory(), ProviderFactory()
    for role in PROVIDER_ROLES:
        RoleGrantFactory(person=rival, organisation=other, role=role)
    return rival


def _both(made):
    both = _rival(made)
    RoleGrantFactory(person=both, organisation=SchoolOrganisationFactory(), role=Role.AP_LEAD)
    return both


def _own(made):
    return person(Role.PROVIDER_STAFF, at=made.provider)


def _own_and_rival(made):
    both = _rival(made)
    RoleGrantFactory(person=both, organisation=made.provider)
    return both


def _officer(made):
    return person(Role.EVALUATOR, at=made.authority)


def _officer_elsewhere(made):
    return person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())


WHO = [
    (_visitor, False), (_rival, False), (_both, False), (_officer_elsewhere, False),
    (_buyer, True), (_own, True), (_own_and_rival, True), (_officer, True),
]  # fmt: skip


@pytest.mark.parametrize(("who", "sees"), WHO, ids=lambda value: getattr(value, "__name__", ""))
@pytest.mark.parametrize("address", [HERE, f"{HERE}?back=/borchester/directory"])
def test_a_price_is_shown_only_to_people_who_can_see_prices(client, made, who, sees, address):
    if somebody := who(made):
        client.force_login(somebody)
    page = text(client, address)
    assert "Farm mornings" in page
    assert (PRICE in page) is sees
    assert ("£" in page) is sees


@pytest.mark.parametrize(("who", "sees"), WHO, ids=lambda value: getattr(value, "__name__", ""))
def test_a_price_is_on_a_card_only_if_results_are_sorted_by_price_for_people_who_see_prices(client, made, who, sees):
    if somebody := who(made):
        client.force_login(somebody)
    assert PRICE not in text(client, "/borchester/directory")
    shown = PRICE in text(client, "/borchester/directory?order=price")
    assert shown is (sees and who in {_buyer, _officer})  # A provider cannot sort by prices, even by its own.


PRICED = (
    HERE, f"{HERE}/service.pdf", "/borchester/directory", "/borchester/directory?order=price",
    "/borchester/directory/compare?s=farm-mornings", "/borchester/directory/compare.pdf?s=farm-mornings",
    "/borchester/directory/results.csv",
)  # fmt: skip


def give_a_password_alone(client, somebody):
    client.force_login(somebody)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time_now()}]
    session.save()


@pytest.mark.parametrize("who", [_buyer, _own, _officer])
def test_public_pages_show_no_prices_or_shortlist_before_the_second_step(client, made, who, monkeypatch):
    """Before the second step, a session sees only what an anonymous visitor sees."""
    printed = []
    monkeypatch.setattr(
        search_exports, "_paper", lambda listing, *_: printed.append(str(listing)) or HttpResponse("pdf")
    )
    give_a_password_alone(client, who(made))
    for address in PRICED:
        page = client.get(address).content.decode()
        assert "£" not in page, address
        assert "hortlist" not in page, address
    assert len(printed) == 2
    assert "£" not in "".join(printed)


def test_after_the_second_step_the_same_pages_show_prices(client, made):
    client.force_login(_buyer(made))
    for address in PRICED:
        # A card shows a price only if the services are sorted by price.
        if ".pdf" not in address and address != "/borchester/directory":
            assert "£120" in client.get(address).content.decode(), address


def test_a_person_who_needs_no_second_step_sees_prices_after_signing_in(client, made):
    give_a_password_alone(client, person(Role.FINANCE, at=SchoolOrganisationFactory()))
    assert PRICE in text(client)


@pytest.mark.parametrize(("who", "sees"), WHO, ids=lambda value: getattr(value, "__name__", ""))
def test_the_public_api_never_includes_restricted_prices(client, made, who, sees):
    if somebody := who(made):
        client.force_login(somebody)
    answer = client.get("/api/v1/services")
    assert answer.json()["services"][0]["prices"] is None
    assert "120.00" not in answer.content.decode()


@pytest.mark.parametrize(("who", "sees"), WHO, ids=lambda value: getattr(value, "__name__", ""))
def test_prices_published_by_the_market_are_shown_to_everyone_with_a_notice(client, borchester, who, sees):
    market = MarketFactory(authority=borchester, code="PUB", prices_public=True)
    made = service(member(market))
    PriceFactory(service=made)
    if somebody := who(made):
        client.force_login(somebody)
    page = text(client)
    assert PRICE in page
    assert "Everyone can see them, including other providers" in page
    assert client.get("/api/v1/services").json()["services"][0]["prices"] == [
        {"unit": "day", "amount": "120.00", "hourly": None, "includes": "", "vat": "exempt"}
    ]


def test_the_page_says_who_can_see_prices(client, made):
    assert "We show prices to schools that can buy places" in text(client)


def test_a_providers_telephone_number_is_shown_only_to_the_staff_of_buyers(client, made):
    made.provider.telephone = "01999 000111"
    made.provider.save()
    assert "01999" not in text(client)
    client.force_login(_buyer(made))
    assert "01999 000111" in text(client)
    assert "Ask for a place" in text(client)


def test_pictures_are_shown_only_for_a_listed_service(client, made):
    picture = PictureFactory(service=made)
    address = f"{HERE}/pictures/{picture.pk}"
    assert f'src="{address}" alt="A goat by a gate"' in client.get(HERE).content.decode()
    shown = client.get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert (shown["X-Content-Type-Options"], shown["Cache-Control"]) == ("nosniff", "no-cache")
    b"".join(shown.streaming_content)
    for known in (shown["ETag"], f"W/{shown['ETag']}", f'"x", {shown["ETag"]}', "*"):
        again = client.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", shown["ETag"])
    other = PictureFactory()
    assert client.get(f"{HERE}/pictures/{other.pk}").status_code == 404
    commands.withdraw(made, by=person(Role.PROVIDER_LEAD, at=made.provider), at=NOW)
    assert client.get(address).status_code == 404
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == 404


def test_a_card_shows_the_smaller_copy_of_the_first_picture(client, made):
    second, first = PictureFactory(service=made, place=2), PictureFactory(service=made, place=1, words="The yard")
    small = PictureFactory(service=made, place=3)
    first.card_file = small.file
    first.save()
    address = f"{HERE}/pictures/{first.pk}?card"
    for page in ("/borchester/directory", f"/borchester/providers/{made.provider.slug}", "/borchester/local-offer"):
        shown = client.get(page).content.decode()
        assert f'<img src="{address}" alt="The yard"' in shown
        assert f"/pictures/{second.pk}" not in shown
    card = client.get(address)
    assert card["ETag"] == f'"{small.file.sha256}"'
    b"".join(card.streaming_content)
    rewrite(StoredFile.objects.filter(pk=small.file_id), scan="waiting", scanned_at=None)
    b"".join(client.get(address).streaming_content)  # Until the copy has been scanned, the whole picture is served.


@pytest.mark.parametrize("scan", ["waiting", "infected"])
def test_a_picture_that_is_not_yet_scanned_is_not_shown(client, made, scan):
    picture = PictureFactory(service=made)
    rewrite(StoredFile.objects.all(), scan=scan, scanned_at=None if scan == "waiting" else NOW)
    assert "<img" not in client.get(HERE).content.decode()
    assert client.get(f"{HERE}/pictures/{picture.pk}").status_code == 404


def test_documents_are_shown_only_by_kind_and_expiry_date(client, market):
    of = member(market, required_evidence=["insurance", "policy"])
    service(of)
    for kind, label, ends in (
        ("insurance", "Public liability insurance", date(2099, 3, 31)),
        ("policy", "Safeguarding policy", date(2020, 1, 1)),
        ("other", "Secret plans", date(2099, 1, 1)),
    ):
        held = EvidenceFactory(
            provider=of.provider, kind=kind, kind_label=label, title="Policy 77 of Felpersham Mutual", expires_on=ends,
            issued_on=date(2019, 1, 1),
        )  # fmt: skip
        EvidenceRelianceFactory(evidence=held, authority=of.authority, purpose=of.reference)
    unseen = EvidenceFactory(provider=of.provider, kind="insurance", kind_label="Not relied on")
    page = text(client)
    assert "Public liability insurance Valid until 31 Mar 2099" in page
    for hidden in ("Safeguarding policy", "Secret plans", "Felpersham Mutual", "Not relied on", unseen.reference):
        assert hidden not in page


def test_places_not_updated_for_14_days_are_shown_with_a_notice(client, market):
    one = service(member(market))
    assert "Ask before you plan." not in text(client)
    Service.objects.filter(pk=one.pk).update(places_at=NOW - timedelta(days=15))
    page = text(client)
    assert "Updated on Sunday 15 February 2026. Ask before you plan." in page
    assert "calloff-chip--outline" in client.get(HERE).content.decode()


def test_a_pending_change_is_hidden_from_the_public(client, made):
    ServiceChangeFactory(service=made, after={"age_from": 5}, before={"age_from": 8})
    assert "8 to 14" in text(client)
    assert "5 to 14" not in text(client)


def test_the_hourly_price_is_shown_with_its_calculation(client, made):
    client.force_login(_buyer(made))
    Price.objects.update(lasts=5)
    assert "(£24 an hour)" in text(client)
    assert "the price before VAT divided by the number of hours" in text(client)


def test_a_rival_cannot_sort_by_hidden_prices(client, borchester, made):
    cheap = service(member(made.member.market, name="Cheaper"), name="Cheap mornings")
    of_cheap = PriceFactory(service=cheap, amount=Decimal("1.00"))
    client.force_login(_rival(made))

    def order():
        page = text(client, "/borchester/directory?order=price")
        assert "cheapest first" not in page
        return page.index("Cheap mornings") < page.index("Farm mornings")

    before = order()
    Price.objects.filter(pk=of_cheap.pk).update(amount=Decimal("999.00"))
    assert order() == before


def test_services_with_no_site_or_with_two_sites_at_one_point_are_shown(client, market):
    of = member(market)
    one = SiteFactory(provider=of.provider, name="Barn", position=HOME)
    two = SiteFactory(provider=of.provider, name="Loft", run_by="Hill Farm CIC", position=HOME)
    service(of, site=one, more_sites=[two])
    page = text(client)
    assert "Barn" in page
    assert 'aria-label="1, 2: Barn, Loft"' in client.get(HERE).content.decode()
    assert "Loft, run by Hill Farm CIC" in page
    service(of, name="Online lessons", site=None, mode="online")
    assert "There is no site to visit" in text(client, "/borchester/services/online-lessons")


def test_public_pages_check_the_second_step_before_showing_prices():
    """A person in `request.user` might only have entered a password, so only pages that require the second step use
    it.
    """
    web = Path(second_step.__file__).parent
    asks = re.compile(r"\b(?:sight_of|buyers_of)\(request\.user")
    assert [str(one) for one in web.rglob("*.py") if asks.search(one.read_text()) and "buyer" not in one.parts] == []
