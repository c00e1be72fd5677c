"""Save and change a buyer's usual details, which are filled in when a new placement agreement is prepared."""

from dataclasses import dataclass, fields
from datetime import datetime, time

from calloff.history.transitions import create, record_change, transition
from calloff.kernel.lifecycles import EditConflict, Problem, Refused
from calloff.kernel.short_text import find_lines_problem
from calloff.people.models import Organisation, User
from calloff.placements.agreement_drafts import DRAFT_FIELD_NAMES, MAX_DRAFT_LENGTHS, MAX_NOTICE_DAYS
from calloff.placements.models import UsualDetails

__all__ = ["UsualDetailsEntry", "amend_usual_details", "save_usual_details"]

TEXT_FIELDS = ("absence_rule", "attendance_contact", "emergency")
HALF_DAYS = {"am": "mornings", "pm": "afternoons"}


@dataclass(frozen=True)
class UsualDetailsEntry:
    """The details that a buyer usually gives.

    A time or text field can be empty. The person must then fill it in for each agreement.
    """

    am_from: time | None
    am_to: time | None
    pm_from: time | None
    pm_to: time | None
    notice_days: int
    absence_rule: str
    attendance_contact: str
    attendance_time: time | None
    emergency: str


def save_usual_details(buyer: Organisation, *, usual: UsualDetailsEntry, by: User, at: datetime) -> UsualDetails:
    """Save a buyer's usual details for the first time.

    Raises Refused if an answer is wrong, or if a colleague saved them first.
    """
    _require_valid(usual)
    made = UsualDetails(buyer=buyer)
    _write(made, usual)
    return create(made, "save_usual_details", by=by, at=at)


def amend_usual_details(
    found: UsualDetails, *, usual: UsualDetailsEntry, seen: UsualDetails | None = None, by: User, at: datetime
) -> UsualDetails:
    """Change a buyer's usual details. Agreements that were already prepared do not change.

    `seen` contains the details that the person's page showed. Raises EditConflict if someone has changed them since
    then.
    """
    _require_valid(usual)
    with transition(found, "amend_usual_details", by=by, at=at) as held:
        if seen is not None and any(getattr(held, one.name) != getattr(seen, one.name) for one in fields(usual)):
            raise EditConflict
        if held.notice_days != usual.notice_days:
            record_change("notice_days", held.notice_days, usual.notice_days)
        _write(held, usual)
    return held


def _write(kept: UsualDetails, usual: UsualDetailsEntry) -> None:
    for one in fields(usual):
        value = getattr(usual, one.name)
        setattr(kept, one.name, value.strip() if isinstance(value, str) else value)


def _require_valid(usual: UsualDetailsEntry) -> None:
    problems = []
    for half, words in HALF_DAYS.items():
        starts, ends = getattr(usual, f"{half}_from"), getattr(usual, f"{half}_to")
        if bool(starts) != bool(ends):
            missing = "from" if starts is None else "to"
            problems.append(Problem(f"Enter both a start time and an end time for {words}", f"{half}_{missing}"))
        elif starts and ends <= starts:
            problems.append(Problem(f"The end of {words} must be after the start", f"{half}_to"))
    if not 1 <= usual.notice_days <= MAX_NOTICE_DAYS:
        problems.append(Problem(f"Notice period must be between 1 and {MAX_NOTICE_DAYS} days", "notice_days"))
    for name in TEXT_FIELDS:
        said = getattr(usual, name)
        if len(said) > MAX_DRAFT_LENGTHS[name]:
            sentence = f"{DRAFT_FIELD_NAMES[name]} must be {MAX_DRAFT_LENGTHS[name]} characters or fewer"
            problems.append(Problem(sentence, name))
        elif wrong := find_lines_problem(said, noun=DRAFT_FIELD_NAMES[name]):
            problems.append(Problem(wrong, name))
    if problems:
        raise Refused.because(problems)
