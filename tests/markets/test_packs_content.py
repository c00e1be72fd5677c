"""Tests that the packs in the repository agree with their source documents, except for the model terms."""

from collections import Counter
from datetime import date

import pytest
from django.conf import settings

from calloff.markets import rulesets
from calloff.markets.packs.loader import find_pack_folders, read_pack
from calloff.questions.kinds import kind_of

PACKS = settings.BASE_DIR / "packs"
SEEDS = settings.BASE_DIR.parent / "shared" / "seeds"
NAMES = ["dorset-ap", "west-sussex-cposs", "west-sussex-facs", "west-sussex-iap", "west-sussex-short-breaks"]


@pytest.fixture(scope="module")
def packs():
    return {name: read_pack(PACKS / name) for name in NAMES}


@pytest.fixture(scope="module")
def iap(packs):
    return packs["west-sussex-iap"]


@pytest.fixture(scope="module")
def dorset(packs):
    return packs["dorset-ap"]


def test_each_market_has_a_pack_and_every_pack_is_valid(packs):
    assert [folder.name for folder in find_pack_folders(PACKS)] == NAMES
    assert {pack.slug: pack.code for pack in packs.values()} == {
        "dorset-ap": "DAP",
        "west-sussex-cposs": "CPOSS",
        "west-sussex-facs": "FACS",
        "west-sussex-iap": "IAP",
        "west-sussex-short-breaks": "SB",
    }
    assert {name: len(pack.lots) for name, pack in packs.items()} == dict(zip(NAMES, [4, 4, 2, 5, 4], strict=True))


def test_every_question_has_a_name_that_its_error_messages_use(packs):
    sets = [one for pack in packs.values() for one in (pack.questions, pack.eligibility) if one]
    asked = [question for one in sets for question in one.questions()]
    errors = {kind_of(question).missing(question) for question in asked}

    assert {question.key for question in asked if not question.name} == set()
    assert "Enter how you keep a learner safe online and know that they are learning" in errors
    assert [error for error in errors if "“" in error or not error.startswith(("Enter ", "Select "))] == []


def test_the_guide_lists_17_providers_in_44_entries_under_five_categories(iap):
    rows = Counter(lot for provider in iap.providers for lot in provider.lots)

    assert len(iap.providers) == 17
    assert [rows[number] for number in range(1, 6)] == [13, 7, 12, 5, 7]
    assert rows.total() == 44
    assert any("lists 17 providers" in note and "eighteen" in note for note in iap.load_notes)


def test_providers_printed_twice_at_the_end_of_category_3_are_noted_as_a_query(iap):
    queried = {provider.name for provider in iap.providers if provider.queries}
    category_4 = {provider.name for provider in iap.providers if 4 in provider.lots}

    assert queried == category_4
    assert queried == {
        "At School Online",
        "Five Rivers Child Care Limited",
        "Learn Solutions Ltd",
        "Nisai",
        "Red Balloon in the Air",
    }
    assert all(query.lot == 3 for provider in iap.providers for query in provider.queries)
    assert all(3 in provider.lots for provider in iap.providers if provider.queries)


def test_the_repeated_name_red_balloon_is_noted_as_a_query_and_not_as_another_provider(iap):
    (red,) = [provider for provider in iap.providers if provider.name == "Red Balloon in the Air"]
    assert red.lots == [2, 3, 4]
    assert "We use the first." in red.queries[0].note


def test_the_two_spellings_of_brightteach_are_one_provider(iap):
    (bright,) = [provider for provider in iap.providers if provider.name.startswith("BrightTeach")]
    assert (bright.name, bright.aliases, bright.lots) == ("BrightTeach Ltd", ["BrightTeach Limited"], [1, 3])


def test_the_iap_market_promises_decisions_in_ten_days_and_invites_all_providers(iap):
    law = rulesets.get_ruleset(iap.ruleset)
    for name, value in (("decide_within", 10), ("decide_at_most", 15), ("invite_all", True)):
        cell = rulesets.find_rule(law, iap.promised, name)
        assert (cell.value, cell.imposed) == (value, False)
        assert "own rule" in cell.citation
    assert rulesets.find_rule(law, iap.promised, "calendar").value == "england_and_wales"
    assert (iap.tool, iap.called) == (rulesets.CommercialTool.LIGHT_TOUCH_ARRANGEMENT, "DPS")
    assert iap.true_dates.opened_on.day == date(2021, 9, 1)


def test_the_guide_lists_ten_facs_providers_and_six_of_them_are_in_both_lots(packs):
    rows = Counter(lot for provider in packs["west-sussex-facs"].providers for lot in provider.lots)
    assert rows == {1: 10, 2: 6}
    assert len(packs["west-sussex-facs"].providers) == 10


@pytest.mark.parametrize("name", ["west-sussex-cposs", "west-sussex-facs", "west-sussex-short-breaks"])
def test_a_market_with_little_printed_information_has_no_invented_terms(packs, name):
    pack = packs[name]
    assert pack.ruleset == "unknown"
    assert pack.promises == {}
    assert pack.schedule is None
    assert pack.kpis == []
    assert pack.true_dates.opened_on is None
    assert pack.questions == packs["west-sussex-cposs"].questions


def test_the_cposs_market_requires_registration_in_each_category(packs):
    pack = packs["west-sussex-cposs"]
    assert all(lot.registrations[0].body == "Ofsted" and lot.registrations[0].source == "printed" for lot in pack.lots)
    assert {lot for question in pack.eligibility.questions() for lot in question.lots} == {1, 2, 3, 4}


def test_only_the_short_breaks_market_pays_grants(packs):
    assert [name for name, pack in packs.items() if pack.grants] == ["west-sussex-short-breaks"]


def test_the_dorset_market_asks_for_a_price_schedule_in_every_category(dorset):
    assert {line.lot for line in dorset.schedule.lines} == {1, 2, 3, 4}
    assert {line.unit for line in dorset.schedule.lines} == {"hour", "session", "day", "week"}
    (prices,) = [question for question in dorset.questions.questions() if question.kind == "prices"]
    assert not prices.assessed
    assert dorset.authority.name == "Dorset Council"
    assert dorset.begins_on == date(2018, 9, 1)


@pytest.mark.parametrize("name", NAMES)
def test_every_pack_can_be_opened_and_runs_from_autumn_2026_to_2028(packs, name):
    pack, term = packs[name], packs[name].demonstration_term
    problems = rulesets.find_opening_problems(
        rulesets.get_ruleset(pack.ruleset),
        tool=pack.tool,
        promises=pack.promised,
        begins_on=pack.begins_on,
        opens_on=term.opens_on,
        closes_on=term.closes_on,
        term_starts_on=term.starts_on,
        term_ends_on=term.ends_on,
        question_set=pack.questions,
    )
    assert problems == []
    assert term.opens_on <= date(2026, 10, 1)
    assert term.closes_on >= date(2028, 1, 1)
    assert "We invented these dates" in term.note


@pytest.mark.parametrize("name", NAMES)
def test_the_application_in_a_pack_uses_the_seven_headings_in_the_guide(packs, name):
    headings = [section.key for section in packs[name].questions.sections]
    assert headings[:7] == [
        "about",
        "safeguarding",
        "health_and_safety",
        "environmental",
        "quality",
        "technical",
        "financial",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_text_that_does_not_come_from_a_council_is_marked_as_model_terms(packs, name):
    pack = packs[name]
    assert "Calloff model terms" in pack.questions.source
    assert "Calloff model terms" in pack.agreement.source
    assert "Calloff model terms" in pack.agreement.text
    assert {kind.source for kind in pack.evidence} <= {"model", "law"}
    assert {kpi.source for kpi in pack.kpis} <= {"model"}
    assert {question.source for question in pack.questions.questions()} <= {"model", "law"}


@pytest.mark.parametrize("name", NAMES)
def test_packs_ask_for_dated_declarations_about_staff_checks_and_never_for_certificates(packs, name):
    (checks,) = [question for question in packs[name].questions.questions() if question.key == "staff_checks"]
    assert checks.kind == "declaration"
    assert "Never upload a DBS certificate" in checks.hint
    assert not any("dbs" in kind.key for kind in packs[name].evidence)


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_evidence_is_requested_by_at_least_one_question(packs, name):
    asked = {question.evidence for question in packs[name].questions.questions() if question.evidence}
    assert asked == {kind.key for kind in packs[name].evidence}


@pytest.mark.parametrize("name", NAMES)
def test_every_scored_question_describes_a_good_answer(packs, name):
    questions = packs[name].questions.questions()
    assert all(question.guidance for question in questions if question.assessed)
    assert any(question.per_lot and question.assessed == "score" for question in questions)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents do not lie beside this checkout")
@pytest.mark.parametrize("name", NAMES)
def test_titles_descriptions_and_names_match_the_printed_documents_word_for_word(packs, name):
    printed = " ".join(" ".join(file.read_text() for file in sorted(SEEDS.glob("*.txt"))).split())
    pack = packs[name]
    words = [lot.title for lot in pack.lots] + [lot.description for lot in pack.lots] + [pack.summary]
    words += [provider.name for provider in pack.providers]
    words += [alias for provider in pack.providers for alias in provider.aliases]
    for text in words:
        assert " ".join(text.split()).rstrip(".") in printed
    assert pack.title.replace("’", "'") in printed.replace("’", "'")
