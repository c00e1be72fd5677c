import pytest
from hypothesis import given
from hypothesis import strategies as st

from calloff.kernel.lifecycles import Refused
from calloff.questions.answers import find_answer_conflicts, merge_answers, possible_questions, suggest_answers
from calloff.questions.schema import QuestionSet
from tests.questions.example_questions import ANSWERS, LOTS, NO_DEADLINE, OFFER_SECTION, QUESTION_SET, answers_without

PAGE = [one for one in possible_questions(OFFER_SECTION, LOTS) if one.question.kind in {"long_text", "number"}]
KEYS = [one.key for one in PAGE]


def renamed(**changes):
    return QuestionSet.model_validate({**QUESTION_SET.model_dump(), "key": "another", **changes})


def test_an_earlier_application_suggests_answers_and_overwrites_none():
    found = suggest_answers(QUESTION_SET, {"trading_name": "Brook End"}, QUESTION_SET, ANSWERS)
    assert "trading_name" not in found
    assert found["charity_number"] == "0000000"
    assert found["method@4"] == "By video"
    assert "prices" not in found


def test_a_lot_of_another_market_is_another_lot():
    found = suggest_answers(QUESTION_SET, {}, renamed(), ANSWERS)
    assert "turnover" in found
    assert not [key for key in found if "@" in key]


def test_what_the_earlier_application_did_not_ask_is_not_suggested():
    assert "charity_number" not in suggest_answers(QUESTION_SET, {}, QUESTION_SET, {**ANSWERS, "charity": "no"})


def test_an_answer_that_is_none_here_is_not_suggested():
    assert "dispute" not in suggest_answers(QUESTION_SET, {}, QUESTION_SET, {**ANSWERS, "dispute": "war"})


def test_a_question_of_another_kind_is_another_question():
    content = QUESTION_SET.model_dump()
    content["sections"][1]["questions"][3] = {"key": "tutors", "kind": "text", "text": "Who are your tutors?"}
    assert "tutors" not in suggest_answers(
        QUESTION_SET, {}, QuestionSet.model_validate(content), {**ANSWERS, "tutors": "12"}
    )


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "clash"),
    [
        ({}, {"tutors": 1}, {"tutors": 2}, True),
        ({}, {"tutors": 1}, {"tutors": 1}, False),
        ({"tutors": 1}, {"tutors": 1}, {"tutors": 2}, False),
        ({"tutors": 1}, {"tutors": 2}, {"tutors": 1}, False),
        ({"tutors": 1}, {}, {"tutors": 2}, True),
        ({"tutors": 1}, {"tutors": 2}, {}, True),
    ],
)
def test_only_what_both_changed_differently_clashes(base, mine, theirs, clash):
    assert bool(find_answer_conflicts(["tutors"], base, mine, theirs)) is clash


def test_an_undecided_clash_is_refused_by_name():
    with pytest.raises(Refused) as refused:
        merge_answers(PAGE, {}, {"method@1": "A", "tutors": 1}, {"method@1": "B", "tutors": 2}, {"tutors": "both"})
    assert refused.value.problems == (
        ("Choose one answer or join both: How will you teach?", "method@1"),
        ("Choose one answer: How many tutors?", "tutors"),
    )


def test_what_nobody_disputes_is_kept_from_both():
    theirs = {**ANSWERS, "tutors": 7}
    joined = merge_answers(PAGE, ANSWERS, {**ANSWERS, "method@1": "Slowly"}, theirs, {})
    assert joined == {**theirs, "method@1": "Slowly"}


def test_an_answer_that_i_took_away_is_gone_if_nobody_else_changed_it():
    assert "method@1" not in merge_answers(PAGE, ANSWERS, answers_without("method@1"), ANSWERS, {})


TEXTS = st.dictionaries(st.sampled_from(["method@1", "method@4"]), st.text("ab \n", min_size=1, max_size=6))


@NO_DEADLINE
@given(TEXTS, TEXTS, TEXTS)
def test_joining_never_loses_a_text_that_somebody_wrote(base, mine, theirs):
    joined = merge_answers(PAGE, base, mine, theirs, dict.fromkeys(KEYS, "both"))
    for key in {*mine, *theirs}:
        for one, other in ((mine, theirs), (theirs, mine)):
            written = one.get(key, "")
            changed = written.strip() and written != base.get(key)
            taken_away = other.get(key, "").strip() == "" and written == base.get(key)
            if changed and not taken_away:
                assert written in joined.get(key, "")
