"""Parse the feed's query parameters as the standard defines them, with a sentence for each error.

Parameters mean exactly what the standard says, even if that is surprising. For example, `minimum_age=11` finds services
whose minimum age is 11 or older, and `start_time=09:30` finds services that start at 9:30am or later.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from calloff.directory.models import Weekday
from calloff.kernel.lifecycles import Refused

DEFAULT_PER_PAGE, MAX_PER_PAGE = 50, 500
LAST_PAGE = 1_000_000
MAX_AGE_YEARS = 150
MAX_DISTANCE_METRES = 2_000_000  # more than the length of Great Britain
# the two-letter codes of RFC 5545
DAYS_BY_ICAL_CODE = {weekday.value[:2].upper(): weekday.value for weekday in Weekday}

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(:[0-5][0-9])?")


@dataclass(frozen=True)
class FeedQuery:
    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    search: str = ""
    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    minimum_age: Decimal | None = None
    maximum_age: Decimal | None = None
    start_time: time | None = None
    end_time: time | None = None
    day: str = ""
    postcode: str = ""
    proximity: Decimal | None = None

    @property
    def filters(self) -> bool:
        """Return whether the query has any filter as well as the parameters for paging."""
        return any(getattr(self, name) != getattr(_NOTHING, name) for name in _READERS if name not in PAGING_PARAMETERS)

    @property
    def before(self) -> int:
        """Return the number of records before the first one on the page."""
        return (self.page - 1) * self.per_page


class ParameterReader(NamedTuple):
    read: Callable[[str], Any]  # the result is None if the value is not valid
    wanted: str  # the end of the error “Send `page` as …”


def parse_id(text: str) -> UUID | None:
    return UUID(text) if _UUID.fullmatch(text) else None


def _whole_number_reader(highest: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(highest))):
            return None
        return int(text) if 1 <= int(text) <= highest else None

    return read


def _number_reader(highest: int) -> Callable[[str], Decimal | None]:
    def read(text: str) -> Decimal | None:
        number = Decimal(text) if _NUMBER.fullmatch(text) else None
        return number if number is not None and number <= highest else None

    return read


def _parse_time(text: str) -> time | None:
    return time.fromisoformat(text) if _TIME.fullmatch(text) else None


def _parse_day(text: str) -> str | None:
    return DAYS_BY_ICAL_CODE.get(text[:2].upper()) if text.lower() in _DAY_NAMES else None


_DAY_NAMES = {name for weekday in Weekday for name in (weekday.value[:2], weekday.value, str(weekday.label).lower())}
_AGE = ParameterReader(_number_reader(MAX_AGE_YEARS), f"a number of years from 0 to {MAX_AGE_YEARS}, like 11")
_CLOCK = ParameterReader(_parse_time, "a UK time, like 09:30")
_ID = ParameterReader(parse_id, "an id from /taxonomies or /taxonomy_terms, like 123e4567-e89b-42d3-a456-426614174000")
_READERS: dict[str, ParameterReader] = {
    "page": ParameterReader(_whole_number_reader(LAST_PAGE), f"a whole number from 1 to {LAST_PAGE:,}"),
    "per_page": ParameterReader(_whole_number_reader(MAX_PER_PAGE), f"a whole number from 1 to {MAX_PER_PAGE}"),
    "search": ParameterReader(str, "words"),
    "taxonomy_term_id": _ID,
    "taxonomy_id": _ID,
    "minimum_age": _AGE,
    "maximum_age": _AGE,
    "start_time": _CLOCK,
    "end_time": _CLOCK,
    "day": ParameterReader(_parse_day, f"one of {', '.join(DAYS_BY_ICAL_CODE)}"),
    "postcode": ParameterReader(str, "a UK postcode"),
    "proximity": ParameterReader(
        _number_reader(MAX_DISTANCE_METRES), f"a distance in metres from 0 to {MAX_DISTANCE_METRES:,}"
    ),
}
_NOTHING = FeedQuery()

NO_PARAMETERS: tuple[str, ...] = ()
PAGING_PARAMETERS = ("page", "per_page")
SERVICE_PARAMETERS = tuple(name for name in _READERS if name not in {"postcode", "proximity"})
LOCATION_PARAMETERS = tuple(_READERS)


def read_feed_query(received: Mapping[str, list[str]], allowed: tuple[str, ...]) -> FeedQuery:
    """Parse the parameters that an endpoint allows. Empty values are ignored.

    Raises Refused for the first parameter that is unknown, repeated or invalid.
    """
    values_by_name: dict[str, Any] = {}
    for name, values in received.items():
        if name not in allowed:
            advice = (
                f"Use one of these: {', '.join(allowed)}." if allowed else "This request does not take any parameters."
            )
            raise Refused(f"This request has no parameter called “{name[:50]}”. {advice}", name)
        if len(values) > 1:
            raise Refused(f"Send `{name}` only once. You sent it {len(values)} times.", name)
        if not values[0].strip():
            continue
        values_by_name[name] = _READERS[name].read(values[0].strip())
        if values_by_name[name] is None:
            raise Refused(f"Send `{name}` as {_READERS[name].wanted}.", name)
    if "proximity" in values_by_name and "postcode" not in values_by_name:
        raise Refused("Send `postcode` too, because `proximity` is measured from it.", "postcode")
    return FeedQuery(**values_by_name)
