"""The usual week of each placement in the story, with only mornings or afternoons on some days."""

from datetime import time

from calloff.directory.models import HalfDay
from calloff.directory.timetables import Slot

MORNING_TIMES, AFTERNOON_TIMES = (time(9, 30), time(12)), (time(12, 30), time(14, 30))


def whole_days(*days: str) -> list[Slot]:
    """Return a timetable of whole days, for example `whole_days("mon", "tue")`."""
    halves = ((HalfDay.AM, MORNING_TIMES), (HalfDay.PM, AFTERNOON_TIMES))
    return [Slot(day, str(half), *times) for day in days for half, times in halves]
