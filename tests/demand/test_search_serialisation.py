"""Tests that a search which is stored as data can be read back unchanged, and that the data never contains the
place.
"""

from datetime import date, time
from decimal import Decimal

import pytest

from calloff.demand.search_serialisation import parse_search, serialise_search
from calloff.directory.search_criteria import SearchCriteria
from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from calloff.kernel.personal_data_check import require_no_personal_data
from tests.factories_markets import MarketFactory, lot

pytestmark = pytest.mark.django_db
HOME = Point(514_000, 102_500)


def everything(market):
    return SearchCriteria(
        words="farm", lot=lot(market), need="SEMH", as_main=True, age=12, key_stage="KS3", gender="girls", mode="group",
        days=("mon", "tue"), starts_by=time(9, 30), ends_after=time(15), ratio=3, qualification="gcse", transport=True,
        registration="none", checked=6, free=True, free_by=date(2026, 4, 1), unit="day", at_most=Decimal("120.50"),
        place=HOME, miles=10, serves=True,
    )  # fmt: skip


def test_every_part_of_a_saved_search_is_restored():
    market = MarketFactory()
    search = everything(market)
    data = serialise_search(search)
    assert parse_search(data, market.authority, HOME) == search
    assert "place" not in data
    assert "514" not in str(data)
    assert serialise_search(SearchCriteria()) == {}


def test_saved_criteria_that_no_longer_exist_are_ignored():
    market = MarketFactory()
    data = serialise_search(everything(market))
    assert parse_search(data, market.authority, None) is None  # A search by distance needs a place.
    assert parse_search(data, MarketFactory().authority, HOME) is None  # The category belongs to another council.
    assert parse_search({"at_most": "much"}, market.authority, None) is None
    assert parse_search({"words": "farm", "of_old": 3}, market.authority, None) == SearchCriteria(words="farm")


@pytest.mark.parametrize(
    "words",
    [
        "He lives at BN11 1LG.", "bn111lg", "Born 12/03/2012", "born on the 3rd of March 2012", "3 Mar 12",
        "2012-03-12", "12.3.2012", "UPN A823432109123", "his number is 943 476 5919",
    ],
)  # fmt: skip
def test_a_saved_search_whose_words_could_identify_a_child_is_refused(words):
    with pytest.raises(Refused, match="could identify a child"):
        require_no_personal_data(words, "said")


@pytest.mark.parametrize(
    "words",
    [
        "", "A boy of 12 in year 7, near Worthing", "Nothing in BN11 for key stage 4", "3 days a week from May",
        "1:1, 10-15 hours, £45", "Ring 01903 555 0123", "since 2024", "May 2026 at the latest", "age 11/12",
    ],
)  # fmt: skip
def test_a_saved_search_with_ordinary_words_is_accepted(words):
    require_no_personal_data(words, "said")
