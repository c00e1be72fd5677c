from calloff.directory.models.cache_invalidation import Touch
from calloff.directory.models.changes import Change
from calloff.directory.models.opening_hours import OpeningHours
from calloff.directory.models.pictures import MOST_PICTURES, Picture
from calloff.directory.models.services import (
    AtSite,
    DateRange,
    Day,
    Gender,
    Mode,
    Price,
    Qualification,
    Registration,
    Service,
    ServiceQuerySet,
    Site,
    Transport,
    Unit,
    Vat,
)
from calloff.directory.models.timetables import Session, TimeRange, WeeklySession, once_a_week
from calloff.directory.models.uplifts import Uplift

__all__ = [
    "MOST_PICTURES",
    "AtSite",
    "Change",
    "DateRange",
    "Day",
    "Gender",
    "Mode",
    "OpeningHours",
    "Picture",
    "Price",
    "Qualification",
    "Registration",
    "Service",
    "ServiceQuerySet",
    "Session",
    "Site",
    "TimeRange",
    "Touch",
    "Transport",
    "Unit",
    "Uplift",
    "Vat",
    "WeeklySession",
    "once_a_week",
]
