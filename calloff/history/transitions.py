"""Create records and change their status. All records that have a life cycle are created and changed here.

A transition inside the block of another transition belongs to the same action. They share one transaction and one
Event, and each of the records is a subject of that Event.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, models, transaction

from calloff.history.constraint_errors import find_length_problems, raise_refused
from calloff.history.models import Event, EventSubject
from calloff.history.record_types import record_type
from calloff.kernel.lifecycles import ANYONE, SELF, Refused, Transition

# These settings are for the triggers of `history.triggers` and of frozen tables. They say which row gets which
# status, and through which verb.
ANNOUNCE_SQL = "SELECT set_config('calloff.announced', %s, true), set_config('calloff.verb', %s, true)"

Record = TypeVar("Record", bound=models.Model)


class Actor(Protocol):
    """The person who acts, with the attributes that this package needs.

    The user model itself is in a higher app.
    """

    pk: Any

    def can(
        self, permission: str, *, organisation: models.Model, at: datetime, record: models.Model | None = None
    ) -> bool:
        """Return whether, at a given time, the person has a permission at an organisation or for one of its
        records.
        """
        ...


@dataclass
class Act:
    """An action of one person in one transaction.

    Its parts are collected, and stored when the outermost block ends.
    """

    verb: str
    by: Actor
    at: datetime
    acting_for: str
    subjects: list[EventSubject] = field(default_factory=list)
    reason: models.Model | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    gathered_within: timedelta | None = None  # see gather_events
    told: set[int] = field(default_factory=set)  # the keys of the people who got a message


_current: ContextVar[Act | None] = ContextVar("act", default=None)
_watched: ContextVar[list[int] | None] = ContextVar("watched", default=None)


def create(record: Record, verb: str, *, by: Actor, at: datetime) -> Record:
    """Create a record, if its life cycle and the person's permissions allow this.

    Raises PermissionDenied. Raises Refused if a constraint that has a sentence is violated.
    """
    with creating(record, verb, by=by, at=at):
        return record


@contextmanager
def creating(record: Record, verb: str, *, by: Actor, at: datetime) -> Iterator[Record]:
    """Create a record in the same way as `create`, and run the block as part of the same action."""
    born: Any = record
    move = born.LIFECYCLE.find(verb, None)
    require_transition(born, move, by=by, at=at)
    with transaction.atomic(), _act(born, move, by=by, at=at) as act:
        _finish(act, born, move)
        yield record


@contextmanager
def transition(
    record: Record, verb: str, *, by: Actor, at: datetime, along: Iterable[models.Model] = ()
) -> Iterator[Record]:
    """Change the status of a record. If anything fails, nothing changes.

    This locks the record and the records in `along`, always in the same order. The life cycle and the person's
    permissions must allow the change. The block gets the locked copy of the record, which is then saved and recorded
    in history. Raises Refused or PermissionDenied.
    """
    with transaction.atomic():
        held = type(record)._default_manager.select_for_update(of=("self",))
        # With an empty `of`, the rows of all joined tables would be locked.
        beside = _whose(type(record), verb) or (None,)
        locked: Any = held.select_related(*beside).get(pk=record.pk)
        _hold(along)
        move = locked.LIFECYCLE.find(verb, locked.status)
        require_transition(locked, move, by=by, at=at)
        with _act(locked, move, by=by, at=at) as act:
            yield locked
            _finish(act, locked, move)


@contextmanager
def transition_each(records: Sequence[Record], verb: str, *, by: Actor, at: datetime) -> Iterator[list[Record]]:
    """Make a transition that does not change the status, for several records of one kind.

    If anything fails, nothing changes. The number of statements is the same for any number of records. The records are
    locked in the order of their keys. If the life cycle and the person's permissions do not allow the verb for one of
    them, all are refused. Call this inside `as_one_event`. The records are not saved, so the block must change only
    other rows. Raises Refused or PermissionDenied.
    """
    act = _under_way()
    with transaction.atomic():
        locked: list[Any] = _lock_all(records, verb)
        moves = [one.LIFECYCLE.find(verb, one.status) for one in locked]
        for one, move in zip(locked, moves, strict=True):
            if move.target != move.source:
                raise LookupError(f"{verb} changes the status of {one}.")
            require_transition(one, move, by=by, at=at)
        yield locked
        act.subjects += [_subject(one, move) for one, move in zip(locked, moves, strict=True)]


@contextmanager
def as_one_event(verb: str, *, by: Actor, at: datetime, acting_for: str) -> Iterator[None]:
    """Combine the transitions in the block into one action with one Event.

    Use this for a verb whose records do not belong to one parent record. The permission for each transition is still
    checked.
    """
    with transaction.atomic(), _new_act(Act(verb, by, at, acting_for)):
        yield


@contextmanager
def collect_event_keys() -> Iterator[list[int]]:
    """Collect the keys of the Events that are stored in the block, to pass them to `is_any_event_left` later.

    If the action runs inside a savepoint, a stored event can be rolled back with that savepoint.
    """
    written: list[int] = []
    token = _watched.set(written)
    try:
        yield written
    finally:
        _watched.reset(token)


def is_any_event_left(events: list[int]) -> bool:
    """Return whether any of these Events still exists in the current transaction."""
    return bool(events) and Event.objects.filter(pk__in=events).exists()


def record_reason(row: models.Model) -> None:
    """Set the row that contains the reason for the current action."""
    _under_way().reason = row


def record_change(name: str, old: Any, new: Any) -> None:
    """Record that the current action changed a date, code or number. Never pass free text."""
    _under_way().changes[name] = [_plain(old), _plain(new)]


def record_recipients(people: Iterable[int]) -> None:
    """Record the keys of the people who get a message from the current action, if there is an action."""
    act = _current.get()
    if act is not None:
        act.told.update(people)


def gather_events(within: timedelta) -> None:
    """Do not store an Event for the current action if an earlier Event already covers it.

    The earlier Event must be the latest Event of the record, less than `within` old, and have the same verb, person,
    organisation and changes. So an action that is repeated has one Event for each period, and an action of another
    person always has its own. Use this only for actions that do not change the status and send no messages.
    """
    _under_way().gathered_within = within


def announce_verb(verb: str) -> None:
    """Announce the current verb to the triggers of frozen tables, for rows that the caller then changes directly."""
    with connection.cursor() as cursor:
        cursor.execute(ANNOUNCE_SQL, ["", verb])


def is_allowed(record: Any, verb: str, person: Any, at: datetime) -> bool:
    """Return whether a person could make a transition now.

    Pages call this so that they offer only what is allowed.
    """
    lifecycle = record.LIFECYCLE
    return lifecycle.allows(verb, record.status) and _permitted(record, lifecycle.find(verb, record.status), person, at)


def is_permitted(record: Any, verb: str, person: Any, at: datetime) -> bool:
    """Return whether a person could make a transition if the status of the record allowed it.

    Pages do not show a transition at all to a person for whom this is false.
    """
    moves = [move for move in record.LIFECYCLE.transitions if move.verb == verb]
    return any(_permitted(record, move, person, at) for move in moves)


def require_transition(record: Any, move: Transition, *, by: Actor, at: datetime) -> None:
    if not _permitted(record, move, by, at):
        raise PermissionDenied(f"{move.verb} needs {move.permission}")


@cache
def _whose(kind: type[models.Model], verb: str) -> tuple[str, ...]:
    """Return the relations through which permissions are checked, so that they are loaded with the record."""
    known: Any = kind
    rows = [row for row in known.LIFECYCLE.transitions if row.verb == verb and row.permission not in {ANYONE, SELF}]
    asked = {row.owner for row in rows}
    return tuple(field.name for field in kind._meta.concrete_fields if field.many_to_one and field.name in asked)


def _permitted(record: Any, move: Transition, by: Any, at: datetime) -> bool:
    if move.permission == ANYONE:
        return True
    if move.permission == SELF:
        return bool(getattr(record, f"{move.owner}_id") == by.pk)
    return bool(by.can(move.permission, organisation=getattr(record, move.owner), at=at, record=record))


def _lock_all(records: Sequence[Any], verb: str) -> list[Any]:
    if not records:
        return []
    kind: Any = type(records[0])
    held = kind._default_manager.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in records])
    return list(held.select_related(*(_whose(kind, verb) or (None,))).order_by("pk"))


def _hold(others: Iterable[models.Model]) -> None:
    """Lock records in a fixed order (by kind, then by key), with one query for each kind."""
    kinds: dict[type[models.Model], list[Any]] = {}
    for other in others:
        kinds.setdefault(type(other), []).append(other.pk)
    for kind in sorted(kinds, key=lambda one: one._meta.label):
        rows = kind._default_manager.select_for_update(of=("self",)).filter(pk__in=kinds[kind])
        list(rows.order_by("pk").values_list("pk"))


def _under_way() -> Act:
    act = _current.get()
    if act is None:
        raise LookupError("There is no step under way.")
    return act


@contextmanager
def _act(record: Any, move: Transition, *, by: Actor, at: datetime) -> Iterator[Act]:
    outer = _current.get()
    if outer:
        known = len(outer.subjects)
        try:
            yield outer
        except BaseException:
            del outer.subjects[known:]
            raise
        return
    with _new_act(Act(move.verb, by, at, _acting_for(record, move))) as act:
        yield act


@contextmanager
def _new_act(act: Act) -> Iterator[Act]:
    token = _current.set(act)
    try:
        yield act
        _write_down(act)
    finally:
        _current.reset(token)


def _acting_for(record: Any, move: Transition) -> str:
    """Return the name of the organisation for which the person acts, or an empty string.

    If the record is about the person themselves, this is the record's authority.
    """
    if move.permission == ANYONE:
        return ""
    return str(getattr(record, "authority" if move.permission == SELF else move.owner, "") or "")


def _finish(act: Act, record: Any, move: Transition) -> None:
    """Save the record with its new status, after the change has been announced to the triggers.

    The block of the caller provides the savepoint.
    """
    born = record.pk is None
    record.status = move.target
    table = record._meta.db_table
    if too_long := find_length_problems(record):
        raise Refused.because(too_long)
    try:
        with connection.cursor() as cursor:
            announce = f"{table}:{'new' if born else record.pk}:{move.target}"
            cursor.execute(ANNOUNCE_SQL, [announce, move.verb])
            record.save(force_insert=born)
            cursor.execute(ANNOUNCE_SQL, ["", ""])
    except IntegrityError as clash:
        raise_refused(clash)
    act.subjects.append(_subject(record, move))


def _subject(record: Any, move: Transition) -> EventSubject:
    return EventSubject(
        record_type=record_type(record),
        record_id=record.pk,
        verb=move.verb,
        source=move.source or "",
        target=move.target,
    )


def _covering_event(act: Act) -> int | None:
    """Return the key of the Event that already covers an action (see `gather_events`), or None."""
    if act.gathered_within is None or act.told or len(act.subjects) != 1:
        return None
    [subject] = act.subjects
    if subject.source != subject.target:
        return None
    of_record = EventSubject.objects.filter(record_type=subject.record_type, record_id=subject.record_id)
    latest = of_record.select_related("event").order_by("-pk").first()
    if latest is None or latest.event.at <= act.at - act.gathered_within:
        return None
    event = latest.event
    earlier = (event.verb, event.by_id, event.acting_for, event.changes)
    return event.pk if earlier == (act.verb, act.by.pk, act.acting_for, act.changes) else None


def _write_down(act: Act) -> None:
    written = _watched.get()
    if covering := _covering_event(act):
        if written is not None:
            written.append(covering)
        return
    event = Event.objects.create(
        verb=act.verb,
        by_id=act.by.pk,
        acting_for=act.acting_for,
        at=act.at,
        reason_type=record_type(act.reason) if act.reason else "",
        reason_id=act.reason.pk if act.reason else None,
        changes=act.changes,
        told=sorted(act.told),
    )
    for subject in act.subjects:
        subject.event = event
    EventSubject.objects.bulk_create(reversed(act.subjects))
    if written is not None:
        written.append(event.pk)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | None) else str(value)
