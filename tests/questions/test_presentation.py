import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calloff.questions.answers import (
    asked_questions,
    assessed_questions,
    automatic_flags,
    compare_answers,
    eligibility_verdict,
    export_rows,
    has_ranking_or_weighting,
    neutralise_formula,
    summarise_answers,
    write_csv,
)
from calloff.questions.schema import QuestionSet
from tests.questions.example_questions import ANSWERS, LOTS, NO_DEADLINE, QUESTION_SET, SCHEDULE, answers_without


def summary_texts(answers=ANSWERS, **kwargs):
    return {
        row.key: row.text
        for section in summarise_answers(QUESTION_SET, answers, LOTS, **kwargs)
        for row in section.rows
    }


def test_a_summary_of_the_answers_is_written_in_plain_words():
    assert summary_texts(schedule=SCHEDULE, evidence={"EV-7K3QX": "Public liability 2026"}) == {
        "trading_name": "Windmill Hill",
        "charity": "Yes",
        "charity_number": "0000000",
        "convicted": "No",
        "dispute": "An open dispute",
        "ages": "Key stage 3\nKey stage 4",
        "method@1": "In small steps",
        "method@4": "By video",
        "online_safety": "Not answered",
        "tutors": "1,200",
        "turnover": "£1,250.50",
        "founded": "Friday 27 November 2009",
        "checks": "Date: Friday 27 February 2026\nNumber of staff checked: 12\nAll of them",
        "insurance": "Public liability 2026 (EV-7K3QX)",
        "prices": "One to one, each hour: £45 (Exempt from VAT)\n"
        "A group of four, each session: £120.50 (Standard rated, plus VAT)",
    }


def test_a_summary_is_divided_into_sections_and_shows_the_lot():
    sections = summarise_answers(QUESTION_SET, ANSWERS, LOTS)
    assert [section.title for section in sections] == ["About the provider", "Your offer"]
    assert ("How will you teach?", "Online tutoring", "By video", "method@4", True) in sections[1].rows


VALUES = st.text(max_size=9) | st.integers() | st.lists(st.text(max_size=9)) | st.dictionaries(
    st.sampled_from(["on", "count", "hour"]), st.text(max_size=9) | st.integers()
)  # fmt: skip


@NO_DEADLINE
@given(st.dictionaries(st.sampled_from(sorted(ANSWERS)), VALUES))
def test_a_summary_shows_every_answer_whatever_its_structure(answers):
    answers = {**ANSWERS, **answers}
    rows = {
        row.key: row
        for section in summarise_answers(QUESTION_SET, answers, LOTS, schedule=SCHEDULE)
        for row in section.rows
    }
    assert list(rows) == [one.key for one in asked_questions(QUESTION_SET, answers, LOTS)]
    for key, row in rows.items():
        value = answers.get(key)
        if isinstance(value, str) and value.strip() and key in {"trading_name", "method@1", "insurance"}:
            assert value in row.text
        if row.answered:
            assert row.text != "Not answered" or value == "Not answered"


def test_a_comparison_shows_only_what_has_changed():
    after = {**answers_without("charity_number"), "charity": "no", "turnover": "99.00", "method@1": "Slowly"}
    rows = compare_answers(QUESTION_SET, ANSWERS, after, LOTS, {1: "Early help"}, schedule=SCHEDULE)
    assert [(row.key, row.lot, row.before, row.after) for row in rows] == [
        ("charity", "", "Yes", "No"),
        ("charity_number", "", "0000000", "Not asked"),
        ("method@1", "Early help", "In small steps", "Slowly"),
        ("method@4", "Online tutoring", "By video", "Not asked"),
        ("turnover", "", "£1,250.50", "£99"),
    ]
    assert compare_answers(QUESTION_SET, ANSWERS, ANSWERS, LOTS, LOTS) == []


def test_an_export_has_a_row_for_each_part_of_an_answer():
    rows = {(row[3], row[4]): row[5] for row in export_rows(QUESTION_SET, ANSWERS, LOTS)}
    assert rows["turnover", ""] == "1250.50"
    assert rows["tutors", ""] == "1200"
    assert rows["checks", "count"] == "12"
    assert rows["prices", "hour amount"] == "45.00"
    assert rows["prices", "hour vat"] == "exempt"
    assert rows["online_safety", ""] == ""


FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "|cmd", "%0"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_exported_cell_is_a_formula(cell):
    sheet = write_csv(export_rows(QUESTION_SET, {**ANSWERS, "trading_name": cell, "method@1": cell}, LOTS))
    cells = [one for row in csv.reader(io.StringIO(sheet, newline="")) for one in row]
    assert cells.count(f"'{cell}") == 2
    assert cell not in cells


@pytest.mark.parametrize("cell", ["-45.50", "12", "a=b", "", "Windmill"])
def test_a_cell_that_is_not_a_formula_is_exported_unchanged(cell):
    assert neutralise_formula(cell) == cell


def test_an_answer_that_fails_a_mandatory_question_is_a_fail_and_a_discretionary_one_needs_judgement():
    flags = automatic_flags(QUESTION_SET, {**ANSWERS, "convicted": "yes"}, LOTS)
    assert [(flag.key, flag.option, flag.effect, flag.sentence) for flag in flags] == [
        (
            "convicted",
            "yes",
            "mandatory",
            "The answer to “Has the organisation been convicted of fraud?” is “Yes”. This answer does not meet "
            "the requirement.",
        ),
        (
            "dispute",
            "open",
            "discretionary",
            "The answer to “Is there a dispute with a council?” is “An open dispute”. The council must consider this "
            "answer.",
        ),
    ]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"convicted": "yes"}, "not_eligible"),
        ({"convicted": "no"}, "needs_a_person"),
        ({"dispute": "none"}, "eligible"),
        ({"trading_name": ""}, "unfinished"),
        ({"trading_name": "", "convicted": "yes"}, "not_eligible"),
    ],
)
def test_an_eligibility_check_ends_with_a_result(change, outcome):
    about = QuestionSet.model_validate(
        {**QUESTION_SET.model_dump(), "sections": [QUESTION_SET.model_dump()["sections"][0]]}
    )
    found = eligibility_verdict(about, {**ANSWERS, **change})
    assert found.outcome == outcome
    assert bool(found.sentences) == (outcome != "eligible")


def test_scored_questions_are_asked_for_each_lot():
    assert [one.key for one in assessed_questions(QUESTION_SET, LOTS, ANSWERS)] == ["convicted", "method@1", "method@4"]


@pytest.mark.parametrize(
    "question",
    [
        {"kind": "long_text", "assessed": "score", "pass_mark": 2, "weight": 40},
        {"kind": "prices", "assessed": "score", "pass_mark": 2},
    ],
)
def test_a_scoring_scheme_that_uses_ranks_weights_or_prices_is_recognised(question):
    section = {"key": "one", "title": "One", "questions": [{"key": "a", "text": "How?", **question}]}
    ranked = QuestionSet.model_validate(
        {"key": "ranked", "version": 1, "title": "Ranked", "source": "Invented", "sections": [section]}
    )
    assert has_ranking_or_weighting(ranked)
    assert not has_ranking_or_weighting(QUESTION_SET)
