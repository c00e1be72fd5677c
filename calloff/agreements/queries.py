"""Questions about agreements, as a person may see them."""

from datetime import datetime

from django.db.models import Q

from calloff.agreements.models import Agreement, AgreementQuerySet
from calloff.agreements.states import UNSIGNED_STATUSES
from calloff.people.conflicts import acts_for
from calloff.people.models import Organisation, User

MARKET_FILTER = "market"  # the agreements that the authority itself is a side of


def of_provider(provider: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    """Find a provider's agreements, the latest first."""
    return _seen(person, at).filter(provider=provider).order_by("-offered_at", "-pk")


def of_authority(authority: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    """Return an authority's agreements, latest first, each marked if the person is `conflicted`."""
    conflicted = acts_for(person, at, "provider") | acts_for(person, at, "buyer")
    found = _seen(person, at).filter(authority=authority).annotate(conflicted=conflicted)
    return found.order_by("-offered_at", "-pk")


def filter_agreements(
    found: AgreementQuerySet, *, words: str = "", status: str = "", kind: str = ""
) -> AgreementQuerySet:
    """Narrow a list of agreements: to part of the name of a side, a status, a kind or “market”: all but placements'."""
    if words:
        found = found.filter(Q(provider__name__icontains=words) | Q(buyer__name__icontains=words))
    if kind == MARKET_FILTER:
        found = found.exclude(kind=Agreement.Kind.PLACEMENT)
    elif kind:
        found = found.filter(kind=kind)
    return found.filter(status=status) if status else found


def to_sign(provider: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    return of_provider(provider, person=person, at=at).filter(status__in=UNSIGNED_STATUSES[:1])


def to_countersign(authority: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    """Find what waits for the authority's own signature: of a placement agreement the buyer is the second side."""
    return filter_agreements(of_authority(authority, person=person, at=at), kind=MARKET_FILTER).filter(
        status__in=UNSIGNED_STATUSES[1:]
    )


def _seen(person: User, at: datetime) -> AgreementQuerySet:
    seen = Agreement.objects.visible_to(person, at)
    return seen.select_related("authority", "provider", "buyer", "text")
