"""How people prove who they are: sessions, known browsers, emailed codes and resets. Closed accounts are here too."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet

from calloff.accounts.guarded_roles import SECOND_STEP_ROLES
from calloff.accounts.states import (
    CLOSURE,
    EMAIL_CHANGE,
    FACTOR_RESET,
    NAME_CHANGE,
    ClosureStatus,
    EmailChangeStatus,
    NameChangeStatus,
    ResetStatus,
)
from calloff.history.triggers import never_rewritten, set_once, status_guard
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can, roles_with
from calloff.people.states import RoleGrantStatus

OPEN_RESETS = (ResetStatus.ASKED, ResetStatus.CONFIRMED)


class EncryptionKey(models.Model):
    """The fingerprint of a key that encrypted this database. The key itself is never stored."""

    fingerprint = models.CharField(max_length=16, unique=True)
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint


class SignInSession(models.Model):
    """A browser in which a person is signed in. We do not store its IP address."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=60)  # the browser as text, for example “Firefox on Windows”
    began_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_session"
        indexes = [models.Index(fields=["person", "-last_seen_at"], name="session_by_person")]

    def __str__(self) -> str:
        return self.device


class KnownBrowser(models.Model):
    """A browser in which a person has signed in before.

    Its cookie contains a token, and this row stores a digest of that token. If the row has a PIN, the person can use
    the PIN in place of the second step. This is only for people who see nothing about children except the register.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=60)
    known_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    proved = models.BooleanField(default=False)  # whether the person has passed their second step in this browser
    pin = models.CharField(max_length=64, blank=True)  # a keyed digest of the PIN, or empty
    pin_until = models.DateTimeField(null=True, blank=True)
    pin_attempts = models.PositiveSmallIntegerField(default=0)  # the number of wrong PINs since the last correct one

    class Meta:
        db_table = "accounts_device"
        constraints = [
            models.UniqueConstraint(fields=["person", "digest"], name="device_known_once"),
            models.CheckConstraint(
                name="device_pin_has_an_end",
                condition=Q(pin="", pin_until=None) | (~Q(pin="") & Q(pin_until__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EmailCode(models.Model):
    """A code that was emailed as a second step. Only a keyed digest of the code is stored."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-sent_at"], name="email_code_by_person")]

    def __str__(self) -> str:
        return f"Sent at {self.sent_at:%Y-%m-%d %H:%M}"


class MailboxReset(models.Model):
    """A record that a person last set their password with an emailed code.

    For this person, another emailed code would prove nothing more.
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reset_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Reset at {self.reset_at:%Y-%m-%d %H:%M}"


class CalendarFeed(models.Model):
    """The secret URL of a person's calendar.

    Anyone who knows the URL can read the calendar. Only a digest of the token is stored.
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    last_read_on = models.DateField(null=True, blank=True)

    CONSTRAINT_ERRORS = {
        "person": "You created a calendar address a moment ago. Create another address only if you did not copy it.",
        "digest": "We could not create a calendar address. Try again.",
    }

    def __str__(self) -> str:
        return f"Calendar of {self.person}"


class SignInRules(models.Model):
    """The sign-in rules of an organisation. If an organisation has no row, the defaults for its kind apply."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    email_codes = models.BooleanField()

    def __str__(self) -> str:
        return f"Sign-in rules for {self.organisation}"


class FactorResetQuerySet(models.QuerySet["FactorReset"]):
    def visible_to(self, person: User, at: datetime) -> "FactorResetQuerySet":
        """Filter to resets of the person's own second step, and to resets that they can confirm or have requested."""
        linking = RoleGrant.objects.in_force(at).filter(person=person, role__in=roles_with(Can.LINK_PEOPLE))
        there = linking.values("organisation")
        return self.filter(
            Q(person=person) | Q(organisation__in=there) | Q(asking__in=there) | Q(organisation__host__in=there)
            | Q(person__in=self.model.concerned(there))
        )  # fmt: skip

    def of(self, organisation: Organisation) -> "FactorResetQuerySet":
        """Filter to the resets that an organisation can see.

        These are the resets of its own people and of people whose organisation it hosts, and all other resets that
        affect it.
        """
        concerned = self.model.concerned([organisation.pk])
        return self.filter(
            Q(organisation=organisation) | Q(asking=organisation) | Q(organisation__host=organisation)
            | Q(person__in=concerned)
        )  # fmt: skip

    def still_open(self) -> "FactorResetQuerySet":
        return self.filter(status__in=OPEN_RESETS)


class FactorReset(models.Model):
    """A request to reset a second step that a person has lost.

    One person requests the reset, another person confirms it, and the account's owner can stop it.
    """

    LIFECYCLE = FACTOR_RESET

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # the organisation that the person works for
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # the organisation that requested the reset: the person's own organisation, or its host
    asking = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    works_from = models.DateTimeField(null=True, blank=True)
    works_until = models.DateTimeField(null=True, blank=True)
    # a digest of the token in the emailed link, which can stop the reset
    stop_digest = models.CharField(max_length=64)
    status = models.CharField(max_length=20, choices=ResetStatus)

    objects = FactorResetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status__in=OPEN_RESETS),
                name="reset_open_once",
                violation_error_message="A reset for this person is already open. Confirm it or cancel it.",
            ),
            models.CheckConstraint(
                name="reset_by_two_others",
                condition=~Q(asked_by=F("person"))
                & (Q(confirmed_by=None) | (~Q(confirmed_by=F("person")) & ~Q(confirmed_by=F("asked_by")))),
                violation_error_message="A reset needs two people, and neither can be the person it is for.",
            ),
            models.CheckConstraint(
                name="reset_confirmed_whole",
                condition=Q(confirmed_by=None, confirmed_at=None, works_from=None, works_until=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, works_from__gt=F("confirmed_at"),
                    works_until__gt=F("works_from")),
            ),
        ]  # fmt: skip
        triggers = [
            status_guard(),
            never_rewritten("person", "organisation", "asking", "asked_by", "asked_at", "stop_digest"),
            set_once("confirmed_by", "confirmed_at", "works_from", "works_until"),
        ]

    def __str__(self) -> str:
        return f"Second step reset for {self.person}"

    @staticmethod
    def concerned(organisations: Iterable[Any] | QuerySet[Any]) -> QuerySet[Any, Any]:
        """Find the people whose second step protects the records of these organisations, or of organisations that
        they host.
        """
        roles = RoleGrant.objects.filter(role__in=SECOND_STEP_ROLES).exclude(status=RoleGrantStatus.ENDED)
        there = Q(organisation__in=organisations) | Q(organisation__host__in=organisations)
        return roles.filter(there).values("person")

    @property
    def confirming(self) -> Organisation:
        """Return the organisation that confirms the reset.

        This is the person's organisation if a third person there can confirm the reset, otherwise its host.
        """
        linking = RoleGrant.objects.filter(role__in=roles_with(Can.LINK_PEOPLE), status=RoleGrantStatus.ACTIVE)
        others = linking.filter(organisation=self.organisation_id).exclude(
            person__in=[self.person_id, self.asked_by_id]
        )
        if others.exists() or self.organisation.host is None:
            return self.organisation
        return self.organisation.host


class EmailChange(models.Model):
    """A change of a person's email address.

    The change takes effect when the person enters a code that was sent to the new address, unless it is stopped from
    the old address first.
    """

    LIFECYCLE = EMAIL_CHANGE

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    old = models.EmailField()
    new = models.EmailField()
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # when the change was stopped or undone
    status = models.CharField(max_length=20, choices=EmailChangeStatus)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status=EmailChangeStatus.ASKED),
                name="email_change_open_once",
                violation_error_message="You asked to change your email address a moment ago. Enter the code we sent.",
            ),
            models.CheckConstraint(
                name="email_change_made_at_an_instant",
                condition=Q(status__in=[EmailChangeStatus.MADE, EmailChangeStatus.UNDONE], made_at__isnull=False)
                | (~Q(status__in=[EmailChangeStatus.MADE, EmailChangeStatus.UNDONE]) & Q(made_at=None)),
            ),
        ]
        triggers = [
            status_guard(),
            never_rewritten("person", "old", "new", "asked_at"),
            set_once("made_at", "ended_at"),
        ]

    def __str__(self) -> str:
        return f"Email address change for {self.person}"


class NameChange(models.Model):
    """A change of a person's name, which the person made.

    The earlier name is stored, because earlier documents and letters contain it.
    """

    LIFECYCLE = NAME_CHANGE

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    old = models.CharField(max_length=100)
    new = models.CharField(max_length=100)
    changed_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=NameChangeStatus)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="name_change_to_another",
                condition=~Q(old=F("new")),
                violation_error_message="This is already your name. Enter a different name.",
            ),
        ]
        indexes = [models.Index(fields=["person", "-changed_at"], name="name_change_by_person")]
        triggers = [
            status_guard(),
            pgtrigger.Protect(name="name_change_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Name change for {self.person}"


class AccountClosure(models.Model):
    """The closure of an account.

    The name of the person stays, because History still shows it. All ways to sign in have been deleted.
    """

    LIFECYCLE = CLOSURE
    RECORD_TYPE = "accounts.Closure"
    CONSTRAINT_ERRORS = {"person": "This account has already been closed."}

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=ClosureStatus)

    class Meta:
        db_table = "accounts_closure"
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"{self.person}’s account"


class HomeVisit(models.Model):
    """When a person last opened the home page of an organisation, and when they opened it before that.

    The row is deleted 90 days after the last visit. No one else can see it.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.CASCADE, related_name="+")
    latest_at = models.DateTimeField()  # when the latest visit started
    previous_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation"], name="home_visit_once_an_organisation")
        ]

    def __str__(self) -> str:
        return f"Visit to {self.organisation_id}"
