"""What leaves a buyer before an offer: nothing by which a provider could tell who the child is.

Names that nobody recorded are not found, and the pages say so.
"""

from collections.abc import Mapping

from calloff.kernel.lifecycles import Problem, Refused
from calloff.pupils.models import Pupil
from calloff.pupils.reidentification import marked, numbers_in, sentence


def problems_of(pupil: Pupil, texts: Mapping[str, str]) -> list[Problem]:
    """Say of each text, by the name of its field, what in it could tell a provider who the pupil is."""
    found = [(field, marked(text, pupil)) for field, text in texts.items()]
    return [Problem(sentence(marks), field) for field, marks in found if marks]


def require_numberless(texts: Mapping[str, str]) -> None:
    """Refuse a provider's text before an offer if it contains any child's UPN or NHS number.

    A recorded name is not refused: the refusal would confirm to a provider who the child is. The buyer's page says so.
    """
    problems = [
        Problem("Remove the pupil number or NHS number. Do not write who you think the child is.", field)
        for field, text in texts.items()
        if numbers_in(text)
    ]
    if problems:
        raise Refused.because(problems)


def require_unmarked(pupil: Pupil, texts: Mapping[str, str]) -> None:
    """Refuse texts that could tell a provider who the pupil is."""
    problems = problems_of(pupil, texts)
    if problems:
        raise Refused.because(problems)
