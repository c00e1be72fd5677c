"""Extend a market, together with the agreements that end with it."""

from datetime import date, datetime

from calloff.agreements import commands as agreements
from calloff.agreements.models import Agreement
from calloff.agreements.states import UNSIGNED_STATUSES, AgreementStatus
from calloff.history.transitions import as_one_event
from calloff.markets import commands as markets
from calloff.markets.models import Market, MarketExtension
from calloff.members.models import Member
from calloff.people.models import User

__all__ = ["extend"]


def extend(
    market: Market, *, closes_on: date, term_ends_on: date, reason: str, by: User, at: datetime
) -> MarketExtension:
    """Move a market's end date and that of every agreement that ends with it, as one event.

    `closes_on` is the last day when providers can apply, and `term_ends_on` is the market's last day. Agreements with
    an end date of their own do not change. Raises Refused in the same cases as `markets.extend`.
    """
    with as_one_event("extend", by=by, at=at, acting_for=str(market.authority)):
        extension = markets.extend(market, closes_on=closes_on, term_ends_on=term_ends_on, reason=reason, by=by, at=at)
        if extension.new_term_ends_on > extension.old_term_ends_on:
            for agreement in _ending_with(market, extension.old_term_ends_on):
                agreements.prolong(agreement, ends_on=extension.new_term_ends_on, by=by, at=at)
    return extension


def _ending_with(market: Market, last_day: date) -> list[Agreement]:
    named = Member.objects.filter(market=market).values("agreement")
    lasting = Agreement.objects.filter(
        pk__in=named, ends_on=last_day, status__in=[*UNSIGNED_STATUSES, AgreementStatus.IN_FORCE]
    )
    return list(lasting.order_by("pk"))
