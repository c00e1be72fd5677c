from calloff.directory.models.cache_invalidation import Touch
from calloff.directory.models.changes import Change
from calloff.directory.models.opening_hours import OpeningHours
from calloff.directory.models.pictures import MAX_PICTURES, Picture
from calloff.directory.models.services import (
    AtSite,
    DateRange,
    Gender,
    Price,
    PriceUnit,
    Qualification,
    Service,
    ServiceQuerySet,
    ServiceRegistration,
    Site,
    TeachingMode,
    Transport,
    VatTreatment,
    Weekday,
)
from calloff.directory.models.timetables import HalfDay, TimeRange, WeeklySession, no_overlap_constraints
from calloff.directory.models.uplifts import Uplift

__all__ = [
    "MAX_PICTURES",
    "AtSite",
    "Change",
    "DateRange",
    "Gender",
    "HalfDay",
    "OpeningHours",
    "Picture",
    "Price",
    "PriceUnit",
    "Qualification",
    "Service",
    "ServiceQuerySet",
    "ServiceRegistration",
    "Site",
    "TeachingMode",
    "TimeRange",
    "Touch",
    "Transport",
    "Uplift",
    "VatTreatment",
    "Weekday",
    "WeeklySession",
    "no_overlap_constraints",
]
