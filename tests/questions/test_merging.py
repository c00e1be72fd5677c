from calloff.questions.answers import suggest_answers
from calloff.questions.schema import QuestionSet
from tests.questions.example_questions import ANSWERS, QUESTION_SET


def renamed(**changes):
    return QuestionSet.model_validate({**QUESTION_SET.model_dump(), "key": "another", **changes})


def test_answers_suggested_from_an_earlier_application_do_not_overwrite_any_answer():
    found = suggest_answers(QUESTION_SET, {"trading_name": "Brook End"}, QUESTION_SET, ANSWERS)
    assert "trading_name" not in found
    assert found["charity_number"] == "0000000"
    assert found["method@4"] == "By video"
    assert "prices" not in found


def test_answers_for_a_lot_are_not_suggested_in_another_market():
    found = suggest_answers(QUESTION_SET, {}, renamed(), ANSWERS)
    assert "turnover" in found
    assert not [key for key in found if "@" in key]


def test_no_answer_is_suggested_for_a_new_question():
    assert "charity_number" not in suggest_answers(QUESTION_SET, {}, QUESTION_SET, {**ANSWERS, "charity": "no"})


def test_an_answer_that_the_question_no_longer_allows_is_not_suggested():
    assert "dispute" not in suggest_answers(QUESTION_SET, {}, QUESTION_SET, {**ANSWERS, "dispute": "war"})


def test_an_answer_is_not_suggested_if_the_question_has_become_another_kind():
    content = QUESTION_SET.model_dump()
    content["sections"][1]["questions"][3] = {"key": "tutors", "kind": "text", "text": "Who are your tutors?"}
    assert "tutors" not in suggest_answers(
        QUESTION_SET, {}, QuestionSet.model_validate(content), {**ANSWERS, "tutors": "12"}
    )
