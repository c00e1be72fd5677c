"""A cache in a table that all processes share, so that the counts for sign-in limits are not lost.

Django's database cache stores 300 entries and deletes a third of them when there are more, so an attacker with many IP
addresses could delete their own counts. This cache never deletes an entry before it expires, and a job removes expired
rows. Values are stored as JSON, because an attacker who could write a pickled row could run code.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connection

NEVER_EXPIRES = datetime(9999, 1, 1, tzinfo=UTC)

# A migration (web.0002) creates this table. The query uses the database's own clock, which is the same for all
# processes.
READ_SQL = "SELECT cache_key, value FROM web_cache WHERE cache_key = ANY(%s) AND expires > clock_timestamp()"
WRITE_SQL = """
    INSERT INTO web_cache AS kept (cache_key, value, expires) VALUES (%s, %s, %s)
    ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires
    WHERE %s OR kept.expires <= clock_timestamp()
    RETURNING 1
"""
TOUCH_SQL = "UPDATE web_cache SET expires = %s WHERE cache_key = %s AND expires > clock_timestamp() RETURNING 1"
DELETE_SQL = "DELETE FROM web_cache WHERE cache_key = %s RETURNING 1"
DELETE_ALL_SQL = "DELETE FROM web_cache RETURNING 1"
DELETE_EXPIRED_SQL = "DELETE FROM web_cache WHERE expires <= clock_timestamp() RETURNING 1"


class SharedCache(BaseDatabaseCache):
    """A cache of numbers, strings and lists, which are stored until they expire."""

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[Any, Any]:
        names = {self.make_and_validate_key(key, version=version): key for key in keys}
        rows = self._run(READ_SQL, [list(names)])
        return {names[name]: value for name, text in rows if (value := _read(text)) is not None}

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._write(key, value, timeout, version, over=True)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Write a value, unless the key already has a value.

        If several processes try this at the same time, only one of them gets True.
        """
        return self._write(key, value, timeout, version, over=False)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        return bool(self._run(TOUCH_SQL, [self._expires(timeout), name]))

    def delete(self, key: str, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        return bool(self._run(DELETE_SQL, [name]))

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self.get(key, version=version) is not None

    def clear(self) -> None:
        self._run(DELETE_ALL_SQL, [])

    def forget_old(self) -> int:
        """Delete expired entries, and return how many were deleted. No check depends on this."""
        return len(self._run(DELETE_EXPIRED_SQL, []))

    def _write(self, key: str, value: Any, timeout: Any, version: int | None, *, over: bool) -> bool:
        name = self.make_and_validate_key(key, version=version)
        return bool(self._run(WRITE_SQL, [name, json.dumps(value), self._expires(timeout), over]))

    def _expires(self, timeout: Any) -> datetime:
        ends = self.get_backend_timeout(timeout)
        return NEVER_EXPIRES if ends is None else datetime.fromtimestamp(ends, UTC)

    def _run(self, statement: str, values: list[Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # An earlier version of the cache wrote this row.
        return None
