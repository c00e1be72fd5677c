from datetime import date, datetime

from django.db import models
from django.db.models import Q

from calloff.agreements.models import Agreement
from calloff.markets.models import Market
from calloff.people.models import Organisation, User
from calloff.people.permissions import BUYER_ROLES, Can, roles_with


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    def visible_to(self, person: User, at: datetime) -> "PartnershipQuerySet":
        """Filter to agreements that the person can see.

        The agreements cover a school where the person has a role, or belong to an authority whose agreements the person
        oversees.
        """
        mine = person.organisations_where(BUYER_ROLES, at)
        ours = person.organisations_where(roles_with(Can.OVERSEE), at)
        return self.filter(
            Q(pk__in=SchoolCoverage.objects.filter(buyer__in=mine).values("partnership")) | Q(authority__in=ours)
        )

    def binding(self, on: date) -> "PartnershipQuerySet":
        """Filter to rows whose agreement is in force on a day.

        Such an agreement has been countersigned or was signed on paper. It has started and has not ended.
        """
        return self.filter(agreement__in=Agreement.objects.in_force(on))


class Partnership(models.Model):
    """A buyer's Partnership Agreement for one market. The buyer needs it before it can ask for places or buy.

    The contracting party is a legal entity. An academy trust can sign once for the schools that it lists, if they
    belong to the trust in the register.
    """

    class Entity(models.TextChoices):
        GOVERNING_BODY = "governing_body", "Governing body"
        TRUST = "trust", "Academy trust"
        COLLEGE = "college", "College corporation"
        COUNCIL = "council", "Council"
        PROPRIETOR = "proprietor", "Proprietor"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="+")
    entity = models.CharField(max_length=20, choices=Entity)
    entity_name = models.CharField(max_length=200)
    # the company number of a trust or the UKPRN of a college
    entity_number = models.CharField(max_length=30, blank=True)
    made_at = models.DateTimeField()

    objects = PartnershipQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.agreement.reference}: {self.entity_name}"


class SchoolCoverage(models.Model):
    """A school that a Partnership Agreement covers.

    In each market, a school has at most one pending and one signed agreement.
    """

    class Standing(models.TextChoices):
        """A copy of the agreement's status.

        The copy allows a database constraint to limit each school to one pending and one signed agreement.
        """

        WAITING = "waiting", "Waiting for signatures"
        BINDING = "binding", "Signed by both sides"
        PAST = "past", "Past"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="covers")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(max_length=10, choices=Standing)

    CONSTRAINT_ERRORS = {
        "school_listed_once": "A school is on the list twice. Add each school only once.",
    }

    class Meta:
        db_table = "partners_coverage"
        constraints = [
            models.UniqueConstraint(
                fields=["market", "buyer", "standing"],
                condition=Q(standing__in=["waiting", "binding"]),
                name="school_covered_once",
                violation_error_message="There is already an agreement for this school. Open that agreement.",
            ),
            models.UniqueConstraint(fields=["partnership", "buyer"], name="school_listed_once"),
        ]
        indexes = [models.Index(fields=["buyer", "standing"], name="coverage_by_buyer")]

    def __str__(self) -> str:
        return f"{self.buyer} in {self.partnership}"


class SigningReminder(models.Model):
    """A reminder to the people who can sign for a school. No more than one is sent each day."""

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "partners_reminder"
        constraints = [
            models.UniqueConstraint(
                fields=["market", "buyer", "on"],
                name="school_reminded_once_a_day",
                violation_error_message="This school or team has already been reminded today. You can send another "
                "reminder tomorrow.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.buyer}, {self.on}"
