"""A directory search, as typed values."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal

from calloff.directory.synonyms import Synonyms, synonyms_of
from calloff.kernel.geography import Point
from calloff.markets.models import Lot
from calloff.people.models import Organisation

HOURS_CRITERION = "hours"  # the name of the combined condition if both times are given


@dataclass(frozen=True)
class SearchCriteria:
    """The values of a search.

    A field with its default value has no effect. The criteria themselves are in `criteria.CRITERIA`.
    """

    words: str = ""
    lot: Lot | None = None
    need: str = ""  # a value of kernel.codes.NeedType
    as_main: bool = False  # only services with `need` as a main need
    age: int | None = None
    key_stage: str = ""
    gender: str = ""  # the child's sex, girl or boy
    mode: str = ""
    days: tuple[str, ...] = ()  # the service is open on all of these days
    starts_by: time | None = None  # open by this time on all of `days`, or on any day if `days` is empty
    ends_after: time | None = None  # open until this time. If both times are given, one period must cover both
    ratio: int | None = None  # the maximum number of children for each member of staff
    qualification: str = ""
    transport: bool = False
    registration: str = ""
    checked: int | None = None  # the authority has checked the provider within this number of months
    free: bool = False  # places are available now, or by the date in `free_by`
    free_by: date | None = None
    unit: str = ""  # the unit of price. If it is empty, prices are compared per hour
    at_most: Decimal | None = None  # pounds before VAT
    place: Point | None = None  # the place that `miles` and `serves` use. It is not a criterion itself
    miles: int | None = None  # the maximum straight-line distance from the place
    serves: bool = False  # whether the service can reach the place or is online
    # The table of synonyms for `words`. It is not a criterion itself. If it is None, words use the national table.
    synonyms: Synonyms | None = field(default=None, compare=False, repr=False)


def with_synonyms(authority: Organisation, search: SearchCriteria, at: datetime) -> SearchCriteria:
    """Return a search that uses the authority's table of synonyms for its words."""
    if not search.words or search.synonyms:
        return search
    return replace(search, synonyms=synonyms_of(authority, at))
