"""Applications, and who can see them."""

from datetime import date, datetime

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Q, When

from calloff.applications.states import APPLICATION, SENT_STATUSES, ApplicationStatus
from calloff.history.triggers import status_guard
from calloff.markets.models import Market, markets_where
from calloff.people.models import Organisation, User
from calloff.people.permissions import PROVIDER_ROLES, Can, roles_with


def _own(person: User, at: datetime) -> list[int]:
    return person.organisations_where(PROVIDER_ROLES, at)


def _overseen(person: User, at: datetime) -> Q:
    roles = roles_with(Can.OVERSEE)
    ours, lent = person.organisations_where(roles, at), markets_where(person, roles, at)
    return Q(version__isnull=False) & (Q(authority__in=ours) | Q(market__in=lent))


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, person: User, at: datetime) -> "ApplicationQuerySet":
        """Filter to the applications of the person's providers, and those that the person oversees for an
        authority.
        """
        return self.filter(Q(provider__in=_own(person, at)) | _overseen(person, at))

    def overseen_by(self, person: User, at: datetime) -> "ApplicationQuerySet":
        """Filter to the applications that a person oversees for an authority.

        Applications from providers where the person has a role are left out. A person with a role in one market only
        sees the applications to that market.
        """
        return self.filter(_overseen(person, at)).exclude(provider__in=_own(person, at))

    def received_by(self, person: User, at: datetime) -> "ApplicationQuerySet":
        """Filter to the applications that the person's authority has received, and annotate each with `conflicted`.

        `conflicted` is true if the person has a role at the provider. The person still sees the application in the
        list, with a note, so that colleagues can take it over. The person cannot see its marks and notes, because
        `overseen_by` leaves it out.
        """
        conflicted = Case(When(provider__in=_own(person, at), then=True), default=False)
        return self.filter(_overseen(person, at)).annotate(conflicted=conflicted)

    def sent(self) -> "ApplicationQuerySet":
        return self.filter(status__in=SENT_STATUSES)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Application(models.Model):
    """A provider's application to join one or more lots of a market.

    Draft answers are in `SectionAnswers`. Submitted answers are in `SubmittedVersion`.
    """

    LIFECYCLE = APPLICATION

    reference = models.CharField(max_length=20, unique=True)
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # the numbers of the lots in the draft version
    lots = ArrayField(models.PositiveSmallIntegerField(), default=list)
    started_at = models.DateTimeField()
    # whether a new version is being written while the submitted version still counts
    amending = models.BooleanField(default=False)
    version = models.ForeignKey(
        "SubmittedVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # the submitted version that counts
    eligibility = models.ForeignKey(
        "EligibilityCheck", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )  # the eligibility answers that count, or None if the market has no eligibility questions
    # when the current version was submitted, which is when the time to decide starts
    submitted_at = models.DateTimeField(null=True, blank=True)
    decide_by = models.DateField(null=True, blank=True)  # empty if the market has no rule about when to decide
    more_time_reason = models.TextField(blank=True)
    returned_because = models.TextField(blank=True)  # why the approver returned the marks to the evaluators
    # when the first evaluator declared their interests
    assessment_began_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=ApplicationStatus)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="application_sent_has_a_version",
                condition=Q(status__in=[ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN])
                | Q(version__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_amended_only_before_assessment",
                condition=Q(amending=False)
                | Q(status=ApplicationStatus.SUBMITTED)
                | Q(status=ApplicationStatus.WITHDRAWN),
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "status", "decide_by"], name="application_queue"),
            models.Index(fields=["provider", "-id"], name="application_of_provider"),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return self.reference

    def also_permits(self, permission: str, person: User, at: datetime) -> bool:
        return self.market.also_permits(permission, person, at)

    def is_overdue(self, on: date) -> bool:
        return self.status in SENT_STATUSES and self.decide_by is not None and self.decide_by < on

    def is_not_submitted(self, at: datetime) -> bool:
        """Return whether the market closed before the draft was submitted.

        Such a draft is not deleted straight away.
        """
        return self.status == ApplicationStatus.DRAFT and not self.market.is_open_at(at)

    def can_be_changed(self, at: datetime) -> bool:
        """Return whether the provider can still change the application.

        It can do so while the market is open, until the assessment starts.
        """
        return self.status == ApplicationStatus.SUBMITTED and self.market.is_open_at(at)
