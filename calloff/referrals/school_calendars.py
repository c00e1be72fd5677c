"""Whose school days count for a buyer's children."""

from collections.abc import Iterable

from calloff.kernel.school_days import SchoolCalendar
from calloff.people.models import Organisation
from calloff.registers.models import School
from calloff.registers.queries import school_calendars


def calendar_of(buyer: Organisation) -> SchoolCalendar:
    """Return the school days of a school, or those of the authority whose team buys."""
    return calendars_of([buyer])[buyer.pk]


def calendars_of(buyers: Iterable[Organisation]) -> dict[int, SchoolCalendar]:
    """Return the school days of several buyers, by the key of each: as many queries as for one. Fetch their hosts."""
    every = {buyer.pk: buyer for buyer in buyers}
    urns = [buyer.urn for buyer in every.values() if buyer.urn is not None]
    codes = dict(School.objects.filter(pk__in=urns).values_list("pk", "la_code")) if urns else {}
    keys = {pk: _key(buyer, codes) for pk, buyer in every.items()}
    found = school_calendars(keys.values())
    return {pk: found[key] for pk, key in keys.items()}


def _key(buyer: Organisation, codes: dict[int, str]) -> tuple[str, int | None]:
    if buyer.urn in codes:
        return codes[buyer.urn], buyer.urn
    host = buyer.host
    return host.la_code if host else "", buyer.urn
