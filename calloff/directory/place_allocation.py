"""Take a place in a service when a placement is confirmed, and release the place later.

Two placements can never take the same last place.
"""

from datetime import datetime

from calloff.directory.models import SEARCH_COLUMNS, Service
from calloff.directory.states import ServiceStatus
from calloff.history.transitions import record_change
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_clock_time, format_datetime
from calloff.kernel.lifecycles import Refused


def take_place(service: Service, *, at: datetime) -> Service:
    """Take one place in a service, as part of the current transaction.

    The service stays locked until the transaction ends. If the provider has never told us how many places the service
    has, nothing changes. Raises Refused, with a message for the provider's staff, if no place is available or the
    service has been withdrawn.
    """
    locked = _lock(service)
    if locked.status != ServiceStatus.LIVE:
        raise Refused(
            f"{locked} was withdrawn from the directory, so it cannot take any more pupils. "
            "Withdraw from this offer, without penalty, or list the service again."
        )
    if locked.places is None:
        return locked
    if locked.places == 0 and locked.places_at is not None:
        raise Refused(
            f"The last place at {locked} was taken {_format_when(locked.places_at, at)}. If you still have a place, "
            f"update "
            "the places available for this service. If you do not, you can withdraw from this offer without penalty."
        )
    return _set_places(locked, locked.places - 1, at)


def return_place(service: Service, *, at: datetime) -> Service:
    """Release a place, as part of the current transaction, because the child did not start or has left."""
    locked = _lock(service)
    return locked if locked.places is None else _set_places(locked, locked.places + 1, at)


def _lock(service: Service) -> Service:
    locked: Service = Service.objects.select_for_update(of=("self",)).defer(*SEARCH_COLUMNS).get(pk=service.pk)
    return locked


def _set_places(locked: Service, places: int, at: datetime) -> Service:
    record_change("free places", locked.places, places)
    locked.places, locked.places_at = places, at
    if not places:
        locked.places_from = None
    locked.save(update_fields=["places", "places_from", "places_at"])
    return locked


def _format_when(taken_at: datetime, at: datetime) -> str:
    return (
        f"at {format_clock_time(taken_at)}"
        if local_day(taken_at) == local_day(at)
        else f"at {format_datetime(taken_at)}"
    )
