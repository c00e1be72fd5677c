"""Tests for scenario 55: conditions that section 36 forbids are refused, and lawful conditions are accepted."""

import copy

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.markets.opening_checklist import find_missing_requirements
from calloff.markets.packs import loader
from calloff.markets.packs.conditions import problems_of_conditions
from calloff.markets.packs.exporter import write_pack
from calloff.markets.packs.schema import MarketPack
from tests.factories import NOW
from tests.factories_markets import QUESTIONS, pack
from tests.markets.scenario import DYNAMIC_MARKET, FRAMEWORK, draft, load, term

LATER = {"true_dates": {}, **term(opens_on="2025-09-01", starts_on="2025-09-01")}
MARKET = {**DYNAMIC_MARKET, **LATER, "ruleset": "pa-2023-light-touch-dynamic-market"}
FAILS = [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No", "fails": "mandatory"}]
UNLAWFUL = [
    ("Do you have audited accounts for the last two years?", "asks every provider for audited accounts"),
    ("Is your public liability insurance in force?", "requires insurance before an award"),
    ("Have you held a contract with West Sussex County Council?", "requires a contract with a named authority"),
    ("Have you worked for this council before?", "requires a contract with a named authority"),
    ("Do all your teachers hold Qualified Teacher Status?", "requires one qualification"),
    ("Do all your leaders hold a paediatric first aid certificate?", "requires one qualification"),
    ("Are you certified to ISO 9001?", "requires one qualification"),
]
LAWFUL = [
    "Do you have audited accounts, if the law requires your accounts to be audited?",
    "Will you have public liability insurance before the first placement?",
    "Have you delivered a similar contract for any council or school?",
    "Do all your teachers hold Qualified Teacher Status or equivalent?",
    "Do all your leaders hold a paediatric first aid certificate, or an equivalent?",
    "Do you have a safeguarding policy?",
    "Would you let the council visit you?",
]


def asking(text, *, ruleset=MARKET, where="questions", **more):
    """Return a pack with one more yes or no question, which excludes providers that answer no."""
    made = pack(**ruleset)
    question = {"key": "further", "kind": "yes_no", "text": text, "options": FAILS, **more}
    content = copy.deepcopy(made.model_dump(mode="json"))
    content[where]["sections"][0]["questions"].append(question)
    content[where]["key"] = "further-questions"
    return MarketPack.model_validate(content)


@pytest.mark.parametrize(("text", "words"), UNLAWFUL)
@pytest.mark.parametrize("where", ["questions", "eligibility"])
def test_a_forbidden_condition_is_reported_with_the_section_of_the_law(text, words, where):
    [problem] = problems_of_conditions(asking(text, where=where))
    assert words in problem.sentence
    assert "(Procurement Act 2023 s.36)" in problem.sentence
    assert text in problem.sentence
    assert problem.where == f"{where}.further"


@pytest.mark.parametrize("text", LAWFUL)
def test_the_lawful_wording_of_a_condition_is_accepted(text):
    assert problems_of_conditions(asking(text)) == []


@pytest.mark.parametrize(("text", "words"), UNLAWFUL)
def test_the_same_condition_is_allowed_in_a_market_under_another_law(text, words):
    assert problems_of_conditions(asking(text, ruleset={**FRAMEWORK, "true_dates": {}})) == []


def test_a_question_that_excludes_no_one_is_not_a_condition():
    plain = [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]
    assert problems_of_conditions(asking(UNLAWFUL[0][0], options=plain)) == []


def test_a_choice_of_several_qualifications_does_not_make_any_one_of_them_a_condition():
    options = [{"value": "qts", "label": "Qualified Teacher Status"}, {"value": "pgce", "label": "PGCE"},
               {"value": "none", "label": "Neither", "fails": "mandatory"}]  # fmt: skip
    text = "Which qualification do your teachers hold?"
    assert problems_of_conditions(asking(text, kind="choice", options=options)) == []


@pytest.mark.parametrize(
    ("kind", "refused"),
    [({}, True), ({"commitment_allowed": True}, False), ({"needed": "before_placement"}, False)],
)
def test_requiring_an_insurance_document_is_refused_unless_a_promise_of_it_is_enough(kind, refused):
    evidence = {"key": "public_liability", "title": "Public liability insurance", "minimum_cover": 5_000_000, **kind}
    found = problems_of_conditions(pack(**MARKET, evidence=[evidence]))
    assert [(one.where, "s.36" in one.sentence) for one in found] == [("evidence.public_liability", True)] * refused


def test_requiring_audited_accounts_from_every_provider_is_refused():
    question = {"key": "accounts", "kind": "evidence", "evidence": "accounts", "text": "Upload your accounts"}
    questions = {**QUESTIONS, "key": "with-accounts"}
    questions["sections"] = [*QUESTIONS["sections"], {"key": "money", "title": "Money", "questions": [question]}]
    evidence = [{"key": "accounts", "title": "Audited accounts"}]
    made = pack(**MARKET, evidence=evidence, questions=questions)
    [problem] = problems_of_conditions(made)
    assert "s.36" in problem.sentence


def test_an_error_in_reading_a_pack_gives_the_file_and_line(tmp_path):
    write_pack(asking(UNLAWFUL[0][0]), tmp_path / "market")
    with pytest.raises(loader.PackFaults) as refusal:
        loader.read_pack(tmp_path / "market")
    [fault] = [fault for fault in refusal.value.faults if "s.36" in fault.sentence]
    assert fault.file == "market/questions.yml"
    assert "s.36" in fault.sentence


@pytest.mark.django_db
def test_a_pack_with_a_forbidden_condition_is_refused_however_it_is_loaded():
    with pytest.raises(Refused, match=r"requires a contract with a named authority"):
        load(asking(UNLAWFUL[2][0]))
    assert not Market.objects.exists()


@pytest.mark.django_db
def test_an_older_draft_market_with_a_forbidden_condition_cannot_be_opened():
    market = draft(**MARKET)
    market.terms = type(market.terms).keep(asking(UNLAWFUL[4][0]))
    assert any("s.36" in one.sentence for one in find_missing_requirements(market, NOW))


@pytest.mark.parametrize(
    "folder", loader.find_pack_folders(__import__("pathlib").Path("packs")), ids=lambda one: one.name
)
def test_calloffs_own_packs_are_valid_for_a_dynamic_market_too(folder):
    made = loader.read_pack(folder).model_copy(update={"ruleset": "pa-2023-dynamic-market", "tool": "dynamic_market"})
    assert problems_of_conditions(made) == []
