"""Attendance week by week in several placements."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek

from calloff.placements.models import Attendance, PlacementQuerySet

WEEK = timedelta(days=7)


class WeekAttendance(NamedTuple):
    """The number of sessions marked in one week, and the number of these that the children attended."""

    monday: date
    attended: int
    marked: int

    @property
    def per_cent(self) -> float | None:
        return 100 * self.attended / self.marked if self.marked else None


def attendance_by_week(found: PlacementQuerySet, last: date, weeks: int) -> list[WeekAttendance]:
    """Return the attendance in some placements for each week up to a day, oldest week first, using one query.

    Weeks before the first marked session are left out.
    """
    monday = last - timedelta(days=last.weekday())
    mondays = [monday - WEEK * number for number in reversed(range(weeks))]
    ours = found.select_related(None).prefetch_related(None).order_by().values("pk")
    marked: Any = Attendance.objects.filter(placement__in=ours, day__range=(mondays[0], last)).order_by()
    counted = marked.values_list(TruncWeek("day")).annotate(
        Count("pk"), came=Count("pk", filter=~Q(mark=Attendance.Mark.ABSENT))
    )
    by_week = {monday: (attended, number) for monday, number, attended in counted}
    rows = [WeekAttendance(monday, *by_week.get(monday, (0, 0))) for monday in mondays]
    first = next((number for number, row in enumerate(rows) if row.marked), len(rows))
    return rows[first:]
