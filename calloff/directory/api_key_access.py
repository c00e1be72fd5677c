"""What an API key can see and do in the directory.

A key can never do more than the person who made it, or see the hidden prices of competitors.
"""

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
    """Return which prices a system can see with its key, at one authority or, if `authority` is None, at any authority.

    A buyer's key can see all prices. An authority's key can see all prices in its own directory. A provider's key can
    see the provider's prices and public prices. Without a key, or with a key that lacks the scope, a system can see
    only public prices. If the person who made the key of a buyer or an authority has a role at any provider, the key
    can see only public prices, because this person is a competitor.
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
    """Update a service's number of places available, for the person who made the key.

    This calls `commands.set_places`, and the event records which key was used. Raises PermissionDenied if the key does
    not allow this now, or if the service belongs to another provider.
    """
    if not api_keys.is_scope_allowed(key, Scope.PLACES, at) or service.provider_id != key.organisation_id:
        raise PermissionDenied("This API key cannot update the places available in this service.")
    with as_one_event("set_places", by=key.made_by, at=at, acting_for=str(key.organisation)):
        record_change("key", None, key.prefix)
        return commands.set_places(service, places=places, places_from=places_from, by=key.made_by, at=at)
