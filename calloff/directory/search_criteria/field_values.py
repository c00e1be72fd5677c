"""The kinds of value that a search asks by. The page makes a form field of each kind, and the API a parameter.

Each knows how a saved search stores its value as JSON, and reads it again.
"""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices

from calloff.directory.models import Weekday

Choices = tuple[tuple[Any, str], ...]  # a value, and what the page calls it


@dataclass(frozen=True)
class FieldValue:
    """A value of JSON's own types: stored as it is."""

    def to_json(self, value: Any) -> Any:
        return value

    def from_json(self, stored: Any) -> Any:
        """Read a stored value again. Raises ValueError, TypeError or InvalidOperation where it is none."""
        return stored


@dataclass(frozen=True)
class TextValue(FieldValue):
    """Words, as someone typed them."""


@dataclass(frozen=True)
class FlagValue(FieldValue):
    """A box that is ticked, or asks nothing."""


@dataclass(frozen=True)
class LotValue(FieldValue):
    """A category of one of the authority's markets, stored by its key: whoever reads it again finds it by authority."""

    any_words: str

    def to_json(self, value: Any) -> Any:
        return value.pk


@dataclass(frozen=True)
class CodeValue(FieldValue):
    """One code of a list."""

    codes: type[TextChoices]
    any_words: str
    offered: Choices = ()  # what the page offers, where that is not all codes by their labels

    @property
    def choices(self) -> Choices:
        return self.offered or tuple((value, str(label)) for value, label in self.codes.choices)

    def to_json(self, value: Any) -> Any:
        return str(value)


@dataclass(frozen=True)
class NumberValue(FieldValue):
    """A whole number between two limits: typed, or chosen on the page where `choices` are given."""

    lowest: int
    highest: int
    choices: Choices = ()
    any_words: str = ""


@dataclass(frozen=True)
class DaysValue(FieldValue):
    """Days of the week, all of which are asked for."""

    def to_json(self, value: Any) -> Any:
        return [str(day) for day in value]

    def from_json(self, stored: Any) -> Any:
        return tuple(stored)

    @property
    def choices(self) -> Choices:
        return tuple((value, str(label)) for value, label in Weekday.choices)


@dataclass(frozen=True)
class TimeValue(FieldValue):
    """A time of the day."""

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
    """Pounds and pence, with up to `whole_digits` digits before the point."""

    whole_digits: int
    too_much: str  # the first amount with more digits, as an error names it

    def to_json(self, value: Any) -> Any:
        return str(value)

    def from_json(self, stored: Any) -> Any:
        return Decimal(stored)
