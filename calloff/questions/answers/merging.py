"""Answers of more than one hand, or of another time: offered, compared, joined, and never lost silently."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from calloff.kernel.lifecycles import Problem, Refused
from calloff.questions.answers.parsing import parse_answer
from calloff.questions.answers.visibility import (
    AnswersByKey,
    AskedQuestion,
    LotNumbers,
    asked_questions,
    possible_questions,
)
from calloff.questions.kinds import kind_of
from calloff.questions.kinds.question import is_empty
from calloff.questions.schema import QuestionDefinition, QuestionSet


class AnswerConflict(NamedTuple):
    """Two people changed one answer, differently. None: that one took it away."""

    key: str
    mine: Any
    theirs: Any


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


def find_answer_conflicts(
    keys: Iterable[str], base: AnswersByKey, mine: AnswersByKey, theirs: AnswersByKey
) -> list[AnswerConflict]:
    """Find what both I and someone else changed, differently, since `base`, the answers that I was shown.

    `keys` are those of my page. What `mine` does not hold I took away.
    """
    return [
        AnswerConflict(key, _value(mine, key), _value(theirs, key))
        for key in keys
        if _value(mine, key) != _value(base, key)
        and _value(theirs, key) != _value(base, key)
        and _value(mine, key) != _value(theirs, key)
    ]


def merge_answers(
    page: Iterable[AskedQuestion],
    base: AnswersByKey,
    mine: AnswersByKey,
    theirs: AnswersByKey,
    chosen: Mapping[str, str],
) -> dict[str, Any]:
    """Bring two people's answers together: `theirs` whole, with what I changed on my page.

    For each clash, `chosen` says “mine”, “theirs” or, for text, “both”. Raises Refused, naming each clash for which
    it says nothing.
    """
    on_page = {one.key: one.question for one in page}
    undecided = {clash.key: clash for clash in find_answer_conflicts(on_page, base, mine, theirs)}
    joined = dict(theirs)
    wrong: list[Problem] = []
    for key, question in on_page.items():
        if key in undecided:
            joinable = bool(kind_of(question).joined_by)
            choice = chosen.get(key)
            if choice not in {"mine", "theirs", "both"} or (choice == "both" and not joinable):
                words = "Choose one answer or join both" if joinable else "Choose one answer"
                wrong.append(Problem(f"{words}: {question.text}", key))
            elif choice == "mine":
                joined[key] = _value(mine, key)
            elif choice == "both":
                joined[key] = _both(question, _value(theirs, key), _value(mine, key))
        elif _value(mine, key) != _value(base, key):
            joined[key] = _value(mine, key)
    if wrong:
        raise Refused.because(wrong)
    return {key: value for key, value in joined.items() if not is_empty(value)}


def _both(question: QuestionDefinition, theirs: Any, mine: Any) -> str:
    first, second = str(theirs or ""), str(mine or "")
    if first in second:
        return second
    return first if second in first else f"{first}{kind_of(question).joined_by}{second}"


def _value(answers: AnswersByKey, key: str) -> Any:
    value = answers.get(key)
    return None if is_empty(value) else value


def _spoken_of(whole: QuestionSet, *several: AnswersByKey) -> set[int]:
    numbers = {
        int(key.partition("@")[2]) for answers in several for key in answers if key.partition("@")[2].isdecimal()
    }
    return numbers.union(*(question.lots for question in whole.questions()))
