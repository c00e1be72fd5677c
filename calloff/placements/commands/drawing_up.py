"""The individual placement agreement: drawn up once every check is made, signed by the provider, then by the buyer.

The buyer's signature is one act with the commitment against its budget and the reviews: from it on, prices are frozen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Unpack

from django.db.models import Q

from calloff.agreements import commands as agreements
from calloff.agreements.commands import Signing
from calloff.agreements.states import UNSIGNED
from calloff.buying import budgets
from calloff.buying.models import Budget
from calloff.directory.models import Site, Unit, Vat
from calloff.directory.states import SiteStatus
from calloff.history.steps import begin, changed, require, step
from calloff.kernel.clock import local_day
from calloff.kernel.money import pounds
from calloff.kernel.states import Problem, Refused
from calloff.kernel.words import day, exact_pounds, listed, plural
from calloff.markets.models import Counter
from calloff.outbox.commands import queue
from calloff.partners.models import Coverage
from calloff.partners.standing import require_binding
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements import messages, terms
from calloff.placements.commands.checking import require_checks
from calloff.placements.models import Check, Placement, Review
from calloff.placements.terms import Slot, Terms, Worth
from calloff.pupils.queries import year_in_words
from calloff.referrals import duties
from calloff.referrals.invitable import require_invitable
from calloff.referrals.models import Basis

LONGEST_NOTICE = 365  # days
LONGEST = {
    "ratio": 20, "absence_rule": 300, "purchase_order": 40, "attendance_contact": 200, "emergency": 300,
}  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """What the buyer draws up, as its person wrote it. The price is not among it: that is of the provider's reply."""

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


def draw_up(placement: Placement, *, drawn: Drawn, by: User, at: datetime) -> Placement:
    """Draw up the agreement for a child, with the price as the provider replied it, and put it before its signatory.

    Refused while a check is missing, for a first day that is past or within the notice of an off-site direction, while
    the buyer's Partnership Agreement does not bind, and while the provider may take no new placements.
    """
    require(placement, placement.LIFECYCLE.find("draw_up", placement.status), by=by, at=at)
    require_binding(placement.buyer, placement.market, at=at)
    require_invitable(placement.member, doing="draw up an agreement with", at=at)
    with step(placement, "draw_up", by=by, at=at) as held:
        require_checks(held)
        price = held.interest.price
        if price is None or held.interest.amount is None:
            raise Refused("The provider's reply names no price from its list. Ask it to reply again.")
        found = Terms(
            drawn.site.pk if drawn.site else None, tuple(drawn.timetable), price.unit, held.interest.amount, drawn.ratio
        )
        _require_sound(held, drawn, found, at)
        worth = worth_of(held, drawn)
        _write(held, drawn, found, worth, vat=price.vat)
        if held.market.placement is None:
            raise Refused(f"{held.market} has no text for placement agreements. Ask {held.authority} to add one.")
        held.agreement = agreements.draw_up(
            reference=Counter.next_reference(held.market, "G"), authority=held.authority, provider=held.provider,
            buyer=held.buyer, title=held.market.placement.title, text=held.market.placement,
            lots=[{"number": held.lot.number, "title": held.lot.title}], prices=_annex(held),
            particulars=particulars(held, worth), starts_on=held.starts_on, ends_on=held.ends_on, by=by, at=at,
        )  # fmt: skip
        signatories = User.objects.who_can(Can.SIGN, at=held.provider, when=at)
        queue(messages.to_sign(held), to=signatories, sender=str(held.authority), at=at)
    return held


def redraw(placement: Placement, *, by: User, at: datetime) -> Placement:
    """Take an agreement back that both sides have not signed yet, so as to draw it up anew. What was signed is kept."""
    with step(placement, "redraw", by=by, at=at) as held:
        if held.agreement is not None and held.agreement.status in UNSIGNED:
            agreements.close(held.agreement, by=by, at=at)
        held.agreement = None
        held.total = None
        people = {
            one.pk: one
            for can in (Can.SIGN, Can.ANSWER_REFERRALS)
            for one in User.objects.who_can(can, at=held.provider, when=at)
        }
        queue(messages.redrawn(held), to=people.values(), sender=str(held.authority), at=at)
    return held


def agree(placement: Placement, *, budget: Budget, by: User, at: datetime, **given: Unpack[Signing]) -> Placement:
    """Sign for the buyer, last: one act with the commitment of what it costs and the reviews. Prices are frozen now.

    Raises Refused for a wrong code, where a check fell away or the budget has too little left (never in silence), while
    the Partnership Agreement does not bind, and while the provider may take no new placements.
    """
    held = Placement.objects.select_related("agreement", "buyer", "market", "member__provider").get(pk=placement.pk)
    require(held, held.LIFECYCLE.find("agree", held.status), by=by, at=at)
    if held.agreement is None:
        raise LookupError("An agreement is drawn up before it is signed.")
    require_binding(held.buyer, held.market, at=at)
    require_invitable(held.member, doing="place a child with", at=at)
    if budget.buyer_id != held.buyer_id:
        raise Refused("Choose one of your own budgets", "budget")
    if held.starts_on is None or held.starts_on < local_day(at):
        raise Refused("The first day has passed. Draw the agreement up anew with a later one.")
    proof = agreements.prove(held.agreement, by=by, at=at, **given)
    with step(held, "agree", by=by, at=at, along=[held.agreement]) as signed:
        require_checks(signed)
        assert signed.agreement and signed.starts_on and signed.ends_on and signed.total is not None  # noqa: S101
        agreements.bind(signed.agreement, by=by, at=at, proof=proof, **given)
        budgets.commit(budget, source=signed.reference, amount=signed.total, at=at, starts_on=signed.starts_on)
        changed("committed", None, str(signed.total))
        signed.budget, signed.agreed_at = budget, at
        plan_reviews(signed, "agree", after=signed.starts_on, by=by, at=at)
        people = {
            one.pk: one
            for can in (Can.ANSWER_REFERRALS, Can.TAKE_REGISTER)
            for one in User.objects.who_can(can, at=signed.provider, when=at)
        }
        queue(messages.agreed(signed), to=people.values(), sender=str(signed.authority), at=at)
    return signed


def plan_reviews(placement: Placement, verb: str, *, after: date, by: User, at: datetime) -> None:
    """Plan the reviews of a placement that fall after a day, save those that are planned already: part of an act."""
    assert placement.starts_on and placement.ends_on  # noqa: S101 (a constraint holds that what is agreed has its days)
    calendar = terms.calendar_of(placement.buyer, placement.authority)
    there = set(Review.objects.filter(placement=placement).values_list("due_on", flat=True))
    for due in terms.review_days(placement.starts_on, placement.ends_on, calendar):
        if due > after and due not in there:
            review = Review(
                authority_id=placement.authority_id, buyer_id=placement.buyer_id, placement=placement, due_on=due
            )
            begin(review, verb, by=by, at=at)


def worth_of(placement: Placement, drawn: Drawn) -> Worth:
    """Work out what a draft costs, before VAT, to the penny: for the page on which it is drawn up."""
    price = placement.interest.price
    amount = placement.interest.amount
    if price is None or amount is None:
        return Worth(Decimal(0), Decimal(0), True)
    found = Terms(None, tuple(drawn.timetable), price.unit, amount, drawn.ratio)
    calendar = terms.calendar_of(placement.buyer, placement.authority)
    return terms.planned(found, drawn.starts_on, drawn.ends_on, calendar)


def earliest_start(placement: Placement, at: datetime) -> date:
    """Return the first day on which the child may start: today, or so many school days after a written notice."""
    today = local_day(at)
    if placement.referral.basis != Basis.OFF_SITE:
        return today
    given = Check.objects.filter(placement=placement, kind=Check.Kind.DIRECTION).values_list("on", flat=True).first()
    if given is None:
        return today
    row = duties.duty(Basis.OFF_SITE, given)
    calendar = terms.calendar_of(placement.buyer, placement.authority)
    try:
        first = calendar.after(given, row.days)
    except LookupError:  # the terms are not known: days of the week are counted, and a weekend is none
        first = given
        for _ in range(row.days):
            first += timedelta(days=3 if first.weekday() == 4 else 1)  # noqa: PLR2004 (Friday)
    return max(today, first)


def particulars(placement: Placement, worth: Worth) -> list[dict[str, Any]]:
    """Write what is agreed for this child: a list of facts under headings, as the signed copy prints it.

    The child stands there by reference, initials and year: the name stays in `pupils` (docs/adr/0016).
    """
    assert placement.starts_on and placement.ends_on and placement.amount is not None  # noqa: S101
    assert placement.total is not None  # noqa: S101
    timetable = terms.slots(placement.timetable)
    charged = terms.with_vat(placement.total, placement.vat)
    counted = "counted by school days" if worth.known else "counted by the calendar: not all term dates are known"
    weekly = placement.units_a_week or Decimal(0)
    parties = [
        [f"{words}", _legal(side)]
        for words, side in (("Provider", placement.provider), ("Buyer", placement.buyer))
    ]
    entity = _entity(placement)
    site = f"{placement.site}, {placement.site.postcode}" if placement.site else "No site: online, or where the child is"
    return [
        {"heading": "Parties", "rows": [*parties, *([["Signs for the buyer", entity]] if entity else [])]},
        {
            "heading": "The child",
            "rows": [
                ["Reference", placement.pupil.reference],
                ["Initials and year", f"{placement.pupil.initials}, {year_in_words(placement.pupil.year_group)}"],
                ["Referral", placement.referral.reference],
            ],
        },
        {
            "heading": "The place",
            "rows": [
                ["Service", str(placement.service)],
                ["Site", site],
                ["Moving", "No move to another site or provider without the buyer's written approval"],
                ["From", day(placement.starts_on)],
                ["Until", f"{day(placement.ends_on)}, the last day"],
                ["Timetable", terms.in_words(timetable)],
                ["Staff to children", placement.ratio],
                ["Outcomes", listed(list(placement.outcomes))],
                ["Reviews", "By " + listed([day(one) for one in _reviews(placement)])],
            ],
        },
        {
            "heading": "Price",
            "rows": [
                ["Price", f"{pounds(placement.amount)} {Unit(placement.unit).label}, {Vat(placement.vat).label}"],
                ["Each week", f"{weekly.normalize():f} × {placement.unit}"],
                ["Total before VAT", f"{exact_pounds(placement.total)}, for {worth.units.normalize():f} × "
                                     f"{placement.unit}, {counted}"],
                ["Total with VAT", exact_pounds(charged)],
                ["Absence", placement.absence_rule],
                ["Purchase order", placement.purchase_order],
            ],
        },
        {
            "heading": "Working together",
            "rows": [
                ["Tell of an absence", f"{placement.attendance_contact}{_by(placement.attendance_time)}"],
                ["In an emergency", placement.emergency],
                ["Notice", plural(placement.notice_days or 0, "day")],
            ],
        },
    ]  # fmt: skip


def _write(placement: Placement, drawn: Drawn, found: Terms, worth: Worth, *, vat: str) -> None:
    placement.starts_on, placement.ends_on, placement.site = drawn.starts_on, drawn.ends_on, drawn.site
    placement.timetable, placement.ratio = terms.rows(found.timetable), drawn.ratio.strip()
    placement.unit, placement.amount, placement.vat = found.unit, found.amount, vat
    placement.units_a_week, placement.total = terms.units_a_week(found.timetable, found.unit), worth.total
    placement.outcomes = [one.strip() for one in drawn.outcomes if one.strip()]
    placement.notice_days, placement.absence_rule = drawn.notice_days, drawn.absence_rule.strip()
    placement.purchase_order, placement.emergency = drawn.purchase_order.strip(), drawn.emergency.strip()
    placement.attendance_contact, placement.attendance_time = drawn.attendance_contact.strip(), drawn.attendance_time


def _require_sound(placement: Placement, drawn: Drawn, found: Terms, at: datetime) -> None:
    problems: list[Problem] = []
    first = earliest_start(placement, at)
    if drawn.starts_on < local_day(at):
        problems.append(Problem("The first day must be today or later", "starts_on"))
    elif drawn.starts_on < first:
        problems.append(
            Problem(f"The written notice lets the child start on {day(first)} or later, and not before", "starts_on")
        )
    if drawn.ends_on < drawn.starts_on:
        problems.append(Problem("The last day must be the first day or later", "ends_on"))
    elif (drawn.ends_on - drawn.starts_on).days > 2 * LONGEST_NOTICE:
        problems.append(Problem("A placement lasts two years at most: it is reviewed and extended", "ends_on"))
    if drawn.site and (drawn.site.provider_id != placement.provider_id or drawn.site.status != SiteStatus.OPEN):
        problems.append(Problem("Choose one of the provider's open sites", "site"))
    if drawn.site is None and placement.service.site_id is not None:
        problems.append(Problem("Choose the site at which the child will be", "site"))
    if not [one for one in drawn.outcomes if one.strip()]:
        problems.append(Problem("Enter one outcome at least", "outcomes"))
    if not 1 <= drawn.notice_days <= LONGEST_NOTICE:
        problems.append(Problem(f"Notice must be between 1 and {LONGEST_NOTICE} days", "notice_days"))
    for name, words in (
        ("ratio", "Enter how many staff there are to how many children"),
        ("absence_rule", "Say what is paid when the child does not come"),
        ("purchase_order", "Enter the number of your purchase order"),
        ("attendance_contact", "Say whom the provider tells of an absence"),
        ("emergency", "Say whom to ring in an emergency, by role"),
    ):
        said = str(getattr(drawn, name))
        if not said.strip():
            problems.append(Problem(words, name))
        elif len(said) > LONGEST[name]:
            problems.append(Problem(f"Enter {LONGEST[name]} characters or fewer", name))
    try:
        terms.require_timetable(found.timetable, found.unit)
    except Refused as refusal:
        problems.extend(refusal.problems)
    if not problems and terms.planned(found, drawn.starts_on, drawn.ends_on, _calendar(placement)).units == 0:
        problems.append(Problem("No session falls between these days. Check the dates and the timetable", "starts_on"))
    if problems:
        raise Refused.because(problems)


def _annex(placement: Placement) -> list[dict[str, Any]]:
    return [
        {
            "key": "placement", "lot": placement.lot.number, "label": str(placement.service), "unit": placement.unit,
            "amount": f"{placement.amount:.2f}", "vat": placement.vat,
        }
    ]  # fmt: skip


def _reviews(placement: Placement) -> list[date]:
    assert placement.starts_on and placement.ends_on  # noqa: S101
    return terms.review_days(placement.starts_on, placement.ends_on, _calendar(placement))


def _calendar(placement: Placement) -> Any:
    return terms.calendar_of(placement.buyer, placement.authority)


def _legal(side: Organisation) -> str:
    """Name a party with its legal number."""
    numbers = [
        f"company {side.company_number}" if side.company_number else "",
        f"charity {side.charity_number}" if side.charity_number else "",
        f"URN {side.urn}" if side.urn else "",
    ]
    return ", ".join([str(side), *(one for one in numbers if one)])


def _entity(placement: Placement) -> str:
    """Name the legal entity that stands behind the buyer, as its Partnership Agreement has it."""
    covering = Coverage.objects.filter(
        Q(standing=Coverage.Standing.BINDING), buyer=placement.buyer_id, market=placement.market_id
    )
    found = covering.select_related("partnership").first()
    if found is None:
        return ""
    number = f", number {found.partnership.entity_number}" if found.partnership.entity_number else ""
    return f"{found.partnership.entity_name}{number}"


def _by(at: time | None) -> str:
    return f", by {terms.clock(at)}" if at else ""
