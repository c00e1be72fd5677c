"""The types of value in a search. Each type has a field on the page and a parameter in the API.

Each type can convert its values to JSON for saved searches, and back again.
"""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices

from calloff.directory.models import Weekday

Choices = tuple[tuple[Any, str], ...]  # (value, label) pairs


@dataclass(frozen=True)
class FieldValue:
    """A value that JSON can store, such as text or a number."""

    def to_json(self, value: Any) -> Any:
        return value

    def from_json(self, stored: Any) -> Any:
        """Convert a stored value back to its type.

        Raises ValueError, TypeError or InvalidOperation if the stored value is invalid.
        """
        return stored


@dataclass(frozen=True)
class TextValue(FieldValue):
    """The words that a person typed."""


@dataclass(frozen=True)
class FlagValue(FieldValue):
    """A checkbox, selected or not."""


@dataclass(frozen=True)
class LotValue(FieldValue):
    """One of the authority's lots, stored by its key.

    The code that converts the key back looks up the lot at the authority.
    """

    any_words: str

    def to_json(self, value: Any) -> Any:
        return value.pk


@dataclass(frozen=True)
class CodeValue(FieldValue):
    """A code from a list."""

    codes: type[TextChoices]
    any_words: str
    offered: Choices = ()  # the choices on the page, if they do not include all the codes

    @property
    def choices(self) -> Choices:
        return self.offered or tuple((value, str(label)) for value, label in self.codes.choices)

    def to_json(self, value: Any) -> Any:
        return str(value)


@dataclass(frozen=True)
class NumberValue(FieldValue):
    """A whole number between two limits, which a person types or, if there are `choices`, selects."""

    lowest: int
    highest: int
    choices: Choices = ()
    any_words: str = ""


@dataclass(frozen=True)
class DaysValue(FieldValue):
    """Days of the week. A service must be open on all of them."""

    def to_json(self, value: Any) -> Any:
        return [str(day) for day in value]

    def from_json(self, stored: Any) -> Any:
        return tuple(stored)

    @property
    def choices(self) -> Choices:
        return tuple((value, str(label)) for value, label in Weekday.choices)


@dataclass(frozen=True)
class TimeValue(FieldValue):
    """A time of day."""

    choices: Choices
    any_words: str

    def to_json(self, value: Any) -> Any:
        return str(value)

    def from_json(self, stored: Any) -> Any:
        return time.fromisoformat(stored)


@dataclass(frozen=True)
class DateValue(FieldValue):
    def to_json(self, value: Any) -> Any:
        return str(value)

    def from_json(self, stored: Any) -> Any:
        return date.fromisoformat(stored)


@dataclass(frozen=True)
class AmountValue(FieldValue):
    """An amount in pounds and pence, with up to `whole_digits` digits before the decimal point."""

    whole_digits: int
    too_much: str  # the smallest amount that is too large, which errors mention

    def to_json(self, value: Any) -> Any:
        return str(value)

    def from_json(self, stored: Any) -> Any:
        return Decimal(stored)
