"""Tests for the page of a market, and for checking whether a provider can apply."""

import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calloff.markets import commands
from calloff.markets.packs import loader
from calloff.members.commands import load
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, person
from tests.factories_markets import ELIGIBILITY, MarketFactory
from tests.markets.scenario import decided_in_time, staffed

HERE = "/borchester/markets/market-tst"
CHECK = f"{HERE}/eligibility"


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def real(db):
    """Load and open one of the included packs, as an officer would."""

    def opened(folder, slug):
        authority = staffed(AuthorityFactory(slug=slug, name=f"The council of {slug}"))
        officer = person(Role.CONTRACTS_OFFICER, at=authority)
        pack = decided_in_time(loader.read_pack(settings.BASE_DIR / "packs" / folder))
        made = load(pack, authority=authority, by=officer, at=NOW).market
        commands.open(made, seen=made.terms.fingerprint, by=officer, at=NOW)
        return f"/{slug}/markets/{made.slug}"

    return opened


@pytest.mark.parametrize(
    ("part", "h1", "words"),
    [
        (
            "", "Alternative provision",
            (
                "TST", "Open", "Teaching for children who are out of school", "Days on a farm",
                "before noon on Thursday 30 April 2026", "Demonstration dates",
                "Wednesday 1 September 2021 to Thursday 31 August 2028", "1. Tutoring", "In person.",
                "A guide that nobody printed", "Sign in to apply", "Check who can apply",
            ),
        ),
        (
            "/how-to-apply", "How to apply",
            (
                "Who can apply", "Check if you can apply", "Safeguarding 2 questions", "Provider agreement",
                "Be good.", "Sign in to apply",
            ),
        ),
        ("/approved-providers", "Approved providers", ("1. Tutoring", "No providers have been approved here yet.")),
        ("/rules", "Rules", ("The law", "This market’s own rules", "What these terms mean", "A call-off is one order")),
        ("/for-schools", "For schools", ("Who can buy", "What your school must sign")),
    ],
)  # fmt: skip
def test_the_market_page_says_what_the_market_is_for_and_when_to_apply(client, market, part, h1, words):
    response = client.get(HERE + part)
    page, html = text(response), response.content.decode()
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == [h1]
    assert re.search(r"<title>(.*?)</title>", html)[1].startswith(h1)
    assert not [one for one in words if one not in page]


@pytest.mark.parametrize("changes", [{"closes_at": NOW}, {"status": "ended"}])
def test_the_page_of_a_closed_market_does_not_offer_an_eligibility_check(client, borchester, changes):
    MarketFactory(authority=borchester, code="TST", **changes)
    for address in (CHECK, f"{CHECK}?lots=1", f"{CHECK}?lots=1&children=yes"):
        page = text(client.get(address))
        assert "Applications are closed" in page
        assert "Do you work with children?" not in page


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"opens_at": NOW.replace(month=4)}, "Opens soon"), ({"closes_at": NOW}, "Closed"), ({}, "Open")],
)
def test_the_status_tag_of_a_market_changes_with_the_date(client, borchester, changes, word):
    MarketFactory(authority=borchester, code="TST", **changes)
    for address in ("/borchester/markets", HERE):
        assert re.search(rf"govuk-tag[^>]*>\s*{word}\s*<", client.get(address).content.decode())
    assert ("Sign in to apply" in text(client.get(HERE))) is (word == "Open")


def test_law_and_promises_are_shown_separately_with_their_sources(client, real):
    market = real("west-sussex-iap", "west-sussex")
    page = client.get(f"{market}/rules").content.decode()
    law, promises = page.split(">The law<")[1].split("This market’s own rules")
    assert "10 working days" not in law
    assert "10 working days" in promises
    assert "not a legal requirement" in promises
    sources = client.get(market).content.decode()
    assert "Letter to schools, 3 November 2021" in sources
    assert "Calloff model terms" in sources


def test_a_market_under_an_unknown_legal_regime_says_that_no_law_is_recorded(client, real):
    assert "We have not recorded which law applies to this market" in text(
        client.get(real("west-sussex-facs", "west-sussex") + "/rules")
    )


@pytest.mark.parametrize(
    ("folder", "slug"),
    [("dorset-ap", "dorset"), ("west-sussex-cposs", "west-sussex"), ("west-sussex-short-breaks", "ws")],
)
def test_every_included_market_has_a_public_page(client, real, folder, slug):
    here = real(folder, slug)
    for part in ("", "/how-to-apply", "/approved-providers", "/rules", "/for-schools"):
        assert client.get(here + part).status_code == 200
    assert client.get(f"{here}/eligibility").status_code == 200
    assert client.get(f"/{slug}/markets").status_code == 200


def test_the_apply_link_leads_a_visitor_to_sign_in_or_sign_up(client, market):
    page = client.get(HERE).content.decode()
    assert "/account/sign-in?next=/borchester/markets/market-tst" in page
    assert "Create an account" in page


def test_the_apply_link_leads_a_person_without_a_provider_to_registration(client, market):
    client.force_login(person(Role.AP_LEAD, at=SchoolOrganisationFactory()))
    assert "Register your provider" in text(client.get(HERE))


def test_the_apply_link_leads_a_person_at_a_provider_to_the_providers_markets(client, market):
    provider = ProviderFactory(name="Harbour Lane Studio")
    client.force_login(person(Role.PROVIDER_LEAD, at=provider))
    page = text(client.get(HERE))
    # There might not be a second page yet.
    assert "Apply on behalf of Harbour Lane Studio" in page or "Register your provider" in page


def test_the_eligibility_check_first_asks_for_categories(client, market):
    assert "Which categories would you apply for?" in text(client.get(CHECK))
    assert "Select at least one category" in text(client.get(CHECK, {"asked": "1"}))


@pytest.mark.parametrize("lots", [["9"], ["x"], ["\x00"], ["1", "9" * 30]])
def test_if_the_categories_are_unknown_the_eligibility_check_asks_for_them_again(client, market, lots):
    assert "Which categories would you apply for?" in client.get(CHECK, {"lots": lots}).content.decode()


def test_the_eligibility_check_asks_the_questions_of_the_chosen_categories(client, real):
    here = real("west-sussex-cposs", "west-sussex") + "/eligibility"
    schools, fostering = text(client.get(here, {"lots": "1"})), text(client.get(here, {"lots": "3"}))
    assert "Is your school" in schools
    assert "fostering agency?" not in schools
    assert "fostering agency?" in fostering


def test_unanswered_eligibility_questions_are_reported(client, market):
    page = text(client.get(CHECK, {"lots": "1", "section-shown": "children"}))
    assert "There is a problem" in page


@pytest.mark.parametrize(
    ("answer", "heading"), [("yes", "You can apply"), ("no", "You cannot apply for these reasons:")]
)
def test_each_eligibility_answer_gives_the_right_result(client, market, answer, heading):
    page = text(client.get(CHECK, {"lots": "1", "section-shown": "children", "children": answer}))
    assert heading in page


def test_a_discretionary_answer_gives_advice_to_ask_the_council(client, borchester):
    one = ELIGIBILITY["sections"][0]["questions"][0]
    judged = one | {
        "options": [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No", "fails": "discretionary"}]
    }
    asked = ELIGIBILITY | {"key": "judged", "sections": [ELIGIBILITY["sections"][0] | {"questions": [judged]}]}
    MarketFactory(authority=borchester, code="TST", changes={"eligibility": asked})
    page = client.get(CHECK, {"lots": "1", "section-shown": "children", "children": "no"})
    assert "Ask us" in text(page)
    assert "must consider these answers first" in text(page)


def test_the_eligibility_check_stores_nothing(client, market):
    with CaptureQueriesContext(connection) as queries:
        client.get(CHECK, {"lots": "1", "section-shown": "children", "children": "yes"})
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
    assert not client.cookies


def test_a_closed_market_is_shown_as_closed_without_an_apply_link(client, borchester):
    MarketFactory(authority=borchester, code="TST", closes_at=NOW)
    page = text(client.get(CHECK, {"lots": "1", "section-shown": "children", "children": "yes"}))
    assert "Applications closed" in page
    assert "Sign in to apply" not in page
