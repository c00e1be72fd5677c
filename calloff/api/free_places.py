"""Endpoints for the number of places available in a service.

Other systems read the number, and the provider's own system updates it.
"""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from calloff.api.authentication import ApiCaller, require_scope
from calloff.api.operations import RecordNotFound
from calloff.api.rejections import ApiRejection
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
    """The number of places available in a service, now or from a certain date."""

    places: Annotated[int, Meta(ge=0, le=1000)]
    places_from: Annotated[
        date | None, Meta(description="send this only if places are available (today or a past date means now)")
    ] = None


def places(query: Any, caller: ApiCaller, uuid: str) -> Places:
    """Return the number of places available in a service.

    Raises RecordNotFound if the service is not listed at the moment.
    """
    service = queries.listed_service(parse_uuid(uuid), caller.at)
    if service is None:
        raise RecordNotFound("This service is not in the directory at the moment.")
    return _places_of(service)


def set_places(query: Any, caller: ApiCaller, uuid: str, body: SetPlaces) -> Places:
    """Update the number of places available in a service, on behalf of the person who made the key.

    Raises RecordNotFound if the service is not listed, ApiRejection (403) for the service of another provider, and
    Refused in the same cases as the command.
    """
    key = require_scope(caller, Scope.PLACES)
    service = queries.own_service(parse_uuid(uuid), key.organisation)
    if service is None:
        if queries.listed_service(parse_uuid(uuid), caller.at):
            raise ApiRejection(
                403,
                f"This service does not belong to {key.organisation}. Only the service’s own provider can update its "
                "places available.",
            )
        raise RecordNotFound("This service is not in the directory at the moment.")
    return _places_of(
        api_key_access.set_places(service, places=body.places, places_from=body.places_from, key=key, at=caller.at)
    )


def _places_of(service: models.Service) -> Places:
    return Places(service.places, service.places_from, service.places_at)
