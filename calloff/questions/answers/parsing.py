"""Convert what a person typed into answers.

This checks only the type. `validation` checks everything else.
"""

from collections.abc import Collection
from typing import Any

from calloff.questions.kinds import kind_of
from calloff.questions.kinds.question import PriceScheduleLine
from calloff.questions.schema import QuestionDefinition


def parse_answer(
    question: QuestionDefinition, raw: Any, *, key: str = "", schedule: Collection[PriceScheduleLine] = ()
) -> Any:
    """Return the answer that a person typed, or None if they typed nothing.

    `raw` is the content of the boxes of a form, or an answer that has already been parsed. Raises Refused. In each
    problem, `where` is the answer's key or the name of one of its boxes: `key-count`, `key-on`, `key-LINE-amount`.
    """
    return kind_of(question).parse(question, raw, key or question.key, schedule)
