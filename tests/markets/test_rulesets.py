"""Tests for the law as data, with numbers exactly at the limits.

Scenarios 1, 4 and 12a.
"""

from dataclasses import replace
from datetime import date

import pytest

from calloff.kernel.formatting import format_date
from calloff.markets import rulesets
from calloff.markets.rulesets import CommercialTool, law
from calloff.questions.schema import QuestionDefinition, QuestionSet, SectionDefinition

DPS = rulesets.get_ruleset("pcr-2015-dps")
ARRANGEMENT = rulesets.get_ruleset("pcr-2015-light-touch")
FRAMEWORK = rulesets.get_ruleset("pcr-2015-framework")
ACT_FRAMEWORK = rulesets.get_ruleset("pa-2023-framework")
OPEN_FRAMEWORK = rulesets.get_ruleset("pa-2023-open-framework")
DYNAMIC_MARKET = rulesets.get_ruleset("pa-2023-dynamic-market")
LIGHT_TOUCH = rulesets.get_ruleset("pa-2023-light-touch")
UNKNOWN = rulesets.get_ruleset("unknown")


def opening(ruleset, **changes):
    """Return the problems with opening a market that would have no problems without these changes."""
    facts = {
        "tool": ruleset.tools[0],
        "promises": {},
        "begins_on": max(ruleset.begins_since, date(2026, 9, 1)) if ruleset.begins_since else date(2021, 9, 1),
        "opens_on": date(2026, 9, 1),
        "closes_on": date(2027, 8, 31),
        "term_starts_on": date(2026, 9, 1),
        "term_ends_on": date(2028, 8, 31),
    }
    return rulesets.find_opening_problems(ruleset, **(facts | changes))


def extending(ruleset, **changes):
    facts = {
        "promises": {},
        "on": date(2026, 2, 23),
        "term_starts_on": date(2024, 9, 1),
        "old_end": date(2027, 8, 31),
        "new_end": date(2028, 8, 31),
    }
    return rulesets.find_extension_problems(ruleset, **(facts | changes))


def only_problem(problems):
    assert len(problems) == 1, problems
    return problems[0]


@pytest.mark.parametrize("ruleset", rulesets.RULESETS, ids=lambda row: row.key)
def test_every_ruleset_lets_a_valid_market_open(ruleset):
    assert opening(ruleset) == []


@pytest.mark.parametrize("ruleset", rulesets.RULESETS, ids=lambda row: row.key)
def test_every_rule_has_a_citation_and_a_description(ruleset):
    for name, cell in ruleset.cells.items():
        assert cell.citation
        assert cell.imposed
        assert cell.standing in {"law", "published practice"}
        assert "{}" not in rulesets.rule_in_words(name, cell)
        assert "does not hold" not in rulesets.rule_in_words(name, cell)


def test_rules_are_described_in_plain_words():
    said = {name: rulesets.rule_in_words(name, cell) for name, cell in DPS.cells.items()}
    assert said["decide_within"] == "An application is decided within 10 working days of receipt."
    assert said["sunset"] == "The market ends before Saturday 24 February 2029."
    assert said["cap_allowed"] == "The number of members is not limited."
    assert said["direct_call_off"] == "Every purchase must be a competition. A direct call-off is not allowed."
    assert said["calendar"] == "Working days do not include bank holidays in England and Wales."


def test_a_market_whose_law_is_unknown_says_that_no_law_is_recorded():
    assert not UNKNOWN.is_known
    assert DPS.is_known
    assert all(rulesets.find_rule(UNKNOWN, {}, name) is None for name in rulesets.RULE_DESCRIPTIONS)


def test_an_unknown_ruleset_raises_an_error_that_names_it():
    with pytest.raises(LookupError, match="pcr-2015-dsp"):
        rulesets.get_ruleset("pcr-2015-dsp")


# Scenario 1: a time that is shorter than the minimum, is exactly the minimum, or is longer than the maximum.


def test_accepting_applications_for_29_days_is_refused_with_the_date_of_the_30th_day():
    problem = only_problem(opening(DPS, closes_on=date(2026, 9, 29)))
    assert problem.where == "closes_on"
    assert (
        "at least 30 days (PCR 2015 reg 34). These dates allow 29. Close on Wednesday 30 September 2026 or later."
        in problem.sentence
    )


def test_a_dps_can_accept_applications_for_exactly_30_days():
    assert opening(DPS, closes_on=date(2026, 9, 30)) == []


def test_clock_changes_do_not_affect_the_minimum_of_30_days():
    assert opening(DPS, opens_on=date(2027, 3, 15), closes_on=date(2027, 4, 13)) == []
    assert opening(DPS, opens_on=date(2027, 3, 15), closes_on=date(2027, 4, 12)) != []


def test_only_a_dps_has_a_minimum_time_for_applications():
    assert opening(ARRANGEMENT, closes_on=date(2026, 9, 1)) == []


@pytest.mark.parametrize(
    ("ruleset", "last"),
    [(FRAMEWORK, date(2030, 8, 31)), (ACT_FRAMEWORK, date(2030, 8, 31)), (OPEN_FRAMEWORK, date(2034, 8, 31))],
    ids=lambda value: getattr(value, "key", None),
)
def test_a_market_can_last_for_the_longest_term_but_not_a_day_more(ruleset, last):
    assert opening(ruleset, term_ends_on=last) == []
    problem = only_problem(opening(ruleset, term_ends_on=last.replace(day=1, month=9)))
    assert problem.where == "term_ends_on"
    assert f"End it on {format_date(last)} or earlier." in problem.sentence


@pytest.mark.parametrize("ruleset", [FRAMEWORK, ACT_FRAMEWORK], ids=lambda row: row.key)
def test_a_framework_can_last_longer_with_a_justification(ruleset):
    assert opening(ruleset, term_ends_on=date(2031, 8, 31), justification="A building must be paid off.") == []
    assert opening(ruleset, term_ends_on=date(2031, 8, 31), justification="  ") != []


def test_an_open_framework_ends_after_eight_years_whatever_the_reason_given():
    assert opening(OPEN_FRAMEWORK, term_ends_on=date(2034, 9, 1), justification="We like it.") != []


def test_a_dps_can_last_until_the_end_of_23_february_2029():
    assert opening(DPS, term_ends_on=date(2029, 2, 23)) == []
    assert "end of Friday 23 February 2029" in only_problem(opening(DPS, term_ends_on=date(2029, 2, 24))).sentence


@pytest.mark.parametrize("ruleset", [ARRANGEMENT, LIGHT_TOUCH, UNKNOWN], ids=lambda row: row.key)
def test_a_market_with_no_last_day_set_by_law_can_end_in_2040(ruleset):
    assert opening(ruleset, term_ends_on=date(2040, 1, 1)) == []


def test_a_market_can_promise_its_own_minimum_time():
    promises = {"shortest_first_window": rulesets.make_promise(14, "This market's own rule")}
    assert opening(ARRANGEMENT, promises=promises, closes_on=date(2026, 9, 14)) == []
    problem = only_problem(opening(ARRANGEMENT, promises=promises, closes_on=date(2026, 9, 13)))
    assert "This market's own rule" in problem.sentence


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"closes_on": date(2026, 8, 31)}, "closes_on"),
        ({"term_ends_on": date(2027, 8, 30)}, "closes_on"),
        ({"tool": CommercialTool.FRAMEWORK}, "ruleset"),
        ({"promises": {"decide_within": rulesets.make_promise(20, "Ours")}}, "promises.decide_within"),
    ],
)
def test_dates_in_the_wrong_order_and_unknown_market_types_and_unlawful_promises_are_refused(changes, where):
    assert only_problem(opening(DPS, **changes)).where == where


# Scenario 4: starting and extending.


@pytest.mark.parametrize("ruleset", [DPS, ARRANGEMENT, FRAMEWORK], ids=lambda row: row.key)
def test_no_market_under_the_2015_regulations_can_start_from_24_february_2025(ruleset):
    assert opening(ruleset, begins_on=date(2025, 2, 23)) == []
    problem = only_problem(opening(ruleset, begins_on=date(2025, 2, 24)))
    assert problem.where == "begins_on"
    assert "24 February 2025" in problem.sentence
    assert "Procurement Act 2023" in problem.sentence


@pytest.mark.parametrize(
    "ruleset", [DYNAMIC_MARKET, ACT_FRAMEWORK, OPEN_FRAMEWORK, LIGHT_TOUCH], ids=lambda row: row.key
)
def test_no_market_under_the_act_can_start_before_24_february_2025(ruleset):
    assert opening(ruleset, begins_on=date(2025, 2, 24)) == []
    assert only_problem(opening(ruleset, begins_on=date(2025, 2, 23))).where == "begins_on"


def test_a_market_that_starts_under_a_replaced_ruleset_is_refused_and_the_new_one_is_named(monkeypatch):
    first, second = (
        replace(
            ACT_FRAMEWORK, key=key, title=f"Rules of {key}", begins_since=on, begins_citation="An Act",
            replaces=replaces,
        )
        for key, on, replaces in (
            ("new", date(2027, 4, 1), ACT_FRAMEWORK.key),
            ("newer", date(2028, 4, 1), "new"),
        )
    )  # fmt: skip
    monkeypatch.setattr(law, "RULESETS", (*law.RULESETS, first, second))
    assert opening(ACT_FRAMEWORK, begins_on=date(2027, 3, 31)) == []
    problem = only_problem(opening(ACT_FRAMEWORK, begins_on=date(2027, 4, 1)))
    assert (problem.where, problem.sentence) == (
        "begins_on",
        "From Thursday 1 April 2027 the law for this kind of market is “Rules of new” (An Act). "
        "Choose those rules: new.",
    )
    assert opening(first, begins_on=date(2028, 3, 31)) == []
    for replaced in (ACT_FRAMEWORK, first):
        assert "Choose those rules: newer." in only_problem(opening(replaced, begins_on=date(2028, 4, 1))).sentence


def test_every_ruleset_that_replaces_another_is_named_with_its_start_date():
    keys = {row.key for row in rulesets.RULESETS}
    for row in rulesets.RULESETS:
        assert not row.replaces or row.replaces in keys, f"“{row.key}” replaces “{row.replaces}”, which is no row"
        assert not row.replaces or row.begins_since, f"Give “{row.key}” the day from which it applies (begins_since)"


def test_a_dps_can_be_extended_on_23_february_2026_but_not_the_day_after():
    assert extending(DPS, on=date(2026, 2, 23)) == []
    problem = only_problem(extending(DPS, on=date(2026, 2, 24)))
    assert "23 February 2026" in problem.sentence
    assert "PCR 2015 reg 34" in problem.sentence


def test_a_dps_can_be_extended_until_23_february_2029_and_no_longer():
    assert extending(DPS, new_end=date(2029, 2, 23)) == []
    problem = only_problem(extending(DPS, new_end=date(2029, 2, 24)))
    assert "23 February 2029" in problem.sentence
    assert "PCR 2015 reg 34" in problem.sentence


def test_a_refused_extension_gives_both_reasons():
    assert len(extending(DPS, on=date(2026, 11, 21), new_end=date(2030, 1, 1))) == 2


@pytest.mark.parametrize("ruleset", [ARRANGEMENT, FRAMEWORK, LIGHT_TOUCH, UNKNOWN], ids=lambda row: row.key)
def test_light_touch_arrangements_and_frameworks_follow_their_own_extension_rules(ruleset):
    assert extending(ruleset, on=date(2026, 11, 21), new_end=date(2030, 8, 31)) == []


def test_an_extension_under_the_regulations_follows_regulation_72():
    for ruleset in (ARRANGEMENT, FRAMEWORK):
        assert rulesets.find_rule(ruleset, {}, "extending").citation == "PCR 2015 reg 72"


def test_a_framework_under_the_act_lasts_four_years_unless_a_longer_term_is_justified():
    began = date(2025, 9, 1)
    assert extending(ACT_FRAMEWORK, term_starts_on=began, new_end=date(2029, 8, 31)) == []
    assert only_problem(extending(ACT_FRAMEWORK, term_starts_on=began, new_end=date(2029, 9, 1))).where == "new_end"
    assert extending(ACT_FRAMEWORK, term_starts_on=began, new_end=date(2029, 9, 1), justification="It is.") == []


def test_an_extension_must_end_later_than_the_current_end_date():
    assert only_problem(extending(UNKNOWN, new_end=date(2027, 8, 31))).where == "new_end"


# Scenario 12a: conditions for joining with a ranking, a weight or a price.


def asks(**question):
    asked = QuestionDefinition.model_validate({"key": "it", "kind": "long_text", "text": "What do you do?"} | question)
    return QuestionSet(
        key="it",
        version=1,
        title="It",
        source="test",
        sections=[SectionDefinition(key="it", title="It", questions=[asked])],
    )


WEIGHTED = asks(assessed="score", pass_mark=3, weight=40)
PRICED = asks(kind="prices")
SCORED = asks(assessed="score", pass_mark=3)


@pytest.mark.parametrize("ruleset", [DPS, DYNAMIC_MARKET], ids=lambda row: row.key)
@pytest.mark.parametrize("scheme", [WEIGHTED, PRICED, asks(kind="money", assessed="pass_fail")])
def test_a_weight_or_a_price_as_a_condition_of_entry_is_refused(ruleset, scheme):
    problem = only_problem(opening(ruleset, question_set=scheme))
    assert problem.where == "questions.it"
    assert rulesets.find_rule(ruleset, {}, "entry").citation in problem.sentence


@pytest.mark.parametrize("ruleset", [DPS, DYNAMIC_MARKET], ids=lambda row: row.key)
def test_pass_or_fail_questions_and_a_minimum_score_are_accepted(ruleset):
    assert opening(ruleset, question_set=SCORED) == []
    assert opening(ruleset, question_set=asks(kind="money")) == []


@pytest.mark.parametrize("ruleset", [FRAMEWORK, ACT_FRAMEWORK, UNKNOWN], ids=lambda row: row.key)
def test_weights_and_prices_are_accepted_if_the_law_has_no_rule_about_them(ruleset):
    assert opening(ruleset, question_set=WEIGHTED) == []
    assert opening(ruleset, question_set=PRICED) == []


def test_a_market_that_promised_entry_on_conditions_alone_must_keep_that_promise():
    promises = {"entry": rulesets.make_promise("conditions", "This market's own rule")}
    assert (
        "This market's own rule"
        in only_problem(opening(ARRANGEMENT, promises=promises, question_set=WEIGHTED)).sentence
    )


# These tests are about a market's rules.


def test_the_law_takes_precedence_over_a_promise():
    own = {"decide_within": rulesets.make_promise(5, "Ours")}
    assert rulesets.find_rule(DPS, own, "decide_within").value == 10
    assert rulesets.find_rule(DPS, own, "decide_within").citation == "PCR 2015 reg 34(16)"


def test_a_promise_applies_if_the_law_has_no_rule_but_is_not_described_as_law():
    cell = rulesets.find_rule(ARRANGEMENT, {"decide_within": rulesets.make_promise(10, "Ours")}, "decide_within")
    assert (cell.value, cell.citation, cell.imposed) == (10, "Ours", False)
    assert rulesets.find_rule(ARRANGEMENT, {}, "decide_within") is None


def test_an_unknown_rule_name_raises_a_programming_error():
    with pytest.raises(LookupError):
        rulesets.find_rule(DPS, {}, "decide_withn")


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("decide_within", 10, ""),
        ("decide_within", 0, "whole number"),
        ("decide_within", True, "whole number"),
        ("decide_within", "ten", "whole number"),
        ("invite_all", True, ""),
        ("invite_all", 1, "true or false"),
        ("entry", "conditions", ""),
        ("entry", "lottery", "one of"),
        ("sunset", "2030-01-01", "only the law"),
        ("decide_withn", 10, "no rule"),
    ],
)
def test_a_promise_must_have_a_value_that_its_rule_allows(name, value, wrong):
    said = rulesets.problem_of_promise(name, value)
    assert wrong in said
    assert bool(said) == bool(wrong)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 9, 1), 48, date(2030, 9, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
    ],
)
def test_months_are_added_by_the_calendar_month(start, months, end):
    assert rulesets.add_months(start, months) == end
