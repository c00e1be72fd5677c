"""Forgetting: a record's events, its row history, and what told who changed it. The database lets one role do it."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pghistory.models
from django.apps import apps
from django.db import models, transaction

from calloff.history.models import Event, Subject
from calloff.history.steps import Actor


def forget(kind: type[models.Model], keys: Iterable[Any]) -> None:
    """Take away what is told of some records of one kind, the records themselves being gone or about to go.

    An event that moved other records as well stays, for them. To be called in a transaction, as the disposal role.
    """
    keys = list(keys)
    told = Subject.objects.filter(record_type=kind._meta.label, record_id__in=keys)
    events = list(told.values_list("event", flat=True).distinct())
    told.delete()
    Event.objects.filter(pk__in=events, subjects=None).delete()
    contexts: set[uuid.UUID] = set()
    for past in _row_histories():
        if getattr(past, "pgh_tracked_model", None) is kind:
            rows: Any = past._default_manager.filter(pgh_obj_id__in=keys)
            contexts |= set(rows.exclude(pgh_context=None).values_list("pgh_context_id", flat=True))
            rows._raw_delete(rows.db)
    _forget_contexts(contexts)


def write_down(record: Any, verb: str, *, by: Actor, at: datetime, reason: models.Model) -> None:
    """Write that something was disposed of into the history of the record it belonged to, pointing to why."""
    with transaction.atomic():
        event = Event.objects.create(
            verb=verb,
            by_id=by.pk,
            acting_for=str(record.authority),
            at=at,
            reason_type=reason._meta.label,
            reason_id=reason.pk,
        )
        Subject.objects.create(
            event=event,
            record_type=record._meta.label,
            record_id=record.pk,
            verb=verb,
            source=record.status,
            target=record.status,
        )


def _forget_contexts(contexts: set[uuid.UUID]) -> None:
    """Take away who-and-where notes to which no row history points any more."""
    for past in _row_histories():
        contexts -= set(past._default_manager.filter(pgh_context__in=contexts).values_list("pgh_context_id", flat=True))
    rows: Any = pghistory.models.Context.objects.filter(pk__in=contexts)
    rows._raw_delete(rows.db)


def _row_histories() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, pghistory.models.Event) and model._meta.managed]
