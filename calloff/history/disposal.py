"""Delete records with their events, their row history, and the information about who changed them.

Only the disposal role is allowed to delete these.
"""

import uuid
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import pghistory.models
import pgtrigger
from django.apps import apps
from django.db import models, transaction

from calloff.history.models import IS_APPEND_ONLY, Event, EventSubject
from calloff.history.record_types import record_type
from calloff.history.transitions import Actor


def delete_history_of(kind: type[models.Model], keys: Iterable[Any]) -> None:
    """Delete the history of records of one kind that have been deleted or are about to be deleted.

    An event that also changed other records is not deleted, because those records still need it. Links and other rows
    that refer to the records by kind and key, without a foreign key, are also deleted. Call this in a transaction, in
    the disposal role.
    """
    keys = list(keys)
    told = EventSubject.objects.filter(record_type=record_type(kind), record_id__in=keys)
    events = list(told.values_list("event", flat=True).distinct())
    told.delete()
    Event.objects.filter(pk__in=events, subjects=None).delete()
    for model in models_naming_records():
        rows: Any = model._default_manager.filter(record_type=record_type(kind), record_id__in=keys)
        rows._raw_delete(rows.db)
    contexts: set[uuid.UUID] = set()
    for past in _row_histories():
        if getattr(past, "pgh_tracked_model", None) is kind:
            rows = past._default_manager.filter(pgh_obj_id__in=keys)
            contexts |= set(rows.exclude(pgh_context=None).values_list("pgh_context_id", flat=True))
            rows._raw_delete(rows.db)
    _forget_contexts(contexts)


def find_dependent_rows(kind: type[models.Model], keys: Iterable[Any]) -> dict[type[models.Model], set[Any]]:
    """Return the given rows and all rows that depend on them, directly or through other rows, by model.

    This searches every app, because a lower app does not know which rows of higher apps refer to its own rows. Row
    history is not included (see `delete_history_of`).
    """
    found: dict[type[models.Model], set[Any]] = {kind: set(keys)}
    waiting = [(kind, found[kind])]
    while waiting:
        model, several = waiting.pop()
        for relation in model._meta.get_fields(include_hidden=True):
            if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
                continue
            above: Any = relation.related_model
            if issubclass(above, pghistory.models.Event):
                continue
            pointing = above._default_manager.filter(**{f"{relation.field.name}__in": several})  # type: ignore[union-attr]
            new = set(pointing.values_list("pk", flat=True)) - found.setdefault(above, set())
            found[above] |= new
            if new:
                waiting.append((above, new))
    return {model: several for model, several in found.items() if several}


def delete_with_history(found: Mapping[type[models.Model], Iterable[Any]]) -> None:
    """Delete rows with their row history and events, without the triggers that protect these.

    The database allows this only for the disposal role, and only in certain tables. Call this in a transaction. The
    order of the rows does not matter, because foreign keys are checked when the transaction ends.
    """
    keeping = _keeping(found)
    # With an empty list, this call would ignore all triggers.
    with pgtrigger.ignore(*keeping) if keeping else nullcontext():
        for kind, keys in found.items():
            rows: Any = kind._default_manager.filter(pk__in=list(keys))
            rows._raw_delete(rows.db)
            delete_history_of(kind, keys)


def _keeping(kinds: Iterable[type[models.Model]]) -> list[str]:
    """Return the triggers that would refuse the deletion, or would record it in row history.

    The triggers of append-only tables are not included, so they still apply.
    """
    pasts = [past for past in _row_histories() if getattr(past, "pgh_tracked_model", None) in set(kinds)]
    triggers = ((model, one) for model in (*kinds, *pasts) for one in getattr(model._meta, "triggers", ()))
    return [
        f"{model._meta.label}:{one.name}"
        for model, one in triggers
        if one.name != IS_APPEND_ONLY and pgtrigger.Delete in _operations(one)
    ]


def _operations(trigger: Any) -> list[Any]:
    several = getattr(trigger.operation, "operations", None)
    return list(several) if several else [trigger.operation]


def record_disposal(record: Any, verb: str, *, by: Actor, at: datetime, reason: models.Model) -> None:
    """Record a deletion in the history of the organisation that owned the record, with a reference to the reason."""
    with transaction.atomic():
        event = Event.objects.create(
            verb=verb,
            by_id=by.pk,
            acting_for=str(record.authority),
            at=at,
            reason_type=record_type(reason),
            reason_id=reason.pk,
        )
        EventSubject.objects.create(
            event=event,
            record_type=record_type(record),
            record_id=record.pk,
            verb=verb,
            source=record.status,
            target=record.status,
        )


def _forget_contexts(contexts: set[uuid.UUID]) -> None:
    """Delete the pghistory contexts to which no row history refers any longer."""
    for past in _row_histories():
        contexts -= set(past._default_manager.filter(pgh_context__in=contexts).values_list("pgh_context_id", flat=True))
    rows: Any = pghistory.models.Context.objects.filter(pk__in=contexts)
    rows._raw_delete(rows.db)


def models_naming_records() -> list[type[models.Model]]:
    """Return the models whose rows refer to a record in the way `EventSubject` does, with `record_type` and
    `record_id`.
    """
    return [
        model
        for model in apps.get_models()
        if model is not EventSubject
        and {"record_type", "record_id"} <= {field.name for field in model._meta.concrete_fields}
    ]


def _row_histories() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, pghistory.models.Event) and model._meta.managed]
