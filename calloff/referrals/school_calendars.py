"""The school calendars of buyers: which days are school days for their pupils."""

from collections.abc import Iterable

from calloff.kernel.school_days import SchoolCalendar
from calloff.people.models import Organisation
from calloff.registers.models import School
from calloff.registers.queries import school_calendars


def calendar_of(buyer: Organisation) -> SchoolCalendar:
    """Return the calendar of a school or, for a team, the calendar of its authority's schools."""
    return calendars_of([buyer])[buyer.pk]


def calendars_of(buyers: Iterable[Organisation]) -> dict[int, SchoolCalendar]:
    """Return the calendars of buyers, keyed by buyer.

    The number of queries is constant. Load their hosts with `select_related` first.
    """
    buyer_by_key = {buyer.pk: buyer for buyer in buyers}
    urns = [buyer.urn for buyer in buyer_by_key.values() if buyer.urn is not None]
    codes = dict(School.objects.filter(pk__in=urns).values_list("pk", "la_code")) if urns else {}
    keys = {pk: _key(buyer, codes) for pk, buyer in buyer_by_key.items()}
    calendars = school_calendars(keys.values())
    return {pk: calendars[key] for pk, key in keys.items()}


def _key(buyer: Organisation, codes: dict[int, str]) -> tuple[str, int | None]:
    if buyer.urn in codes:
        return codes[buyer.urn], buyer.urn
    host = buyer.host
    return host.la_code if host else "", buyer.urn
