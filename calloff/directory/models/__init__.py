from calloff.directory.models.cache_invalidation import DirectoryChange
from calloff.directory.models.changes import ServiceChange
from calloff.directory.models.opening_hours import OpeningHours
from calloff.directory.models.pictures import MAX_PICTURES, Picture, PictureFault, RemovedPicture
from calloff.directory.models.prices import DateRange, Price, PriceUnit, VatTreatment
from calloff.directory.models.services import (
    SEARCH_COLUMNS,
    Gender,
    Qualification,
    Service,
    ServiceQuerySet,
    ServiceRegistration,
    ServiceSearchWords,
    ServiceSite,
    Site,
    TeachingMode,
    Transport,
    Weekday,
)
from calloff.directory.models.synonyms import Synonym
from calloff.directory.models.timetables import HalfDay, TimeRange, WeeklySession, no_overlap_constraints
from calloff.directory.models.uplifts import Uplift

__all__ = [
    "MAX_PICTURES",
    "SEARCH_COLUMNS",
    "DateRange",
    "DirectoryChange",
    "Gender",
    "HalfDay",
    "OpeningHours",
    "Picture",
    "PictureFault",
    "Price",
    "PriceUnit",
    "Qualification",
    "RemovedPicture",
    "Service",
    "ServiceChange",
    "ServiceQuerySet",
    "ServiceRegistration",
    "ServiceSearchWords",
    "ServiceSite",
    "Site",
    "Synonym",
    "TeachingMode",
    "TimeRange",
    "Transport",
    "Uplift",
    "VatTreatment",
    "Weekday",
    "WeeklySession",
    "no_overlap_constraints",
]
