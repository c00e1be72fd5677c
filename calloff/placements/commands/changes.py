"""Change a signed placement.

Either side can propose a change, and nothing changes until the other side agrees. We keep the signed text.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied

from calloff.buying import commitments
from calloff.directory import timetables
from calloff.directory.models import Site
from calloff.directory.states import SiteStatus
from calloff.history.transitions import announce_verb, create, record_change, require_transition, transition
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.money import PENNY, format_pounds
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements import access, agreed_terms, messages, weeks
from calloff.placements.commands.agreement import plan_reviews
from calloff.placements.models import Placement, PlacementChange
from calloff.placements.states import PlacementChangeStatus, PlacementStatus
from calloff.referrals.date_limits import find_end_problem, find_start_problem
from calloff.referrals.school_calendars import calendar_of

__all__ = ["agree_change", "decline_change", "propose_change", "withdraw_change"]

CHANGEABLE_FIELDS = ("site", "timetable", "amount", "ratio", "starts_on", "ends_on")
MAX_CHANGE_REASON_LENGTH, MAX_RATIO_LENGTH = 4000, 20
MAX_PRICE = Decimal(1_000_000)  # pounds per unit


def propose_change(
    placement: Placement, *, side: str, values: Mapping[str, Any], from_on: date, reason: str, by: User, at: datetime
) -> PlacementChange:
    """Propose new values on behalf of one side, such as a site, a timetable, a price, a staff ratio or the dates.

    Once the other side has agreed, the new values apply from the given day, which is today or later. Raises Refused if
    another change has not been answered, if the values change nothing, or if the placement is over.
    """
    held = _fresh(placement)
    if not held.is_live:
        raise Refused("You can change the agreement after both sides have signed it and before the placement ends.")
    new = _as_kept(values)
    problems = _wrong(held, new, from_on, reason, at)
    if problems:
        raise Refused.because(problems)
    old = agreed_terms.current_values(held, new)
    new = {name: value for name, value in new.items() if value != old[name]}
    if not new:
        raise Refused("You have not changed anything. Enter what will be different.")
    difference = cost_difference(held, new, from_on)
    change = PlacementChange(
        authority_id=held.authority_id, buyer=held.buyer, provider=held.provider, placement=held,
        number=held.changes.count() + 1, side=side, old={name: old[name] for name in new}, new=new, from_on=from_on,
        reason=reason.strip(), difference=difference, proposed_at=at,
    )  # fmt: skip
    require_transition(change, change.LIFECYCLE.find("propose_change", None), by=by, at=at)
    if side == PlacementChange.Side.BUYER:
        _require_signatory(change, by, at)
    made = create(change, "propose_change", by=by, at=at)
    _tell(made, messages.change_proposed(made), made.other_side, at=at)
    return made


def agree_change(change: PlacementChange, *, by: User, at: datetime) -> PlacementChange:
    """Agree to a change on behalf of the other side, and update the commitment and the reviews.

    This is one action. The change is refused if the budget does not cover the extra cost. If the cost falls, the
    difference goes back to the budget.
    """
    held = PlacementChange.objects.select_related("placement", "buyer", "provider", "authority").get(pk=change.pk)
    require_transition(held, held.LIFECYCLE.find("agree_change", held.status), by=by, at=at)
    if held.other_side == held.buyer:
        _require_signatory(held, by, at)
    if held.from_on < local_day(at):
        raise Refused(
            "The start date of this change has passed. Decline the change, or ask the other side to propose it again."
        )
    try:
        return _agree(held, by=by, at=at)
    except Refused as refusal:
        if not any(problem.where == "budget" for problem in refusal.problems) or held.own_side != held.buyer:
            raise
        # The provider must not see any figure from the budget.
        _tell(held, messages.budget_short(held), held.buyer, at=at)
        raise Refused(f"{held.buyer} must check its budget first. We have told them.") from refusal


def decline_change(change: PlacementChange, *, reason: str, by: User, at: datetime) -> PlacementChange:
    """Decline a change on behalf of the other side, with a reason. The signed terms do not change."""
    if not reason.strip():
        raise Refused("Enter a reason. The other side will read it.", "reason")
    with transition(change, "decline_change", by=by, at=at) as declined:
        declined.closed_at, declined.closing_reason = at, reason.strip()
        _tell(declined, messages.change_answered(declined, "declined"), declined.own_side, at=at)
    return declined


def withdraw_change(change: PlacementChange, *, by: User, at: datetime) -> PlacementChange:
    """Withdraw an unanswered change on behalf of the side that proposed it."""
    with transition(change, "withdraw_change", by=by, at=at) as withdrawn:
        withdrawn.closed_at = at
        _tell(withdrawn, messages.change_withdrawn(withdrawn), withdrawn.other_side, at=at)
    return withdrawn


def cost_difference(placement: Placement, new: Mapping[str, Any], from_on: date) -> Decimal:
    """Return how much a change adds to a placement's total cost, in pounds before VAT.

    Both totals use the same term dates, so term dates that have only just become known make no difference.
    """
    return total_cost_with(placement, new, from_on) - total_cost_with(placement, {}, from_on)


def total_cost_with(placement: Placement, new: Mapping[str, Any], from_on: date) -> Decimal:
    """Return a placement's total cost before VAT if some values changed from a given day."""
    starts, ends = placement.period
    starts = date.fromisoformat(new["starts_on"]) if "starts_on" in new else starts
    ends = date.fromisoformat(new["ends_on"]) if "ends_on" in new else ends
    calendar = calendar_of(placement.buyer)
    stretches = (
        (
            one,
            agreed_terms.with_values(agreed_terms.terms_on(placement, one), new)
            if one >= from_on
            else agreed_terms.terms_on(placement, one),
        )
        for one in agreed_terms.each_day(starts, ends)
    )
    return agreed_terms.cost_of(stretches, calendar).total


def _agree(change: PlacementChange, *, by: User, at: datetime) -> PlacementChange:
    with transition(change.placement, "agree_change", by=by, at=at, along=[change]) as held:
        difference = cost_difference(agreed_terms.with_terms_prefetched(held), change.new, change.from_on)
        before = held.ends_on
        with transition(change, "agree_change", by=by, at=at) as agreed:
            agreed.closed_at, agreed.difference = at, difference
        for name, value in change.new.items():
            record_change(name, _plain(held, name), value if name != "timetable" else "as signed in the change")
            _set(held, name, value)
        announce_verb("agree_change")
        if "timetable" in change.new:
            weeks.replace_timetable(held, timetables.parse_slots(change.new["timetable"]), from_on=change.from_on)
        held.units_a_week = timetables.weekly_units(agreed_terms.terms_of(held).timetable, held.unit)
        held.total = (held.total or Decimal(0)) + difference
        if difference > 0:
            commitments.commit_more(held.reference, amount=difference, at=at)
        elif difference < 0:
            commitments.release_commitment(held.reference, amount=-difference, at=at)
        access.update_disclosures(held, at=at)
        if held.ends_on and before and held.ends_on > before:
            plan_reviews(held, "go_on", after=local_day(at), by=by, at=at)
        _tell(agreed, messages.change_answered(agreed, "agreed"), agreed.own_side, at=at)
    return agreed


def _require_signatory(change: PlacementChange, by: User, at: datetime) -> None:
    """Refuse a change that costs the buyer more, unless a signatory of the buyer agrees to it."""
    if not change.difference or change.difference <= 0:
        return
    if by.can(Can.COUNTERSIGN, organisation=change.buyer, at=at):
        return
    if not by.can(Can.CHANGE_PLACEMENT, organisation=change.buyer, at=at):
        raise PermissionDenied("You need permission to change placements to agree to this change.")
    names = [
        one.name for one in User.objects.who_can(Can.COUNTERSIGN, organisation=change.buyer, at=at).order_by("name")
    ]
    who = " or ".join(names) or "your people administrator to add someone who can sign"
    raise Refused(
        f"This costs {format_pounds(change.difference)} more, so only someone who signs for {change.buyer} can agree "
        f"to it. Ask {who}."
    )


def _wrong(placement: Placement, new: Mapping[str, Any], from_on: date, reason: str, at: datetime) -> list[Problem]:
    problems = []
    agreed = max(
        (one.from_on for one in placement.changes.filter(status=PlacementChangeStatus.AGREED)), default=from_on
    )
    if from_on < local_day(at):
        problems.append(Problem("Start date of the change must be today or in the future", "from_on"))
    elif from_on < agreed:
        problems.append(
            Problem(f"Another change applies from {format_date(agreed)}. Enter that date or later.", "from_on")
        )
    if not reason.strip():
        problems.append(Problem("Enter a reason. The other side will read it.", "reason"))
    elif len(reason) > MAX_CHANGE_REASON_LENGTH:
        problems.append(Problem(f"Reason must be {MAX_CHANGE_REASON_LENGTH:,} characters or fewer", "reason"))
    return problems + _wrong_days(placement, new, local_day(at)) + _wrong_terms(placement, new)


def _wrong_days(placement: Placement, new: Mapping[str, Any], today: date) -> list[Problem]:
    problems = []
    starts, ends = placement.period
    if "starts_on" in new:
        starts = date.fromisoformat(new["starts_on"])
        if placement.status != PlacementStatus.AGREED:
            problems.append(Problem("The placement has started, so you cannot change its first day", "starts_on"))
        elif starts < today:
            problems.append(Problem("The first day must be today or later", "starts_on"))
        elif late := find_start_problem(starts, placement.market, today):
            problems.append(Problem(late, "starts_on"))
    if "ends_on" in new:
        ends = date.fromisoformat(new["ends_on"])
        if placement.last_on:
            problems.append(Problem("Notice has been given, so you cannot change the last day", "ends_on"))
        elif ends < today:
            problems.append(Problem("The last day must be today or later", "ends_on"))
        elif far := find_end_problem(today, ends):
            problems.append(Problem(far, "ends_on"))
    if ends < starts:
        problems.append(Problem("The last day must be the same as or after the first day", "ends_on"))
    return problems


def _wrong_terms(placement: Placement, new: Mapping[str, Any]) -> list[Problem]:
    problems = []
    if "site" in new:
        mine = Site.objects.filter(pk=new["site"] or 0, provider=placement.provider_id, status=SiteStatus.OPEN)
        if not mine.exists() and (new["site"] or placement.service.site_id):
            problems.append(Problem("Choose one of the provider's open sites", "site"))
    if "amount" in new:
        amount = Decimal(new["amount"])
        if not amount.is_finite() or not 0 < amount < MAX_PRICE or amount != amount.quantize(PENNY):
            problems.append(Problem("Enter the new price in pounds and pence, more than £0", "amount"))
    if "ratio" in new and not 0 < len(new["ratio"].strip()) <= MAX_RATIO_LENGTH:
        problems.append(Problem(f"Enter the ratio in {MAX_RATIO_LENGTH} characters or fewer", "ratio"))
    if "timetable" in new:
        try:
            timetables.require_timetable(
                timetables.parse_slots(new["timetable"]), placement.unit, provider=placement.provider
            )
        except Refused as refusal:
            problems.extend(refusal.problems)
    return problems


def _as_kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values in the form in which a change stores them: strings, keys of sites, and lists."""
    unknown = set(values) - set(CHANGEABLE_FIELDS)
    if unknown:
        raise LookupError(f"These are not changed so: {sorted(unknown)}")
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if name == "site":
            kept[name] = value.pk if value is not None else None
        elif name == "timetable":
            kept[name] = timetables.timetable_rows(value)
        elif name == "amount":
            kept[name] = f"{value:.2f}" if Decimal(value).is_finite() and value == round(value, 2) else str(value)
        else:
            kept[name] = value.isoformat() if isinstance(value, date) else str(value).strip()
    return kept


def _set(placement: Placement, name: str, value: Any) -> None:
    match name:
        case "site":
            placement.site_id = value
        case "timetable":
            pass  # these values are stored in their own rows
        case "amount":
            placement.amount = Decimal(value)
        case "ratio":
            placement.ratio = value
        case _:
            setattr(placement, name, date.fromisoformat(value))


def _plain(placement: Placement, name: str) -> Any:
    if name == "timetable":
        return "as signed"
    return agreed_terms.current_values(placement, [name])[name]


def _fresh(placement: Placement) -> Placement:
    found = Placement.objects.select_related("buyer", "provider", "authority", "service", "site", "market")
    return found.prefetch_related("changes", "sessions").get(pk=placement.pk)


def _tell(change: PlacementChange, words: MessageText, to: Organisation, *, at: datetime) -> None:
    people = User.objects.who_can(Can.CHANGE_PLACEMENT, organisation=to, at=at)
    queue_message(words, to=people, sender=str(change.authority), at=at)
