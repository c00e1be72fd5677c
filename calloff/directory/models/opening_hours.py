import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from calloff.directory.models.prices import DateRange
from calloff.directory.models.services import Service, Site, Weekday
from calloff.directory.models.timetables import TimeRange


class OpeningHours(models.Model):
    """One period of opening hours on one day of a service's week, with its site and dates.

    The database creates these rows from `Service.week` in the same statement, and nothing else can write them. Searches
    and constraints use these rows, while each version of a service stores the whole week (docs/adr/0053).
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.CharField(max_length=3, choices=Weekday)
    starts = models.TimeField(null=True, blank=True)  # None if the service is open that day at unknown times
    ends = models.TimeField(null=True, blank=True)
    # None for the service's main site
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    from_on = models.DateField(null=True, blank=True)  # None if there is no first date
    to_on = models.DateField(null=True, blank=True)  # the last day, or None if there is no last day

    CONSTRAINT_ERRORS = {
        "opening_hours_end_after_they_start": "Enter both times. Each closing time must be after its opening time.",
        "opening_hours_dates_in_order": "The last date of the opening hours must be the same as or after the first "
        "date",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="opening_hours_end_after_they_start",
                condition=Q(starts=None, ends=None) | Q(starts__isnull=False, ends__isnull=False, starts__lt=F("ends")),
            ),
            models.CheckConstraint(
                name="opening_hours_dates_in_order",
                condition=Q(from_on=None) | Q(to_on=None) | Q(from_on__lte=F("to_on")),
            ),
            ExclusionConstraint(  # a day without times counts as the whole day, so the range has no bounds
                name="opening_hours_never_overlap_at_a_site",
                expressions=[
                    ("service", RangeOperators.EQUAL),
                    (Coalesce("site", Value(0), output_field=models.BigIntegerField()), RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (
                        DateRange("from_on", "to_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                    (TimeRange("starts", "ends"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Opening times at one site on the same day must not overlap",
            ),
        ]
        indexes = [models.Index(fields=["weekday", "starts"], name="opening_hours_by_day")]
        triggers = [
            pgtrigger.Trigger(
                name="hours_follow_the_week",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF pg_trigger_depth() < 2 THEN
                        RAISE EXCEPTION 'pgtrigger: Opening hours are written as the week of their service'; END IF;
                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} at {self.service}"
