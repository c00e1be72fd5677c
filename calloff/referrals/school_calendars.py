"""Buyers' school calendars: which days are school days for their pupils."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import prefetch_related_objects

from calloff.kernel.school_days import SchoolCalendar
from calloff.people.models import Organisation
from calloff.registers.models import School
from calloff.registers.queries import school_calendars


def calendar_of(buyer: Organisation) -> SchoolCalendar:
    """Return a school's calendar. For a team, return the calendar of the authority's schools."""
    return calendars_of([buyer])[buyer.pk]


def calendars_of(buyers: Iterable[Organisation]) -> dict[int, SchoolCalendar]:
    """Return the calendars of buyers, keyed by buyer.

    The number of queries is constant.
    """
    several = list(buyers)
    codes = _codes_of_schools(buyer.urn for buyer in several)
    prefetch_related_objects([buyer for buyer in several if buyer.urn not in codes], "host")
    return _calendars({buyer.pk: (codes[buyer.urn] if buyer.urn in codes else _code_of_host(buyer), buyer.urn)
                       for buyer in several})  # fmt: skip


def calendars_by_buyer(buyers: Mapping[int, tuple[int | None, str]]) -> dict[int, SchoolCalendar]:
    """Return calendars for buyers that have not been loaded, given each buyer's URN and its host's code."""
    codes = _codes_of_schools(urn for urn, _ in buyers.values())
    return _calendars({pk: (codes.get(urn, host_code), urn) for pk, (urn, host_code) in buyers.items()})


def _codes_of_schools(urns: Iterable[int | None]) -> dict[int | None, str]:
    known = [urn for urn in urns if urn is not None]
    rows: Any = School.objects.filter(pk__in=known).values_list("pk", "la_code") if known else ()
    return dict(rows)


def _code_of_host(buyer: Organisation) -> str:
    return buyer.host.la_code if buyer.host else ""


def _calendars(keys: Mapping[int, tuple[str, int | None]]) -> dict[int, SchoolCalendar]:
    calendars = school_calendars(keys.values()) if keys else {}
    return {pk: calendars[key] for pk, key in keys.items()}
