"""Find out which questions are asked, from their conditions and the provider's categories."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from calloff.questions.kinds.question import is_empty
from calloff.questions.schema import QuestionDefinition, QuestionSet, SectionDefinition

AnswersByKey = Mapping[str, Any]
LotNumbers = Collection[int]  # This can also be a mapping from numbers to names.


class AskedQuestion(NamedTuple):
    """A question as it is asked: once, or once for each category. Each time, the answer has its own key."""

    question: QuestionDefinition
    key: str
    lot: int | None


def asked_questions(
    part: SectionDefinition | QuestionSet, answers: AnswersByKey, lots: LotNumbers
) -> list[AskedQuestion]:
    """Return the questions that are asked, in order. Stored answers to hidden questions do not count."""
    definitions = part.known()
    return [asked for asked in possible_questions(part, lots) if is_question_shown(asked, answers, lots, definitions)]


def possible_questions(part: SectionDefinition | QuestionSet, lots: LotNumbers) -> list[AskedQuestion]:
    """Return the questions that would be asked about these categories if all conditions were met."""
    questions = part.questions() if isinstance(part, QuestionSet) else part.questions
    return [asked for question in questions for asked in _asked_for_lots(question, lots)]


def section_applies(section: SectionDefinition, answers: AnswersByKey, lots: LotNumbers) -> bool:
    """Return whether a section asks anything now, or might do so later. If not, task lists leave it out."""
    return bool(asked_questions(section, answers, lots)) or section_waits(section, answers, lots)


def section_waits(section: SectionDefinition, answers: AnswersByKey, lots: LotNumbers) -> bool:
    """Return whether a section asks nothing only because an earlier question has not been answered yet."""
    definitions, possible = section.known(), possible_questions(section, lots)
    if not possible:
        return not lots
    return any(_may_yet_be_shown(asked, answers, lots, definitions) for asked in possible)


def with_changes(answers: AnswersByKey, changes: AnswersByKey) -> dict[str, Any]:
    """Return the answers with changes applied. A change to None or to an empty value removes the answer."""
    return {key: value for key, value in {**answers, **changes}.items() if not is_empty(value)}


def format_lot(lot: int | None, lots: LotNumbers) -> str:
    """Return the name of a category or, if it has no name, its number (“lot 3”).

    The text is empty if there is no category.
    """
    if lot is None:
        return ""
    return str(lots.get(lot, lot)) if isinstance(lots, Mapping) else f"lot {lot}"


def is_question_shown(
    asked: AskedQuestion, answers: AnswersByKey, lots: LotNumbers, definitions: Mapping[str, QuestionDefinition]
) -> bool:
    """Return whether the condition of a question is met.

    `definitions` contains the definitions of all questions, by question key.
    """
    condition = asked.question.when
    if condition is None:
        return True
    return any(
        _is_any_of(answers.get(parent.key), condition.is_any_of)
        and is_question_shown(parent, answers, lots, definitions)
        for parent in _parents(asked, lots, definitions)
    )


def _may_yet_be_shown(
    asked: AskedQuestion, answers: AnswersByKey, lots: LotNumbers, definitions: Mapping[str, QuestionDefinition]
) -> bool:
    """Return whether a question is shown, or might be shown once an unanswered question is answered."""
    if asked.question.when is None:
        return True
    return any(
        _may_yet_be_shown(parent, answers, lots, definitions)
        and (is_empty(answers.get(parent.key)) or _is_any_of(answers.get(parent.key), asked.question.when.is_any_of))
        for parent in _parents(asked, lots, definitions)
    )


def _parents(
    asked: AskedQuestion, lots: LotNumbers, definitions: Mapping[str, QuestionDefinition]
) -> list[AskedQuestion]:
    """Return the questions on which a question's condition depends.

    If each category repeats the question, these are the questions for the same category.
    """
    if asked.question.when is None or asked.question.when.question not in definitions:
        return []
    parents = _asked_for_lots(definitions[asked.question.when.question], lots)
    return [parent for parent in parents if None in {asked.lot, parent.lot} or parent.lot == asked.lot]


def _asked_for_lots(question: QuestionDefinition, lots: LotNumbers) -> list[AskedQuestion]:
    """Return a question as it is asked for these categories: once, or once for each of them."""
    matching_lots = sorted(lot for lot in set(lots) if not question.lots or lot in question.lots)
    if question.per_lot:
        return [AskedQuestion(question, f"{question.key}@{lot}", lot) for lot in matching_lots]
    return [AskedQuestion(question, question.key, None)] if matching_lots or not question.lots else []


def _is_any_of(value: Any, values: Collection[str]) -> bool:
    return any(str(item) in values for item in (value if isinstance(value, list) else [value]))
