"""The memberships of providers in lots, and when they are listed."""

from datetime import datetime

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from calloff.agreements.models import Agreement
from calloff.agreements.states import AgreementStatus
from calloff.applications.models import LotRequest
from calloff.history.triggers import status_guard
from calloff.kernel.clock import local_day
from calloff.markets.models import Lot, Market, markets_where
from calloff.markets.states import MarketStatus
from calloff.members.models.suspensions import Suspension
from calloff.members.states import LASTING_STATUSES, MEMBER, MemberStatus
from calloff.people.models import Organisation, User
from calloff.people.permissions import PROVIDER_ROLES, Can, roles_with


def is_listed_at(at: datetime, prefix: str = "") -> Q:
    """Return the condition that a member is listed, as in `Member.listed`.

    With a prefix, it is a condition for rows that refer to a member.
    """
    return _bound_at(at, prefix) & Q(**{f"{prefix}status": MemberStatus.ACTIVE})


def is_known_at(at: datetime, prefix: str = "") -> Q:
    """Return the condition that the page of a member is public, as in `Member.known_to_public`.

    The member is then either listed or suspended.
    """
    return _bound_at(at, prefix) & Q(**{f"{prefix}status__in": LASTING_STATUSES})


def _bound_at(at: datetime, prefix: str = "") -> Q:
    today = local_day(at)
    endless, lasting = Q(**{f"{prefix}agreement__ends_on": None}), Q(**{f"{prefix}agreement__ends_on__gte": today})
    held = {
        "agreement__status": AgreementStatus.IN_FORCE,
        "market__status": MarketStatus.OPEN,
        "market__term_starts_on__lte": today,
        "market__term_ends_on__gte": today,
    }
    return (endless | lasting) & Q(**{f"{prefix}{name}": value for name, value in held.items()})


class MemberQuerySet(models.QuerySet["Member"]):
    def visible_to(self, person: User, at: datetime) -> "MemberQuerySet":
        """Filter to memberships of the person's providers, and memberships in markets that the person oversees."""
        mine = person.organisations_where(PROVIDER_ROLES, at)
        ours = person.organisations_where(roles_with(Can.OVERSEE), at)
        lent = markets_where(person, roles_with(Can.OVERSEE), at)
        return self.filter(Q(provider__in=mine) | Q(authority__in=ours) | Q(market__in=lent))

    def listed(self, at: datetime) -> "MemberQuerySet":
        """Filter to members that the public can find.

        They are active, and have an agreement in force, in a market that is running. Only these members are in the
        directory, and only they can be asked to offer places.
        """
        return self.filter(is_listed_at(at))

    def known_to_public(self, at: datetime) -> "MemberQuerySet":
        """Filter to members with a public page, which are either listed or suspended.

        Suspended members are not in any list or search. Their pages show “Not taking placements”, but not the reason.
        """
        return self.filter(is_known_at(at))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Member(models.Model):
    """The membership of a provider in one lot."""

    LIFECYCLE = MEMBER

    reference = models.CharField(max_length=20, unique=True)
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    request = models.OneToOneField(LotRequest, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
    # the kinds of document of which the member must always have one that is valid
    required_evidence = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    least_cover = models.JSONField(default=dict, blank=True)  # {kind: pounds for each claim, as text}
    # open questions about the list from which the member was imported
    query = models.CharField(max_length=300, blank=True)
    last_checked_on = models.DateField(null=True, blank=True)
    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, null=True, blank=True, related_name="members")
    changed_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=MemberStatus)

    objects = MemberQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "request": "A colleague decided this category a moment ago. Open the application again to see the decision.",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "provider"],
                condition=Q(status__in=LASTING_STATUSES),
                name="member_stands_once_in_a_lot",
                violation_error_message="This provider is already a member of this category.",
            ),
            models.CheckConstraint(
                name="member_suspended_by_a_suspension",
                condition=~Q(status=MemberStatus.SUSPENDED) | Q(suspension__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "status"], name="member_by_authority"),
            models.Index(fields=["provider"], name="member_by_provider"),
        ]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return f"{self.reference}: {self.provider}"

    def also_permits(self, permission: str, person: User, at: datetime) -> bool:
        return self.market.also_permits(permission, person, at)
