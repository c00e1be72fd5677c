"""Which questions are asked: by condition, and by the lots applied for."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from calloff.questions.kinds.question import is_empty
from calloff.questions.schema import QuestionDefinition, QuestionSet, SectionDefinition

AnswersByKey = Mapping[str, Any]
LotNumbers = Collection[int]  # a mapping of number to name serves too


class AskedQuestion(NamedTuple):
    """A question as it is put: once, or once for a lot. Its answer's key is its own."""

    question: QuestionDefinition
    key: str
    lot: int | None


def asked_questions(
    part: SectionDefinition | QuestionSet, answers: AnswersByKey, lots: LotNumbers
) -> list[AskedQuestion]:
    """Return what is asked, in order. An answer kept for a question that is hidden now counts for nothing."""
    known = part.known()
    return [one for one in possible_questions(part, lots) if is_question_shown(one, answers, lots, known)]


def possible_questions(part: SectionDefinition | QuestionSet, lots: LotNumbers) -> list[AskedQuestion]:
    """Return what these lots are asked, whatever the conditions say."""
    questions = part.questions() if isinstance(part, QuestionSet) else part.questions
    return [one for question in questions for one in _puttings(question, lots)]


def section_applies(section: SectionDefinition, answers: AnswersByKey, lots: LotNumbers) -> bool:
    """Say whether a section asks anything, or may yet: if not, a task list leaves it out."""
    return bool(asked_questions(section, answers, lots)) or section_waits(section, answers, lots)


def section_waits(section: SectionDefinition, answers: AnswersByKey, lots: LotNumbers) -> bool:
    """Say whether a section asks nothing only because something before it is not answered yet."""
    known, possible = section.known(), possible_questions(section, lots)
    if not possible:
        return not lots
    return any(_may_yet_be_shown(one, answers, lots, known) for one in possible)


def with_changes(answers: AnswersByKey, changes: AnswersByKey) -> dict[str, Any]:
    """Lay changes over answers. A change to nothing takes the answer away."""
    return {key: value for key, value in {**answers, **changes}.items() if not is_empty(value)}


def format_lot(lot: int | None, lots: LotNumbers) -> str:
    """Speak of a lot by its name, or else by its number; of no lot, not at all."""
    if lot is None:
        return ""
    return str(lots.get(lot, lot)) if isinstance(lots, Mapping) else f"lot {lot}"


def is_question_shown(
    one: AskedQuestion, answers: AnswersByKey, lots: LotNumbers, known: Mapping[str, QuestionDefinition]
) -> bool:
    condition = one.question.when
    if condition is None:
        return True
    return any(
        _is_any_of(answers.get(parent.key), condition.is_any_of) and is_question_shown(parent, answers, lots, known)
        for parent in _parents(one, lots, known)
    )


def _may_yet_be_shown(
    one: AskedQuestion, answers: AnswersByKey, lots: LotNumbers, known: Mapping[str, QuestionDefinition]
) -> bool:
    if one.question.when is None:
        return True
    return any(
        _may_yet_be_shown(parent, answers, lots, known)
        and (is_empty(answers.get(parent.key)) or _is_any_of(answers.get(parent.key), one.question.when.is_any_of))
        for parent in _parents(one, lots, known)
    )


def _parents(one: AskedQuestion, lots: LotNumbers, known: Mapping[str, QuestionDefinition]) -> list[AskedQuestion]:
    """Return what a condition looks at: for a lot its own lot's answer, where there is one for each."""
    if one.question.when is None or one.question.when.question not in known:
        return []
    parents = _puttings(known[one.question.when.question], lots)
    return [parent for parent in parents if None in {one.lot, parent.lot} or parent.lot == one.lot]


def _puttings(question: QuestionDefinition, lots: LotNumbers) -> list[AskedQuestion]:
    concerned = sorted(lot for lot in set(lots) if not question.lots or lot in question.lots)
    if question.per_lot:
        return [AskedQuestion(question, f"{question.key}@{lot}", lot) for lot in concerned]
    return [AskedQuestion(question, question.key, None)] if concerned or not question.lots else []


def _is_any_of(value: Any, wanted: Collection[str]) -> bool:
    return any(str(one) in wanted for one in (value if isinstance(value, list) else [value]))
