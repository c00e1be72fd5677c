"""Check a draft placement agreement and calculate its cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from calloff.directory.models import Site
from calloff.directory.states import SiteStatus
from calloff.directory.timetables import Slot, require_timetable
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.short_text import find_lines_problem
from calloff.placements import agreed_terms
from calloff.placements.agreed_terms import AgreedTerms, Cost
from calloff.placements.models import Placement, PreStartCheck
from calloff.referrals import legal_bases
from calloff.referrals.date_limits import find_end_problem, find_start_problem
from calloff.referrals.models import EducationBasis
from calloff.referrals.school_calendars import calendar_of

MAX_NOTICE_DAYS = 365  # days
DRAFT_FIELD_NAMES = {
    "ratio": "Staff to children", "absence_rule": "Payment for absences",
    "purchase_order": "Purchase order number", "attendance_contact": "Who to tell about an absence",
    "emergency": "Who to call in an emergency",
}  # fmt: skip
MAX_DRAFT_LENGTHS = {
    "ratio": 20,
    "absence_rule": 300,
    "purchase_order": 40,
    "attendance_contact": 200,
    "emergency": 300,
}
FRIDAY = 4


@dataclass(frozen=True)
class AgreementDraft:
    """A draft agreement, as the buyer wrote it.

    It does not contain the price, which comes from the provider's reply.
    """

    starts_on: date
    ends_on: date
    site: Site | None
    timetable: Sequence[Slot]
    ratio: str
    outcomes: Sequence[str]
    notice_days: int
    absence_rule: str
    purchase_order: str
    attendance_contact: str
    attendance_time: time | None
    emergency: str


def draft_cost(placement: Placement, drawn: AgreementDraft) -> Cost:
    """Return a draft's cost before VAT, rounded to the penny, for the page that shows the draft."""
    price = placement.interest.price
    amount = placement.interest.amount
    if price is None or amount is None:
        return Cost(Decimal(0), Decimal(0), True)
    found = AgreedTerms(None, tuple(drawn.timetable), price.unit, amount, drawn.ratio)
    calendar = calendar_of(placement.buyer)
    return agreed_terms.planned_cost(found, drawn.starts_on, drawn.ends_on, calendar)


def earliest_start(placement: Placement, at: datetime) -> date:
    """Return the first day on which the child can start.

    This is today or, after a written notice, some school days later.
    """
    today = local_day(at)
    if placement.referral.basis != EducationBasis.OFF_SITE:
        return today
    given = (
        PreStartCheck.objects.filter(placement=placement, kind=PreStartCheck.Kind.DIRECTION)
        .values_list("on", flat=True)
        .first()
    )
    if given is None:
        return today
    return max(today, first_day_after_notice(placement, given))


def first_day_after_notice(placement: Placement, given: date) -> date:
    """Return the first day on which the child can start if the parents receive a written notice on a given day."""
    row = legal_bases.find_duty(EducationBasis.OFF_SITE, given)
    calendar = calendar_of(placement.buyer)
    try:
        return calendar.after(given, row.days)
    except LookupError:  # weekdays are counted, because the term dates are unknown
        first = given
        for _ in range(row.days):
            first += timedelta(days=3 if first.weekday() == FRIDAY else 1)
        return first


def find_draft_problems(placement: Placement, drawn: AgreementDraft, found: AgreedTerms, at: datetime) -> list[Problem]:
    """Return the problems with a draft, each with the name of its field."""
    problems = _wrong_days(placement, drawn, at) + _wrong_place(placement, drawn) + _wrong_words(drawn)
    try:
        require_timetable(found.timetable, found.unit, provider=placement.provider)
    except Refused as refusal:
        problems.extend(refusal.problems)
    if (
        not problems
        and not agreed_terms.planned_cost(found, drawn.starts_on, drawn.ends_on, calendar_of(placement.buyer)).units
    ):
        problems.append(
            Problem("There are no sessions between these dates. Check the dates and the timetable.", "starts_on")
        )
    return problems


def _wrong_days(placement: Placement, drawn: AgreementDraft, at: datetime) -> list[Problem]:
    problems = []
    first = earliest_start(placement, at)
    if drawn.starts_on < local_day(at):
        problems.append(Problem("The first day must be today or later", "starts_on"))
    elif drawn.starts_on < first:
        words = f"The parents must have enough notice, so the pupil can start on {format_date(first)} or later"
        problems.append(Problem(words, "starts_on"))
    elif late := find_start_problem(drawn.starts_on, placement.market, local_day(at)):
        problems.append(Problem(late, "starts_on"))
    if drawn.ends_on < drawn.starts_on:
        problems.append(Problem("The last day must be the same as or after the first day", "ends_on"))
    elif far := find_end_problem(drawn.starts_on, drawn.ends_on):
        problems.append(Problem(far, "ends_on"))
    return problems


def _wrong_place(placement: Placement, drawn: AgreementDraft) -> list[Problem]:
    site = drawn.site
    if site is None:
        needed = placement.service.site_id is not None
        return [Problem("Choose the site the pupil will attend", "site")] if needed else []
    if site.provider_id != placement.provider_id or site.status != SiteStatus.OPEN:
        return [Problem("Choose one of the provider's open sites", "site")]
    return []


def _wrong_words(drawn: AgreementDraft) -> list[Problem]:
    problems = []
    if not [one for one in drawn.outcomes if one.strip()]:
        problems.append(Problem("Enter at least one outcome", "outcomes"))
    if not 1 <= drawn.notice_days <= MAX_NOTICE_DAYS:
        problems.append(Problem(f"Notice period must be between 1 and {MAX_NOTICE_DAYS} days", "notice_days"))
    for name, words in (
        ("ratio", "Enter the ratio of staff to children"),
        ("absence_rule", "Enter what you will pay when the pupil is absent"),
        ("purchase_order", "Enter your purchase order number"),
        ("attendance_contact", "Enter who the provider should tell about an absence"),
        ("emergency", "Enter the roles to call in an emergency"),
    ):
        said = str(getattr(drawn, name))
        if not said.strip():
            problems.append(Problem(words, name))
        elif len(said) > MAX_DRAFT_LENGTHS[name]:
            problems.append(
                Problem(f"{DRAFT_FIELD_NAMES[name]} must be {MAX_DRAFT_LENGTHS[name]} characters or fewer", name)
            )
        elif wrong := find_lines_problem(said, noun=DRAFT_FIELD_NAMES[name]):
            problems.append(Problem(wrong, name))
    return problems
