"""Close unmarked sessions on behalf of the school, with a reason."""

from collections.abc import Sequence
from datetime import date, datetime

from calloff.history.transitions import record_change, transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.people.models import User
from calloff.placements.due_sessions import find_due
from calloff.placements.models import ClosedSession, Placement

__all__ = ["close_sessions"]

MAX_CLOSURE_REASON_LENGTH = 300  # characters


def close_sessions(
    placement: Placement, *, sessions: Sequence[tuple[date, str]], reason: str, by: User, at: datetime
) -> list[ClosedSession]:
    """Close unmarked sessions before today, so that they are no longer shown as due.

    Raises Refused for sessions that have been marked, and for sessions today or later.
    """
    if not sessions:
        raise Refused("Select at least one session", "sessions")
    if not reason.strip():
        raise Refused("Enter why the sessions were not marked", "reason")
    if len(reason.strip()) > MAX_CLOSURE_REASON_LENGTH:
        raise Refused(f"Reason must be {MAX_CLOSURE_REASON_LENGTH} characters or fewer", "reason")
    with transition(placement, "close_sessions", by=by, at=at) as held:
        ours = Placement.objects.filter(pk=held.pk).prefetch_related("changes")
        due = {(one.day, one.session) for one in find_due(ours, local_day(at), at) if one.day < local_day(at)}
        if not set(sessions) <= due:
            raise Refused("Someone has just marked or closed one of these sessions. Open the page again.", "sessions")
        closed = [
            ClosedSession(
                authority_id=held.authority_id,
                placement=held,
                day=day,
                session=session,
                reason=reason.strip(),
                closed_by=by,
                closed_at=at,
            )
            for day, session in sorted(set(sessions))
        ]
        ClosedSession.objects.bulk_create(closed)  # the placement is locked, so no one else can close the same sessions
        record_change("sessions closed", None, len(closed))
    return closed
