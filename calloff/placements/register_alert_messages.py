"""Emails about a child's unmarked first session of the day: one to the provider, and later one to the school."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from calloff.kernel import time_of_day
from calloff.kernel.formatting import format_date as day_in_words
from calloff.kernel.formatting import format_list, pluralise
from calloff.outbox.commands import MessageText
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements.council_fallback import queue_or_tell_council
from calloff.placements.models import Placement, RegisterAlert
from calloff.placements.register_alerts import LateRegister, late_registers

AlertSide = RegisterAlert.Side
PERMISSION_BY_SIDE = {AlertSide.PROVIDER: Can.TAKE_REGISTER, AlertSide.BUYER: Can.SEE_PUPILS}
RECORD_ALERT_SQL = """
    INSERT INTO placements_registeralert (authority_id, placement_id, day, session, side, told_at, people)
    SELECT late.authority, late.placement, %s, late.session, %s, %s, %s
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS late(authority, placement, session)
    ON CONFLICT (placement_id, day, session, side) DO NOTHING
    RETURNING placement_id
"""


def send_register_alerts(at: datetime) -> None:
    """Email each side about unmarked first sessions of children who are not accounted for.

    The job can run late or more than once, because the table records which sides have been told. Alerts stop at the end
    of the day. From then on, `due_sessions` includes the session.
    """
    for side in AlertSide:
        late = [one for one in late_registers(Placement.objects.all(), at, side=side) if not one.is_answered]
        for several in _together(late, side):
            _tell(several, side, at)


def _together(late: Sequence[LateRegister], side: str) -> list[list[LateRegister]]:
    """Group sessions with the same school, provider, authority and start time, for one message."""
    found: dict[tuple[object, ...], list[LateRegister]] = {}
    for one in late:
        placement = one.placement
        other = placement.provider_id if side == AlertSide.BUYER else None
        key = (placement.authority_id, _side(one, side).pk, other, one.day, one.starts, one.slot.session)
        found.setdefault(key, []).append(one)
    return list(found.values())


def _tell(several: Sequence[LateRegister], side: str, at: datetime) -> None:
    organisation, day, first = _side(several[0], side), several[0].day, several[0].placement
    people = list(User.objects.who_can(PERMISSION_BY_SIDE[AlertSide(side)], organisation=organisation, at=at))
    columns: list[Any] = [
        [one.placement.authority_id for one in several], [one.placement.pk for one in several],
        [one.slot.session for one in several],
    ]  # fmt: skip
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(RECORD_ALERT_SQL, [day, side, at, len(people), *columns])
            new = {key for (key,) in cursor.fetchall()}
        told = [one for one in several if one.placement.pk in new]
        if told:
            words = pupils_not_marked if side == AlertSide.BUYER else register_not_marked
            queue_or_tell_council(words(told), to=people, at_side=organisation, about=first, at=at)


def _side(one: LateRegister, side: str) -> Organisation:
    return one.placement.buyer if side == AlertSide.BUYER else one.placement.provider


def register_not_marked(several: Sequence[LateRegister]) -> MessageText:
    """Ask the provider to mark a session's register. The message gives only references."""
    first = several[0]
    return MessageText(
        f"Mark the register: {pluralise(len(several), 'pupil')} due at {time_of_day.format_time(first.starts)}",
        f"{format_list([one.placement.reference for one in several])} {'is' if len(several) == 1 else 'are'} not "
        f"marked for {day_in_words(first.day)}. Mark the register now. If a pupil has not arrived, mark them as "
        "absent. We will then tell the school.",
        f"/providers/{first.placement.provider.slug}/register/{first.day.isoformat()}/{first.slot.session}",
    )


def pupils_not_marked(several: Sequence[LateRegister]) -> MessageText:
    """Tell the school about pupils whom the provider has not marked. The message gives only references."""
    first, many = several[0], len(several) > 1
    provider = first.placement.provider
    call = f"Call {provider} on {provider.telephone}" if provider.telephone else f"Call {provider}"
    return MessageText(
        f"Find out where {pluralise(len(several), 'pupil')} {'are' if many else 'is'}, because {provider} has not "
        f"marked the register",
        f"{format_list([one.placement.reference for one in several])} {'were' if many else 'was'} due at "
        f"{time_of_day.format_time(first.starts)} on {day_in_words(first.day)}. {provider} has not marked the "
        f"register. {call}. Then sign in and record where each pupil is.",
        f"/buyers/{first.placement.buyer.slug}/",
    )
