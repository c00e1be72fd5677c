from datetime import datetime

from calloff.agreements.models import Agreement, AgreementQuerySet
from calloff.agreements.states import UNSIGNED
from calloff.people.models import Organisation, User


def of_provider(provider: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    """Find a provider's agreements, the latest first."""
    return _seen(person, at).filter(provider=provider).order_by("-offered_at", "-pk")


def of_authority(authority: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    """Find an authority's agreements, the latest first."""
    return _seen(person, at).filter(authority=authority).order_by("-offered_at", "-pk")


def narrowed(found: AgreementQuerySet, *, words: str = "", status: str = "") -> AgreementQuerySet:
    """Narrow a list of agreements: to part of a provider's name, to a status."""
    if words:
        found = found.filter(provider__name__icontains=words)
    return found.filter(status=status) if status else found


def to_sign(provider: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    return of_provider(provider, person=person, at=at).filter(status__in=UNSIGNED[:1])


def to_countersign(authority: Organisation, *, person: User, at: datetime) -> AgreementQuerySet:
    return of_authority(authority, person=person, at=at).filter(status__in=UNSIGNED[1:])


def _seen(person: User, at: datetime) -> AgreementQuerySet:
    seen = Agreement.objects.visible_to(person, at)
    return seen.select_related("authority", "provider", "text")
