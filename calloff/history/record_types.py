"""The names under which history, reasons and links store the kind of record that they refer to."""

from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model


def record_type(record: Model | type[Model]) -> str:
    """Return the name under which a model's records are stored, for example “people.Grant”.

    It is the model's label by default. A model that has been renamed keeps its old name in `RECORD_TYPE`, because rows
    of history never change.
    """
    return str(getattr(record, "RECORD_TYPE", record._meta.label))


def find_model(stored: str) -> Any:
    """Return the model whose records are stored under a name, or None if the model no longer exists."""
    return _models_by_record_type().get(stored)


@cache
def _models_by_record_type() -> dict[str, type[Model]]:
    return {record_type(model): model for model in apps.get_models()}
