"""Tests for the suggestions that a person sees while typing a search."""

import pytest

from calloff.directory.suggestions import MAX_SUGGESTIONS, suggest
from tests.factories import NOW, ProviderFactory
from tests.factories_markets import MarketFactory, MemberFactory, ServiceFactory, SiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority():
    market = MarketFactory()
    crimsham = MemberFactory(market=market, provider=ProviderFactory(name="Crimsham Farm"))
    site = SiteFactory(provider=crimsham.provider, town="Felpersham")
    ServiceFactory(member=crimsham, name="Farm mornings", needs=["ASD"], site=site)
    ServiceFactory(member=crimsham, name="José’s kitchen", needs=["ASD"], site=site)
    ServiceFactory(member=crimsham, name="Farm secrets", withdrawn=True)
    return market.authority


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("farm", ["Farm mornings", "Crimsham Farm"]), ("mor", ["Farm mornings"]), ("jose", ["José’s kitchen"]),
        ("felp", ["Felpersham"]), ("asd", ["Autistic spectrum disorder"]), ("autis", ["Autistic spectrum disorder"]),
        ("f", []), ("", []), ("zebra", []), ("secret", []), ("farm zebra", []), ("\x00%", []),
    ],
)  # fmt: skip
def test_suggestions_have_words_that_start_with_the_typed_words(authority, typed, texts):
    assert [one.text for one in suggest(authority, typed, NOW)] == texts


def test_there_are_only_a_few_suggestions_and_no_duplicates(authority):
    member = MemberFactory(provider=ProviderFactory(name="Zoo"), market=MarketFactory(authority=authority))
    for number in range(MAX_SUGGESTIONS + 3):
        ServiceFactory(member=member, name=f"Zebras {number:02}")
    assert len(suggest(authority, "zebras", NOW)) == MAX_SUGGESTIONS
    assert suggest(MarketFactory().authority, "zebras", NOW) == []
