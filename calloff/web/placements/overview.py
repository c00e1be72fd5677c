"""The parts of a placement's first page, apart from the child's week: next steps, people to call, aims and
cost.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from calloff.directory.models import PriceUnit, VatTreatment
from calloff.kernel.formatting import format_exact_pounds, format_short_date, pluralise
from calloff.kernel.money import format_pounds
from calloff.kernel.school_days import SchoolCalendar
from calloff.placements import agreed_terms
from calloff.placements.models import Placement, PlacementReview
from calloff.placements.states import ReviewStatus

AIM_RESULTS = {"yes": ("Met", "green"), "partly": ("Partly met", "orange"), "no": ("Not met", "grey")}


class NextStep(NamedTuple):
    """The next step in a placement: a link, or a button if the person must take the step now."""

    what: str
    note: str = ""
    link: str = ""  # the text of the link or button
    href: str = ""
    is_now: bool = False


class ContactToCall(NamedTuple):
    """An organisation or a person to call about a placement."""

    name: str
    note: str
    telephone: str
    is_organisation: bool = False


class Aim(NamedTuple):
    """One of a placement's aims, with its result in the latest review, if there is a result."""

    aim: str
    result: str
    colour: str


class CostSoFar(NamedTuple):
    """The cost of the planned sessions so far, the agreed total, and the cost as a percentage of the total."""

    until_now: str
    total: str
    per_cent: int


def dated_steps(placement: Placement, reviews: Sequence[PlacementReview], today: date, href: str) -> list[NextStep]:
    """Return the steps of a live placement that have a date: the next review and the placement's last day."""
    steps = []
    planned = next((one for one in reviews if one.status == ReviewStatus.PLANNED), None)
    if planned and placement.is_live:
        late = planned.due_on < today
        words = f"{'It was due' if late else 'Due'} by {format_short_date(planned.due_on)}"
        steps.append(NextStep("Review", words, "View reviews", href, is_now=late))
    if placement.is_live and placement.closes_on:
        note = "" if placement.last_on else f"Notice is {pluralise(placement.notice_days or 0, 'day')}"
        steps.append(NextStep(f"Last day: {format_short_date(placement.closes_on)}", note))
    return steps


def aims_of(placement: Placement, reviews: Sequence[PlacementReview]) -> list[Aim]:
    """Return a placement's aims, with their results in the latest review that has been held."""
    held = [one for one in reviews if one.held_on]
    latest = max(held, key=lambda one: (one.held_on or one.due_on, one.pk)) if held else None
    results = {row["outcome"]: row["met"] for row in latest.outcomes} if latest else {}
    return [Aim(aim, *AIM_RESULTS.get(results.get(aim, ""), ("", ""))) for aim in placement.outcomes]


def cost_so_far(placement: Placement, today: date, calendar: SchoolCalendar) -> CostSoFar | None:
    """Return the cost of the sessions up to today under the agreed terms.

    Return None if the placement has not started, or has no agreed price or total.
    """
    if placement.started_on is None or placement.total is None or placement.amount is None:
        return None
    last = placement.ended_on or placement.closes_on or today
    until_now = agreed_terms.cost_until(placement, min(today, last), calendar).total
    per_cent = int(100 * until_now / placement.total) if placement.total else 0
    return CostSoFar(format_exact_pounds(until_now), format_exact_pounds(placement.total), max(0, min(100, per_cent)))


def price_in_words(placement: Placement) -> str:
    """Return the agreed price (“£124 a day, exempt from VAT”), or an empty string if no price has been
    agreed.
    """
    if placement.amount is None:
        return ""
    return f"{format_pounds(placement.amount)} {PriceUnit(placement.unit).label}, {VatTreatment(placement.vat).label}"
