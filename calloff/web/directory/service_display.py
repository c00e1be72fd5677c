"""How public pages say what they show. No rule is decided here: only words."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from calloff.directory import opening_hours, queries
from calloff.directory.models import Price, Qualification, Service, Site, Unit
from calloff.directory.opening_hours import Hours
from calloff.directory.search_results import BEGINS, ENDS
from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType
from calloff.kernel.formatting import day, listed, plural, short_day
from calloff.kernel.geography import to_miles
from calloff.kernel.money import pounds
from calloff.markets.models import Lot, Market
from calloff.members.membership_status import in_public_words, standing_of
from calloff.members.models import Member


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


def when(service: Service, on: date) -> str:
    """Say on which days and at what times, from a day on: “Monday to Friday, 9:30am to 2:30pm”, or in words alone.

    With the site of each time, where they are not all at its own. What else there is to say of the hours is left out
    where there are times, for a line of a list: `opening` says it too.
    """
    hours = opening_hours.still(service.week, on)
    words = _hours(service, hours)
    return words if _has_times(hours) else ", ".join(filter(None, [words, service.hours]))


def opening(service: Service, on: date) -> str:
    """Say the opening hours as a page does: with the site of each, where it is another, and what else there is."""
    hours = opening_hours.still(service.week, on)
    parts = filter(None, [_hours(service, hours), service.hours])
    return (". " if _has_times(hours) else ", ").join(parts)


def _hours(service: Service, hours: list[Hours]) -> str:
    if not any(one.site_id for one in hours):  # the sites are not read where none is named
        return opening_hours.in_words(hours)
    names = {one.pk: one.name for one in sites(service)}
    return opening_hours.in_words(hours, names, own=service.site_id)


def _has_times(hours: Iterable[Hours]) -> bool:
    return any(one.starts for one in hours)


def towns(service: Service) -> list[str]:
    """Name the towns where a service is, its own first."""
    return list(dict.fromkeys(site.town for site in sites(service)))


def marked(headline: str) -> list[tuple[str, bool]]:
    """Split an excerpt into its words as they are and those that were searched for."""
    several = re.split(f"{BEGINS}(.*?){ENDS}", headline)
    return [(words, place % 2 == 1) for place, words in enumerate(several) if words]


def ages(service: Service) -> str:
    if service.age_from == service.age_to:
        return f"Age {service.age_from}"
    return f"Ages {service.age_from} to {service.age_to}"


def ratio(service: Service) -> str:
    children = "child" if service.children == 1 else "children"
    return f"{service.staff} staff to {service.children} {children}"


def places(service: Service) -> str:
    """Say how many places are free, from when, and when that was said."""
    if service.places is None or service.places_at is None:
        return "Places available: not confirmed"
    said = f"on {day(service.places_at)}"
    if service.places == 0:
        return f"Full, updated {said}"
    when = f" from {day(service.places_from)}" if service.places_from else ""
    return f"{plural(service.places, 'place available', 'places available')}{when}, updated {said}"


def is_stale(service: Service, at: datetime) -> bool:
    """Say whether nobody has spoken of free places for so long that the page must say so: by the day, as it is kept."""
    return service.places_at is not None and local_day(at) - local_day(service.places_at) > queries.PLACES_GO_STALE


def sites(service: Service) -> list[Site]:
    """Return the sites of a service, its own first."""
    there = [one.site for one in service.all_sites]  # type: ignore[attr-defined]
    return sorted(there, key=lambda site: (site.pk != service.site_id, site.pk))


def serves(service: Service) -> str:
    """Say what area it serves: how far from its site, and in its own words."""
    far = f"It serves places within {plural(service.reach, 'mile')} of its site" if service.reach is not None else ""
    return ": ".join(filter(None, [far, service.area])) + ("." if far or service.area else "")


def qualifications(service: Service) -> str:
    return listed([str(Qualification(one).label) for one in service.qualifications])


def needs_named(codes: Iterable[str]) -> str:
    return listed([need(code) for code in codes])


def places_short(service: Service) -> str:
    """Say the same in a list: “3 free places (2 Mar 2026)”."""
    if service.places is None or service.places_at is None:
        return "Places available not confirmed"
    words = "Full" if service.places == 0 else plural(service.places, "place available", "places available")
    return f"{words} ({short_day(service.places_at)})"


def need(code: str) -> str:
    return str(NeedType(code).label)


def distance(service: Service) -> float | None:
    """Return how far a service is in miles, where that is known."""
    metres = getattr(service, "metres", None)
    return None if metres is None else to_miles(metres)


def price(one: Price) -> str:
    """Say a price: £120 a day, exempt from VAT, which comes to £24 an hour; with lunch."""
    hourly = "" if one.hourly is None or one.unit == Unit.HOUR else f", which comes to {pounds(one.hourly)} an hour"
    includes = f"; it includes {one.includes}" if one.includes else ""
    return f"{pounds(one.amount)} {Unit(one.unit).label}, {one.get_vat_display()}{hourly}{includes}"


def current(service: Service, on: date) -> list[Price]:
    """Return the prices of a service, found with all of them, that hold on a day."""
    return queries.current(service.all_prices, on)  # type: ignore[attr-defined]
