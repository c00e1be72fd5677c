"""Organisations, and the names of providers."""

from datetime import datetime

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from calloff.history.triggers import status_guard
from calloff.people.states import ORGANISATION, OrganisationStatus


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def authorities(self) -> "OrganisationQuerySet":
        return self.filter(kind=Organisation.Kind.AUTHORITY)

    def mark_checked(self, at: datetime) -> None:
        """Record the time at which a council first admitted these providers, for each that has no such time yet."""
        self.filter(checked_at=None).update(checked_at=at)


class Organisation(models.Model):
    """An authority, a provider, or a buyer: a school or one of an authority's teams."""

    class Kind(models.TextChoices):
        AUTHORITY = "authority", "Local authority"
        PROVIDER = "provider", "Provider"
        SCHOOL = "school", "School"
        TEAM = "team", "Council team"

    class Form(models.TextChoices):
        COMPANY = "company", "Company"
        CHARITY = "charity", "Charity"
        SOLE_TRADER = "sole_trader", "Sole trader"
        PARTNERSHIP = "partnership", "Partnership"
        SCHOOL = "school", "School or college"
        PUBLIC_BODY = "public_body", "Public body"
        NOT_KNOWN = "", "Not known"

    LIFECYCLE = ORGANISATION

    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80)  # the part of the URL that follows the segment for the kind
    form = models.CharField(max_length=20, choices=Form, blank=True)
    company_number = models.CharField(max_length=8, blank=True)
    charity_number = models.CharField(max_length=12, blank=True)
    # only for schools: the URN, which is a key of registers.School
    urn = models.PositiveIntegerField(null=True, blank=True)
    # only for authorities: the code in the schools register, such as 938
    la_code = models.CharField(max_length=3, blank=True)
    host = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # the authority that added the organisation. It answers requests to join until someone at the organisation can
    address = models.TextField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    website = models.URLField(blank=True)
    # when a council first admitted the organisation (see mark_checked)
    checked_at = models.DateTimeField(null=True, blank=True)
    # whether the organisation was invented for a demonstration. Every page then says so
    invented = models.BooleanField(default=False)
    # the organisation's id in open data
    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    status = models.CharField(max_length=20, choices=OrganisationStatus)

    objects = OrganisationQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "organisation_urn_once": "This school has already been added. Search for it again.",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "slug"],
                name="organisation_slug_used_once",
                violation_error_message="A provider with this name was registered a moment ago. Try again.",
            ),
            models.UniqueConstraint(
                fields=["company_number"],
                condition=~Q(company_number=""),
                name="organisation_company_number_once",
                violation_error_message="A provider with this company number is already registered. Ask to join it.",
            ),
            models.UniqueConstraint(
                fields=["charity_number"],
                condition=~Q(charity_number=""),
                name="organisation_charity_number_once",
                violation_error_message="A provider with this charity number is already registered. Ask to join it.",
            ),
            models.UniqueConstraint(fields=["urn"], name="organisation_urn_once"),
            models.UniqueConstraint(
                fields=["la_code"],
                condition=~Q(la_code=""),
                name="organisation_la_code_once",
                violation_error_message="Another council on Calloff already has this code.",
            ),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return self.name

    @property
    def itself(self) -> "Organisation":
        return self

    @property
    def is_buyer(self) -> bool:
        return self.kind in {Organisation.Kind.SCHOOL, Organisation.Kind.TEAM}

    @property
    def was_checked(self) -> bool:
        """Return whether a council has checked the organisation.

        A provider that registered itself has not been checked until a council admits it.
        """
        return self.kind != Organisation.Kind.PROVIDER or self.host_id is not None or self.checked_at is not None

    @property
    def has_people(self) -> bool:
        return self.status == OrganisationStatus.REGISTERED


class OrganisationName(models.Model):
    """One of the names of a provider.

    Spellings such as “BrightTeach Ltd” and “BrightTeach Limited” count as one name.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=200)

    class Meta:
        db_table = "people_name"
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="provider_name_used_once",
                violation_error_message="A provider with this name is already registered. Ask to join it.",
            )
        ]

    def __str__(self) -> str:
        return self.name
