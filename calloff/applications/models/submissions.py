"""The draft answers of applications, and the submitted versions, which never change."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from calloff.applications.models.applications import Application
from calloff.applications.states import (
    EligibilityOutcome,
)
from calloff.documents.models import StoredFile
from calloff.history.models import append_only
from calloff.people.models import User
from calloff.questions.models import QuestionSetVersion


class SectionAnswers(models.Model):
    """The draft answers in one section of the questions.

    `saves` counts how often the section has been saved, so that we notice when two people edit it at the same time.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="sections")
    key = models.CharField(max_length=50)
    answers = models.JSONField(default=dict)
    saves = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "section_once": "A colleague saved this section a moment ago. Open the page again to see both sets of answers.",
    }

    class Meta:
        db_table = "applications_section"
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="section_once")]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.key}"


class EligibilityCheck(models.Model):
    """Eligibility answers with which the provider can apply, or apply for another lot.

    The latest check counts. The database refuses answers with which the provider cannot apply.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="eligibility_checks")
    edition = models.ForeignKey(
        QuestionSetVersion, on_delete=models.PROTECT, related_name="+"
    )  # the questions as the provider saw them
    answers = models.JSONField()
    outcome = models.CharField(max_length=20, choices=EligibilityOutcome)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "eligibility_check_allows_an_application": (
            "You cannot apply with these answers. Check your answers to the eligibility questions."
        ),
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="eligibility_check_allows_an_application",
                condition=Q(outcome__in=EligibilityOutcome.values),
            )
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"eligibility answers for {self.application_id}"


class SubmittedVersion(models.Model):
    """A submitted version of an application.

    It never changes. A later submission creates another version.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    answers = models.JSONField()
    lots = ArrayField(models.PositiveSmallIntegerField())
    eligibility = models.ForeignKey(
        EligibilityCheck,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        # the eligibility answers that were submitted with this version, or None if the market has no eligibility
        # questions
    )
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    declared_name = models.CharField(max_length=100)
    declared_role = models.CharField(max_length=100)
    flags = models.JSONField(default=list)  # answers that fail automatically, and answers that a person must consider

    CONSTRAINT_ERRORS = {
        "version_numbered_once": (
            "A colleague submitted this application a moment ago. Open the application again to check it."
        ),
    }

    class Meta:
        db_table = "applications_version"
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="version_numbered_once")]
        triggers = [pgtrigger.Protect(name="version_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"version {self.number}"


class SubmittedCopy(models.Model):
    """The PDF copy of a submitted version, which is made only once."""

    version = models.OneToOneField(SubmittedVersion, on_delete=models.PROTECT, related_name="copy")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "applications_copy"

    def __str__(self) -> str:
        return f"submitted copy of {self.version}"
