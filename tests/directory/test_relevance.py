"""Tests that searches find what people in the field expect, using the invented directory in relevance.yml."""

from pathlib import Path

import pytest
import yaml

from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_results import search_directory
from calloff.directory.search_text import update_search_text
from tests.factories import NOW, ProviderFactory
from tests.factories_markets import MarketFactory, MemberFactory, ServiceFactory, SiteFactory

pytestmark = pytest.mark.django_db

DATA = yaml.safe_load((Path(__file__).parent / "relevance.yml").read_text())
MIN_SCORE = 0.9  # the mean reciprocal rank
FACTS = ("needs", "mode", "gender", "qualifications", "registration", "transport", "places", "summary", "description")


@pytest.fixture
def authority():
    """Add the invented directory, and return its authority."""
    market = MarketFactory()
    members = {
        name: MemberFactory(market=market, provider=ProviderFactory(name=name))
        for name in dict.fromkeys(row["provider"] for row in DATA["services"])
    }
    for row in DATA["services"]:
        member = members[row["provider"]]
        site = None
        if "town" in row:
            site = SiteFactory(
                provider=member.provider, name=f"Site of {row['name']}", town=row["town"], postcode=row["postcode"]
            )
        facts = {name: row[name] for name in FACTS if name in row}
        service = ServiceFactory(
            member=member, name=row["name"], site=site, age_from=row["ages"][0], age_to=row["ages"][1], **facts
        )
        service.lot.title = DATA["lots"][row["lot"]]
        update_search_text(service, [site] if site else [])
        service.save(update_fields=["around", "provider_words", "fact_words"])
    return market.authority


def found(authority, words):
    """Return the names that a search finds, and those that the page shows below them as related."""
    result = search_directory(authority, SearchCriteria(words=words), sight=PriceVisibility(), at=NOW, size=50)
    return [row.name for row in result.page.rows], [row.name for row in result.related]


def test_searches_find_what_people_expect_first(authority):
    ranks, wrong = [], []
    for query in DATA["queries"]:
        names, related = found(authority, query["words"])
        shown = [*names, *related]
        if not query["first"]:
            ranks.append(0.0 if shown else 1.0)
        else:
            place = next((place for place, name in enumerate(shown, start=1) if name in query["first"]), None)
            ranks.append(1 / place if place else 0.0)
        if ranks[-1] < 1:
            wrong.append(f"{query['words']}: {shown[:4]}")
        for name in query.get("not", ()):
            assert name not in shown, (query["words"], shown)
        if later := query.get("second"):
            assert shown.index(later) > shown.index(query["first"][0]), (query["words"], shown)
    score = sum(ranks) / len(ranks)
    print(f"Mean reciprocal rank of {len(ranks)} searches: {score:.3f}", *wrong, sep="\n")
    assert len(ranks) >= 80
    assert score >= MIN_SCORE, wrong
