"""Free places: what was last said of a service, and a provider's own system that says it again."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from calloff.api.authentication import ApiCaller, ApiRejection, require_scope
from calloff.api.operations import RecordNotFound
from calloff.api.services import parse_uuid
from calloff.directory import api_key_access, models, queries
from calloff.people.models import Scope


class Places(msgspec.Struct):
    places: Annotated[int | None, Meta(description="number of places available (null if not confirmed)")]
    places_from: Annotated[
        date | None, Meta(description="first day the places are available (null if they are available now)")
    ]
    places_at: Annotated[datetime | None, Meta(description="when the number was last updated")]


class SetPlaces(msgspec.Struct, forbid_unknown_fields=True):
    """How many places are free in a service: now, or from a day on."""

    places: Annotated[int, Meta(ge=0, le=1000)]
    places_from: Annotated[
        date | None, Meta(description="send this only if places are available (today or a past date means now)")
    ] = None


def places(query: Any, asks: ApiCaller, uuid: str) -> Places:
    """Tell what was last said. Raises Missing where no service of that name is listed now."""
    found = queries.listed_service(parse_uuid(uuid), asks.at)
    if found is None:
        raise RecordNotFound("This service is not in the directory now.")
    return _told(found)


def set_places(query: Any, asks: ApiCaller, uuid: str, body: SetPlaces) -> Places:
    """Say how many places are free, as the service's page does, for the person who made the key.

    Raises Missing; Turned (403) for another provider's service; Refused as the command does.
    """
    key = require_scope(asks, Scope.PLACES)
    found = queries.own_service(parse_uuid(uuid), key.organisation)
    if found is None:
        if queries.listed_service(parse_uuid(uuid), asks.at):
            raise ApiRejection(
                403, f"This service does not belong to {key.organisation}. Only its own provider can set its places."
            )
        raise RecordNotFound("This service is not in the directory now.")
    return _told(
        api_key_access.set_places(found, places=body.places, places_from=body.places_from, key=key, at=asks.at)
    )


def _told(service: models.Service) -> Places:
    return Places(service.places, service.places_from, service.places_at)
