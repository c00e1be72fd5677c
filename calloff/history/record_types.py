"""The names by which history, reasons and links identify the kind of record to which they refer."""

from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model


def record_type(record: Model | type[Model]) -> str:
    """Return the name that is stored for the kind of a record, for example “people.Grant”.

    By default, the name is the label of the model. A model that has been renamed keeps its old name in `RECORD_TYPE`,
    because rows of history never change.
    """
    return str(getattr(record, "RECORD_TYPE", record._meta.label))


def find_model(stored: str) -> Any:
    """Return the model with this stored name, or None if the model no longer exists."""
    return _models_by_record_type().get(stored)


@cache
def _models_by_record_type() -> dict[str, type[Model]]:
    return {record_type(model): model for model in apps.get_models()}
