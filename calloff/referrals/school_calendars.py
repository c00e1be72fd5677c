"""Buyers' school calendars: which days are school days for their pupils."""

from collections.abc import Iterable, Mapping

from calloff.kernel.school_days import SchoolCalendar
from calloff.people.models import Organisation
from calloff.registers.models import School
from calloff.registers.queries import school_calendars


def calendar_of(buyer: Organisation) -> SchoolCalendar:
    """Return a school's calendar or, for a team, the calendar of its authority's schools."""
    return calendars_of([buyer])[buyer.pk]


def calendars_of(buyers: Iterable[Organisation]) -> dict[int, SchoolCalendar]:
    """Return buyers' calendars, keyed by buyer.

    The number of queries is constant. Load their hosts with `select_related` first.
    """
    return calendars_by_buyer({buyer.pk: (buyer.urn, buyer.host.la_code if buyer.host else "") for buyer in buyers})


def calendars_by_buyer(buyers: Mapping[int, tuple[int | None, str]]) -> dict[int, SchoolCalendar]:
    """Return the calendars of buyers that have not been loaded, from the URN and the host's code of each."""
    urns = [urn for urn, _ in buyers.values() if urn is not None]
    codes = dict(School.objects.filter(pk__in=urns).values_list("pk", "la_code")) if urns else {}
    keys = {
        pk: (host_code if urn is None else codes.get(urn, host_code), urn) for pk, (urn, host_code) in buyers.items()
    }
    calendars = school_calendars(keys.values()) if keys else {}
    return {pk: calendars[key] for pk, key in keys.items()}
