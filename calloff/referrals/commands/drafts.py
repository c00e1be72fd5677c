"""Start a referral and save the sections of its draft, which providers cannot see."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from calloff.history.transitions import create, transition
from calloff.kernel.clock import local_day
from calloff.kernel.key_stages import key_stages_of_ages
from calloff.kernel.lifecycles import EditConflict, Problem, Refused
from calloff.markets.models import Lot, ReferenceCounter
from calloff.partners.buying_eligibility import require_binding
from calloff.people.models import Organisation, User
from calloff.pupils.models import Pupil
from calloff.pupils.states import PupilStatus
from calloff.referrals import legal_bases
from calloff.referrals.models import EducationBasis, Referral
from calloff.referrals.school_calendars import calendar_of
from calloff.referrals.sections import (
    InvitationChoice,
    LegalBasis,
    PenPicture,
    ProvisionWanted,
    find_wanted_problems,
    is_same_section,
)

__all__ = ["amend", "begin"]

AGE_ENTERING_RECEPTION = 4  # a child's age in years when Reception starts. Reception is school year 0


@transaction.atomic
def begin(pupil: Pupil, lot: Lot, *, by: User, at: datetime) -> Referral:
    """Start a draft referral for a pupil in a category. Providers cannot see the draft.

    The needs and hazards are copied from the pupil's record, so that the buyer can shorten them. Raises Refused if the
    buyer's Partnership Agreement is not in force, the market is not running, the pupil has left, or the pupil already
    has an open referral in this category.
    """
    market = lot.market
    require_binding(pupil.buyer, market, at=at)
    if not market.runs_on(local_day(at)):
        raise Refused(f"{market} is not running, so you cannot ask any providers.", "lot")
    if pupil.status != PupilStatus.ON_ROLL:
        raise Refused("This pupil has left. First record that the pupil is back.", "pupil")
    age = pupil.year_on(local_day(at)) + AGE_ENTERING_RECEPTION
    stages = key_stages_of_ages(age, age + 1)
    referral = Referral(
        reference=ReferenceCounter.next_reference(market, "R"), authority=lot.authority, market=market, lot=lot,
        buyer=pupil.buyer, pupil=pupil, needs=list(pupil.needs), hazards=list(pupil.hazards),
        sen_provision=pupil.sen_provision, key_stage=stages[0] if stages else "", begun_at=at,
    )  # fmt: skip
    return create(referral, "begin", by=by, at=at)


def amend(
    referral: Referral,
    *,
    basis: LegalBasis | None = None,
    wanted: ProvisionWanted | None = None,
    picture: PenPicture | None = None,
    who: InvitationChoice | None = None,
    seen: Referral | None = None,
    by: User,
    at: datetime,
) -> Referral:
    """Save one or more sections of a draft. The other sections do not change.

    `seen` is the draft as the person's page showed it. Raises EditConflict if someone has changed one of the given
    sections since then.

    A pen picture is saved even if it could identify the child. The page marks the text that could, and `ask` refuses
    the pen picture. Raises Refused for missing facts about the legal basis, and for impossible dates.
    """
    sections = {"basis": basis, "wanted": wanted, "picture": picture, "who": who}
    with transition(referral, "amend", by=by, at=at) as draft:
        if seen is not None and any(
            value is not None and not is_same_section(key, seen, draft) for key, value in sections.items()
        ):
            raise EditConflict
        if basis is not None:
            _write_basis(draft, basis, at)
        if wanted is not None:
            for field, value in wanted._asdict().items():
                setattr(draft, field, value)
            _raise_problems(find_wanted_problems(draft, at))
        if picture is not None:
            for field, value in picture._asdict().items():
                setattr(draft, field, value)
        if who is not None:
            _write_choice(draft, who, at)
    return draft


def _write_basis(draft: Referral, basis: LegalBasis, at: datetime) -> None:
    try:
        row = legal_bases.find_duty(basis.basis, basis.on)
    except LookupError:
        raise Refused("Enter a date when this legal basis was in force", "basis_on") from None
    facts = {fact.key: basis.facts.get(fact.key) for fact in row.facts}
    problems = legal_bases.find_fact_problems(row, facts)
    if row.clock in {legal_bases.SchoolDayCount.AFTER, legal_bases.SchoolDayCount.FROM} and basis.on > local_day(at):
        future = f"{row.day_name[:1].upper()}{row.day_name[1:]} must be today or in the past"
        problems.append(Problem(future, "basis_on"))
    _raise_problems(problems + _agreement_problems(basis, facts))
    draft.basis, draft.basis_on = basis.basis, basis.on
    draft.basis_facts = {key: _as_json(value) for key, value in facts.items() if value not in (None, "")}
    draft.due_on = basis.due_on or _compute_due_on(row, draft.buyer, basis.on, draft.basis_facts)
    if draft.due_on and draft.due_on < basis.on and row.clock is not legal_bases.SchoolDayCount.NOTICE:
        raise Refused(f"{row.due_name} must be the same as or after the {row.day_name}", "due_on")


def _agreement_problems(basis: LegalBasis, facts: Mapping[str, object]) -> list[Problem]:
    """Return the problems with the dates of an agreement with the parents.

    The agreement must end after it starts, and must be reviewed before it ends or on that day.
    """
    if basis.basis != EducationBasis.AGREEMENT:
        return []
    ends, review = facts.get("ends_on"), facts.get("review_on")
    problems = []
    if isinstance(ends, date) and ends <= basis.on:
        problems.append(Problem("End of the agreement must be after the date the parents agreed", "ends_on"))
    if isinstance(ends, date) and isinstance(review, date) and not basis.on < review <= ends:
        problems.append(
            Problem(
                "Review date must be after the date the parents agreed and no later than the end of the agreement",
                "review_on",
            )
        )
    return problems


def _compute_due_on(
    row: legal_bases.LegalDuty, buyer: Organisation, on: date, facts: Mapping[str, object]
) -> date | None:
    try:
        return legal_bases.due_on(row, on, facts, calendar_of(buyer))
    except LookupError:
        raise Refused(
            f"We do not know the school’s term dates around that time. Enter the date yourself ({row.citation})",
            "due_on",
        ) from None


def _write_choice(draft: Referral, choice: InvitationChoice, at: datetime) -> None:
    if choice.reply_by <= at:
        raise Refused("The deadline to reply must be in the future", "reply_by")
    draft.reply_by = choice.reply_by
    draft.shortlist, draft.shortlist_reason = list(choice.members), choice.reason.strip()


def _as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _raise_problems(problems: list[Problem]) -> None:
    if problems:
        raise Refused.because(problems)
