"""API keys for organisations' own systems."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from calloff.history.triggers import never_rewritten, set_once, status_guard
from calloff.people.models.organisations import Organisation
from calloff.people.models.users import RoleGrant, User
from calloff.people.permissions import Can, roles_with
from calloff.people.states import API_KEY, ApiKeyStatus


class Scope(models.TextChoices):
    """What a key can do, in addition to reading the directory."""

    PRICES = "directory:prices", "See prices"
    PLACES = "services:places", "Update places available"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, person: User, at: datetime) -> "ApiKeyQuerySet":
        """Filter to the keys of organisations at which the person manages people. Tokens are never shown."""
        managing = RoleGrant.objects.in_force(at).filter(person=person, role__in=roles_with(Can.MANAGE_PEOPLE))
        return self.filter(organisation__in=managing.values("organisation"))


class ApiKey(models.Model):
    """A key for one of an organisation's systems. The token itself is not stored."""

    LIFECYCLE = API_KEY

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)  # the name of the system that uses the key
    prefix = models.CharField(max_length=8, unique=True)  # the part of the token that identifies this row
    digest = models.CharField(max_length=64)  # the SHA-256 digest of the whole token
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), default=list, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_on = models.DateField()  # the last day of the key
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=ApiKeyStatus)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=Q(status=ApiKeyStatus.ACTIVE),
                name="key_name_once",
                violation_error_message="There is already a key with this name. Revoke that key first, or choose "
                "another name.",
            ),
            models.CheckConstraint(
                name="key_revoked_at_an_instant",
                condition=Q(status=ApiKeyStatus.ACTIVE, revoked_at=None)
                | Q(status=ApiKeyStatus.REVOKED, revoked_at__isnull=False),
            ),
        ]
        triggers = [
            status_guard(),
            never_rewritten("organisation", "prefix", "digest", "scopes", "made_by", "made_at", "expires_on"),
            set_once("revoked_at"),
        ]

    def __str__(self) -> str:
        return self.name
