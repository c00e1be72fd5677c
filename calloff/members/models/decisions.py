"""The decision on an application, and the outcome for each lot."""

import pgtrigger
from django.db import models
from django.db.models import Q

from calloff.agreements.models import Agreement
from calloff.applications.models import Application, LotRequest
from calloff.documents.models import StoredFile
from calloff.markets.models import Lot
from calloff.people.models import Organisation, User


class ApplicationDecision(models.Model):
    """The decision on an application, with the person who made it and the letter that was sent.

    An application has only one decision.
    """

    RECORD_TYPE = "members.Decision"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    letter = models.JSONField()
    paper = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")  # the sealed letter

    CONSTRAINT_ERRORS = {
        "application": "A colleague decided this application a moment ago. Open it again to see the decision.",
    }

    class Meta:
        db_table = "members_decision"
        triggers = [
            pgtrigger.Protect(name="decision_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="nobody_approves_their_own_marks",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT FROM applications_part WHERE application_id = NEW.application_id
                               AND person_id = NEW.by_id)
                    THEN RAISE EXCEPTION 'pgtrigger: Nobody approves their own marks'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"decision on {self.application}"


class LotOutcome(models.Model):
    """The outcome for one lot, with the reason."""

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(ApplicationDecision, on_delete=models.PROTECT, related_name="outcomes")
    request = models.OneToOneField(LotRequest, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    admitted = models.BooleanField()
    reason = models.TextField()

    CONSTRAINT_ERRORS = {
        "request": "A colleague decided this category a moment ago. Open the application again to see the decision.",
        "outcome_has_a_reason": "Enter a reason for the decision",
    }

    class Meta:
        db_table = "members_outcome"
        constraints = [models.CheckConstraint(name="outcome_has_a_reason", condition=~Q(reason=""))]
        triggers = [pgtrigger.Protect(name="outcome_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.lot}: {'admitted' if self.admitted else 'not admitted'}"
