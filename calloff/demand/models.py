from datetime import datetime

from django.db import models
from django.db.models import Q

from calloff.demand.states import (
    ANSWER,
    ENTRY,
    SAVED_SEARCH,
    NominationResponseStatus,
    SavedSearchStatus,
    ShortlistEntryStatus,
)
from calloff.directory.models import Service
from calloff.history.triggers import status_guard
from calloff.kernel.codes import NeedType
from calloff.markets.models import Lot, Market
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with

MAX_SEARCH_NAME_LENGTH = 100
MAX_NOTE_LENGTH = 1000


class ReporterRole(models.TextChoices):
    """The role of someone who reports a gap or suggests a provider."""

    FAMILY = "family", "A parent, a carer or a young person"
    SCHOOL = "school", "A school or college"
    PROFESSIONAL = "professional", "Another professional"


class Gap(models.Model):
    """An unmet need: something that a person could not find in an authority's directory.

    Anyone can report a gap. It contains no child's name, and never more than the first half of a postcode.
    """

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    who = models.CharField(max_length=12, choices=ReporterRole)
    searched = models.JSONField(default=list)  # the search in words, one entry for each criterion
    asked = models.JSONField(default=dict)  # the same search as JSON data (see demand/search_serialisation.py)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    need = models.CharField(max_length=4, choices=NeedType, blank=True)
    # the first half of the postcode from which distances were measured
    outcode = models.CharField(max_length=4, blank=True)
    said = models.TextField(blank=True)
    email = models.EmailField(blank=True)  # the email address for the authority's reply. We delete it after a year
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["authority", "-made_at", "-id"], name="gap_by_authority"),
            models.Index(fields=["made_at"], condition=~Q(email=""), name="gap_with_an_email"),
        ]

    def __str__(self) -> str:
        return ", ".join(self.searched) or "Everything"


class NominationQuerySet(models.QuerySet["Nomination"]):
    def visible_to(self, person: User, at: datetime) -> "NominationQuerySet":
        """Filter to nominations for authorities where the person oversees nominations."""
        return self.filter(authority__in=person.organisations_where(roles_with(Can.OVERSEE), at))

    def unanswered(self) -> "NominationQuerySet":
        return self.exclude(pk__in=NominationResponse.objects.values("nomination"))


class Nomination(models.Model):
    """A suggestion that a provider is missing from the directory.

    The authority's response is a `NominationResponse`.
    """

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    who = models.CharField(max_length=12, choices=ReporterRole)
    name = models.CharField(max_length=200)
    website = models.URLField(blank=True)
    email = models.EmailField(blank=True)  # the provider's email address, as published on its website
    offers = models.TextField()
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()

    objects = NominationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["authority", "-made_at", "-id"], name="nomination_by_authority")]

    def __str__(self) -> str:
        return self.name


class NominationResponse(models.Model):
    """An authority's response to a nomination.

    The authority either invited the provider to apply, or closed the nomination with a reason.
    """

    LIFECYCLE = ANSWER
    RECORD_TYPE = "demand.Answer"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    nomination = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="answers")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)  # why the authority closed the nomination
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=NominationResponseStatus)

    class Meta:
        db_table = "demand_answer"
        constraints = [
            models.UniqueConstraint(
                fields=["nomination"],
                name="nomination_answered_once",
                violation_error_message="A colleague answered this suggestion a moment ago. Open the suggestion to "
                "see the answer.",
            ),
            models.CheckConstraint(
                name="answer_names_a_market_or_a_reason",
                condition=Q(status="invited", market__isnull=False) | Q(status="set_aside") & ~Q(reason=""),
            ),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"{self.nomination}: {self.get_status_display()}"

    @property
    def is_invited(self) -> bool:
        return self.status == NominationResponseStatus.INVITED


class ShortlistEntryQuerySet(models.QuerySet["ShortlistEntry"]):
    def visible_to(self, person: User, at: datetime) -> "ShortlistEntryQuerySet":
        """Filter to shortlists of buyers where the person can see prices."""
        buyers = person.organisations_where(roles_with(Can.SEE_PRICES), at)
        return self.filter(buyer__in=buyers, status=ShortlistEntryStatus.LISTED)


class ShortlistEntry(models.Model):
    """A service on a buyer's shortlist, with a note about it. The note must not name a child."""

    LIFECYCLE = ENTRY
    RECORD_TYPE = "demand.Entry"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=ShortlistEntryStatus)

    objects = ShortlistEntryQuerySet.as_manager()

    class Meta:
        db_table = "demand_entry"
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "service"],
                condition=Q(status="listed"),
                name="service_shortlisted_once",
                violation_error_message="This service is already on your shortlist.",
            )
        ]
        indexes = [models.Index(fields=["service"], name="shortlisted_by_service")]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"{self.service} on the shortlist of {self.buyer}"


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def visible_to(self, person: User, at: datetime) -> "SavedSearchQuerySet":
        """Filter to the person's own searches, while they have a role at the buyer."""
        return self.filter(person=person, buyer__in=person.organisation_keys(at)).exclude(
            status=SavedSearchStatus.DELETED
        )


class SavedSearch(models.Model):
    """A search that a person has saved to repeat it. The person can also get emails about new matches.

    Distances are measured from the buyer's current address, never from a child's address.
    """

    LIFECYCLE = SAVED_SEARCH

    # the authority whose directory is searched
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=MAX_SEARCH_NAME_LENGTH)
    query = models.TextField(blank=True)  # the query string of the page's URL
    asked = models.JSONField(default=dict)  # the same search as JSON data (see demand/search_serialisation.py)
    searched = models.JSONField(default=list)  # the same search in words
    saved_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=SavedSearchStatus)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "person", "name"],
                condition=~Q(status="deleted"),
                name="saved_search_named_once",
                violation_error_message="You already have a saved search with this name. Choose another name.",
            )
        ]
        indexes = [models.Index(fields=["status", "id"], name="saved_search_by_status")]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return self.name


class SavedSearchMatch(models.Model):
    """A service that matched a saved search.

    The service matched either when the search was saved or later, when we emailed the person about it. We email a match
    only once.
    """

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="told")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "demand_told"
        constraints = [models.UniqueConstraint(fields=["search", "service"], name="service_told_once")]

    def __str__(self) -> str:
        return f"{self.service} for {self.search}"
