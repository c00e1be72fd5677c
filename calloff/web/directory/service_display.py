"""Text about services for public pages. This module only formats values, and contains no rules."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from calloff.directory import opening_hours, queries
from calloff.directory.models import Price, PriceUnit, Qualification, Service, Site
from calloff.directory.opening_hours import OpenPeriod
from calloff.directory.search_results import HIGHLIGHT_END, HIGHLIGHT_START
from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType
from calloff.kernel.formatting import format_date, format_list, format_short_date, pluralise
from calloff.kernel.geography import metres_to_miles
from calloff.kernel.money import format_pounds
from calloff.markets.models import Lot, Market
from calloff.members.membership_status import public_standing_words, standing_of
from calloff.members.models import Member

# looked up hundreds of times on a page of results
QUALIFICATION_LABELS = {value: str(label) for value, label in Qualification.choices}
NEED_LABELS = {value: str(label) for value, label in NeedType.choices}


class LotRegister(NamedTuple):
    lot: Lot
    members: list[Member]


class MarketRegister(NamedTuple):
    market: Market
    lots: list[LotRegister]


def group_by_market(members: Iterable[Member]) -> list[MarketRegister]:
    """Group services that are already in order by market and category."""
    by_market = groupby(members, key=lambda member: member.market)
    return [MarketRegister(market, group_by_lot(of_market)) for market, of_market in by_market]


def group_by_lot(members: Iterable[Member]) -> list[LotRegister]:
    return [LotRegister(lot, list(of_lot)) for lot, of_lot in groupby(members, key=lambda member: member.lot)]


def describe_standing(member: Member, on: date) -> str:
    """Return the text that the public sees for the status of a member.

    The member must come from a query that includes its status.
    """
    return public_standing_words(standing_of(member, on=on))


def describe_last_check(member: Member) -> str:
    """Return when the authority last checked a member, or say that it has never done so."""
    if member.last_checked_on:
        return f"Last checked on {format_date(member.last_checked_on)}"
    if member.agreement.on_paper:
        return "No check recorded yet"
    return f"Not visited since the provider joined on {format_date(member.joined_at)}"


def format_open_days(service: Service, on: date) -> str:
    """Describe the days and times from a given day on, for a row in a list: “Monday to Friday, 9:30am to 2:30pm”.

    The site of each time is added, unless it is always the service's main site. Other information about the hours is
    added only if there are no times. `format_opening_hours` always adds it.
    """
    hours = opening_hours.hours_still_to_come(service.week, on)
    words = _hours(service, hours)
    return words if _has_times(hours) else ", ".join(filter(None, [words, service.hours]))


def format_opening_hours(service: Service, on: date) -> str:
    """Describe the opening hours for a page, with the sites if there are several, and with all other information."""
    hours = opening_hours.hours_still_to_come(service.week, on)
    parts = filter(None, [_hours(service, hours), service.hours])
    return (". " if _has_times(hours) else ", ").join(parts)


def _hours(service: Service, hours: list[OpenPeriod]) -> str:
    if not any(period.site_id for period in hours):  # The sites are loaded only if the opening hours refer to any.
        return opening_hours.format_hours(hours)
    names = {site.pk: site.name for site in sites_own_first(service)}
    return opening_hours.format_hours(hours, names, own=service.site_id)


def _has_times(hours: Iterable[OpenPeriod]) -> bool:
    return any(period.starts for period in hours)


def list_towns(service: Service) -> list[str]:
    """Return the towns in which a service has sites, with the town of its main site first."""
    return list(dict.fromkeys(site.town for site in sites_own_first(service)))


def split_headline(headline: str) -> list[tuple[str, bool]]:
    """Split an excerpt into parts, each with whether it matches the search."""
    parts = re.split(f"{HIGHLIGHT_START}(.*?){HIGHLIGHT_END}", headline)
    return [(words, place % 2 == 1) for place, words in enumerate(parts) if words]


def format_ages(service: Service) -> str:
    if service.age_from == service.age_to:
        return f"Age {service.age_from}"
    return f"Ages {service.age_from} to {service.age_to}"


def format_ratio(service: Service) -> str:
    children = "child" if service.children == 1 else "children"
    return f"{service.staff} staff to {service.children} {children}"


def describe_approval(member: Member) -> str:
    """Return briefly when the authority approved a member, for example “Approved 5 Oct 2026, checked 11 Nov 2026”.

    The member must come from `members.queries.public_record`, which includes the day of the decision.
    """
    decided, last = member.decided_at, member.last_checked_on  # type: ignore[attr-defined]
    checked = f", checked {format_short_date(last)}" if last else ""
    if decided is None and member.agreement.on_paper:
        return f"Approved before the council used Calloff, with a paper agreement{checked or '. No check recorded yet'}"
    approved = "Approved with conditions" if decided and member.conditional else "Approved"  # type: ignore[attr-defined]
    return f"{approved} {format_short_date(decided or member.joined_at)}{checked or ', not visited yet'}"


def describe_update_of_places(service: Service, at: datetime) -> str:
    """Return when the number of places was last updated, and what to do if this is not known or too long ago."""
    if service.places is None or service.places_at is None:
        return "Ask how many places there are before you plan."
    updated = f"Updated on {format_date(service.places_at)}."
    return f"{updated} Ask before you plan." if are_places_stale(service, at) else updated


def format_free_places(service: Service) -> str:
    """Return how many places are available, from when, and when this was last updated."""
    if service.places is None or service.places_at is None:
        return "Places available: not confirmed"
    updated = f"on {format_date(service.places_at)}"
    if service.places == 0:
        return f"Full, updated {updated}"
    when = f" from {format_date(service.places_from)}" if service.places_from else ""
    return f"{pluralise(service.places, 'place available', 'places available')}{when}, updated {updated}"


def are_places_stale(service: Service, at: datetime) -> bool:
    """Return whether the number of places was updated so many days ago that the page must say so."""
    return service.places_at is not None and local_day(at) - local_day(service.places_at) > queries.PLACES_GO_STALE


def sites_own_first(service: Service) -> list[Site]:
    """Return the sites of a service, with its main site first."""
    there = [place.site for place in service.all_sites]  # type: ignore[attr-defined]
    return sorted(there, key=lambda site: (site.pk != service.site_id, site.pk))


def format_area_served(service: Service) -> str:
    """Describe the area that a service covers: how far it travels, and the provider's own text."""
    far = f"Travels up to {pluralise(service.reach, 'mile')} from its site" if service.reach is not None else ""
    return ": ".join(filter(None, [far, service.area])) + ("." if far or service.area else "")


def format_qualifications(service: Service) -> str:
    return format_list([QUALIFICATION_LABELS[code] for code in service.qualifications])


def need_labels(codes: Iterable[str]) -> str:
    return format_list([need_label(code) for code in codes])


def format_free_places_short(service: Service) -> str:
    """Format the same information for a list: “3 places available (2 Mar 2026)”."""
    if service.places is None or service.places_at is None:
        return "Places available not confirmed"
    words = "Full" if service.places == 0 else pluralise(service.places, "place available", "places available")
    return f"{words} ({format_short_date(service.places_at)})"


def need_label(code: str) -> str:
    return NEED_LABELS[code]


def format_distance(service: Service) -> float | None:
    """Return the distance of a service in miles, if it is known."""
    metres = getattr(service, "metres", None)
    return None if metres is None else metres_to_miles(metres)


def format_price(price: Price) -> str:
    """Format a price, for example £120 a day, exempt from VAT (£24 an hour), including lunch."""
    hourly = "" if price.hourly is None or price.unit == PriceUnit.HOUR else f" ({format_pounds(price.hourly)} an hour)"
    includes = f", including {price.includes}" if price.includes else ""
    return f"{format_pounds(price.amount)} {PriceUnit(price.unit).label}, {price.get_vat_display()}{hourly}{includes}"


def current_prices(service: Service, on: date) -> list[Price]:
    """Return the prices of a service on a given day. The service must have been loaded with all its prices."""
    return queries.prices_on(service.all_prices, on)  # type: ignore[attr-defined]
