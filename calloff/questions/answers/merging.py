"""Suggest answers from an earlier application, for a person to review."""

from typing import Any

from calloff.kernel.lifecycles import Refused
from calloff.questions.answers.parsing import parse_answer
from calloff.questions.answers.visibility import (
    AnswersByKey,
    LotNumbers,
    asked_questions,
    possible_questions,
)
from calloff.questions.kinds import kind_of
from calloff.questions.kinds.question import is_empty
from calloff.questions.schema import QuestionSet


def suggest_answers(
    whole: QuestionSet,
    answers: AnswersByKey,
    earlier_set: QuestionSet,
    earlier_answers: AnswersByKey,
    *,
    lots: LotNumbers | None = None,
    earlier_lots: LotNumbers | None = None,
) -> dict[str, Any]:
    """Suggest answers from an earlier application, each to be reviewed by a person before it counts.

    A question is the same by key and kind. Never suggested: what is answered already, what the earlier application
    did not ask, what is no answer here any more, and prices. An answer for one lot serves only in the same question
    set: elsewhere the lot of that number is another. Without lots, those count that the answers and sets speak of.
    """
    own_lots = _spoken_of(whole, answers, earlier_answers) if lots is None else lots
    their_lots = _spoken_of(earlier_set, earlier_answers) if earlier_lots is None else earlier_lots
    earlier = {one.key: one for one in asked_questions(earlier_set, earlier_answers, their_lots)}
    found: dict[str, Any] = {}
    for one in possible_questions(whole, own_lots):
        then = earlier.get(one.key)
        if then is None or then.question.kind != one.question.kind or not kind_of(one.question).is_reusable:
            continue
        if one.lot is not None and whole.key != earlier_set.key:
            continue
        if is_empty(answers.get(one.key)) and not is_empty(earlier_answers.get(one.key)):
            try:
                found[one.key] = parse_answer(one.question, earlier_answers[one.key], key=one.key)
            except Refused:
                continue  # it no longer fits, so it is asked again
    return found


def _spoken_of(whole: QuestionSet, *several: AnswersByKey) -> set[int]:
    numbers = {
        int(key.partition("@")[2]) for answers in several for key in answers if key.partition("@")[2].isdecimal()
    }
    return numbers.union(*(question.lots for question in whole.questions()))
