"""Paginate lists by key instead of by page number.

Each page starts after the last row of the page before it, so later pages are not slower. The last field
that orders the list must be unique (pk). If rows are added or deleted between two requests, no other row is
shown twice or left out.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldError, ValidationError
from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
DEFAULT_PAGE_SIZE = 25
MAX_PAGE_KEY_LENGTH = 10_000  # the maximum length of a key, in characters. Our keys contain one or two names


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """One page of a list: its rows, its position, and the keys of the previous and next pages.

    A key is "" if there is no such page.
    """

    rows: list[Row]
    total: int
    first: int  # the position of the page's first row in the list, counting from 1, or 0 if the page has no rows
    previous: str
    next: str

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def paginate(
    found: QuerySet[Row],
    order: tuple[str, ...],
    *,
    after: str = "",
    before: str = "",
    size: int = DEFAULT_PAGE_SIZE,
    total: int | None = None,
) -> KeysetPage[Row]:
    """Return the page after or before a key.

    `order` lists fields or annotations that are never null, with "-" in front for descending order. If the key is
    invalid, the first page is returned. The first page takes two queries and any other page three, or one fewer if the
    caller passes `total`.
    """
    names = [name.removeprefix("-") for name in order]
    boundary = _read(before or after, len(order))
    backwards = bool(before) and boundary is not None
    try:
        total = found.count() if total is None else total
        some = found.filter(_beyond(order, boundary, backwards)) if boundary else found
        ordered = some.order_by(*(_turned(name) for name in order)) if backwards else some.order_by(*order)
        rows = list(ordered[: size + 1])
    except (FieldError, ValidationError, ValueError, TypeError, OverflowError):
        return paginate(found, order, size=size, total=total)
    if boundary and not rows:  # There is nothing after (or before) this key, perhaps because rows were deleted.
        return paginate(found, order, size=size, total=total)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    earlier = _before_first(found, order, names, rows) if boundary else 0
    has_previous, has_next = earlier > 0, earlier + len(rows) < total
    if backwards and not more:
        has_previous = False
    return KeysetPage(
        rows,
        total,
        earlier + 1 if rows else 0,
        _key(rows[0], names) if rows and has_previous else "",
        _key(rows[-1], names) if rows and has_next else "",
    )


def _before_first(found: QuerySet[Row], order: tuple[str, ...], names: list[str], rows: list[Row]) -> int:
    if not rows:
        return 0
    first = [getattr(rows[0], name) for name in names]
    return found.filter(_beyond(order, first, backwards=True)).count()


def _beyond(order: tuple[str, ...], boundary: list[Any], backwards: bool) -> Q:
    beyond = Q()
    for place, name in enumerate(order):
        field = name.removeprefix("-")
        rising = name.startswith("-") == backwards
        same = {key.removeprefix("-"): boundary[at] for at, key in enumerate(order[:place])}
        beyond |= Q(**same, **{f"{field}__{'gt' if rising else 'lt'}": boundary[place]})
    return beyond


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _key(row: Model, names: list[str]) -> str:
    values = [getattr(row, name) for name in names]
    plain = [str(value) if isinstance(value, date | Decimal) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(key: str, length: int) -> list[Any] | None:
    if len(key) > MAX_PAGE_KEY_LENGTH:
        return None
    try:
        values: Any = json.loads(base64.urlsafe_b64decode(f"{key}{'=' * (-len(key) % 4)}"))
    except (ValueError, RecursionError, binascii.Error):
        return None
    if not isinstance(values, list) or len(values) != length:
        return None
    return values if all(_is_simple(value) for value in values) else None


def _is_simple(value: Any) -> bool:
    """Return whether a value can be part of a key. PostgreSQL does not accept the NUL character."""
    return isinstance(value, int | float) or (isinstance(value, str) and "\x00" not in value)
