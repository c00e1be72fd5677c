"""Record an interim place, the long-term place that the child needs, each next step, and when the wait ends."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from calloff.history.transitions import creating, transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.short_text import find_line_problem
from calloff.people.models import User
from calloff.placements.models import InterimPlace, InterimStep
from calloff.pupils.models import Pupil
from calloff.referrals.anonymity_check import find_anonymity_problems
from calloff.referrals.models import Referral

__all__ = ["LastingPlaceStep", "end_interim", "record_interim", "update_interim"]

InterimKind, ConsultationStage = InterimPlace.Kind, InterimPlace.Consultation
MAX_STEP_LENGTHS = {"setting": 200, "what": 200, "who": 100}
STEP_FIELD_NAMES = {"setting": "Setting", "what": "Next step", "who": "Role"}
MAX_OUTCOME_LENGTH = 300  # characters
MAX_WAIT, MAX_STEP_AHEAD = timedelta(days=6 * 366), timedelta(days=366)
NEEDS_A_SETTING = frozenset({ConsultationStage.SENT, ConsultationStage.YES, ConsultationStage.NO})


@dataclass(frozen=True)
class LastingPlaceStep:
    """The long-term place that a child needs and the next step towards it, without the child's name."""

    kind: str
    consultation: str
    what: str
    who: str
    by_on: date
    setting: str = ""


def record_interim(
    referral: Referral, *, waiting_since: date, sought: LastingPlaceStep, by: User, at: datetime
) -> InterimPlace:
    """Record on behalf of the buyer that a referral is for an interim place.

    Raises Refused for an incomplete record.
    """
    problems = _problems(referral.pupil, sought, at)
    if not local_day(at) - MAX_WAIT <= waiting_since <= local_day(at):
        problems.append(Problem("Date the pupil started waiting must be within the past 6 years", "waiting_since"))
    if problems:
        raise Refused.because(problems)
    made = InterimPlace(
        authority_id=referral.authority_id, buyer=referral.buyer, referral=referral, waiting_since=waiting_since,
    )  # fmt: skip
    _write(made, sought)
    with creating(made, "record_interim", by=by, at=at) as held:
        _next_step(held, sought, 1, by=by, at=at)
    return made


def update_interim(interim: InterimPlace, *, sought: LastingPlaceStep, by: User, at: datetime) -> InterimPlace:
    """Record the long-term place that the buyer now wants, and the next step towards it. Earlier steps are kept."""
    problems = _problems(interim.referral.pupil, sought, at)
    if problems:
        raise Refused.because(problems)
    with transition(interim, "update_interim", by=by, at=at) as held:
        _write(held, sought)
        _next_step(held, sought, held.steps.count() + 1, by=by, at=at)
    return held


def end_interim(interim: InterimPlace, *, ended_on: date, outcome: str, by: User, at: datetime) -> InterimPlace:
    """Record the day from which the child has a long-term place, or from which no one is looking for one."""
    problems = find_anonymity_problems(interim.referral.pupil, {"outcome": outcome})
    if not interim.waiting_since <= ended_on <= local_day(at):
        problems.append(
            Problem(
                "Date the place stopped being interim must be between the date the pupil started waiting and today",
                "ended_on",
            )
        )
    if not outcome.strip():
        problems.append(Problem("Enter what happened", "outcome"))
    elif len(outcome.strip()) > MAX_OUTCOME_LENGTH:
        problems.append(Problem(f"What happened must be {MAX_OUTCOME_LENGTH} characters or fewer", "outcome"))
    if problems:
        raise Refused.because(problems)
    with transition(interim, "end_interim", by=by, at=at) as held:
        held.ended_on, held.outcome = ended_on, outcome.strip()
    return held


def _write(interim: InterimPlace, sought: LastingPlaceStep) -> None:
    interim.kind, interim.setting, interim.consultation = sought.kind, sought.setting.strip(), sought.consultation


def _next_step(interim: InterimPlace, sought: LastingPlaceStep, number: int, *, by: User, at: datetime) -> None:
    InterimStep.objects.create(
        authority_id=interim.authority_id, interim=interim, number=number, what=sought.what.strip(),
        who=sought.who.strip(), by_on=sought.by_on, recorded_by=by, recorded_at=at,
    )  # fmt: skip


def _problems(pupil: Pupil, sought: LastingPlaceStep, at: datetime) -> list[Problem]:
    texts = {name: getattr(sought, name).strip() for name in MAX_STEP_LENGTHS}
    problems = []
    if sought.kind not in set(InterimKind):
        problems.append(Problem("Select the kind of place you are looking for", "kind"))
    if sought.consultation not in set(ConsultationStage):
        problems.append(Problem("Select whether there is an EHC consultation", "consultation"))
    elif sought.consultation in NEEDS_A_SETTING and not texts["setting"]:
        problems.append(Problem("Enter the setting you consulted", "setting"))
    if not texts["what"]:
        problems.append(Problem("Enter the next step", "what"))
    if not texts["who"]:
        problems.append(Problem("Enter the role of the person who will take the next step", "who"))
    problems += [
        Problem(f"{STEP_FIELD_NAMES[name]} must be {limit} characters or fewer", name)
        for name, limit in MAX_STEP_LENGTHS.items()
        if len(texts[name]) > limit
    ]
    problems += [
        Problem(wrong, name)
        for name in ("setting", "who")
        if (wrong := find_line_problem(texts[name], noun=STEP_FIELD_NAMES[name]))
    ]
    if not local_day(at) <= sought.by_on <= local_day(at) + MAX_STEP_AHEAD:
        problems.append(Problem("Date of the next step must be within the next 12 months", "by_on"))
    return [*problems, *find_anonymity_problems(pupil, texts)]
