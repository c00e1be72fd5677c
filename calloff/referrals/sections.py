"""The sections of a draft referral, and what each section still needs before providers can be asked."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType, SenProvision
from calloff.kernel.formatting import format_date, format_number
from calloff.kernel.key_stages import KeyStage
from calloff.kernel.lifecycles import Problem
from calloff.pupils.models import Pupil
from calloff.pupils.reidentification import FEW_CHILDREN, count_similar_children
from calloff.referrals.anonymity_check import find_anonymity_problems
from calloff.referrals.date_limits import find_end_problem, find_start_problem
from calloff.referrals.models import EducationBasis, Referral

NEEDS_MISSING = "Select at least one need"  # not required if the child has no special educational needs
CAPITAL_WORDS = {"SEN", "Down"}  # first words of a need that keep their capital letter
HOURS_IN_A_WEEK = Decimal(40)  # a maximum that we chose to catch typing errors


class LegalBasis(NamedTuple):
    """The legal basis: the day from which the duty counts, the facts, and any due date that was entered."""

    basis: str
    on: date
    facts: Mapping[str, object] = {}
    due_on: date | None = None  # if None, the due date is calculated from the school's calendar


class ProvisionWanted(NamedTuple):
    """The provision requested: the first and last day, the hours a week, and the weekly budget in pounds before VAT."""

    starts_on: date
    ends_on: date
    hours: Decimal
    outcomes: list[str]
    travel: str
    miles: int | None = None
    weekly_budget: Decimal | None = None


class PenPicture(NamedTuple):
    """What providers can see before an offer.

    `few` confirms that the referral can be sent although it matches few children.
    """

    key_stage: str
    needs: list[str]
    sen_provision: str
    hazards: list[str]
    area: str
    picture: str
    few: bool = False


class InvitationChoice(NamedTuple):
    """The providers to ask, as the keys of members (empty for the whole category), and the deadline for replies."""

    reply_by: datetime
    members: list[int] = []
    reason: str = ""


FIELDS_BY_SECTION: Mapping[str, tuple[str, ...]] = {  # each section of a draft -> the fields in it
    "basis": ("basis", "basis_on", "basis_facts", "due_on"),
    "wanted": ("starts_on", "ends_on", "hours", "outcomes", "travel", "miles", "weekly_budget"),
    "picture": ("key_stage", "needs", "sen_provision", "hazards", "area", "picture", "few"),
    "who": ("reply_by", "shortlist", "shortlist_reason"),
}


def is_same_section(part: str, draft: Referral, other_draft: Referral) -> bool:
    """Return whether two versions of a draft are the same in one section."""
    return all(getattr(draft, name) == getattr(other_draft, name) for name in FIELDS_BY_SECTION[part])


def find_missing(referral: Referral, at: datetime) -> dict[str, list[Problem]]:
    """Return the problems in each section that must be solved before providers can be asked.

    A complete section has an empty list.
    """
    return {
        "basis": _basis_problems(referral),
        "wanted": find_wanted_problems(referral, at),
        "picture": find_picture_problems(referral),
        "who": _choice_problems(referral, at),
    }


def texts_of(referral: Referral) -> dict[str, str]:
    """Return the texts that providers can read, keyed by field."""
    return {"picture": referral.picture, "outcomes": "\n".join(referral.outcomes), "area": referral.area}


def count_few_similar(pupil: Pupil) -> int | None:
    """Return how many recorded children match the pen picture, if so few that the picture could identify the child.

    Otherwise, return None.
    """
    count = count_similar_children(pupil)
    return count if count < FEW_CHILDREN else None


def find_wanted_problems(referral: Referral, at: datetime) -> list[Problem]:
    """Return the problems with the provision requested."""
    start, end, today = referral.starts_on, referral.ends_on, local_day(at)
    if start is None or end is None or not referral.hours:
        return [Problem("Enter the start date, the end date and the hours a week", "starts_on")]
    problems = []
    if start < today:
        problems.append(Problem("The first day must be today or later", "starts_on"))
    if end < start:
        problems.append(Problem("The last day must be the same as or after the first day", "ends_on"))
    late = find_start_problem(start, referral.market, today)
    if late:
        problems.append(Problem(late, "starts_on"))
    elif find_end_problem(start, end):
        problems.append(Problem(find_end_problem(start, end), "ends_on"))
    if not 0 < referral.hours <= HOURS_IN_A_WEEK:
        problems.append(Problem(f"Hours a week must be more than 0 and no more than {HOURS_IN_A_WEEK}", "hours"))
    if not referral.outcomes:
        problems.append(Problem("Enter at least one outcome", "outcomes"))
    if not referral.travel:
        problems.append(Problem("Select how the pupil will travel", "travel"))
    if referral.basis == EducationBasis.OFF_SITE and referral.due_on and start < referral.due_on:
        sentence = f"With this notice, the first day must be {format_date(referral.due_on)} or later"
        problems.append(Problem(sentence, "starts_on"))
    return problems


def find_picture_problems(referral: Referral) -> list[Problem]:
    """Return the problems with the pen picture: missing answers, and text that could identify the child."""
    problems = [
        Problem(sentence, field)
        for field, value, sentence in (
            ("key_stage", referral.key_stage, "Select the key stage"),
            ("needs", referral.needs or referral.sen_provision == SenProvision.NONE, NEEDS_MISSING),
            ("hazards", referral.hazards, "Select what a provider must be ready for, or “None known”"),
            ("area", referral.area.strip(), "Enter the town or district"),
            ("picture", referral.picture.strip(), "Enter the pen picture"),
        )
        if not value
    ]
    problems += find_anonymity_problems(referral.pupil, texts_of(referral))
    if not referral.few and count_few_similar(referral.pupil) is not None:
        sentence = (
            f"Fewer than {FEW_CHILDREN} children recorded at the council match these details. Remove some "
            f"details, or confirm that you still want to send the pen picture."
        )
        problems.append(Problem(sentence, "few"))
    return problems


def _basis_problems(referral: Referral) -> list[Problem]:
    return [] if referral.basis and referral.basis_on else [Problem("Select the legal basis", "basis")]


def _choice_problems(referral: Referral, at: datetime) -> list[Problem]:
    if referral.reply_by is None:
        return [Problem("Enter when providers must reply by", "reply_by")]
    return [Problem("The deadline to reply must be in the future", "reply_by")] if referral.reply_by <= at else []


def summarise_need(referral: Referral) -> str:
    """Return a request in a few words, for example “Key stage 3, hearing impairment, 12 hours a week”."""
    stage = str(KeyStage(referral.key_stage).label).split(" (")[0] if referral.key_stage else ""
    need = str(NeedType(referral.needs[0]).label) if referral.needs else ""
    if need and need.split()[0] not in CAPITAL_WORDS:
        need = need[:1].lower() + need[1:]
    hours = f"{format_number(referral.hours)} hours a week" if referral.hours else ""
    return ", ".join(filter(None, [stage, need, hours]))
