"""Tests for the page with the questions of a market, which people read and print before they apply."""

import re

import pytest
from django.conf import settings

from calloff.markets.packs import loader
from calloff.people.permissions import Role
from calloff.questions.schema import QuestionDefinition, SectionDefinition
from calloff.web.public.question_preview import preview_sections
from tests.factories import ProviderFactory, person
from tests.factories_markets import MarketFactory

HERE = "/borchester/markets/market-tst/questions"
FOLDERS = loader.find_pack_folders(settings.BASE_DIR / "packs")


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def put(*questions, folder="west-sussex-iap"):
    """Return questions as the page shows them, in a market with categories."""
    pack = loader.read_pack(settings.BASE_DIR / "packs" / folder)
    section = SectionDefinition(key="one", title="One", questions=list(questions))
    return preview_sections(pack.questions.model_copy(update={"sections": [section]}), pack)[0].questions


def test_anyone_can_read_every_question_and_its_section(client, market):
    page = text(client.get(HERE))
    for section in market.questions.definition.sections:
        assert section.title in page
        for question in section.questions:
            assert question.text in page


def test_a_market_that_is_not_public_has_no_page_of_questions(client, borchester):
    MarketFactory(authority=borchester, code="NEW", draft=True)
    assert client.get("/borchester/markets/market-new/questions").status_code == 404


def test_the_market_page_and_the_apply_page_link_to_the_page_of_questions(client, market):
    assert HERE in client.get("/borchester/markets/market-tst/how-to-apply").content.decode()
    provider = ProviderFactory(host=market.authority)
    client.force_login(person(Role.PROVIDER_LEAD, at=provider))
    assert HERE in client.get(f"/providers/{provider.slug}/markets/TST/apply").content.decode()


def test_a_condition_refers_to_its_question_by_number_and_to_the_answer_in_words():
    asks = QuestionDefinition(key="drives", kind="yes_no", text="Do you drive children?")
    then = QuestionDefinition(
        key="motor", kind="long_text", text="How?", max_words=200, when={"question": "drives", "is_any_of": ["yes"]}
    )
    first, second = put(asks, then)
    assert (first.number, first.answer, first.conditions) == ("1.1", "Yes or no", [])
    assert second.answer == "In your own words, 200 words or fewer"
    assert second.conditions == ["Asked only if you answer “Yes” to question 1.1"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lots": [2]}, "Asked only if you apply for category 2"),
        ({"lots": [1, 3]}, "Asked only if you apply for categories 1 or 3"),
        ({"per_lot": True}, "Asked once for each category that you apply for"),
        ({"required": False}, "Optional"),
    ],
)
def test_the_page_says_who_will_be_asked_each_question(given, said):
    [one] = put(QuestionDefinition(key="name", kind="text", text="What is your name?", **given))
    assert one.conditions == [said]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "number", "minimum": 1}, "A whole number, at least 1"),
        ({"kind": "number", "minimum": 1, "maximum": 2000}, "A whole number, from 1 to 2,000"),
        ({"kind": "money", "maximum": 5000}, "An amount in pounds, up to £5,000"),
        ({"kind": "declaration", "counts": "Number of staff checked"},
         "A date, and a number: number of staff checked"),
        ({"kind": "evidence", "evidence": "public_liability"}, "A document: Public liability insurance"),
    ],
)  # fmt: skip
def test_the_page_says_what_to_enter_for_each_question(given, said):
    [one] = put(QuestionDefinition(key="it", text="Give it", **given))
    assert one.answer == said


def test_the_page_says_how_each_answer_affects_the_outcome_and_is_scored():
    options = [{"value": "yes", "label": "Yes", "fails": "mandatory"}, {"value": "no", "label": "No"}]
    barred = QuestionDefinition(key="barred", kind="yes_no", text="Are you barred?", options=options)
    scored = QuestionDefinition(key="method", kind="long_text", text="How?", assessed="score", pass_mark=3)
    first, second = put(barred, scored)
    assert first.options == ["Yes (this answer means you cannot apply)"]
    assert second.marked == "Scored from 0 to 5 (pass mark 3)"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_question_in_every_market_can_be_shown(folder):
    pack = loader.read_pack(folder)
    told = preview_sections(pack.questions, pack)
    assert sum(len(section.questions) for section in told) == len(pack.questions.questions())
    assert all(one.answer for section in told for one in section.questions)
