"""The last free place goes once: parts of the acts that confirm a place for a child, or give one back."""

from datetime import datetime

from calloff.directory.models import Service
from calloff.directory.states import ServiceStatus
from calloff.history.transitions import record_change
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_clock_time, format_datetime
from calloff.kernel.lifecycles import Refused


def take_place(service: Service, *, at: datetime) -> Service:
    """Take one free place of a service, as a part of the act under way. The row stays locked until that ends.

    A service that never said how many places are free has no number to count down. Raises Refused, for the provider's
    own person, when no place is left or the service was withdrawn.
    """
    held = _hold(service)
    if held.status != ServiceStatus.LIVE:
        raise Refused(
            f"{held} was withdrawn from the directory, so no one can be placed there. "
            "Withdraw from this offer, without penalty, or list the service again."
        )
    if held.places is None:
        return held
    if held.places == 0 and held.places_at is not None:
        raise Refused(
            f"The last place at {held} went {_when(held.places_at, at)}. If you still have a place, update the places "
            "available for this service. If you do not, you can withdraw from this offer without penalty."
        )
    return _count(held, held.places - 1, at)


def return_place(service: Service, *, at: datetime) -> Service:
    """Give back a place that was taken, as a part of the act under way: the child does not come, or has left."""
    held = _hold(service)
    return held if held.places is None else _count(held, held.places + 1, at)


def _hold(service: Service) -> Service:
    held: Service = Service.objects.select_for_update(of=("self",)).defer("words", "spelling").get(pk=service.pk)
    return held


def _count(held: Service, places: int, at: datetime) -> Service:
    record_change("free places", held.places, places)
    held.places, held.places_at = places, at
    if not places:
        held.places_from = None
    held.save(update_fields=["places", "places_from", "places_at"])
    return held


def _when(went: datetime, at: datetime) -> str:
    return f"at {format_clock_time(went)}" if local_day(went) == local_day(at) else f"at {format_datetime(went)}"
