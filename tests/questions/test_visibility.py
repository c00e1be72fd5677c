import pytest

from calloff.questions.answers import asked_questions, section_applies, section_state, with_changes
from calloff.questions.schema import QuestionSet
from tests.questions.example_questions import ABOUT_SECTION, ANSWERS, LOTS, OFFER_SECTION, QUESTION_SET, SCHEDULE


def keys(part, answers, lots=()):
    return [one.key for one in asked_questions(part, answers, lots)]


def test_a_question_appears_once_the_answer_it_depends_on_is_given():
    assert "charity_number" not in keys(ABOUT_SECTION, {})
    assert "charity_number" not in keys(ABOUT_SECTION, {"charity": "no"})
    assert "charity_number" in keys(ABOUT_SECTION, {"charity": "yes"})


def test_a_question_for_certain_lots_is_asked_only_if_one_of_those_lots_is_requested():
    assert "online_safety" not in keys(OFFER_SECTION, {}, [1])
    assert "online_safety" in keys(OFFER_SECTION, {}, [1, 4])


def test_a_per_lot_question_is_asked_once_for_each_requested_lot():
    assert [key for key in keys(OFFER_SECTION, {}, [4, 1]) if key.startswith("method")] == ["method@1", "method@4"]


def chained():
    yes_no = {"kind": "yes_no", "text": "Is it?"}
    first = {"key": "one", "title": "One", "questions": [{"key": "a", **yes_no}]}
    second = {"key": "b", "when": {"question": "a", "is_any_of": ["yes"]}, **yes_no}
    third = {"key": "c", "when": {"question": "b", "is_any_of": ["yes"]}, **yes_no}
    sections = [
        first,
        {"key": "two", "title": "Two", "questions": [second]},
        {"key": "three", "title": "Three", "questions": [third]},
    ]
    return QuestionSet.model_validate(
        {"key": "chain", "version": 1, "title": "Chain", "source": "Invented", "sections": sections}
    )


def test_a_question_that_depends_on_a_hidden_question_is_hidden():
    third = chained().sections[2]
    assert keys(third, {"a": "yes", "b": "yes"}) == ["c"]
    assert keys(third, {"a": "no", "b": "yes"}) == []


def test_a_section_cannot_start_before_the_one_it_depends_on_and_is_hidden_if_not_needed():
    third = chained().sections[2]
    assert section_state(third, {}, []) == "Cannot start yet"
    assert section_applies(third, {"a": "yes"}, [])
    assert not section_applies(third, {"a": "no", "b": "yes"}, [])


def test_a_condition_in_a_per_lot_question_checks_the_answer_for_that_lot():
    each = {"kind": "yes_no", "text": "Is it?", "per_lot": True}
    questions = [{"key": "a", **each}, {"key": "b", "when": {"question": "a", "is_any_of": ["yes"]}, **each}]
    whole = QuestionSet.model_validate(
        {
            "key": "lots",
            "version": 1,
            "title": "Lots",
            "source": "Invented",
            "sections": [{"key": "one", "title": "One", "questions": questions}],
        }
    )
    assert keys(whole, {"a@1": "yes", "a@2": "no"}, [1, 2]) == ["a@1", "a@2", "b@1"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, "Not yet started"),
        ({"charity_number": "kept while hidden"}, "Not yet started"),
        ({"trading_name": "Windmill Hill"}, "In progress"),
        (ANSWERS, "Completed"),
    ],
)
def test_a_section_shows_its_progress(answers, expected):
    assert section_state(ABOUT_SECTION, answers, LOTS) == expected


def test_a_section_in_which_every_question_is_answered_is_shown_as_completed():
    assert section_state(OFFER_SECTION, ANSWERS, LOTS, schedule=SCHEDULE) == "Completed"


def test_clearing_one_answer_does_not_clear_the_others():
    assert with_changes({"a": "1", "b": "2"}, {"a": None, "c": 0}) == {"b": "2", "c": 0}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"options": [{"value": "maybe", "label": "Maybe"}]}, "yes and no"),
        ({"minimum": 3, "maximum": 2}, "minimum is more"),
        ({"when": {"question": "z", "is_any_of": ["yes"]}}, "not asked before"),
    ],
)
def test_an_invalid_question_is_reported(change, fault):
    question = {"key": "a", "kind": "yes_no", "text": "Is it?", **change}
    section = {"key": "one", "title": "One", "questions": [question]}
    with pytest.raises(ValueError, match=fault):
        QuestionSet.model_validate(
            {"key": "faulty", "version": 1, "title": "Faulty", "source": "Invented", "sections": [section]}
        )


def test_a_condition_that_no_answer_can_meet_is_refused():
    content = QUESTION_SET.model_dump()
    content["sections"][0]["questions"][2]["when"]["is_any_of"] = ["perhaps"]
    with pytest.raises(ValueError, match="charity has no option perhaps"):
        QuestionSet.model_validate(content)
