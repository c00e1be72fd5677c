"""Weekly timetables stored as rows, each with a day, times, a site and dates.

A provider's reply has these rows (`referrals.OfferedSession`), and so does the timetable that both sides signed
(`placements.AgreedSession`). Hours, weekly prices and registers are calculated from the rows, so that no one has to
enter them separately.
"""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.deconstruct import deconstructible

from calloff.directory.models.prices import DateRange
from calloff.directory.models.services import Site, Weekday


class HalfDay(models.TextChoices):
    """Half of a school day. A school's register has two sessions a day (2024 regulations)."""

    AM = "am", "Morning"
    PM = "pm", "Afternoon"


class WeeklySession(models.Model):
    """One session in a week. It applies from `from_on` to `to_on`, both included."""

    weekday = models.CharField(max_length=3, choices=Weekday)
    session = models.CharField(max_length=2, choices=HalfDay)
    starts = models.TimeField()
    ends = models.TimeField()
    # The site is None for the usual site.
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    from_on = models.DateField(null=True, blank=True)  # None if the session applies from the record's first day
    to_on = models.DateField(null=True, blank=True)  # None if the session applies until the record's last day

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_ends_after_it_starts",
                condition=Q(starts__lt=F("ends")),
                violation_error_message="A session must end after it starts",
            ),
            models.CheckConstraint(
                name="%(class)s_dates_in_order",
                condition=Q(from_on=None) | Q(to_on=None) | Q(from_on__lte=F("to_on")),
                violation_error_message="The last date of a session must be the same as or after its first date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.get_session_display().lower()}"


@deconstructible(path="calloff.directory.models.TimeRange")  # migrations use this name
class TimeRange(Func):
    """Two times of day as a range of timestamps, because PostgreSQL has no type for a range of times."""

    template = "tsrange(DATE '2000-01-01' + %(expressions)s)"
    arg_joiner = ", DATE '2000-01-01' + "
    output_field = DateTimeRangeField()


def no_overlap_constraints(owner: str, name: str, *, times: bool = True) -> list[ExclusionConstraint]:
    """Return the constraints that prevent a record's sessions from sharing a half day or overlapping.

    They apply to every date. `owner` is the field of a session that refers to the record. The names of the constraints
    start with `name`. Without `times`, two sessions can overlap in time, because some timetables were signed before
    this rule existed, and signed terms do not change.
    """
    dates = DateRange("from_on", "to_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True))
    on_a_date: list[tuple[Any, str]] = [
        (owner, RangeOperators.EQUAL),
        ("weekday", RangeOperators.EQUAL),
        (dates, RangeOperators.OVERLAPS),
    ]
    once = ExclusionConstraint(
        name=f"{name}_session_once",
        expressions=[*on_a_date, ("session", RangeOperators.EQUAL)],
        violation_error_message="A day can have only one morning session and one afternoon session.",
    )
    apart = ExclusionConstraint(
        name=f"{name}_times_never_overlap",
        expressions=[*on_a_date, (TimeRange("starts", "ends"), RangeOperators.OVERLAPS)],
        violation_error_message="Two sessions on the same day must not overlap",
    )
    return [once, apart] if times else [once]
