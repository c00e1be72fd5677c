"""Tests for the text and drawings on the card of a service in the results."""

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from calloff.markets.models import Lot
from calloff.markets.packs.schema import PackDrawing
from calloff.web.directory import service_card
from calloff.web.directory.search_form import CountedChoice, format_age_and_year

ROOT = Path(__file__).parents[2]
LOTS = [
    Lot(title=lot["title"], drawing=lot.get("drawing", ""))
    for pack in sorted((ROOT / "packs").glob("*/market.yml"))
    for lot in yaml.safe_load(pack.read_text()).get("lots", [])
]
DRAWN = set(re.findall(r'^  "(\w+)": ', (ROOT / "calloff/web/pages/parts/drawings.html").read_text(), re.MULTILINE))


def test_each_category_of_the_packs_has_its_own_drawing():
    drawings = [lot.drawing for lot in LOTS]
    assert len(LOTS) >= 15
    assert sorted(set(drawings)) == sorted(drawings)
    assert [service_card.drawing_of_category(Lot(title=lot.title)) for lot in LOTS] == drawings


def test_a_category_has_the_drawing_that_its_pack_names():
    lot = Lot(title="Horses and ponies", drawing="cup")
    assert service_card.drawing_of_category(lot) == "cup"
    assert service_card.drawing_of_category(Lot(title="Something new")) == service_card.OTHER_DRAWING


def test_packs_can_name_every_drawing_and_no_other():
    assert set(get_args(PackDrawing)) == DRAWN


def test_every_drawing_that_a_service_can_have_exists():
    rows = (*service_card.DRAWINGS_BY_NAME, *service_card.DRAWINGS_BY_WORD)
    assert {drawing for drawing, _ in rows} | {service_card.OTHER_DRAWING} == DRAWN


def test_a_category_has_a_short_name_in_the_filters():
    interim = CountedChoice("IAP-3", "IAP: Interim tutoring (for one term)", "2", "IAP")
    other = CountedChoice("DAP-1", "DAP: Boats", "1", "DAP")
    any_category = CountedChoice("", "Any category", "")
    assert interim.short_words([any_category, interim]) == "Interim tutoring"
    assert interim.short_words([any_category, interim, other]) == "IAP: Interim tutoring"
    assert any_category.short_words([any_category, interim]) == "Any category"


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (3, "3"),
        (4, "4, Reception"),
        (5, "5, Reception or Year 1"),
        (13, "13, Year 8 or 9"),
        (17, "17, Year 12 or 13"),
        (18, "18, Year 13"),
        (19, "19"),
    ],
)
def test_an_age_is_shown_with_its_school_years(age, words):
    assert format_age_and_year(age) == words
