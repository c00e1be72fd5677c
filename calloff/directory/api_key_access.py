"""What a key lets a system see and do here: no more than whoever made it, and never a rival's price (scenario 24)."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied

from calloff.directory import commands
from calloff.directory.models import Service
from calloff.directory.price_visibility import PriceVisibility
from calloff.history.transitions import as_one_event, record_change
from calloff.people import api_keys
from calloff.people.models import ApiKey, Organisation, Scope
from calloff.people.permissions import PROVIDER_ROLES

OrganisationKind = Organisation.Kind


def price_visibility_of_key(key: ApiKey | None, authority: int | None, at: datetime) -> PriceVisibility:
    """Say whose prices a system may see by its key, at an authority (its key), or (none) wherever it looks.

    A buyer's key sees all, an authority's all of its own directory, a provider's its own beside what is public; without
    the scope, or without a key, what is public. A person of a provider is a rival, whichever key they make.
    """
    if key is None or not api_keys.is_scope_allowed(key, Scope.PRICES, at):
        return PriceVisibility()
    owner = key.organisation
    if owner.kind == OrganisationKind.PROVIDER:
        return PriceVisibility(own=frozenset({owner.pk}))
    if key.made_by.holds_any(PROVIDER_ROLES, at):
        return PriceVisibility()
    return PriceVisibility(every=owner.kind != OrganisationKind.AUTHORITY or authority == owner.pk)


def set_places(
    service: Service, *, places: int, key: ApiKey, at: datetime, places_from: date | None = None
) -> Service:  # fmt: skip
    """Say how many places are free, as a provider's own system does: `commands.set_places`, by the person who made its
    key.

    The event names the key too. Raises PermissionDenied for a key that may not, now, or for another provider's service.
    """
    if not api_keys.is_scope_allowed(key, Scope.PLACES, at) or service.provider_id != key.organisation_id:
        raise PermissionDenied(f"set_places needs {Scope.PLACES}")
    with as_one_event("set_places", by=key.made_by, at=at, acting_for=str(key.organisation)):
        record_change("key", None, key.prefix)
        return commands.set_places(service, places=places, places_from=places_from, by=key.made_by, at=at)
