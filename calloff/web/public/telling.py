"""How public pages say what they show. No rule is decided here: only words."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import NamedTuple

from calloff.directory import queries
from calloff.directory.models import Day, Price, Service, Unit
from calloff.kernel.codes import NeedType
from calloff.kernel.geography import to_miles
from calloff.kernel.money import pounds
from calloff.kernel.words import day, listed, plural, short_day
from calloff.markets.models import Lot, Market
from calloff.members.models import Member
from calloff.members.standing import in_public_words, standing_of
from calloff.people.models import Organisation

WEEK = [str(one) for one in Day]


class InLot(NamedTuple):
    lot: Lot
    members: list[Member]


class InMarket(NamedTuple):
    market: Market
    lots: list[InLot]


def joined(members: Iterable[Member]) -> list[InMarket]:
    """Gather a register, which comes in order, into markets and their lots."""
    by_market = groupby(members, key=lambda member: member.market)
    return [InMarket(market, in_lots(of_market)) for market, of_market in by_market]


def by_provider(members: Iterable[Member]) -> list[tuple[Organisation, list[Member]]]:
    """Gather what stands together of one provider in a list."""
    return [(provider, list(several)) for provider, several in groupby(members, key=lambda member: member.provider)]


def in_lots(members: Iterable[Member]) -> list[InLot]:
    return [InLot(lot, list(several)) for lot, several in groupby(members, key=lambda member: member.lot)]


def standing_words(member: Member, on: date) -> str:
    """Return the public's word for a member that came with its standing."""
    return in_public_words(standing_of(member, on=on))


def checked(member: Member) -> str:
    """Say when the authority last checked a member: honestly, where it never did."""
    if member.last_checked_on:
        return f"Last checked on {day(member.last_checked_on)}"
    if member.agreement.on_paper:
        return "No check is recorded here yet"
    return f"Not visited since it joined on {day(member.joined_at)}"


def days(service: Service) -> str:
    """Say on which days: “Monday to Friday”, “Monday and Thursday”."""
    chosen = [name for name in WEEK if name in service.days]
    names = [str(Day(name).label) for name in chosen]
    first = WEEK.index(chosen[0]) if chosen else 0
    in_a_row = chosen == WEEK[first : first + len(chosen)]
    return f"{names[0]} to {names[-1]}" if in_a_row and len(names) > 2 else listed(names)  # noqa: PLR2004


def ages(service: Service) -> str:
    if service.age_from == service.age_to:
        return f"Age {service.age_from}"
    return f"Ages {service.age_from} to {service.age_to}"


def ratio(service: Service) -> str:
    children = "child" if service.children == 1 else "children"
    return f"{service.staff} staff to {service.children} {children}"


def places(service: Service) -> str:
    """Say how many places are free, and when that was said."""
    if service.places is None or service.places_at is None:
        return "Free places: not said"
    said = f"on {day(service.places_at)}"
    if service.places == 0:
        return f"Full, as said {said}"
    return f"{plural(service.places, 'free place')}, as said {said}"


def places_short(service: Service) -> str:
    """Say the same in a list: “3 free places (2 Mar 2026)”."""
    if service.places is None or service.places_at is None:
        return "Free places not said"
    words = "Full" if service.places == 0 else plural(service.places, "free place")
    return f"{words} ({short_day(service.places_at)})"


def need(code: str) -> str:
    return str(NeedType(code).label)


def distance(service: Service) -> float | None:
    """Return how far a service is in miles, where that is known."""
    metres = getattr(service, "metres", None)
    return None if metres is None else to_miles(metres)


def price(one: Price) -> str:
    """Say a price: £120 a day, exempt from VAT."""
    return f"{pounds(one.amount)} {Unit(one.unit).label}, {one.get_vat_display()}"


def current(service: Service, on: date) -> list[Price]:
    """Return the prices of a service, found with all of them, that hold on a day."""
    return queries.current(service.all_prices, on)  # type: ignore[attr-defined]
