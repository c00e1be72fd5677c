"""A search of the directory, as typed values."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from calloff.kernel.geography import Point
from calloff.markets.models import Lot

HOURS_CRITERION = "hours"  # the combined condition if both times are given


@dataclass(frozen=True)
class SearchCriteria:
    """The values of a search. A field with its default value has no effect. `criteria.CRITERIA` has the criteria."""

    words: str = ""
    lot: Lot | None = None
    need: str = ""  # kernel.codes.NeedType
    as_main: bool = False  # only services for which `need` is a main need
    age: int | None = None
    key_stage: str = ""
    gender: str = ""  # the child's: girls, boys
    mode: str = ""
    days: tuple[str, ...] = ()  # open on all of these days
    starts_by: time | None = None  # open by this time on all of `days`, or on any day if there are none
    ends_after: time | None = None  # open until this time; one period must include both times
    ratio: int | None = None  # the most children for each member of staff
    qualification: str = ""
    transport: bool = False
    registration: str = ""
    checked: int | None = None  # checked within this many months
    free: bool = False  # places available, now or by `free_by`
    free_by: date | None = None
    unit: str = ""  # the price unit; empty for the comparable hourly price
    at_most: Decimal | None = None  # pounds, before VAT
    place: Point | None = None  # the place for `miles` and `serves`; not a criterion of its own
    miles: int | None = None  # distance from the place in a straight line
    serves: bool = False  # the service comes to the place, or is online
