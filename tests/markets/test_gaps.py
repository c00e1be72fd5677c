"""Tests that each page with the rules of a market says which rules are not recorded."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from calloff.applications.states import ApplicationStatus
from calloff.kernel.clock import midnight
from calloff.markets import commands, rulesets
from calloff.markets.packs import loader
from calloff.markets.queries import rules_not_recorded
from calloff.markets.rulesets import gaps
from calloff.markets.rulesets.gaps import RULE_TOPICS, RULES_WITH_DEFAULT
from calloff.people.permissions import Role
from tests.factories import AuthorityFactory, person
from tests.factories_markets import ApplicationFactory, MarketFactory
from tests.markets.scenario import decided_in_time, staffed
from tests.web.authority.test_application_flow import words
from tests.web.sign_in import browser

KEYS = [row.key for row in rulesets.RULESETS]


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.DEMONSTRATION = True


def bare(key, **more):
    """Return a market under one row of the law, without promises."""
    return MarketFactory(ruleset=key, tool=rulesets.get_ruleset(key).tools[0], changes={"promises": {}}, **more)


def test_every_rule_has_wording_to_use_when_it_is_not_recorded():
    assert RULE_TOPICS.keys() == rulesets.RULE_DESCRIPTIONS.keys()
    assert RULE_TOPICS.keys() >= RULES_WITH_DEFAULT


def test_a_rule_with_no_such_wording_does_not_break_a_page(monkeypatch):
    monkeypatch.setattr(gaps, "RULE_TOPICS", {})
    assert gaps.rule_topic("decide_within") == "An application is decided within … working days of receipt."


@pytest.mark.django_db
@pytest.mark.parametrize("key", KEYS)
def test_missing_rules_are_shown_to_the_public_and_to_officers_before_and_after_opening(key):
    draft, market = bare(key, draft=True), bare(key)
    silent = RULE_TOPICS.keys() - RULES_WITH_DEFAULT - rulesets.get_ruleset(key).cells.keys()
    lacking = [words for name, words in RULE_TOPICS.items() if name in silent]
    assert rules_not_recorded(market) == lacking
    assert lacking
    public = words(Client().get(reverse("public:market-rules", args=[market.authority.slug, market.slug])))
    officer = browser(person(Role.CONTRACTS_OFFICER, at=market.authority))
    rules = words(officer.get(reverse("authority:market-rules", args=[market.authority.slug, market.slug])))
    opener = browser(person(Role.CONTRACTS_OFFICER, at=draft.authority))
    opening = words(opener.get(reverse("authority:market-open", args=[draft.authority.slug, draft.slug])))
    for about in lacking:
        assert about in public, about
        assert about in rules, about
        assert about in opening, about


@pytest.mark.django_db
@pytest.mark.parametrize(
    "folder", loader.find_pack_folders(settings.BASE_DIR / "packs"), ids=lambda folder: folder.name
)
def test_the_rules_page_and_the_opening_page_work_for_every_included_market(folder):
    authority = staffed(AuthorityFactory())
    olivia = person(Role.CONTRACTS_OFFICER, at=authority)
    pack = decided_in_time(loader.read_pack(folder))
    at = midnight((pack.term or pack.demonstration_term).opens_on)
    market, _ = commands.load(pack, authority=authority, by=olivia, at=at)
    officer = browser(olivia)
    rules, opening = (
        reverse(f"authority:market-{page}", args=[authority.slug, market.slug]) for page in ("rules", "open")
    )
    assert [officer.get(address).status_code for address in (rules, opening)] == [200, 200]
    commands.open(market, seen=market.terms.fingerprint, by=olivia, at=at)
    public = reverse("public:market-rules", args=[authority.slug, market.slug])
    assert [officer.get(rules).status_code, Client().get(public).status_code] == [200, 200]


@pytest.mark.django_db
def test_rules_that_are_recorded_or_promised_are_not_listed_as_missing():
    assert RULE_TOPICS["decide_within"] not in rules_not_recorded(MarketFactory())


@pytest.mark.django_db
def test_in_a_market_whose_law_is_unknown_officers_see_that_no_limit_was_checked():
    draft = bare("unknown", draft=True)
    officer = browser(person(Role.CONTRACTS_OFFICER, at=draft.authority))
    rules = words(officer.get(reverse("authority:market-rules", args=[draft.authority.slug, draft.slug])))
    assert "The law for this market is not recorded. Ask your procurement team" in rules
    opening = words(officer.get(reverse("authority:market-open", args=[draft.authority.slug, draft.slug])))
    assert "no legal limit was checked" in opening


@pytest.mark.django_db
def test_exports_for_providers_and_the_authority_say_that_no_decision_time_is_recorded():
    sent = ApplicationFactory(status=ApplicationStatus.SUBMITTED)
    sent.decide_by = None
    sent.save()
    officer = browser(person(Role.CONTRACTS_OFFICER, at=sent.authority))
    ada = browser(person(Role.PROVIDER_LEAD, at=sent.provider))
    for client, address in (
        (officer, reverse("authority:applications-export", args=[sent.authority.slug])),
        (ada, reverse("provider:applications-export", args=[sent.provider.slug])),
    ):
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert "No rule is recorded" in body.decode(), address
