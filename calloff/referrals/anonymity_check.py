"""Check that what providers can read before an offer does not identify the child.

Only recorded names and numbers can be found, as the pages say.
"""

from collections.abc import Mapping

from calloff.kernel.lifecycles import Problem, Refused
from calloff.pupils.models import Pupil
from calloff.pupils.reidentification import find_child_numbers, find_identifying_text, format_what_must_go


def find_anonymity_problems(pupil: Pupil, texts: Mapping[str, str]) -> list[Problem]:
    """Return a problem, with its field, for each text that could tell a provider who the pupil is."""
    marks_by_field = [(field, find_identifying_text(text, pupil)) for field, text in texts.items()]
    return [Problem(format_what_must_go(marks), field) for field, marks in marks_by_field if marks]


def require_no_child_numbers(texts: Mapping[str, str]) -> None:
    """Refuse a provider's text if it contains any child's UPN or NHS number before an offer is made.

    Recorded names are allowed, because a refusal would confirm to the provider who the child is. The buyer's page
    explains this. Raises Refused.
    """
    problems = [
        Problem("Remove the pupil number or NHS number. Do not write who you think the pupil is.", field)
        for field, text in texts.items()
        if find_child_numbers(text)
    ]
    if problems:
        raise Refused.because(problems)


def require_anonymous(pupil: Pupil, texts: Mapping[str, str]) -> None:
    """Refuse text that could tell a provider who the pupil is. Raises Refused, with each problem's field."""
    problems = find_anonymity_problems(pupil, texts)
    if problems:
        raise Refused.because(problems)
