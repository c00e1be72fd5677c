"""Times of day as people write and say them, for example 9:30am, 14:15 and noon.

For points in time, see `clock`.
"""

import re
from datetime import time

NOON = 12
NAMED_TIMES = {"noon": time(NOON), "midday": time(NOON)}
_WRITTEN = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>am|pm)?", re.ASCII)


def format_time(at: time) -> str:
    """Format a time of day for pages, for example 9:30am, noon or 2pm."""
    if (at.hour, at.minute) == (NOON, 0):
        return "noon"
    minutes = f":{at:%M}" if at.minute else ""
    return f"{at.hour % NOON or NOON}{minutes}{'am' if at.hour < NOON else 'pm'}"


def parse_time(text: str) -> time | None:
    """Parse a time of day as people write it: 9am, 9:30 am, 9.30am, 14:15, noon, midday or 12 noon.

    Returns None if the text is not a time, or is only an hour, because “2” could mean 2am or 2pm.
    """
    plain = re.sub(r"\b([ap])\.m\.?", r"\1m", " ".join(text.lower().split()))
    if plain.removeprefix("12 ") in NAMED_TIMES:
        return NAMED_TIMES[plain.removeprefix("12 ")]
    found = _WRITTEN.fullmatch(plain)
    if not found or not (found["minute"] or found["half"]):
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= NOON:
            return None
        hour = hour % NOON + (NOON if found["half"] == "pm" else 0)
    return time(hour, minute) if hour < 24 else None  # noqa: PLR2004
