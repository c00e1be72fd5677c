"""Tests for finding an authority, for its front page, and for its list of approved providers."""

import re
from datetime import datetime

import pytest

from tests.factories import LONDON, NOW, AuthorityFactory, ProviderFactory
from tests.factories_markets import AgreementFactory, MarketFactory, MemberFactory, lot
from tests.web.public.directory_data import member, service


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_an_authority_can_be_found_by_part_of_its_name(client, borchester):
    AuthorityFactory(name="Ambridge District Council")
    page = text(client.get("/", {"words": "council BORCH"}))
    assert "Borchester Council" in page
    assert "Ambridge" not in page


@pytest.mark.parametrize("words", ["%", "_", "'", "\x00", "x" * 1000, "🐑", "a " * 500])
def test_any_text_can_be_typed_in_the_search_for_an_authority(client, borchester, words):
    assert client.get("/", {"words": words}).status_code == 200


def test_the_front_page_says_what_the_authority_buys_and_how_to_join(client, market):
    page = text(client.get("/borchester"))
    for words in ("Find provision", "Join as a provider", "Alternative provision", "Days on a farm", "Open"):
        assert words in page


def test_a_draft_market_returns_404(client, borchester):
    draft = MarketFactory(authority=borchester, draft=True, title="A secret market")
    for address in ("/borchester", "/borchester/markets", "/borchester/directory"):
        assert "A secret market" not in text(client.get(address))
    for address in (
        f"/borchester/markets/{draft.slug}",
        f"/borchester/markets/{draft.slug}/eligibility",
        f"/borchester/markets/{draft.slug}/rules",
    ):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["", "/markets", "/directory", "/providers", "/directory/place"])
def test_an_unknown_authority_returns_404(client, db, address):
    ProviderFactory(slug="a-provider")
    assert client.get(f"/nowhere{address}").status_code == 404
    assert client.get(f"/a-provider{address}").status_code == 404


def test_approved_providers_are_listed_by_category_with_their_checks(client, market):
    member(market, last_checked_on=NOW.date())
    member(market, "Tideway Tutors", 2)
    page = text(client.get("/borchester/providers"))
    assert page.index("1. Tutoring") < page.index("Harbour Lane Studio") < page.index("2. Online")
    assert "Last checked on Monday 2 March 2026" in page
    assert "Not visited since the provider joined on Wednesday 1 September 2021" in page


def test_a_provider_from_a_printed_list_is_shown_without_invented_details(client, market):
    provider = ProviderFactory(name="Old Mill", slug="old-mill", recorded=True)
    paper = AgreementFactory(authority=market.authority, provider=provider, paper_only=True, source="A printed guide")
    MemberFactory(
        market=market, lot=lot(market), provider=provider, agreement=paper, query="Perhaps a slip",
        joined_at=datetime(2026, 2, 20, tzinfo=LONDON),
    )  # fmt: skip
    page = text(client.get("/borchester/providers/old-mill"))
    assert "Approved before the council used Calloff, with a paper agreement" in page
    assert "Source: A printed guide" in page
    assert "No check recorded yet" in page
    assert "20 February 2026" not in page
    assert "Perhaps a slip" not in page
    assert "has not published any services here yet" in page


def test_a_provider_page_shows_each_category_and_its_services(client, market):
    one = member(market)
    MemberFactory(market=market, lot=lot(market, 2), provider=one.provider)
    service(one)
    page = text(client.get("/borchester/providers/harbour-lane-studio"))
    assert "1. Tutoring" in page
    assert "2. Online" in page
    assert "Farm mornings" in page


def test_an_invented_provider_on_the_page_of_a_real_authority_is_marked_as_invented(client, db):
    real = AuthorityFactory(name="Real Council", slug="real", invented=False)
    market = MarketFactory(authority=real)
    service(member(market))
    for address in ("directory", "providers", "providers/harbour-lane-studio", "services/farm-mornings"):
        assert "Demonstration" in text(client.get(f"/real/{address}"))
    assert "Demonstration" in text(client.get(f"/real/markets/{market.slug}/approved-providers"))


@pytest.mark.parametrize("address", ["/borchester/providers", "/borchester/markets/market-tst/approved-providers"])
def test_a_long_register_of_providers_is_shown_in_pages(client, market, monkeypatch, address):
    monkeypatch.setattr("calloff.web.list_pages.LONG_PAGE_SIZE", 2)
    for name in ("Alder", "Beech", "Cedar"):
        member(market, f"{name} Barn")
    first = client.get(address)
    assert "Alder Barn" in text(first)
    assert "Cedar Barn" not in text(first)
    [after] = re.findall(r'href="(\?after=[^"]+)"', first.content.decode())
    second = client.get(f"{address}{after}")
    assert "Cedar Barn" in text(second)
    assert "Alder Barn" not in text(second)


@pytest.mark.parametrize(
    "address",
    [
        "/borchester",
        "/borchester/providers",
        "/borchester/markets/market-tst/approved-providers",
        "/borchester/markets",
    ],
)
def test_the_page_takes_a_constant_number_of_queries_for_any_number_of_providers(
    client, market, django_assert_max_num_queries, address
):
    counts = []
    client.get(address)  # Each process reads a pack only once and then caches it.
    for wanted in (3, 60):
        for n in range(wanted):
            service(member(market, f"Provider {wanted} {n}", 1 + n % 2), f"Lessons {wanted} {n}")
        with django_assert_max_num_queries(20) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("address", ["/borchester", "/borchester/markets", "/borchester/directory", "/"])
def test_the_page_takes_a_constant_number_of_queries_for_any_number_of_markets(
    client, borchester, django_assert_max_num_queries, address
):
    counts = []
    for wanted in (3, 57):
        for n in range(wanted):
            MarketFactory(authority=borchester, changes={"summary": f"{wanted} {n} {address}"})
            AuthorityFactory()
        with django_assert_max_num_queries(12) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_provider_page_takes_a_constant_number_of_queries_for_any_number_of_services(
    client, market, django_assert_max_num_queries
):
    one, counts = member(market), []
    for wanted in (3, 60):
        for n in range(wanted):
            service(one, f"Lessons {wanted} {n}")
        with django_assert_max_num_queries(12) as queries:
            client.get("/borchester/providers/harbour-lane-studio")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_demonstration_does_not_mark_a_real_council_as_invented(client, db, settings):
    settings.DEMONSTRATION = True
    AuthorityFactory(name="Real Council", slug="real", invented=False)
    AuthorityFactory(name="Invented Council", slug="invented")
    for address in ("/real", "/invented"):
        assert "apart from the names of councils and of providers they have published" in text(client.get(address))
