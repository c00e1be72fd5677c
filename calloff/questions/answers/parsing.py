"""From what was typed to an answer: types only. What an answer may be beyond its type is in validation.py."""

from collections.abc import Collection
from typing import Any

from calloff.questions.kinds import kind_of
from calloff.questions.kinds.question import PriceScheduleLine
from calloff.questions.schema import QuestionDefinition


def parse_answer(
    question: QuestionDefinition, raw: Any, *, key: str = "", schedule: Collection[PriceScheduleLine] = ()
) -> Any:
    """Return the answer that was meant, or None if nothing was typed.

    Takes what a form's boxes hold as well as an answer that is clean already. Raises Refused, and nothing else: each
    problem's `where` is the answer's key, or names one of its boxes: `key-count`, `key-on`, `key-LINE-amount`.
    """
    return kind_of(question).parse(question, raw, key or question.key, schedule)
