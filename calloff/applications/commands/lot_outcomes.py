"""Commands that record in a lot request the outcome of a decision or a removal.

`members.decide` and `members.remove` call these commands.
"""

from datetime import datetime

from calloff.applications.models import LotRequest
from calloff.history.transitions import transition
from calloff.people.models import User

__all__ = ["admit", "admit_with_conditions", "refuse", "release"]


def admit(request: LotRequest, *, by: User, at: datetime) -> LotRequest:
    """Record that the provider is admitted to the lot."""
    return _move(request, "admit", by, at)


def admit_with_conditions(request: LotRequest, *, by: User, at: datetime) -> LotRequest:
    """Record that the provider is admitted to the lot with conditions."""
    return _move(request, "admit_with_conditions", by, at)


def refuse(request: LotRequest, *, by: User, at: datetime) -> LotRequest:
    """Record that the provider is not admitted to the lot."""
    return _move(request, "refuse", by, at)


def release(request: LotRequest, *, by: User, at: datetime) -> LotRequest:
    """Let the provider apply for the lot again, because its membership of the lot has ended."""
    return _move(request, "release", by, at)


def _move(request: LotRequest, verb: str, by: User, at: datetime) -> LotRequest:
    with transition(request, verb, by=by, at=at) as moved:
        pass
    return moved
