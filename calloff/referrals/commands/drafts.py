"""What a buyer writes before it asks anyone: a draft that no provider sees."""

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

AGE_ENTERING_RECEPTION = 4  # years: anyone who starts year 1 is five at its end


@transaction.atomic
def begin(pupil: Pupil, lot: Lot, *, by: User, at: datetime) -> Referral:
    """Begin a referral of a child to one category, as a draft that no provider sees.

    Needs and hazards are copied from the child's record, for the buyer to cut down. Raises Refused where the buyer's
    Partnership Agreement does not bind, the market does not run, or a referral of the child to this category is open.
    """
    market = lot.market
    require_binding(pupil.buyer, market, at=at)
    if not market.runs_on(local_day(at)):
        raise Refused(f"{market} is not running, so you cannot ask any providers.", "lot")
    if pupil.status != PupilStatus.ON_ROLL:
        raise Refused("This child has left. Record that they are back first.", "pupil")
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
    """Write one part of a draft, or several. What is not given stays.

    `seen` is the draft as the person read it: a part that someone has written since is not written over. Raises Stale.

    A pen picture is kept as it is typed, with whatever it still gives away: `ask` refuses it, and its page marks it.
    Raises Refused for facts that the basis asks for and that are missing, and for dates that make no sense.
    """
    given = {"basis": basis, "wanted": wanted, "picture": picture, "who": who}
    with transition(referral, "amend", by=by, at=at) as written:
        if seen is not None and any(
            value is not None and not is_same_section(key, seen, written) for key, value in given.items()
        ):
            raise EditConflict
        if basis is not None:
            _write_basis(written, basis, at)
        if wanted is not None:
            for field, value in wanted._asdict().items():
                setattr(written, field, value)
            _refuse(find_wanted_problems(written, at))
        if picture is not None:
            for field, value in picture._asdict().items():
                setattr(written, field, value)
        if who is not None:
            _write_who(written, who, at)
    return written


def _write_basis(written: Referral, basis: LegalBasis, at: datetime) -> None:
    try:
        row = legal_bases.find_duty(basis.basis, basis.on)
    except LookupError:
        raise Refused("Enter a date when this legal basis was in force", "basis_on") from None
    facts = {fact.key: basis.facts.get(fact.key) for fact in row.facts}
    problems = legal_bases.find_fact_problems(row, facts)
    if row.clock in {legal_bases.SchoolDayCount.AFTER, legal_bases.SchoolDayCount.FROM} and basis.on > local_day(at):
        future = f"{row.day_name[:1].upper()}{row.day_name[1:]} must be today or in the past"
        problems.append(Problem(future, "basis_on"))
    _refuse(problems + _agreement_problems(basis, facts))
    written.basis, written.basis_on = basis.basis, basis.on
    written.basis_facts = {key: _plain(value) for key, value in facts.items() if value not in (None, "")}
    written.due_on = basis.due_on or _worked_out(row, written.buyer, basis.on, written.basis_facts)
    if written.due_on and written.due_on < basis.on and row.clock is not legal_bases.SchoolDayCount.NOTICE:
        raise Refused(f"{row.due_name} must be the same as or after the {row.day_name}", "due_on")


def _agreement_problems(basis: LegalBasis, facts: Mapping[str, object]) -> list[Problem]:
    """Require an agreement with parents to end after it starts, and to be reviewed by its end."""
    if basis.basis != EducationBasis.AGREEMENT:
        return []
    ends, review = facts.get("ends_on"), facts.get("review_on")
    problems = []
    if isinstance(ends, date) and ends <= basis.on:
        problems.append(Problem("End of the agreement must be after the day the parents agreed", "ends_on"))
    if isinstance(ends, date) and isinstance(review, date) and not basis.on < review <= ends:
        problems.append(
            Problem(
                "Review date must be after the day the parents agreed and no later than the end of the agreement",
                "review_on",
            )
        )
    return problems


def _worked_out(row: legal_bases.LegalDuty, buyer: Organisation, on: date, facts: Mapping[str, object]) -> date | None:
    try:
        return legal_bases.due_on(row, on, facts, calendar_of(buyer))
    except LookupError:
        raise Refused(
            f"We do not know the school’s term dates around that time. Enter the day yourself ({row.citation})",
            "due_on",
        ) from None


def _write_who(written: Referral, who: InvitationChoice, at: datetime) -> None:
    if who.reply_by <= at:
        raise Refused("Time to reply must be in the future", "reply_by")
    written.reply_by = who.reply_by
    written.shortlist, written.shortlist_reason = list(who.members), who.reason.strip()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise Refused.because(problems)
