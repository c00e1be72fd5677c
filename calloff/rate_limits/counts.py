"""Count attempts against the rate limits, in the database, which all processes share."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from calloff.rate_limits.limits import LimitName, LimitWindow, limit_windows

# This is a single statement, so that attempts at the same time are all counted and none of them exceeds the limit.
# Refused attempts are not counted, so it does not take longer if someone tries again.
TAKE_ATTEMPT_SQL = """
    INSERT INTO rate_limits_count AS kept (key, ends_at, times) VALUES (%(key)s, %(ends_at)s, 1)
    ON CONFLICT (key) DO UPDATE SET
        ends_at = CASE WHEN kept.ends_at <= %(at)s THEN excluded.ends_at ELSE kept.ends_at END,
        times = CASE WHEN kept.ends_at <= %(at)s THEN 1 ELSE kept.times + 1 END
    WHERE kept.ends_at <= %(at)s OR kept.times < %(most)s
    RETURNING times, ends_at
"""
# The same statement for an attempt whose outcome is not known yet. It is counted until the outcome is known, but only
# for `PENDING_LASTS`.
HOLD = """
    INSERT INTO rate_limits_count AS kept (key, ends_at, times, pending, pending_until)
    VALUES (%(key)s, %(ends_at)s, 0, 1, %(pending_until)s)
    ON CONFLICT (key) DO UPDATE SET
        ends_at = CASE WHEN kept.ends_at <= %(at)s THEN excluded.ends_at ELSE kept.ends_at END,
        times = CASE WHEN kept.ends_at <= %(at)s THEN 0 ELSE kept.times END,
        pending = CASE WHEN kept.ends_at > %(at)s AND kept.pending_until > %(at)s THEN kept.pending ELSE 0 END + 1,
        pending_until = excluded.pending_until
    WHERE kept.ends_at <= %(at)s
        OR kept.times + CASE WHEN kept.pending_until > %(at)s THEN kept.pending ELSE 0 END < %(most)s
    RETURNING times + pending, ends_at
"""
SETTLE = "UPDATE rate_limits_count SET times = times + 1, pending = greatest(pending - 1, 0) WHERE key = ANY(%s)"
RELEASE = "UPDATE rate_limits_count SET pending = greatest(pending - 1, 0) WHERE key = ANY(%s)"
REFUSED_COUNT_SQL = "SELECT times, ends_at FROM rate_limits_count WHERE key = %s"
ATTEMPTS_LEFT_SQL = "SELECT key, times FROM rate_limits_count WHERE key = ANY(%(keys)s) AND ends_at > %(at)s"
WINDOW_ENDS_SQL = "SELECT key, times, ends_at FROM rate_limits_count WHERE key = ANY(%(keys)s) AND ends_at > %(at)s"
RETURN_ATTEMPT_SQL = "UPDATE rate_limits_count SET times = times - 1 WHERE key = ANY(%s) AND times > 0"
CLEAR_SQL = "DELETE FROM rate_limits_count WHERE key = ANY(%s)"
DELETE_OLD_SQL = "DELETE FROM rate_limits_count WHERE ends_at <= %s"


# This is longer than it takes to check a password or code, including the time in the queue.
PENDING_LASTS = timedelta(minutes=1)
_uncounted = ContextVar("uncounted", default=False)


class RateLimitResult(NamedTuple):
    """The result of an attempt: whether it is allowed, and the state of the window that is closest to its limit."""

    allowed: bool
    name: LimitName
    window: LimitWindow
    remaining: int
    resets_in: int  # the seconds until the window ends, at least 1


@contextmanager
def without_rate_limits() -> Iterator[None]:
    """Allow all attempts in the block without counting them, for commands and jobs that no visitor can start."""
    before = _uncounted.set(True)
    try:
        yield
    finally:
        _uncounted.reset(before)


def count_attempt(name: LimitName, who: object, *, at: datetime) -> RateLimitResult:
    """Count an attempt against a limit, unless the limit has been reached.

    `who` identifies the caller in the way that `per` in the limit requires, for example by an IP address or the key of
    a user. Inside a transaction, the count is committed or rolled back with the transaction, and other attempts by the
    same caller wait until it ends.
    """
    return _take_attempt(TAKE_ATTEMPT_SQL, RETURN_ATTEMPT_SQL, name, who, at)


def hold(name: LimitName, who: object, *, at: datetime) -> RateLimitResult:
    """Reserve an attempt until its outcome is known.

    Then call `settle` to count the attempt, or `release` to cancel it. Because attempts are reserved first, attempts
    at the same time stay within the limit. If the process is killed before it calls either of these, the reservation
    expires after `PENDING_LASTS`.
    """
    return _take_attempt(HOLD, RELEASE, name, who, at)


def settle(name: LimitName, who: object) -> None:
    """Count an attempt that was reserved, because the password or code was wrong."""
    if not _uncounted.get():
        _run(SETTLE, [[_key(name, window, who) for window in limit_windows(name)]])


def release(name: LimitName, who: object) -> None:
    """Cancel an attempt that was reserved, because the password or code was right or was not checked."""
    if not _uncounted.get():
        _run(RELEASE, [[_key(name, window, who) for window in limit_windows(name)]])


def _take_attempt(statement: str, undo: str, name: LimitName, who: object, at: datetime) -> RateLimitResult:
    if _uncounted.get():
        window = min(limit_windows(name), key=lambda window: window.times)
        return RateLimitResult(True, name, window, window.times, _seconds_until(at + window.lasts, at))
    counted: list[tuple[LimitWindow, int, datetime]] = []
    for window in limit_windows(name):
        values = {
            "key": _key(name, window, who), "at": at, "ends_at": at + window.lasts, "most": window.times,
            "pending_until": at + PENDING_LASTS,
        }  # fmt: skip
        rows = _run(statement, values) if window.times > 0 else []
        if not rows:
            _run(undo, [[_key(name, counted_window, who) for counted_window, _, _ in counted]])
            refused_rows = _run(REFUSED_COUNT_SQL, [values["key"]])
            ends_at = refused_rows[0][1] if refused_rows else at + window.lasts
            return RateLimitResult(False, name, window, 0, _seconds_until(ends_at, at))
        counted.append((window, window.times - rows[0][0], rows[0][1]))
    window, remaining, ends_at = min(counted, key=lambda row: row[1])
    return RateLimitResult(True, name, window, max(remaining, 0), _seconds_until(ends_at, at))


def attempts_left(name: LimitName, whos: Iterable[object], *, at: datetime) -> dict[str, int]:
    """Return how many attempts each caller has left. This does not count an attempt, and uses one query."""
    if _uncounted.get():
        return {str(who): sys.maxsize for who in whos}
    keys = {_key(name, window, who): (str(who), window) for who in whos for window in limit_windows(name)}
    remaining = {who: min(window.times for window in limit_windows(name)) for who, _ in keys.values()}
    for key, times in _run(ATTEMPTS_LEFT_SQL, {"keys": list(keys), "at": at}):
        who, window = keys[key]
        remaining[who] = min(remaining[who], max(window.times - times, 0))
    return remaining


def seconds_until_retry(name: LimitName, whos: Iterable[object], *, at: datetime) -> dict[str, int]:
    """Return how many seconds each caller must wait until all of its full windows have ended.

    For a caller without a full window, this is the time until the first of its windows ends. This uses one query.
    """
    windows = limit_windows(name)
    keys = {_key(name, window, who): (str(who), window) for who in whos for window in windows}
    full: dict[str, list[datetime]] = defaultdict(list)
    not_full = {who: [at + windows[0].lasts] for who, _ in keys.values()}
    for key, times, ends_at in _run(WINDOW_ENDS_SQL, {"keys": list(keys), "at": at}):
        who, window = keys[key]
        (full if times >= window.times else not_full)[who].append(ends_at)
    return {who: _seconds_until(max(full[who], default=min(ends)), at) for who, ends in not_full.items()}


def clear_attempts(name: LimitName, who: object) -> None:
    """Clear the attempts of a caller, because the person has proved in another way who they are."""
    _run(CLEAR_SQL, [[_key(name, window, who) for window in limit_windows(name)]])


def delete_old_counts(at: datetime) -> None:
    """Delete windows that have ended.

    They no longer count in any case, so this only saves space.
    """
    _run(DELETE_OLD_SQL, [at])


def _key(name: LimitName, window: LimitWindow, who: object) -> str:
    digest = salted_hmac("calloff.rate_limits", str(who), secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
    return f"{name} {int(window.lasts.total_seconds())} {digest}"


def _seconds_until(ends_at: datetime, at: datetime) -> int:
    return max(1, -int((at - ends_at).total_seconds() // 1))


def _run(statement: str, values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)  # type: ignore[arg-type]
        return list(cursor.fetchall()) if cursor.description else []
