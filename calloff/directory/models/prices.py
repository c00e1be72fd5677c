"""The prices of services. Each is for one unit, between two dates."""

from decimal import Decimal

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Round
from django.utils.deconstruct import deconstructible

from calloff.directory.models.services import Service
from calloff.kernel.money import MoneyField
from calloff.people.models import Organisation


class PriceUnit(models.TextChoices):
    HOUR = "hour", "an hour"
    SESSION = "session", "a session"
    DAY = "day", "a day"
    WEEK = "week", "a week"


class VatTreatment(models.TextChoices):
    EXEMPT = "exempt", "exempt from VAT"
    ZERO = "zero", "VAT at 0%"
    STANDARD = "standard", "plus VAT at the standard rate"
    OUTSIDE = "outside", "outside the scope of VAT"


@deconstructible(path="calloff.directory.models.DateRange")  # migrations use this name
class DateRange(Func):
    function = "daterange"
    output_field = DateRangeField()


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["hourly"])
class Price(models.Model):
    """A service's price for one unit, between two dates.

    If the market has a price schedule, this is the price in the annex of the signed agreement.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="prices")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=10, choices=PriceUnit)
    amount = MoneyField()  # pounds before VAT
    lasts = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)  # hours in one unit
    hourly = models.GeneratedField(  # the price per hour, which is used to compare prices (see docs/glossary.md)
        expression=Round(F("amount") / F("lasts"), 2),
        output_field=models.DecimalField(max_digits=12, decimal_places=2, null=True),
        db_persist=True,
    )
    includes = models.CharField(max_length=300, blank=True)  # what the price includes, as text
    vat = models.CharField(max_length=10, choices=VatTreatment)
    # the row in the agreement's annex from which the price was copied, if any
    line = models.CharField(max_length=60, blank=True)
    uplift = models.ForeignKey(  # the increase that set this price
        "directory.Uplift", on_delete=models.PROTECT, null=True, blank=True, related_name="prices"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)  # the last day

    CONSTRAINT_ERRORS = {
        "price_is_positive": "A price must be more than £0",
        "price_lasts_some_time": "The number of hours for this price must be more than 0 and no more than 168",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(name="price_is_positive", condition=Q(amount__gt=Decimal(0))),
            models.CheckConstraint(
                name="price_lasts_some_time", condition=Q(lasts=None) | Q(lasts__gt=Decimal(0), lasts__lte=Decimal(168))
            ),
            models.CheckConstraint(name="price_of_an_hour_lasts_one", condition=~Q(unit="hour") | Q(lasts=Decimal(1))),
            ExclusionConstraint(
                name="price_one_at_a_time",
                expressions=[
                    ("service", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (
                        DateRange("starts_on", "ends_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="This service already has a price for this unit between those dates.",
            ),
        ]
        triggers = [pgtrigger.Protect(name="price_is_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.amount} {self.get_unit_display()}"
