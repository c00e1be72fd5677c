"""The evaluators of an application, their marks, and the marks that they agreed."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from calloff.applications.models.applications import Application
from calloff.applications.states import LEFT_PART_STATUSES, PART, AssignmentStatus
from calloff.history.triggers import status_guard
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.states import RoleGrantStatus


class EvaluatorAssignment(models.Model):
    """The work of one evaluator on one application: allocated, marking, finished, or ended early."""

    LIFECYCLE = PART
    RECORD_TYPE = "applications.Part"

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="parts")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    allocated_at = models.DateTimeField()
    declared_at = models.DateTimeField(null=True, blank=True)
    interest = models.TextField(blank=True)  # any interest that the evaluator declared
    finished_at = models.DateTimeField(null=True, blank=True)
    # why an officer removed the evaluator
    taken_back_because = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=AssignmentStatus)

    class Meta:
        db_table = "applications_part"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "person"],
                condition=~Q(status__in=LEFT_PART_STATUSES),
                name="part_once_for_a_person",
                violation_error_message="This person is already allocated to this application.",
            ),
            models.CheckConstraint(
                name="part_declares_before_marking",
                condition=Q(status__in=[AssignmentStatus.ALLOCATED, *LEFT_PART_STATUSES])
                | Q(declared_at__isnull=False),
            ),
            models.CheckConstraint(
                name="part_taken_back_with_a_reason",
                condition=~Q(status=AssignmentStatus.TAKEN_BACK) | ~Q(taken_back_because=""),
            ),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"{self.person} on {self.application_id}"

    def also_permits(self, permission: str, person: User, at: datetime) -> bool:
        return self.application.also_permits(permission, person, at)


class MarkQuerySet(models.QuerySet["Mark"]):
    def visible_to(self, person: User) -> "MarkQuerySet":
        """Filter to the person's own marks and, once they have finished marking, those of other people.

        Marking is blind. Evaluators do not see anyone else's marks before they have finished, and no one sees
        unfinished marks. People with a role at the provider do not see any marks.
        """
        own_side = RoleGrant.objects.filter(
            person=person, organisation=OuterRef("part__application__provider"), status=RoleGrantStatus.ACTIVE
        )
        own_unfinished = EvaluatorAssignment.objects.filter(
            application=OuterRef("part__application"),
            person=person,
            status__in=[AssignmentStatus.ALLOCATED, AssignmentStatus.MARKING],
        )
        others = Q(part__status=AssignmentStatus.FINISHED) & ~Exists(own_unfinished)
        return self.filter(Q(part__person=person) | others).exclude(Exists(own_side))


class Mark(models.Model):
    """An evaluator's mark for one answer, with a reason. The mark is passed or failed, or a score from 0 to 5."""

    part = models.ForeignKey(EvaluatorAssignment, on_delete=models.PROTECT, related_name="marks")
    # the key of the marked question, followed by @LOT if each lot has its own answer
    key = models.CharField(max_length=60)
    passed = models.BooleanField(null=True, blank=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.TextField()
    marked_at = models.DateTimeField()

    objects = MarkQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "mark_once": "A colleague marked this answer a moment ago. Open the page again to see the mark.",
        "mark_is_a_pass_or_a_score": "Choose pass or fail, or give a score. An answer cannot have both.",
        "mark_score_from_0_to_5": "A score must be between 0 and 5",
        "mark_has_a_reason": "Enter a reason for the mark",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "key"], name="mark_once"),
            models.CheckConstraint(
                name="mark_is_a_pass_or_a_score",
                condition=Q(passed__isnull=False, score__isnull=True) | Q(passed__isnull=True, score__isnull=False),
            ),
            models.CheckConstraint(name="mark_score_from_0_to_5", condition=Q(score=None) | Q(score__lte=5)),
            models.CheckConstraint(name="mark_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.score if self.passed is None else self.passed}"

    @property
    def value(self) -> Any:
        return self.score if self.passed is None else self.passed


class AgreedMark(models.Model):
    """The mark that the evaluators agreed after they had marked an answer differently, with the reason."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="agreed_marks")
    key = models.CharField(max_length=60)
    passed = models.BooleanField(null=True, blank=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "agreed_mark_once": "A colleague agreed the mark for this answer a moment ago. Open the page again to see it.",
        "agreed_mark_is_a_pass_or_a_score": "Choose pass or fail, or give a score. An answer cannot have both.",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="agreed_mark_once"),
            models.CheckConstraint(
                name="agreed_mark_is_a_pass_or_a_score",
                condition=Q(passed__isnull=False, score__isnull=True)
                | Q(passed__isnull=True, score__isnull=False, score__lte=5),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def value(self) -> Any:
        return self.score if self.passed is None else self.passed
