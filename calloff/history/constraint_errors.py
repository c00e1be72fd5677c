"""Convert violations of database constraints into sentences for people.

The sentence is the constraint's `violation_error_message` or, if it has none, the text in the model's
`CONSTRAINT_ERRORS` under the name of the constraint or unique field. Put new sentences in `CONSTRAINT_ERRORS`, because
no migration is needed to change them there.
"""

import logging
from collections.abc import Iterator
from functools import cache
from typing import Any, NoReturn

from django.apps import apps
from django.db import DatabaseError, IntegrityError, models

from calloff.kernel.lifecycles import Problem, Refused

log = logging.getLogger("django.request")
CONCURRENT_CHANGE_REFUSAL = (
    "A colleague changed this at the same time as you. Open the page again to see the latest version."
)
VALUE_TOO_LONG_REFUSAL = (
    "One of your answers is too long, or a number is too large. Go back and shorten the answer or enter a "
    "smaller number."
)
NEGATIVE_NUMBER_REFUSAL = "One of the numbers is below 0. Check the numbers you entered."


def raise_refused(clash: IntegrityError) -> NoReturn:
    """Raise Refused with the sentence for the constraint, or raise the original error if there is no sentence.

    Call this in the `except` block. It raises the error instead of returning it, because a caller might raise a
    returned error from itself, which makes an endless chain of causes.
    """
    sentence = explain_integrity_error(clash)
    if sentence is None:
        raise clash
    raise Refused.because([Problem(sentence)]) from clash


def explain_integrity_error(clash: IntegrityError) -> str | None:
    """Return the sentence for the constraint that was violated, or None if there is no sentence."""
    told = getattr(clash.__cause__, "diag", None)
    if told is None or not told.constraint_name or not told.table_name:
        return None
    model = _models_by_table().get(told.table_name)
    return find_constraint_message(model, told.constraint_name) if model else None


def find_length_problems(record: models.Model) -> list[Problem]:
    """Return a problem for each value that is too long for its column, in fields that no command checks."""
    return [
        Problem(f"{str(field.verbose_name).capitalize()} must be {field.max_length:,} characters or fewer", field.name)
        for field in record._meta.concrete_fields
        if isinstance(field, models.CharField) and field.max_length
        and isinstance(value := getattr(record, field.attname), str) and len(value) > field.max_length
    ]  # fmt: skip


def http_status_and_message(error: DatabaseError, *, path: str) -> tuple[int, str]:
    """Return the HTTP status and the message for a database error.

    The status is 409 if a constraint was violated, and 400 if a value is too long. Values that are too long, and
    constraints that have no sentence, are logged, because they show that a check is missing.
    """
    sentence = explain_integrity_error(error) if isinstance(error, IntegrityError) else None
    if sentence is None:
        log.error("The database refused what was sent to %s", path, exc_info=error)
    if isinstance(error, IntegrityError):
        return 409, sentence or CONCURRENT_CHANGE_REFUSAL
    return 400, VALUE_TOO_LONG_REFUSAL


def find_constraint_message(model: type[models.Model], constraint_name: str) -> str | None:
    """Return the model's sentence for a constraint, given the name of the constraint in the database, or None."""
    ours: dict[str, str] = getattr(model, "CONSTRAINT_ERRORS", {})
    if constraint_name in ours:
        return ours[constraint_name]
    for constraint in model._meta.constraints:
        if constraint.name == constraint_name:
            words = constraint.violation_error_message
            return str(words) if words != constraint.default_violation_error_message else None
    if constraint_name in {f"{model._meta.db_table}_{column}_check" for column in _never_below_0(model)}:
        return NEGATIVE_NUMBER_REFUSAL
    unique = find_unique_field(model, constraint_name)
    return ours.get(unique.name) if unique else None


def find_unique_field(model: type[models.Model], constraint_name: str) -> Any:
    """Return the unique field to which a constraint belongs, or None.

    PostgreSQL and Django give these constraints different names.
    """
    table = model._meta.db_table
    for field in model._meta.local_fields:
        if field.unique and not field.primary_key:
            begins = f"{table}_{field.column}_"
            if constraint_name == f"{begins}key":
                return field
            if constraint_name.startswith(begins) and constraint_name.endswith("_uniq"):
                return field
    return None


def _never_below_0(model: type[models.Model]) -> Iterator[str]:
    """Yield the columns of positive numbers. Django checks them with constraints that no model declares."""
    kinds = (models.PositiveIntegerField, models.PositiveSmallIntegerField, models.PositiveBigIntegerField)
    return (str(field.column) for field in model._meta.local_fields if isinstance(field, kinds))


@cache
def _models_by_table() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models()}
