"""Tests for the authority's pages about unmet needs, for their export, and for answers to suggestions."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from calloff.demand.commands import Reporter, nominate, report_gap
from calloff.directory.search_criteria import SearchCriteria
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, person
from tests.factories_markets import MarketFactory

EVIL = "=1+1 is what we need"


@pytest.fixture
def council(db):
    return AuthorityFactory(name="Borchester Council", slug="borchester")


@pytest.fixture
def market(council):
    return MarketFactory(authority=council, code="TST")


@pytest.fixture
def olivia(client, council):
    one = person(Role.CONTRACTS_OFFICER, at=council)
    client.force_login(one)
    return one


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def to(route, *args):
    return reverse(f"authority:{route}", args=["borchester", *args])


@pytest.fixture
def gaps(council):
    for who, need, said, days in (("family", "ASD", EVIL, 0), ("school", "ASD", "", 1), ("family", "", "Water", 40)):
        report_gap(
            council, search=SearchCriteria(words="zebras", need=need), searched=["“zebras”"], teller=Reporter(who),
            said=said,
            near="BN11 1LG", at=NOW - timedelta(days=days),
        )  # fmt: skip


def test_unmet_needs_can_be_listed_counted_and_filtered(client, olivia, gaps):
    page = text(client.get(to("needs")))
    assert "1 to 3 of 3 gaps" in page
    assert "Autistic spectrum disorder 2" in page
    assert "Need not selected 1" in page
    assert "1 to 2 of 2 gaps" in text(client.get(to("needs"), {"need": "ASD"}))
    assert "1 to 1 of 1 gap" in text(client.get(to("needs"), {"state": "school"}))
    assert "1 to 1 of 1 gap" in text(client.get(to("needs"), {"to": "1 2 2026"}))
    assert "must be" in text(client.get(to("needs"), {"from": "then"}))


def test_an_export_contains_the_filtered_rows_and_no_formulas(client, olivia, gaps):
    file = client.get(to("needs-export", "csv"), {"state": "family"}).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert [row["In their own words"] for row in rows] == [f"'{EVIL}", "Water"]
    assert rows[0]["Near"] == "BN11"
    made = client.get(to("needs-export", "xlsx"), {"state": "family"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(made.content)).get_sheet_by_name("Needs").to_python()
    assert [str(cell) for cell in sheet[1]] == list(rows[0].values())
    assert client.get(to("needs-export", "pdf")).status_code == 404


def test_a_suggestion_stays_on_the_home_page_until_it_is_answered(client, olivia, council, market):
    one = nominate(
        council, name="Bridge Farm", offers="Days.", email="f@example.org", teller=Reporter("family"), at=NOW
    )
    assert "Review 1 suggested provider" in text(client.get(to("home")))
    page = client.get(to("nomination-invite", one.pk))
    assert 'value="f@example.org"' in page.content.decode()
    answer = client.post(to("nomination-invite", one.pk), {"market": "TST", "address": "f@example.org"})
    assert answer["Location"] == to("nomination", one.pk)
    assert Message.objects.get().address == "f@example.org"
    assert "Review 1 suggestion" not in text(client.get(to("home")))
    assert "Invited" in text(client.get(to("nomination", one.pk)))
    assert "Invited to apply" in text(client.get(to("nomination-history", one.pk)))


def test_a_dismissed_suggestion_shows_its_reason_and_the_provider_can_still_be_invited(client, olivia, council, market):
    one = nominate(
        council, name="Bridge Farm", offers="Days.", email="f@example.org", teller=Reporter("family"), at=NOW
    )
    assert "Enter the reason" in text(client.post(to("nomination-set-aside", one.pk), {"reason": ""}))
    client.post(to("nomination-set-aside", one.pk), {"reason": "Here already."})
    page = text(client.get(to("nomination", one.pk)))
    assert "Here already." in page
    assert "Invite the provider to apply" in page
    assert "Here already." in text(client.get(to("nomination-history", one.pk)))


def test_a_suggestion_shows_a_notice_if_no_market_is_open(client, olivia, council):
    one = nominate(
        council, name="Bridge Farm", offers="Days.", email="f@example.org", teller=Reporter("family"), at=NOW
    )
    assert "None of your markets is open for applications" in text(client.get(to("nomination-invite", one.pk)))
