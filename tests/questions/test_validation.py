from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calloff.kernel.lifecycles import Problem
from calloff.questions.answers import asked_questions, find_answer_problems, possible_questions, read_section_page
from tests.questions.example_questions import (
    ABOUT_SECTION,
    ANSWERS,
    LOTS,
    NO_DEADLINE,
    OFFER_SECTION,
    QUESTION_SET,
    SCHEDULE,
    answers_without,
)

TODAY = date(2026, 3, 2)


def test_a_complete_set_of_answers_has_no_problems():
    assert find_answer_problems(QUESTION_SET, ANSWERS, LOTS, schedule=SCHEDULE, today=TODAY) == []


def test_each_missing_answer_is_reported_with_its_question():
    assert find_answer_problems(QUESTION_SET, {"charity": "yes"}, LOTS, schedule=SCHEDULE) == [
        Problem("Enter your trading name", "trading_name"),
        Problem("Enter your charity number", "charity_number"),
        Problem("Select yes or no: Has the organisation been convicted of fraud?", "convicted"),
        Problem("Select the key stages you teach", "ages"),
        Problem("Enter how you will teach for Early help", "method@1"),
        Problem("Enter how you will teach for Online tutoring", "method@4"),
        Problem("Enter the number of tutors", "tutors"),
        Problem("Enter the turnover", "turnover"),
        Problem("Enter the date of foundation", "founded"),
        Problem("Enter the date and the number: your staff checks", "checks"),
        Problem("Select your insurance", "insurance"),
        Problem("Enter at least one price: what you charge", "prices"),
    ]


def test_a_section_is_checked_only_against_its_own_rules():
    found = find_answer_problems(QUESTION_SET, {}, LOTS, section="about")
    assert {problem.where for problem in found} == {"trading_name", "charity", "convicted"}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"tutors": 0}, "The number of tutors must be 1 or more"),
        ({"tutors": 5001}, "The number of tutors must be 5,000 or less"),
        ({"turnover": "-0.01"}, "The turnover must be £0 or more"),
        ({"founded": "0009-11-27"}, "The date of foundation must be between 1900 and 2099"),
        ({"checks": {"on": "2026-03-03", "count": 3}}, "The date must be today or in the past"),
        ({"checks": {"on": "2026-03-02", "count": 0}}, "Number of staff checked must be 1 or more"),
        ({"method@1": "a " * 12}, "How you will teach for Early help must be 10 words or fewer. Remove 2 words"),
        ({"prices": {"van": {"amount": "1.00", "vat": "zero"}}}, "Enter the price for One to one"),
    ],
)
def test_an_answer_beyond_its_limits_is_reported(answer, sentence):
    found = find_answer_problems(QUESTION_SET, {**ANSWERS, **answer}, LOTS, schedule=SCHEDULE, today=TODAY)
    assert found == [Problem(sentence, next(iter(answer)))]


@pytest.mark.parametrize(
    "answer",
    [{"tutors": 1}, {"tutors": 5000}, {"turnover": "0.00"}, {"method@1": "a " * 10},
     {"checks": {"on": "2026-03-02", "count": 1}}],
)  # fmt: skip
def test_an_answer_at_its_limit_is_accepted(answer):
    assert find_answer_problems(QUESTION_SET, {**ANSWERS, **answer}, LOTS, schedule=SCHEDULE, today=TODAY) == []


@NO_DEADLINE
@given(st.sets(st.sampled_from(sorted(ANSWERS))), st.sets(st.sampled_from([1, 4])))
def test_a_required_question_must_be_answered_if_it_is_shown(left_out, lots):
    answers = answers_without(*left_out)
    put = {one.key: one.question for one in asked_questions(QUESTION_SET, answers, lots)}
    missing = {key for key, question in put.items() if question.required and key not in answers}
    assert {
        problem.where for problem in find_answer_problems(QUESTION_SET, answers, lots, schedule=SCHEDULE, today=TODAY)
    } == missing


def test_reading_a_submitted_page_changes_only_the_answers_on_that_page():
    reading = read_section_page(ABOUT_SECTION, {"trading_name": "Brook End", "dispute": ""}, ANSWERS, LOTS)
    assert reading == ({"trading_name": "Brook End", "dispute": None}, [], [])


def test_a_question_that_has_only_now_been_shown_is_not_reported_as_an_error():
    reading = read_section_page(ABOUT_SECTION, {"charity": "yes"}, answers_without("charity", "charity_number"), LOTS)
    assert reading.problems == []
    assert [one.key for one in reading.revealed] == ["charity_number"]


def test_hidden_answers_are_neither_checked_nor_deleted():
    emptied = read_section_page(ABOUT_SECTION, {"charity": "no", "charity_number": ""}, ANSWERS, LOTS)
    assert emptied == ({"charity": "no"}, [], [])
    typed = read_section_page(ABOUT_SECTION, {"charity": "no", "charity_number": "7"}, ANSWERS, LOTS)
    assert typed == ({"charity": "no", "charity_number": "7"}, [], [])


def test_a_person_who_leaves_questions_for_later_is_shown_only_errors():
    reading = read_section_page(OFFER_SECTION, {"tutors": "x", "turnover": "", "founded": ""}, {}, LOTS, later=True)
    assert [problem.where for problem in reading.problems] == ["tutors"]


@NO_DEADLINE
@given(
    st.dictionaries(
        st.sampled_from([one.key for one in possible_questions(QUESTION_SET, LOTS)]), st.text() | st.lists(st.text())
    )
)
def test_reading_a_submitted_page_never_fails_and_reports_only_its_own_fields(raw):
    reading = read_section_page(OFFER_SECTION, raw, {}, LOTS, schedule=SCHEDULE, today=TODAY)
    assert set(reading.answers) <= set(raw)
    assert {problem.where.partition("-")[0] for problem in reading.problems} <= set(raw)
