"""Whose school days count for a buyer's children."""

from calloff.kernel.schooldays import SchoolCalendar
from calloff.people.models import Organisation
from calloff.registers.queries import school, school_calendar


def calendar_of(buyer: Organisation) -> SchoolCalendar:
    """Return the school days of a school, or those of the authority whose team buys."""
    if buyer.urn is not None:
        known = school(buyer.urn)
        if known is not None:
            return school_calendar(known.la_code, buyer.urn)
    host = buyer.host
    return school_calendar(host.la_code if host else "", buyer.urn)
