"""Convert a person's entries into answers.

This checks only the type, and `validation` checks the rest.
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

    `raw` is the content of a form's input boxes, or an answer that is already parsed. Raises Refused. Each problem's
    `where` is the answer's key, or one of its boxes: `key-count`, `key-on`, `key-LINE-amount`.
    """
    return kind_of(question).parse(question, raw, key or question.key, schedule)
