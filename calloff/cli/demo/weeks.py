"""The usual week of the story: mornings and afternoons of some days."""

from datetime import time

from calloff.directory.models import Session
from calloff.directory.timetables import Slot

MORNING, AFTERNOON = (time(9, 30), time(12)), (time(12, 30), time(14, 30))


def whole_days(*days: str) -> list[Slot]:
    """Make a timetable of whole days, such as `whole_days("mon", "tue")`."""
    halves = ((Session.AM, MORNING), (Session.PM, AFTERNOON))
    return [Slot(day, str(half), *times) for day in days for half, times in halves]
