"""Interest in a market that is registered before an application.

People who register it get emails about when they can apply.
"""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from calloff.applications.states import MARKET_INTEREST, MarketInterestStatus
from calloff.history.triggers import never_rewritten, status_guard
from calloff.markets.models import Market, markets_where
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with


class MarketInterestQuerySet(models.QuerySet["MarketInterest"]):
    def visible_to(self, person: User, at: datetime) -> "MarketInterestQuerySet":
        """Filter to the interest of the person's own side, and to the interest in markets that the person oversees."""
        oversee = roles_with(Can.OVERSEE)
        return self.filter(
            self.side_of(person, at)
            | Q(authority__in=person.organisations_where(oversee, at))
            | Q(market__in=markets_where(person, oversee, at))
        )

    def of_side(self, person: User, at: datetime) -> "MarketInterestQuerySet":
        """Filter to the person's own interest, and to that of the providers for which the person applies."""
        return self.filter(self.side_of(person, at))

    @staticmethod
    def side_of(person: User, at: datetime) -> Q:
        own = Q(provider=None, person=person)
        return own | Q(provider__in=person.organisations_where(roles_with(Can.APPLY), at))

    def registered(self) -> "MarketInterestQuerySet":
        return self.filter(status=MarketInterestStatus.REGISTERED)


class MarketInterest(models.Model):
    """The interest of a provider, or of one person, in a market."""

    LIFECYCLE = MARKET_INTEREST

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    # None if a person registered for themselves
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # removed a year after the interest was withdrawn or the market closed
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    registered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # the closing time that our last email stated or, if applications were already open, that the page showed
    told_closes_at = models.DateTimeField(null=True, blank=True)
    # the keys of the people who apply for the provider and have stopped these emails
    stopped_by = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    status = models.CharField(max_length=20, choices=MarketInterestStatus)

    objects = MarketInterestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["market", "provider"],
                condition=Q(status=MarketInterestStatus.REGISTERED, provider__isnull=False),
                name="interest_once_for_a_provider",
                violation_error_message="Your provider has already registered interest in this market.",
            ),
            models.UniqueConstraint(
                fields=["market", "person"],
                condition=Q(status=MarketInterestStatus.REGISTERED, provider=None),
                name="interest_once_for_a_person",
                violation_error_message="You have already registered interest in this market.",
            ),
        ]
        triggers = [status_guard(), never_rewritten("authority", "market", "provider", "registered_at")]

    def __str__(self) -> str:
        return f"Interest in {self.market.code}"

    @property
    def party(self) -> str:
        """Return the name of the provider or, if there is none, of the person."""
        return str(self.provider or self.person or "Someone")
