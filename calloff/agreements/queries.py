"""Queries for agreements. They return only agreements that the person is allowed to see."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from calloff.agreements.models import Agreement, AgreementQuerySet
from calloff.agreements.states import UNSIGNED_STATUSES, AgreementStatus
from calloff.people.conflicts import acts_for
from calloff.people.models import Organisation, User, UserQuerySet
from calloff.people.permissions import Can

MARKET_FILTER = "market"  # agreements to which the authority itself is a party


def of_provider(provider: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    """Return a provider's agreements, latest first."""
    return _visible(person, at).filter(provider=provider).order_by("-offered_at", "-pk")


def of_authority(authority: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    """Return an authority's agreements, latest first, each annotated with `conflicted`.

    `conflicted` is true if the person also has a role at the provider or buyer that is a party to the agreement.
    """
    conflicted = acts_for(person, at, "provider") | acts_for(person, at, "buyer")
    agreements = _visible(person, at).filter(authority=authority).annotate(conflicted=conflicted)
    return agreements.order_by("-offered_at", "-pk")


def filter_agreements(
    agreements: AgreementQuerySet, *, words: str = "", status: str = "", kind: str = ""
) -> AgreementQuerySet:
    """Filter a list of agreements by part of the name of a side, by status and by kind.

    The kind “market” means all agreements except placement agreements.
    """
    if words:
        agreements = agreements.filter(Q(provider__name__icontains=words) | Q(buyer__name__icontains=words))
    if kind == MARKET_FILTER:
        agreements = agreements.exclude(kind=Agreement.Kind.PLACEMENT)
    elif kind:
        agreements = agreements.filter(kind=kind)
    return agreements.filter(status=status) if status else agreements


def count_by_turn(agreements: AgreementQuerySet) -> dict[str, int]:
    """Count agreements by status. Placement agreements that await a countersignature count as “with_buyer”.

    A school or team countersigns those. The council countersigns all others.
    """
    rows: Any = agreements.order_by().values_list("status", "kind").annotate(Count("pk"))
    counts = Counter[str]()
    for status, kind, number in rows:
        is_buyers_turn = status == AgreementStatus.TO_COUNTERSIGN and kind == Agreement.Kind.PLACEMENT
        counts["with_buyer" if is_buyers_turn else status] += number
    return counts


def to_sign(provider: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    """Return the agreements that a provider has not signed yet."""
    return of_provider(provider, person=person, at=at).filter(status__in=UNSIGNED_STATUSES[:1])


def to_countersign(authority: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    """Return the agreements that the authority must countersign.

    Placement agreements are left out, because buyers sign those second.
    """
    return filter_agreements(of_authority(authority, person=person, at=at), kind=MARKET_FILTER).filter(
        status__in=UNSIGNED_STATUSES[1:]
    )


def people_to_notify(agreement: Agreement, at: datetime) -> UserQuerySet:
    """Return the people to email on the side that signs first.

    For a buyer, these are its signatories. For a provider, they are all people who can see its applications and
    memberships.
    """
    can = Can.SIGN if agreement.first.is_buyer else Can.SEE_APPLICATIONS
    return User.objects.who_can(can, organisation=agreement.first, at=at)


def _visible(person: User, at: datetime) -> AgreementQuerySet:
    visible = Agreement.objects.visible_to(person, at)
    return visible.select_related("authority", "provider", "buyer", "text")
