"""Interim places: the long-term place that is needed, how long the child has waited, and the next step."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q

from calloff.history.triggers import status_guard
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with
from calloff.placements.states import INTERIM_PLACE, InterimPlaceStatus
from calloff.referrals.models import Referral


class InterimPlaceQuerySet(models.QuerySet["InterimPlace"]):
    def visible_to(self, person: User, at: datetime) -> "InterimPlaceQuerySet":
        """Filter to places of the person's buyers, and of the authority if the person can see its placements."""
        ours = person.organisations_where(roles_with(Can.SEE_PLACING), at)
        watched = person.organisations_where(roles_with(Can.SEE_PLACEMENTS), at)
        return self.filter(Q(buyer__in=ours) | Q(authority__in=watched))


class InterimPlace(models.Model):
    """A record that a referral and its placement are interim, and of the long-term place that the child needs."""

    class Kind(models.TextChoices):
        SPECIAL = "special", "A special school"
        MAINSTREAM = "mainstream", "A mainstream school"
        UNIT = "unit", "A resourced provision or SEN unit"
        AP = "ap", "Longer-term alternative provision"
        COLLEGE = "college", "A college"
        OTHER = "other", "Another kind of place"

    class Consultation(models.TextChoices):
        """Whether the buyer has consulted a setting that an EHC plan could name, and what the setting replied.

        Source: Children and Families Act 2014 s.39(2).
        """

        NONE = "none", "Not an EHC consultation"
        TO_SEND = "to_send", "EHC consultation not sent yet"
        SENT = "sent", "EHC consultation sent, no reply yet"
        YES = "yes", "The setting can meet the pupil’s needs"
        NO = "no", "The setting cannot meet the pupil’s needs"

    LIFECYCLE = INTERIM_PLACE

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="+")
    waiting_since = models.DateField()  # the day from which the child has had no long-term place
    kind = models.CharField(max_length=10, choices=Kind)
    # the school or provider that the buyer wants, if it has chosen one
    setting = models.CharField(max_length=200, blank=True)
    consultation = models.CharField(max_length=10, choices=Consultation)
    ended_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=20, choices=InterimPlaceStatus)

    objects = InterimPlaceQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "referral": "A colleague recorded this interim place a moment ago. Open the page again to see it.",
        "interim_place_ended_on_a_day": "Enter the date the place stopped being interim, and what happened",
        "interim_place_consults_a_named_setting": "Enter the setting you are consulting",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="interim_place_ended_on_a_day",
                condition=~Q(status=InterimPlaceStatus.ENDED) | (Q(ended_on__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="interim_place_consults_a_named_setting",
                condition=Q(consultation__in=["none", "to_send"]) | ~Q(setting=""),
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "status", "waiting_since"], name="interim_place_by_authority"),
            models.Index(fields=["buyer", "status"], name="interim_place_by_buyer"),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"interim place for {self.referral}"

    @property
    def is_waiting(self) -> bool:
        return self.status == InterimPlaceStatus.WAITING


class InterimStep(models.Model):
    """The next step towards a long-term place: what must be done, by whom, and by which date.

    A later step replaces this one, which is kept.
    """

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    interim = models.ForeignKey(InterimPlace, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=200)
    who = models.CharField(max_length=100)  # a role
    by_on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "interim_step_numbered_once": "A colleague recorded a next step a moment ago. Open the page again to see it.",
        "interim_step_says_what_and_who": "Enter the next step and who will take it",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interim", "number"], name="interim_step_numbered_once"),
            models.CheckConstraint(name="interim_step_says_what_and_who", condition=~Q(what="") & ~Q(who="")),
        ]
        triggers = [pgtrigger.Protect(name="interim_step_is_kept", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"step {self.number} for {self.interim}"
