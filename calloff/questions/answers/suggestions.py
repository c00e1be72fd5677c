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
    """Return suggested answers from an earlier application. A suggestion counts only once a person has reviewed it.

    Two questions are the same if their key and kind are the same. The result does not include questions that already
    have an answer or that the earlier application was not asked, answers that are no longer valid, and prices. An
    answer for one category is suggested only within the same question set, because in another set the same number can
    mean a different category.

    `lots` and `earlier_lots` are the categories that the provider applies for. If they are None, all categories in the
    answers and in the question set are used.
    """
    own_lots = _mentioned_lots(whole, answers, earlier_answers) if lots is None else lots
    lots_of_earlier = _mentioned_lots(earlier_set, earlier_answers) if earlier_lots is None else earlier_lots
    earlier = {asked.key: asked for asked in asked_questions(earlier_set, earlier_answers, lots_of_earlier)}
    suggestions: dict[str, Any] = {}
    for asked in possible_questions(whole, own_lots):
        earlier_question = earlier.get(asked.key)
        if (
            earlier_question is None
            or earlier_question.question.kind != asked.question.kind
            or not kind_of(asked.question).is_reusable
        ):
            continue
        if asked.lot is not None and whole.key != earlier_set.key:
            continue
        if is_empty(answers.get(asked.key)) and not is_empty(earlier_answers.get(asked.key)):
            try:
                suggestions[asked.key] = parse_answer(asked.question, earlier_answers[asked.key], key=asked.key)
            except Refused:
                continue  # The answer is no longer valid, so the question is asked again.
    return suggestions


def _mentioned_lots(whole: QuestionSet, *answer_sets: AnswersByKey) -> set[int]:
    """Return the number of every category that is mentioned in a question set or in its answers."""
    numbers = {
        int(key.partition("@")[2]) for answers in answer_sets for key in answers if key.partition("@")[2].isdecimal()
    }
    return numbers.union(*(question.lots for question in whole.questions()))
