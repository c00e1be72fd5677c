"""The usual week for each placement in the story, and the usual details of the school."""

from datetime import time

from calloff.directory.models import HalfDay
from calloff.directory.timetables import Slot
from calloff.placements.commands import UsualDetailsEntry

MORNING_TIMES, AFTERNOON_TIMES = (time(9, 30), time(12)), (time(12, 30), time(14, 30))
USUAL_DETAILS = UsualDetailsEntry(
    am_from=MORNING_TIMES[0],
    am_to=MORNING_TIMES[1],
    pm_from=AFTERNOON_TIMES[0],
    pm_to=AFTERNOON_TIMES[1],
    notice_days=10,
    absence_rule="We will pay, unless the provider caused the absence.",
    attendance_contact="The attendance office, 01632 960700",
    attendance_time=time(9, 45),
    emergency="The AP lead, then the safeguarding lead",
)


def whole_days(*days: str) -> list[Slot]:
    """Return a timetable of whole days, for example the result of `whole_days("mon", "tue")`."""
    halves = ((HalfDay.AM, MORNING_TIMES), (HalfDay.PM, AFTERNOON_TIMES))
    return [Slot(day, str(half), *times) for day in days for half, times in halves]
