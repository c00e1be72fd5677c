"""The letter to a parent about a placement, and the written notice of an off-site direction.

Both use facts from the provider's reply, the referral and the site, so that no one has to type them again. The letters
are never stored, because only the `pupils` app can contain a child's name (docs/adr/0021). The check stores the facts
in a notice, so that the notice can be printed again.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from calloff.directory.models import PriceUnit
from calloff.directory.timetables import Timetable, format_timetable, sites_named, timetable_on
from calloff.documents.pdf_content import LetterContent, PdfFact
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date, pluralise
from calloff.kernel.lifecycles import Problem
from calloff.kernel.short_text import find_lines_problem
from calloff.partners import school_lookup
from calloff.partners.models import Partnership
from calloff.people.models import Organisation, User
from calloff.placements import agreed_terms
from calloff.placements.agreed_terms import AgreedTerms
from calloff.placements.agreement_drafts import first_day_after_notice
from calloff.placements.models import Placement, PreStartCheck, UsualDetails
from calloff.placements.states import BEFORE_STATUSES, PlacementStatus
from calloff.referrals import legal_bases
from calloff.referrals.models import EducationBasis
from calloff.referrals.school_calendars import calendar_of

MAX_REASONS_LENGTH = 3000  # characters
MAX_REPORT_TO_LENGTH = 200  # characters
REPORT_TO, REASONS, OBJECTIVES = "Person to report to on the first day", "Reasons", "Objectives"
SCHOOL_DAYS, TIMETABLE = "Number of school days", "Days and times"
NO_SITE = "No site. The teaching is online, or at the school or home."
NOTICE_LABELS = (
    "Provider",
    "Address",
    REPORT_TO,
    "First day",
    "Last day",
    SCHOOL_DAYS,
    TIMETABLE,
    REASONS,
    OBJECTIVES,
    "First review",
)
# The texts say what to do if a record does not give one of the facts.
MISSING_FACTS = {
    SCHOOL_DAYS: "No school days with a session are left before the last day. The notice must say how many there are. "
    "Send a new request with a later last day.",
    TIMETABLE: "The provider’s reply does not give days and times, and the notice must. Send a new request, and ask "
    "the provider for the days and times.",
    OBJECTIVES: "The request does not say what the direction should achieve, and the notice must. Send a new request "
    "with the objectives.",
}
# If one of these facts changes before the first day, the parents need a new notice.
WHERE_AND_WHEN = ("Address", "First day", "Last day", TIMETABLE)
INDENT = "  "
_NEXT_LINE = f"\n{INDENT}"

Facts = list[tuple[str, str]]


class LetterNames(NamedTuple):
    """The people named in a letter."""

    to: str
    child: str  # the full name
    called: str  # how later sentences refer to the child
    by: User


class OutdatedFact(NamedTuple):
    """A fact that the parents were told and that is different now."""

    label: str
    told: str
    now: str


class PlannedDays(NamedTuple):
    """The days of a placement, as agreed or, before that, as the provider offered."""

    first: date
    last: date
    school_days: int  # days with a session
    timetable: str
    review: date


def planned_days(placement: Placement, earliest: date | None) -> PlannedDays:
    """Return the days of a placement.

    The first day is never before `earliest`. It is a day with a session, if the placement has any.
    """
    calendar, own = calendar_of(placement.buyer), agreed_terms.terms_of(placement).timetable
    timetable: Timetable = own or timetable_on(placement.interest.sessions.all())
    terms = AgreedTerms(None, timetable, PriceUnit.DAY, Decimal(0), "")
    wanted = placement.starts_on or placement.interest.start_on or placement.referral.starts_on
    first = max(day for day in (wanted, earliest) if day)
    planned = placement.closes_on or placement.referral.ends_on or first
    last = max(planned, first)
    days = (
        day
        for day in agreed_terms.each_day(first, last)
        if terms.on(day) and agreed_terms.is_school_day(calendar, day) is not False
    )
    first = next(days, first)
    count = int(agreed_terms.planned_cost(terms, first, last, calendar).units) if planned >= first else 0
    words = format_timetable(timetable, sites_named(timetable)) if timetable else placement.interest.timetable
    return PlannedDays(first, last, count, words, agreed_terms.plan_review_days(first, last, calendar)[0])


def letter_facts(placement: Placement, at: datetime) -> Facts:
    """Return the facts in a letter to a parent."""
    days = planned_days(placement, local_day(at) if placement.is_before else None)
    facts = [
        *_where(placement),
        *_when(days),
        ("Travel", placement.referral.get_travel_display()),
        ("Outcomes", ". ".join(placement.outcomes or placement.referral.outcomes)),
        ("First review", f"By {format_date(days.review)}"),
    ]
    return [(label, value) for label, value in facts if value]


def notice_facts(placement: Placement, *, on: date, report_to: str, reasons: str) -> Facts:
    """Return the facts in the written notice of an off-site direction that the parents receive on a given day.

    Once the agreement has been prepared, they come from the agreement.
    """
    is_drawn = placement.status != PlacementStatus.CHECKS
    days = planned_days(placement, None if is_drawn else first_day_after_notice(placement, on))
    values = dict(
        [
            *_where(placement),
            *_when(days),
            (REPORT_TO, report_to.strip()),
            (SCHOOL_DAYS, pluralise(days.school_days, "day") if days.school_days else ""),
            (REASONS, reasons.strip()),
            (OBJECTIVES, str(placement.referral.basis_facts.get("objectives", "")).strip()),
            ("First review", f"By {format_date(days.review)}"),
        ]
    )
    return [(label, values[label]) for label in NOTICE_LABELS if values.get(label)]


def find_notice_problems(*, on: date | None, report_to: str, reasons: str, at: datetime) -> list[Problem]:
    """Return the problems with the answers for a notice, each with the name of its field."""
    problems = []
    if on is not None and on > local_day(at):
        problems.append(Problem("Date the parents got the notice must be today or in the past", "on"))
    if not report_to.strip():
        problems.append(Problem("Enter who the pupil should report to on the first day", "report_to"))
    elif len(report_to) > MAX_REPORT_TO_LENGTH:
        problems.append(Problem(f"Person to report to must be {MAX_REPORT_TO_LENGTH} characters or fewer", "report_to"))
    elif wrong := find_lines_problem(report_to, noun="Person to report to"):
        problems.append(Problem(wrong, "report_to"))
    if not reasons.strip():
        problems.append(Problem("Enter the reasons for the direction", "reasons"))
    elif len(reasons) > MAX_REASONS_LENGTH:
        problems.append(Problem(f"Reasons must be {MAX_REASONS_LENGTH:,} characters or fewer", "reasons"))
    return problems


def find_missing_facts(facts: Facts) -> list[Problem]:
    """Return a problem for each fact that the law requires in a notice and that is in no record."""
    given = {label for label, _ in facts}
    return [Problem(words) for label, words in MISSING_FACTS.items() if label not in given]


def find_outdated_facts(placement: Placement) -> list[OutdatedFact]:
    """Return the facts of a recorded notice that are no longer true, before the child has started.

    A notice that someone typed has no facts, so it cannot be compared.
    """
    if placement.status not in BEFORE_STATUSES or placement.referral.basis != EducationBasis.OFF_SITE:
        return []
    given = PreStartCheck.objects.filter(placement=placement, kind=PreStartCheck.Kind.DIRECTION)
    check = given.exclude(made_at=None).first()
    told = dict(read_facts(check.said)) if check else {}
    if check is None or check.on is None or not told:
        return []
    now = dict(notice_facts(placement, on=check.on, report_to=told[REPORT_TO], reasons=told[REASONS]))
    return differences(told, now)


def differences(told: Mapping[str, str], now: Mapping[str, str]) -> list[OutdatedFact]:
    """Return the facts about where and when that are different now."""
    pairs = ((label, told.get(label, ""), now.get(label, "")) for label in WHERE_AND_WHEN)
    return [OutdatedFact(label, old, new) for label, old, new in pairs if old != new]


def store_facts(facts: Facts) -> str:
    """Return the facts as the text that the check stores.

    Each fact starts a line, and its further lines are indented, so that a line someone typed is never read as a fact.
    """
    return "\n".join(f"{label}: {_NEXT_LINE.join(value.splitlines())}" for label, value in facts)


def read_facts(text: str) -> Facts:
    """Read the facts that `store_facts` wrote.

    Return an empty result for text that someone typed, and for a notice that lacks a fact the law requires.
    """
    facts: Facts = []
    for line in text.splitlines():
        label, colon, value = line.partition(": ")
        if colon and label in NOTICE_LABELS:
            facts.append((label, value))
        elif facts:
            facts[-1] = (facts[-1][0], f"{facts[-1][1]}\n{line.removeprefix(INDENT)}")
        else:
            return []
    return facts if tuple(label for label, _ in facts) == NOTICE_LABELS else []


def parent_letter(placement: Placement, facts: Facts, names: LetterNames, *, at: datetime) -> LetterContent:
    """Write the letter to a parent about a placement."""
    buyer, provider, called = placement.buyer, placement.provider, names.called
    starts = (
        f"The first day might still change. Before {called} starts, we must finish our checks, and we and {provider} "
        "must sign an agreement."
        if placement.is_before
        else f"We and {provider} have signed the agreement for this placement."
    )
    absence = _absence_contact(placement)
    paragraphs = [
        f"We have arranged for {names.child} to go to {provider} for part of their education. The details are below.",
        f"{starts} We will tell you if any of these details change.",
    ]
    following = [
        f"{buyer} is still responsible for {called}’s education and safety at {provider}.",
        f"If {called} cannot attend, call us before the first session of the day.{absence}",
        f"We will invite you to each review, and ask what you and {called} think.",
    ]
    disagree = [
        "Tell us what you think about this placement. We will record your views and take them into account. "
        f"You can write to {buyer}, or ask to speak to {names.by}. Quote {placement.reference}."
    ]
    return _letter(
        placement, facts, names, (f"A placement at {provider}", local_day(at)), (paragraphs, following, disagree)
    )


def direction_notice(placement: Placement, facts: Facts, names: LetterNames, *, on: date) -> LetterContent:
    """Write the notice of an off-site direction."""
    buyer, provider, called = placement.buyer, placement.provider, names.called
    duty = legal_bases.find_duty(EducationBasis.OFF_SITE, on)
    days = pluralise(duty.review_days, "day")
    purpose = f"for a limited time. The education there is intended to improve {called}’s behaviour."
    paragraphs = [
        f"{buyer} has decided that {names.child} must go to {provider} {purpose} The law calls this an off-site "
        f"direction ({duty.citation})."
        if _is_maintained(buyer)
        else f"We have arranged for {names.child} to go to {provider} {purpose} This is called an off-site direction. "
        f"We follow the rules that maintained schools must follow ({duty.citation})."
    ]
    following = [
        f"{called} is still a pupil at {buyer}. We are still responsible for {called}’s education and safety.",
        f"We will invite you to each review at least {days} before it takes place. We will write to tell you the "
        f"result within {days} after the review. You can also ask for a review in writing.",
        "We will give you a new notice if any of these details change before the first day.",
    ]
    disagree = [
        f"Tell us if you disagree, or if you think {provider} is not right for {called}. You can write to {buyer}, "
        f"or ask to speak to {names.by}. Quote {placement.reference}."
    ]
    return _letter(placement, facts, names, ("Notice of an off-site direction", on), (paragraphs, following, disagree))


def _is_maintained(buyer: Organisation) -> bool:
    """Return whether the register says that a buyer is a maintained school.

    The law on directions applies only to these.
    """
    found = school_lookup.find_school_by_urn(buyer.urn) if buyer.urn else None
    return found is not None and school_lookup.entity_of(found.school)[0] == Partnership.Entity.GOVERNING_BODY


def _letter(
    placement: Placement,
    facts: Facts,
    names: LetterNames,
    titled: tuple[str, date],
    texts: tuple[list[str], list[str], list[str]],
) -> LetterContent:
    buyer = placement.buyer
    paragraphs, following, disagree = texts
    return LetterContent(
        title=titled[0],
        reference=placement.reference,
        authority=str(buyer),
        authority_address=[*buyer.address.splitlines(), *([buyer.telephone] if buyer.telephone else [])],
        to=[names.to],
        date=format_date(titled[1]),
        decision=paragraphs,
        facts=[PdfFact("Pupil", names.child), *(PdfFact(label, value) for label, value in facts)],
        signatory=[str(names.by), str(buyer)],
        next=following,
        challenge=disagree,
        invented=buyer.invented,
    )


def _absence_contact(placement: Placement) -> str:
    usual = UsualDetails.objects.of_buyer(placement.buyer)
    who = placement.attendance_contact or (usual.attendance_contact if usual else "") or placement.buyer.telephone
    return f" Contact: {who.removesuffix('.')}." if who else ""


def _where(placement: Placement) -> Facts:
    provider, site = placement.provider, placement.site
    address = ", ".join(filter(None, [site.name, *site.address.splitlines(), site.town, site.postcode])) if site else ""
    return [
        ("Provider", f"{provider}, {provider.telephone}" if provider.telephone else str(provider)),
        ("Address", address or NO_SITE),
    ]


def _when(days: PlannedDays) -> Facts:
    return [
        ("First day", format_date(days.first)),
        ("Last day", format_date(days.last)),
        (TIMETABLE, days.timetable.strip()),
    ]
