"""Invitations to take roles at an organisation."""

from datetime import date, datetime, timedelta

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from calloff.history.triggers import has_changed, never_rewritten, set_once, status_guard
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.formatting import last_day_of_deadline
from calloff.people.models.organisations import Organisation
from calloff.people.models.users import RoleGrant, User
from calloff.people.permissions import Can, Role, roles_with
from calloff.people.states import INVITATION, InvitationStatus

# The number of days is counted from the day when the invitation is sent. It is our own choice, so that an invitation
# lasts longer than a two-week holiday.
INVITATION_VALID_DAYS = 14


def invitation_expiry(at: datetime) -> datetime:
    """Return when an invitation or proposed role expires, given the time when it is sent.

    It expires at the end of its last day.
    """
    return midnight(local_day(at) + timedelta(days=INVITATION_VALID_DAYS + 1))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, person: User, at: datetime) -> "InvitationQuerySet":
        """Filter to invitations to the person, and to invitations from organisations at which they manage people."""
        linking = RoleGrant.objects.in_force(at).filter(person=person, role__in=roles_with(Can.LINK_PEOPLE))
        mine = linking.values("organisation")
        sent = Q(email=person.email.lower()) & ~Q(status=InvitationStatus.TO_CONFIRM)
        return self.filter(sent | Q(inviting__in=mine) | Q(organisation__in=mine))

    def open(self) -> "InvitationQuerySet":
        """Filter to invitations that have not been answered or withdrawn, even if they have expired."""
        return self.filter(status__in=(InvitationStatus.TO_CONFIRM, InvitationStatus.SENT), declined_by_link_at=None)

    def to_answer(self, person: User, at: datetime) -> "InvitationQuerySet":
        """Filter to invitations that a person can accept or decline at a given time."""
        mine = self.filter(email=person.email.lower(), status=InvitationStatus.SENT, expires_at__gt=at)
        return mine.filter(declined_by_link_at=None)


class Invitation(models.Model):
    """An invitation to take roles at an organisation, from the organisation itself or from its host authority.

    The person has no role until they accept. No one learns whether the email address has an account, or the name of
    its owner.
    """

    LIFECYCLE = INVITATION

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    inviting = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+"
    )  # the organisation itself or, if no one manages people there, its host
    email = models.EmailField()  # in lower case
    name = models.CharField(max_length=100, blank=True)  # the person's name, as the inviter wrote it
    batch = models.UUIDField(null=True, blank=True)  # the table that this invitation came from, if there is one
    roles = ArrayField(models.CharField(max_length=25, choices=Role))
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    alone = models.BooleanField(default=False)  # Two people should have given the role, but there was only one.
    sent_at = models.DateTimeField(null=True, blank=True)  # when the invitation was last sent
    times_sent = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    # when the invitation was declined through its link, without an account
    declined_by_link_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=InvitationStatus)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(status__in=[InvitationStatus.TO_CONFIRM, InvitationStatus.SENT], declined_by_link_at=None),
                name="invitation_open_once",
                violation_error_message="There is already an invitation to this address. Send it again, or withdraw it "
                "first.",
            ),
            models.CheckConstraint(
                name="invitation_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("invited_by")),
                violation_error_message="You made this invitation. Ask a colleague to confirm it.",
            ),
            models.CheckConstraint(
                name="invitation_answered_by_another",
                condition=Q(answered_by=None)
                | (~Q(answered_by=F("invited_by")) & (Q(confirmed_by=None) | ~Q(answered_by=F("confirmed_by")))),
                violation_error_message="You cannot give a role to yourself. Ask a colleague to invite you.",
            ),
            models.CheckConstraint(name="invitation_to_some_role", condition=~Q(roles=[])),
            models.CheckConstraint(
                name="invitation_declined_once",
                condition=Q(declined_by_link_at=None) | ~Q(status=InvitationStatus.ACCEPTED),
                violation_error_message="This invitation was declined from the link in its email.",
            ),
            models.CheckConstraint(
                name="invitation_answered_at_an_instant",
                condition=Q(
                    status__in=[InvitationStatus.ACCEPTED, InvitationStatus.DECLINED],
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                )
                | (
                    ~Q(status__in=[InvitationStatus.ACCEPTED, InvitationStatus.DECLINED])
                    & Q(answered_by=None, answered_at=None)
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["email"], name="invitation_by_address"),
            models.Index(fields=["batch"], condition=~Q(batch=None), name="invitation_by_batch"),
        ]
        triggers = [
            status_guard(),
            never_rewritten("organisation", "inviting", "email", "roles", "invited_by", "invited_at", "alone", "batch"),
            set_once("confirmed_by", "confirmed_at", "answered_by", "answered_at", "declined_by_link_at"),
            # The expiry changes when the invitation is sent again, or when a second person is asked.
            pgtrigger.Protect(
                name="expiry_moves_with_a_sending",
                operation=pgtrigger.Update,
                condition=has_changed("expires_at") & ~has_changed("times_sent") & ~has_changed("status"),
            ),
            pgtrigger.Protect(
                name="sendings_are_counted_up",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__times_sent__lt=pgtrigger.F("old__times_sent")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} invited to {self.organisation}"

    @property
    def itself(self) -> "Invitation":
        return self

    @property
    def role_names(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles]

    @property
    def is_by_one_person(self) -> bool:
        """Return whether the invitation needed a second person but was sent without one."""
        return self.alone and self.confirmed_by_id is None

    @property
    def is_of_first_person(self) -> bool:
        return self.inviting_id != self.organisation_id

    @property
    def answer_by(self) -> date:
        """Return the last day on which the invitation can be accepted."""
        return last_day_of_deadline(self.expires_at)

    def has_expired(self, at: datetime) -> bool:
        return self.status in {InvitationStatus.TO_CONFIRM, InvitationStatus.SENT} and self.expires_at <= at

    def status_at(self, at: datetime) -> str:
        """Return the status as text. Whether an invitation has expired depends on the time, so this is not stored."""
        if self.declined_by_link_at is not None:
            return str(InvitationStatus.DECLINED.label)
        return "Expired" if self.has_expired(at) else str(self.get_status_display())
