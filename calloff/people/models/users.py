"""People and their roles at organisations."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from calloff.history.triggers import has_changed, never_rewritten, status_guard
from calloff.people.models.organisations import Organisation
from calloff.people.permissions import PROVIDER_ROLES, Can, Role, roles_with
from calloff.people.states import GRANT, RoleGrantStatus


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, *, name: str, password: str | None = None) -> "User":
        user = User(email=email.lower(), name=name)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class UserQuerySet(models.QuerySet["User"]):
    def who_can(self, permission: str, *, organisation: Organisation, at: datetime) -> "UserQuerySet":
        there = RoleGrant.objects.in_force(at).filter(organisation=organisation, role__in=roles_with(permission))
        return self.filter(is_active=True, pk__in=there.values("person"))


class User(AbstractBaseUser):
    """A person, who can have roles at several organisations."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    # when the person signed up with this address, or empty once they have confirmed it
    unconfirmed_since = models.DateTimeField(null=True, blank=True)

    objects = UserManager.from_queryset(UserQuerySet)()

    # the person's roles in one market only, which the `markets` app caches here
    market_grants: list[Any] | None = None

    CONSTRAINT_ERRORS = {
        "email": "An account with this email address was created a moment ago. Sign in, or use another address.",
        "user_email_once_whatever_the_case": (
            "An account with this email address was created a moment ago. Sign in, or use another address."
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_the_case")]
        triggers = [
            pgtrigger.Protect(
                name="confirmed_account_is_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__unconfirmed_since__isnull=True),
            ),
            # Without this trigger, any account could be changed so that it is deleted, or so that it is deleted
            # sooner.
            pgtrigger.Protect(
                name="confirmation_is_final",
                operation=pgtrigger.Update,
                condition=has_changed("unconfirmed_since") & pgtrigger.Q(new__unconfirmed_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def can(
        self, permission: str, *, organisation: models.Model, at: datetime, record: models.Model | None = None
    ) -> bool:
        """Return whether the person has a permission, through a role at the organisation or on this record alone.

        Records on which people can have roles (a market, an application) define `also_permits(permission, person,
        at)`.
        """
        if self.roles_at(organisation, at).intersection(roles_with(permission)):
            return True
        narrower = getattr(record, "also_permits", None)
        return bool(narrower and narrower(permission, self, at))

    def roles_at(self, organisation: models.Model | None, when: datetime) -> set[str]:
        """Return the person's roles at an organisation, cached for the request."""
        if organisation is None or not self.is_active:
            return set()
        return {grant.role for grant in self._active_grants(when) if grant.organisation_id == organisation.pk}

    def roles_held(self, when: datetime) -> list[tuple[int, str]]:
        """Return each of the person's roles, as the key of the organisation and the role, cached for the request."""
        return [(grant.organisation_id, grant.role) for grant in self._active_grants(when)] if self.is_active else []

    def organisations_where(self, roles: Iterable[str], when: datetime) -> list[int]:
        """Return the keys of the organisations at which the person has one of the roles, cached for the request.

        Queries contain these keys, because PostgreSQL plans a list of keys much faster than a subquery about roles.
        """
        wanted = set(roles)
        return sorted({organisation for organisation, role in self.roles_held(when) if role in wanted})

    def organisation_keys(self, when: datetime) -> set[int]:
        """Return the keys of the organisations at which the person has a role, cached for the request."""
        return {grant.organisation_id for grant in self._active_grants(when)}

    def _active_grants(self, when: datetime) -> "list[RoleGrant]":
        held = self.__dict__.get("_held")
        if held is None:
            held = list(RoleGrant.objects.filter(person=self, status=RoleGrantStatus.ACTIVE))
            self.__dict__["_held"] = held
        return [grant for grant in held if grant.covers(when)]

    def forget_roles(self) -> None:
        """Clear the cached roles."""
        self.__dict__.pop("_held", None)
        self.market_grants = None

    def holds_any(self, roles: Iterable[str], when: datetime) -> bool:
        """Return whether the person has any of the given roles at any organisation."""
        wanted = set(roles)
        return self.is_active and any(grant.role in wanted for grant in self._active_grants(when))

    def is_buyer(self, when: datetime) -> bool:
        """Return whether the person acts for a buyer and for no provider.

        Providers compete, and must never see each other's prices.
        """
        return self.holds_any(roles_with(Can.SEE_PRICES), when) and not self.holds_any(PROVIDER_ROLES, when)


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def in_force(self, at: datetime) -> "RoleGrantQuerySet":
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), status=RoleGrantStatus.ACTIVE, starts_at__lte=at)


class RoleGrant(models.Model):
    """One person's role at one organisation, between two times."""

    LIFECYCLE = GRANT
    RECORD_TYPE = "people.Grant"

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=25, choices=Role)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=RoleGrantStatus)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        db_table = "people_grant"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role"],
                condition=~Q(status=RoleGrantStatus.ENDED),
                name="grant_held_once",
                violation_error_message="This person already has this role.",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "role"], name="grant_by_organisation")]
        triggers = [
            status_guard(),
            never_rewritten("person", "organisation", "role", "starts_at"),
            pgtrigger.Protect(
                name="end_of_a_role_is_final",
                operation=pgtrigger.Update,
                condition=has_changed("ends_at") & pgtrigger.Q(old__status=RoleGrantStatus.ENDED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()} at {self.organisation}"

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    @property
    def answerable(self) -> Organisation:
        """Return the organisation that can restore the role.

        This is the role's own organisation if someone else there can restore it, otherwise the organisation's host.
        """
        others = RoleGrant.objects.filter(organisation=self.organisation_id, status=RoleGrantStatus.ACTIVE)
        can = others.exclude(person=self.person_id).filter(role__in=roles_with(Can.LINK_PEOPLE)).exists()
        return self.organisation if can or self.organisation.host is None else self.organisation.host
