"""Tests for the Local Offer: what families can read about a service, and what no one can read there."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg import Cursor

from calloff.directory import commands, page_etags
from calloff.kernel import clock
from calloff.members import commands as members
from calloff.members.models import Member
from calloff.members.states import MemberStatus
from calloff.people.permissions import Role
from calloff.registers.models import Postcode
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.factories_evidence import EvidenceFactory
from tests.factories_markets import MarketFactory, MemberFactory, PriceFactory, SiteFactory, lot, set_status
from tests.web.public.directory_data import member, service

HERE = "/borchester/local-offer/farm-mornings"
LIST = "/borchester/local-offer"
CARD = f"{HERE}/card"
PAGES = (HERE, CARD, "/borchester/services/farm-mornings")
BUYERS = [{"kind": "academy", "words": "Academies in Borchester"}]


@pytest.fixture
def made(market):
    one = service(
        member(market, last_checked_on=NOW.date()), a_day="We feed the goats.", team="A teacher and two mentors.",
        asking="Ring us before ten.",
    )  # fmt: skip
    PriceFactory(service=one, includes="lunch from Grey Gables")
    return one


@pytest.fixture
def published(borchester):
    """Return a service in a market that publishes its prices and states who can buy places."""
    market = MarketFactory(authority=borchester, prices_public=True, changes={"buyers": BUYERS})
    one = service(MemberFactory(market=market, lot=lot(market)), "Barn days")
    PriceFactory(service=one)
    return one


def text(client, address=HERE):
    html = re.sub(r"<(script|head)\b.*?</\1>", " ", client.get(address).content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_family_sees_what_is_available_and_what_they_can_do(client, made):
    page = text(client)
    for words in (
        "Farm mornings", "About the service", "Who it is for", "8 to 14", "Social, emotional and mental health",
        "We feed the goats.", "1 staff to 4 children", "A teacher and two mentors.", "BN11 1LG",
        "Families cannot book a place themselves.", "SENCO", "Ring us before ten.",
        "Last checked on Monday 2 March 2026",
        "The school or the council that asks for the place pays for it.", "complaints procedure",
        "Local Government and Social Care Ombudsman", "SENDIASS", "SEND Tribunal",
    ):  # fmt: skip
        assert words in page


def test_a_local_offer_page_says_who_can_ask_for_a_place(client, published):
    page = text(client, "/borchester/local-offer/barn-days")
    assert "Academies in Borchester" in page
    assert "£120 a day" in page


def test_families_use_the_same_search_as_everyone_else(client, made):
    assert "Farm mornings" in text(client, LIST)
    assert "Farm mornings" in text(client, f"{LIST}?words=farm&need=SEMH&age=9")
    assert "Did you mean “mornings”?" in text(client, f"{LIST}?words=mornngs")
    for nothing in ("?words=zeppelin", "?age=3", "?need=VI"):
        assert "No services match your search" in text(client, LIST + nothing)
    for strange in ("?age=old", "?need=XX", "?after=x&before=y", "?words=%00%22", "?words=" + "a" * 5000):
        assert client.get(LIST + strange).status_code == 200


def test_private_information_appears_on_no_public_page(client, made, borchester):
    """The test puts certain words into every record behind a page, and searches every response for them."""
    person(Role.PROVIDER_LEAD, at=made.provider)
    made.provider.address, made.provider.telephone = "Plantedstreet 1", "01999 000111"
    made.provider.save()
    EvidenceFactory(provider=made.provider, title="Plantedpolicy")
    made.member.query = "Plantedquery"
    made.member.save()
    suspended = service(member(made.member.market, "Orchard Yard", 2), "Orchard days")
    quentin = person(Role.QUALITY_OFFICER, at=borchester)
    members.suspend(
        suspended.provider, authority=borchester, members=[suspended.member], clause="Plantedclause",
        reason="Plantedreason", review_route="Plantedroute", left_out_reason="", by=quentin, at=NOW,
    )  # fmt: skip
    out = [*PAGES, LIST, "/borchester/sitemap.xml", "/sitemap.xml", "/robots.txt", "/api/v1/services",
           f"/api/v1/services/{made.uuid}", "/borchester/local-offer/orchard-days",
           "/borchester/local-offer/orchard-days/card", "/borchester/services/orchard-days",
           f"/borchester/sitemap-{made.pk // 10_000}.xml"]  # fmt: skip
    for address in out:
        said = client.get(address).content.decode()
        for planted in ("Planted", "planted", "01999", "Ada", "Quentin", "@", "£120", "120.00", "lunch from Grey"):
            found = said.replace("@context", "").replace("@type", "").replace("@id", "")
            assert planted not in found, f"{planted} at {address}"


def test_the_page_of_a_withdrawn_service_shows_the_date_of_withdrawal(client, made):
    commands.withdraw(made, by=person(Role.PROVIDER_LEAD, at=made.provider), at=NOW)
    assert "withdrew this service on Monday 2 March 2026" in text(client)
    assert "Withdrawn on Monday 2 March 2026" in text(client, CARD)
    page = client.get(HERE).content.decode()
    assert 'content="noindex"' in page
    assert "application/ld+json" not in page
    assert "goats" not in page
    assert "Farm mornings" not in text(client, LIST)


def test_a_suspended_service_is_shown_as_not_taking_placements_without_the_reason(client, made):
    quentin = person(Role.QUALITY_OFFICER, at=made.authority)
    members.suspend(
        made.provider, authority=made.authority, members=[made.member], clause="Clause 2", reason="The fire alarm.",
        review_route="Write.", left_out_reason="", by=quentin, at=NOW,
    )  # fmt: skip
    for address in PAGES:
        page = client.get(address).content.decode()
        assert "ot taking placements" in page
        assert "fire alarm" not in page
        assert "application/ld+json" not in page


def test_a_service_that_was_never_public_returns_404(client, made):
    set_status(made.member, MemberStatus.ENDED)
    for address in (*PAGES, "/ambridge/local-offer", f"{LIST}/nothing", f"{LIST}/nothing/card"):
        assert client.get(address).status_code == 404


# These tests are about the page in browsers, which cache it and revalidate it each time.


@pytest.mark.parametrize("address", PAGES)
def test_one_query_confirms_that_a_page_is_unchanged(client, made, monkeypatch, address):
    first = client.get(address)
    assert first["Cache-Control"] == "no-cache"
    prepared = []

    class Counting(Cursor):
        def execute(self, *args, **kwargs):
            prepared.append(args)
            return super().execute(*args, **kwargs)

    monkeypatch.setattr(page_etags, "Cursor", Counting)
    # Django counts these queries, but not the prepared statement.
    with CaptureQueriesContext(connection) as asked:
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, len(asked), len(prepared)) == (304, b"", 0, 1)
    for known in (f"W/{first['ETag']}", f'"x", {first["ETag"]}', "*"):
        assert client.get(address, headers={"If-None-Match": known}).status_code == 304
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]


def test_the_etag_query_uses_a_prepared_statement(client, made):
    for _ in range(2):
        client.get(HERE)
    with connection.cursor() as there:
        there.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%pg_postmaster_start_time%%'")
        assert there.fetchone()[0] >= 1


@pytest.mark.parametrize("address", PAGES)
def test_an_anonymous_page_is_rendered_once_and_others_are_rendered_each_time(client, made, address):
    drawn = client.get(address)
    with CaptureQueriesContext(connection) as queries:
        again = client.get(address)
    assert len(queries) == 0
    assert (again.content, again["ETag"]) == (drawn.content, drawn["ETag"])
    assert again.headers.keys() == drawn.headers.keys()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"{address}?from=elsewhere").status_code == 200
    assert len(queries) > 0
    client.cookies["seen"] = "yes"
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) > 0


def test_each_page_has_a_different_etag(client, made):
    assert len({client.get(address)["ETag"] for address in PAGES}) == len(PAGES)


def _places(made):
    commands.set_places(made, places=9, by=person(Role.PROVIDER_LEAD, at=made.provider), at=NOW)


def _withdraw(made):
    commands.withdraw(made, by=person(Role.PROVIDER_LEAD, at=made.provider), at=NOW)


def _amend_its_site(made):
    site = made.site
    commands.amend_site(
        site, name=site.name, address="2 Lower Lane", town=site.town, postcode=site.postcode, access="",
        by=person(Role.PROVIDER_LEAD, at=made.provider), at=NOW,
    )  # fmt: skip


def _another_site(made):
    by = person(Role.PROVIDER_LEAD, at=made.provider)
    commands.amend(made, by=by, at=NOW, more_sites=[SiteFactory(provider=made.provider)])


def _suspend(made):
    set_status(made.member, MemberStatus.ENDED)


def _price(made):
    PriceFactory(service=made, unit="hour", lasts=1)


def _provider_s_row(made):
    made.provider.invented = not made.provider.invented
    made.provider.save()


@pytest.mark.parametrize(
    "change", [_places, _withdraw, _amend_its_site, _another_site, _suspend, _price, _provider_s_row]
)
def test_a_page_is_rendered_again_after_any_change_to_it(client, made, change):
    marks = {address: client.get(address)["ETag"] for address in PAGES}
    change(made)
    for address, mark in marks.items():
        assert client.get(address, headers={"If-None-Match": mark}).status_code != 304
        anybody, anew = client.get(address), client.get(f"{address}?drawn=anew")
        assert (anybody.status_code, anybody.content) == (anew.status_code, anew.content)


def test_a_page_is_rendered_again_on_a_new_day(client, made, monkeypatch):
    mark = client.get(HERE)["ETag"]
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))
    assert client.get(HERE, headers={"If-None-Match": mark}).status_code == 200


def test_a_page_is_rendered_again_when_evidence_expires(client, made):
    made.member.required_evidence = ["public_liability"]
    made.member.save()
    mark = client.get(HERE)["ETag"]
    assert "No new placements" in text(client)
    EvidenceFactory(provider=made.provider, kind="public_liability")
    changed = client.get(HERE, headers={"If-None-Match": mark})
    assert changed.status_code == 200
    assert "No new placements" not in changed.content.decode()


def test_the_etag_of_a_list_changes_only_when_its_content_changes(client, made):
    mark = client.get(LIST)["ETag"]
    assert client.get(LIST, headers={"If-None-Match": mark}).status_code == 304
    _withdraw(made)
    assert client.get(LIST, headers={"If-None-Match": mark}).status_code == 200


def test_a_signed_in_visitor_gets_a_separate_page_that_is_not_cached(client, made):
    mark = client.get(PAGES[2])["ETag"]
    school = SchoolOrganisationFactory()
    client.force_login(person(Role.AP_LEAD, at=school))
    page = client.get(PAGES[2], headers={"If-None-Match": mark})
    assert page.status_code == 200
    assert "£120 a day" in page.content.decode()
    assert "ETag" not in page
    assert "no-store" in page["Cache-Control"]
    assert "£120" not in text(client, HERE)  # All families get the same page.


def test_the_etag_covers_every_table_that_the_pages_query(client, made, published):
    """A new table for these pages must be added to directory/page_etags.py.

    Otherwise, its changes would be shown too late.
    """
    # The test therefore also gets the content of these requirements.
    Member.objects.update(required_evidence=["insurance"])
    with CaptureQueriesContext(connection) as queries:
        for address in (*PAGES, *(one.replace("farm-mornings", "barn-days") for one in PAGES)):
            assert client.get(address).status_code == 200
    tables = {name for query in queries for name in re.findall(r'(?:FROM|JOIN)\s+"?((?!pg_)\w+_\w+)"?', query["sql"])}
    known = {
        *page_etags.SINGLE_ROW_TABLES,
        *page_etags.UNCHANGING_TABLES,
        *(rows.table for rows in page_etags.ROW_SETS),
    }
    assert tables - known == set()
    assert {"members_member", "evidence_evidence", "evidence_reliance", "directory_price"} <= tables


# These tests are about data that machines read.


def test_json_ld_matches_the_page_and_cannot_break_the_markup(client, made):
    made.name = made.summary = "</script><b>Bold & free</b>"
    made.save()
    page = client.get(HERE).content.decode()
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, flags=re.S)
    told = json.loads(data)
    assert told["name"] == "</script><b>Bold & free</b>"
    assert told["provider"] == {"@type": "EducationalOrganization", "name": "Harbour Lane Studio"}
    assert told["audience"]["suggestedMinAge"] == 8
    assert "offers" not in told
    assert "<b>Bold" not in page


def test_json_ld_includes_a_price_only_if_it_is_public(client, published):
    page = client.get("/borchester/local-offer/barn-days").content.decode()
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, flags=re.S)[0])
    assert data["offers"][0]["priceSpecification"]["price"] == "120.00"


@pytest.mark.parametrize("address", [HERE, PAGES[2]])
def test_the_preview_of_a_shared_link_has_the_name_of_the_service_but_no_picture(client, made, settings, address):
    page = client.get(address).content.decode()
    assert f'<link rel="canonical" href="{settings.ADDRESS}{address}">' in page
    assert '<meta property="og:title" content="Farm mornings, Harbour Lane Studio">' in page
    assert "og:image" not in page
    assert not re.findall(r'<img[^>]+src="https?:', page)


def test_only_the_card_can_be_embedded_in_a_frame(client, made):
    for address in (*PAGES, LIST, "/", "/account/sign-in", "/borchester/directory", "/api-docs"):
        page = client.get(address)
        framable = "frame-ancestors *" in page["Content-Security-Policy"]
        assert framable == (address == CARD)
        assert ("X-Frame-Options" in page) == (address != CARD)
        assert framable or "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "<form" not in client.get(CARD).content.decode()


def test_the_html_for_embedding_shows_the_card_whatever_the_service_is_called(client, made, settings):
    made.name = 'A "quoted" <name>'
    made.save()
    page = client.get(HERE).content.decode()
    (box,) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, flags=re.S)
    copied = box.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert copied.startswith(f'<iframe src="{settings.ADDRESS}{CARD}" title="A &#34;quoted&#34; &lt;name&gt;, ')


def test_the_sitemap_contains_exactly_the_listed_services(client, made, settings):
    hidden = service(member(made.member.market, "Unlisted", 2), "Hidden days")
    set_status(hidden.member, MemberStatus.ENDED)
    root = settings.ADDRESS
    index = client.get("/sitemap.xml").content.decode()
    part = f"{root}/borchester/sitemap-{made.pk // 10_000}.xml"
    assert f"<loc>{root}/borchester/sitemap.xml</loc>" in index
    assert f"<loc>{part}</loc><lastmod>" in index
    listed = client.get(part.removeprefix(root)).content.decode()
    for address in (HERE, PAGES[2]):
        assert f"<loc>{root}{address}</loc><lastmod>" in listed
    assert "hidden" not in listed
    assert f"<loc>{root}{LIST}</loc>" in client.get("/borchester/sitemap.xml").content.decode()
    for nothing in ("/borchester/sitemap-99.xml", "/borchester/sitemap-9999999999999999999999.xml", "/x/sitemap.xml"):
        assert client.get(nothing).status_code == 404


def test_robots_txt_links_to_the_sitemap(client, db, settings):
    told = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {settings.ADDRESS}/sitemap.xml" in told
    assert "Disallow: /account/" in told


def test_a_family_can_show_distances_from_a_postcode_and_remove_it(client, made):
    Postcode.objects.create(postcode="BN11 1LG", position=made.site.position)
    with_place = client.post("/borchester/directory/place?families=on&age=9", {"postcode": "bn111lg"})
    assert with_place.url == f"{LIST}?age=9"
    assert "0.0 miles away" in text(client, LIST)
    assert "max-age=0" in client.get(LIST).headers["Cache-Control"]  # Only this person gets this page.
    assert client.post("/borchester/directory/forget-place?families=on").url == LIST
    assert "miles away" not in text(client, LIST)
