"""The usual timetable in tests, and the data that a page submits for a timetable."""

from datetime import time

from calloff.directory.timetables import Slot

MORNING, AFTERNOON = (time(9, 30), time(12)), (time(12, 30), time(14, 30))
TIMES = {"am_from": "9:30am", "am_to": "12:00", "pm_from": "12:30", "pm_to": "14:30"}


def week(*days, mornings=True, afternoons=True):
    """Return a timetable for these days: mornings from 9:30am to noon, and afternoons from 12:30pm to 2:30pm."""
    halves = ([("am", *MORNING)] if mornings else []) + ([("pm", *AFTERNOON)] if afternoons else [])
    return [Slot(day, *half) for day in days for half in halves]


def typed(*days):
    """Return the data that a page submits for whole days."""
    return {"sessions": [f"{day}-{half}" for day in days for half in ("am", "pm")], **TIMES}
