"""Requests to act for an organisation that is already on Calloff."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from calloff.history.triggers import never_rewritten, set_once, status_guard
from calloff.people.models.organisations import Organisation
from calloff.people.models.users import RoleGrant, User
from calloff.people.permissions import Can, Role, roles_with
from calloff.people.states import JOIN_REQUEST, JoinRequestStatus, RoleGrantStatus


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def visible_to(self, person: User, at: datetime) -> "JoinRequestQuerySet":
        """Filter to the person's own requests, and to requests that they can answer or once could have answered."""
        held = RoleGrant.objects.in_force(at).filter(person=person, role__in=roles_with(Can.LINK_PEOPLE))
        mine = held.values("organisation")
        return self.filter(Q(person=person) | Q(answerable__in=mine) | Q(organisation__in=mine))

    def waiting(self) -> "JoinRequestQuerySet":
        return self.filter(status=JoinRequestStatus.ASKED)


class JoinRequest(models.Model):
    """A request to act for an organisation. The person gets no role until someone approves it."""

    LIFECYCLE = JOIN_REQUEST

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    answerable = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=25, choices=Role)
    said = models.TextField()  # the person's role there, in their own words
    asked_at = models.DateTimeField()
    reason = models.TextField(blank=True)  # why the request was declined
    declined_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=JoinRequestStatus)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=Q(status=JoinRequestStatus.ASKED),
                name="join_asked_once",
                violation_error_message="You have already asked to join. Withdraw that request before you ask again.",
            ),
            models.CheckConstraint(
                name="join_declined_at_an_instant",
                condition=Q(declined_at=None) | Q(status=JoinRequestStatus.DECLINED),
            ),
        ]
        triggers = [
            status_guard(),
            never_rewritten("person", "organisation", "answerable", "role", "said", "asked_at"),
            set_once("declined_at"),
        ]

    def __str__(self) -> str:
        return f"{self.person} asks to join {self.organisation}"

    @property
    def answering(self) -> Organisation:
        """Return the organisation that can answer the request now.

        This is the requested organisation if someone there can answer, otherwise the organisation that was first
        asked.
        """
        there = RoleGrant.objects.filter(organisation=self.organisation_id, status=RoleGrantStatus.ACTIVE)
        can = there.filter(role__in=roles_with(Can.LINK_PEOPLE)).exists()
        return self.organisation if can else self.answerable
