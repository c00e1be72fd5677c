"""A search of a directory: what is asked for, as typed values."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from calloff.kernel.geography import Point
from calloff.markets.models import Lot

HOURS_CRITERION = "hours"  # the condition of both times, where both are asked for


@dataclass(frozen=True)
class SearchCriteria:
    """What someone looks for. A field with its default asks for nothing; `criteria.CRITERIA` has a row for each."""

    words: str = ""
    lot: Lot | None = None
    need: str = ""  # kernel.codes.NeedType
    as_main: bool = False  # only where it is a main need
    age: int | None = None
    key_stage: str = ""
    gender: str = ""  # of the child: girls, boys
    mode: str = ""
    days: tuple[str, ...] = ()  # on all of them
    starts_by: time | None = None  # open by then, on all of these days; without them on some day
    ends_after: time | None = None  # and until then: one time of one day meets both
    ratio: int | None = None  # at most so many children to one of the staff
    qualification: str = ""
    transport: bool = False
    registration: str = ""
    checked: int | None = None  # within so many months
    free: bool = False  # free places, now or by a day:
    free_by: date | None = None
    unit: str = ""  # of the price; "": the comparable hourly figure
    at_most: Decimal | None = None  # pounds, before VAT
    place: Point | None = None  # where `miles` and `serves` are measured from: no criterion of its own
    miles: int | None = None  # straight line, from the place
    serves: bool = False  # the place lies in what it serves
