"""The parts of a referral that a buyer writes before it asks, and what is still missing in each."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from calloff.kernel.clock import local_day
from calloff.kernel.codes import SenProvision
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem
from calloff.pupils.models import Pupil
from calloff.pupils.reidentification import FEW_CHILDREN, count_similar_children
from calloff.referrals.anonymity_check import find_anonymity_problems
from calloff.referrals.date_limits import find_end_problem, find_start_problem
from calloff.referrals.models import EducationBasis, Referral

NEEDS_MISSING = "Select at least one need"  # unless the child has no special educational needs
HOURS_IN_A_WEEK = Decimal(40)  # our own ceiling: more is a slip of the pen


class LegalBasis(NamedTuple):
    """By which power or duty: the day it counts from, its own facts, and the day that is due where it is not known."""

    basis: str
    on: date
    facts: Mapping[str, object] = {}
    due_on: date | None = None  # nothing: worked out from the school's calendar


class ProvisionWanted(NamedTuple):
    """What is wanted: dates are the first and the last day; hours are a week; money is pounds a week before VAT."""

    starts_on: date
    ends_on: date
    hours: Decimal
    outcomes: list[str]
    travel: str
    miles: int | None = None
    weekly_budget: Decimal | None = None


class PenPicture(NamedTuple):
    """All that a provider sees before an offer. `few`: sent although few children are like this one."""

    key_stage: str
    needs: list[str]
    sen_provision: str
    hazards: list[str]
    area: str
    picture: str
    few: bool = False


class InvitationChoice(NamedTuple):
    """Whom to ask, by the keys of members: none for all in the category. And by when they reply."""

    reply_by: datetime
    members: list[int] = []
    reason: str = ""


FIELDS_BY_SECTION: Mapping[str, tuple[str, ...]] = {  # each part of a draft -> the fields that hold it
    "basis": ("basis", "basis_on", "basis_facts", "due_on"),
    "wanted": ("starts_on", "ends_on", "hours", "outcomes", "travel", "miles", "weekly_budget"),
    "picture": ("key_stage", "needs", "sen_provision", "hazards", "area", "picture", "few"),
    "who": ("reply_by", "shortlist", "shortlist_reason"),
}


def is_same_section(part: str, one: Referral, other: Referral) -> bool:
    """Say whether two readings of a draft have the same in one part."""
    return all(getattr(one, name) == getattr(other, name) for name in FIELDS_BY_SECTION[part])


def find_missing(referral: Referral, at: datetime) -> dict[str, list[Problem]]:
    """Say what is still to be done in each part before providers can be asked: an empty list where it is complete."""
    return {
        "basis": _basis(referral),
        "wanted": find_wanted_problems(referral, at),
        "picture": find_picture_problems(referral),
        "who": _who(referral, at),
    }


def texts_of(referral: Referral) -> dict[str, str]:
    """Return the texts that providers read, by field."""
    return {"picture": referral.picture, "outcomes": "\n".join(referral.outcomes), "area": referral.area}


def count_few_similar(pupil: Pupil) -> int | None:
    """Return how many recorded children are like this one, where they are so few that the picture could tell."""
    count = count_similar_children(pupil)
    return count if count < FEW_CHILDREN else None


def find_wanted_problems(referral: Referral, at: datetime) -> list[Problem]:
    """Say what is wrong with what is wanted."""
    start, end, today = referral.starts_on, referral.ends_on, local_day(at)
    if start is None or end is None or not referral.hours:
        return [Problem("Enter the start date, the end date and the hours a week", "starts_on")]
    found = []
    if start < today:
        found.append(Problem("The first day must be today or later", "starts_on"))
    if end < start:
        found.append(Problem("The last day must be the same as or after the first day", "ends_on"))
    late = find_start_problem(start, referral.market, today)
    if late:
        found.append(Problem(late, "starts_on"))
    elif find_end_problem(start, end):
        found.append(Problem(find_end_problem(start, end), "ends_on"))
    if not 0 < referral.hours <= HOURS_IN_A_WEEK:
        found.append(Problem(f"Hours a week must be more than 0 and no more than {HOURS_IN_A_WEEK}", "hours"))
    if not referral.outcomes:
        found.append(Problem("Enter at least one outcome", "outcomes"))
    if not referral.travel:
        found.append(Problem("Select how the child travels", "travel"))
    if referral.basis == EducationBasis.OFF_SITE and referral.due_on and start < referral.due_on:
        sentence = f"With this notice, the first day must be {format_date(referral.due_on)} or later"
        found.append(Problem(sentence, "starts_on"))
    return found


def find_picture_problems(referral: Referral) -> list[Problem]:
    """Say what is wrong with the pen picture: what is missing, and what could tell who the child is."""
    found = [
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
    found += find_anonymity_problems(referral.pupil, texts_of(referral))
    if not referral.few and count_few_similar(referral.pupil) is not None:
        sentence = (
            f"Fewer than {FEW_CHILDREN} children recorded at the council match these details. Remove some "
            f"details, or confirm that you still want to send the pen picture"
        )
        found.append(Problem(sentence, "few"))
    return found


def _basis(referral: Referral) -> list[Problem]:
    return [] if referral.basis and referral.basis_on else [Problem("Select the legal basis", "basis")]


def _who(referral: Referral, at: datetime) -> list[Problem]:
    if referral.reply_by is None:
        return [Problem("Enter when providers must reply by", "reply_by")]
    return [Problem("Time to reply must be in the future", "reply_by")] if referral.reply_by <= at else []
