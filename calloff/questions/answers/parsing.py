"""Turn what was typed into an answer. This checks only the type, and `validation` checks the rest."""

from collections.abc import Collection
from typing import Any

from calloff.questions.kinds import kind_of
from calloff.questions.kinds.question import PriceScheduleLine
from calloff.questions.schema import QuestionDefinition


def parse_answer(
    question: QuestionDefinition, raw: Any, *, key: str = "", schedule: Collection[PriceScheduleLine] = ()
) -> Any:
    """Return the answer that was typed, or None if nothing was typed.

    `raw` is the content of a form's boxes, or an answer that is already parsed. Raises Refused: each problem's `where`
    is the answer's key, or one of its boxes: `key-count`, `key-on`, `key-LINE-amount`.
    """
    return kind_of(question).parse(question, raw, key or question.key, schedule)
