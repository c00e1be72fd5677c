"""Answers of more than one hand, or of another time: offered, compared, joined, and never lost silently."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from calloff.kernel.lifecycles import Problem, Refused
from calloff.questions.answers.parsing import clean
from calloff.questions.answers.visibility import Answers, Asked, Lots, asked, blank, could_be_asked
from calloff.questions.schema import QuestionSet

CAN_BE_JOINED = {"text": "; ", "long_text": "\n\n"}  # by what two answers are joined


class Clash(NamedTuple):
    """Two people changed one answer, differently. None: that one took it away."""

    key: str
    mine: Any
    theirs: Any


def prefill(
    whole: QuestionSet,
    answers: Answers,
    earlier_set: QuestionSet,
    earlier_answers: Answers,
    *,
    lots: Lots | None = None,
    earlier_lots: Lots | None = None,
) -> dict[str, Any]:
    """Suggest answers from an earlier application, each to be reviewed by a person before it counts.

    A question is the same by key and kind. Never suggested: what is answered already, what the earlier application
    did not ask, what is no answer here any more, and prices. An answer for one lot serves only in the same question
    set: elsewhere the lot of that number is another. Without lots, those count that the answers and sets speak of.
    """
    own_lots = _spoken_of(whole, answers, earlier_answers) if lots is None else lots
    their_lots = _spoken_of(earlier_set, earlier_answers) if earlier_lots is None else earlier_lots
    earlier = {one.key: one for one in asked(earlier_set, earlier_answers, their_lots)}
    found: dict[str, Any] = {}
    for one in could_be_asked(whole, own_lots):
        then = earlier.get(one.key)
        if then is None or then.question.kind != one.question.kind or one.question.kind == "prices":
            continue
        if one.lot is not None and whole.key != earlier_set.key:
            continue
        if blank(answers.get(one.key)) and not blank(earlier_answers.get(one.key)):
            try:
                found[one.key] = clean(one.question, earlier_answers[one.key], key=one.key)
            except Refused:
                continue  # it no longer fits, so it is asked anew
    return found


def clashes(keys: Iterable[str], base: Answers, mine: Answers, theirs: Answers) -> list[Clash]:
    """Find what both I and somebody else changed, differently, since `base`, the answers that I was shown.

    `keys` are those of my page. What `mine` does not hold I took away.
    """
    return [
        Clash(key, _value(mine, key), _value(theirs, key))
        for key in keys
        if _value(mine, key) != _value(base, key)
        and _value(theirs, key) != _value(base, key)
        and _value(mine, key) != _value(theirs, key)
    ]


def join(
    page: Iterable[Asked], base: Answers, mine: Answers, theirs: Answers, chosen: Mapping[str, str]
) -> dict[str, Any]:
    """Bring two people's answers together: `theirs` whole, with what I changed on my page.

    For each clash, `chosen` says “mine”, “theirs” or, for text, “both”. Raises Refused, naming each clash for which
    it says nothing.
    """
    on_page = {one.key: one.question for one in page}
    undecided = {clash.key: clash for clash in clashes(on_page, base, mine, theirs)}
    joined = dict(theirs)
    wrong: list[Problem] = []
    for key, question in on_page.items():
        if key in undecided:
            joinable = question.kind in CAN_BE_JOINED
            choice = chosen.get(key)
            if choice not in {"mine", "theirs", "both"} or (choice == "both" and not joinable):
                words = "Choose one answer or join both" if joinable else "Choose one answer"
                wrong.append(Problem(f"{words}: {question.text}", key))
            elif choice == "mine":
                joined[key] = _value(mine, key)
            elif choice == "both":
                joined[key] = _both(question.kind, _value(theirs, key), _value(mine, key))
        elif _value(mine, key) != _value(base, key):
            joined[key] = _value(mine, key)
    if wrong:
        raise Refused.because(wrong)
    return {key: value for key, value in joined.items() if not blank(value)}


def _both(kind: str, theirs: Any, mine: Any) -> str:
    first, second = str(theirs or ""), str(mine or "")
    if first in second:
        return second
    return first if second in first else f"{first}{CAN_BE_JOINED[kind]}{second}"


def _value(answers: Answers, key: str) -> Any:
    value = answers.get(key)
    return None if blank(value) else value


def _spoken_of(whole: QuestionSet, *several: Answers) -> set[int]:
    numbers = {
        int(key.partition("@")[2]) for answers in several for key in answers if key.partition("@")[2].isdecimal()
    }
    return numbers.union(*(question.lots for question in whole.questions()))
