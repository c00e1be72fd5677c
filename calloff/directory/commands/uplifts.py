"""Request, approve, refuse and withdraw increases in a member's prices, limited by the market's index."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from calloff.directory import messages
from calloff.directory.models import Price, Service, Uplift
from calloff.directory.states import ServiceStatus, UpliftStatus
from calloff.history.transitions import as_one_event, create, record_change, record_reason, transition
from calloff.kernel.clock import day_after, local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Refused
from calloff.kernel.money import PENNY
from calloff.members.models import Member
from calloff.members.states import LASTING_STATUSES
from calloff.outbox.commands import queue_message
from calloff.people.models import User
from calloff.people.permissions import Can

__all__ = ["approve_uplift", "ask_uplift", "refuse_uplift", "withdraw_uplift"]

HUNDRED = Decimal(100)
ONE_YEAR = timedelta(days=366)  # older index values are refused


def ask_uplift(member: Member, *, percent: Decimal, index_on: date, by: User, at: datetime) -> Uplift:
    """Request an increase in a member's prices by a percentage, based on the index that the market names.

    The increase starts on the first day of the month that the pack sets. Raises Refused if the market has fixed prices,
    if the percentage is above the market's cap, if the index value is from the future or more than a year old, or if
    another increase from the same day has already been requested or approved.
    """
    rule, today = member.market.pack.prices, local_day(at)
    if member.status not in LASTING_STATUSES:
        raise Refused("This membership has ended, so its prices cannot change.")
    if rule.moves != "indexed":
        raise Refused("Prices in this market are fixed for the term. You cannot increase them.", "percent")
    if percent <= 0:
        raise Refused("Percentage increase must be more than 0%", "percent")
    if percent > rule.at_most:
        raise Refused(f"Prices in this market can increase by up to {rule.cap}%. Enter {rule.cap}% or less.", "percent")
    if index_on > today:
        raise Refused("Date the figure was published must be today or in the past", "index_on")
    if index_on < today - ONE_YEAR:
        raise Refused("This figure is more than a year old. Use the newest figure.", "index_on")
    starts_on = rule.next_after(today)
    if Uplift.objects.filter(member=member, status=UpliftStatus.APPROVED, starts_on=starts_on).exists():
        raise Refused(
            f"Your prices already increase from {format_date(starts_on)}. They can increase only once a year.",
            "percent",
        )
    uplift = Uplift(
        authority=member.authority, provider=member.provider, member=member, percent=percent, index=rule.index,
        index_on=index_on, cap=rule.at_most, starts_on=starts_on, asked_by=by, asked_at=at,
    )  # fmt: skip
    create(uplift, "ask_uplift", by=by, at=at)
    officers = User.objects.who_can(Can.COUNTERSIGN, organisation=member.authority, at=at)
    queue_message(messages.uplift_asked(uplift), to=officers, sender=str(member.provider), at=at)
    return uplift


def approve_uplift(uplift: Uplift, *, by: User, at: datetime) -> Uplift:
    """Approve an increase. Current prices end on the day before, and new prices start.

    The new prices are rounded to the penny. Prices that start on or after that day do not change. If that day has
    already passed, the increase starts tomorrow, because prices never change for past days. Signed agreements and
    placements do not change. Raises Refused if the officer has a role at the provider.
    """
    services = Service.objects.filter(member=uplift.member_id, status=ServiceStatus.LIVE).order_by("pk")
    with as_one_event("approve_uplift", by=by, at=at, acting_for=str(uplift.authority)):
        with transition(uplift, "approve_uplift", by=by, at=at) as approved:
            _require_no_role(approved, by, at)
            approved.starts_on = max(approved.starts_on, day_after(local_day(at)))
            approved.answered_by, approved.answered_at = by, at
            record_change("percent", None, str(approved.percent))
            for service in services:
                with transition(service, "approve_uplift", by=by, at=at) as priced:
                    _increase_prices(priced, approved)
                    priced.changed_at = at
        queue_message(
            messages.uplift_approved(approved), to=_service_editors(approved, at), sender=str(approved.authority), at=at
        )
    return approved


def refuse_uplift(uplift: Uplift, *, reason: str, by: User, at: datetime) -> Uplift:
    """Refuse an increase. The provider can read the reason. Raises Refused if no reason is given."""
    if not reason.strip():
        raise Refused("Enter a reason. The provider will read it.", "reason")
    with transition(uplift, "refuse_uplift", by=by, at=at) as refused:
        _require_no_role(refused, by, at)
        refused.reason = reason.strip()
        refused.answered_by, refused.answered_at = by, at
        record_reason(refused)
        queue_message(
            messages.uplift_refused(refused), to=_service_editors(refused, at), sender=str(refused.authority), at=at
        )
    return refused


def withdraw_uplift(uplift: Uplift, *, by: User, at: datetime) -> Uplift:
    """Withdraw a request for an increase. The prices do not change."""
    with transition(uplift, "withdraw_uplift", by=by, at=at) as withdrawn:
        pass
    return withdrawn


def raise_amount(amount: Decimal, percent: Decimal) -> Decimal:
    """Return an amount increased by a percentage, rounded half up to the penny."""
    return (amount * (1 + percent / HUNDRED)).quantize(PENNY, ROUND_HALF_UP)


def _require_no_role(uplift: Uplift, by: User, at: datetime) -> None:
    if by.roles_at(uplift.provider, at):
        raise Refused(f"You have a role at {uplift.provider}, so someone else must answer this.")


def _increase_prices(service: Service, uplift: Uplift) -> None:
    starts_on = uplift.starts_on
    for price in Price.objects.select_for_update().filter(service=service, starts_on__lt=starts_on).order_by("pk"):
        if price.ends_on is not None and price.ends_on < starts_on:
            continue
        ends_on, price.ends_on = price.ends_on, starts_on - timedelta(days=1)
        price.save(update_fields=["ends_on"])
        Price.objects.create(
            service=service, provider=service.provider, unit=price.unit, amount=raise_amount(price.amount,
                uplift.percent),
            lasts=price.lasts, includes=price.includes, vat=price.vat, line=price.line, starts_on=starts_on,
            ends_on=ends_on, uplift=uplift,
        )  # fmt: skip


def _service_editors(uplift: Uplift, at: datetime) -> Any:
    return User.objects.who_can(Can.LIST_SERVICES, organisation=uplift.provider, at=at)
