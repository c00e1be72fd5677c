"""Keys that make one request count once, however often it is sent: a double click, a retry, a page sent again.

A page or a caller draws the key. The first request that carries it inserts a row, in the transaction of what it does;
another that carries it waits for that transaction, and is then given what the first was answered. What was refused, or
failed, releases its key.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from calloff.history.models import OnceKey

ONCE_KEY_LIFETIME = timedelta(days=7)  # a double click takes a second, a system that tries again perhaps a weekend

CLAIM_SQL = """
    INSERT INTO history_oncekey (digest, body_digest, used_at, http_status, location, answer)
    VALUES (%s, %s, %s, 0, '', '')
    ON CONFLICT (digest) DO NOTHING
"""


class RequestInProgress(Exception):
    """The first request with the key has not ended within the time that another may wait for it."""


def make_once_key() -> str:
    """Draw a key: 144 bits, which no one guesses."""
    return secrets.token_urlsafe(18)


def digest_once_key(*parts: str | bytes) -> str:
    """Reduce parts to one digest: who, where and the key, so that a key of someone else is another key."""
    whole = hashlib.sha256()
    for part in parts:
        content = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def claim_once_key(digest: str, *, body_digest: str, at: datetime, waits_for: int) -> OnceKey | None:
    """Take a key for the transaction under way. Return None if it is ours, or what the first request was answered.

    Waits for another transaction that has taken the same key, for `waits_for` seconds. Call it inside
    `transaction.atomic()`. Raises RequestInProgress, which must leave that block: the database has given up the
    transaction. What is done under the key waits for its own locks as long as it ever would.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{waits_for}s"])
    try:
        first = _claimed(digest, body_digest, at)
    except OperationalError as busy:
        if is_lock_time_out(busy):
            raise RequestInProgress(f"Waited {waits_for} seconds for another request with the same key") from busy
        raise
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    return first


def is_lock_time_out(error: OperationalError) -> bool:
    """Say whether the database refused to wait any longer for what another transaction has locked."""
    return isinstance(error.__cause__, LockNotAvailable)


def is_deadlock(error: Exception) -> bool:
    """Say whether the database undid a transaction because it and another waited for each other: it can be repeated."""
    return isinstance(error.__cause__, DeadlockDetected | SerializationFailure)


def _claimed(digest: str, body_digest: str, at: datetime) -> OnceKey | None:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(CLAIM_SQL, [digest, body_digest, at])
            if cursor.rowcount:
                return None
        first = OnceKey.objects.filter(pk=digest).first()
        if first is not None:  # else it was forgotten a moment ago, and is free
            return first


def record_response(digest: str, *, status: int, location: str = "", answer: bytes = b"") -> None:
    """Write down what the request was answered, before its transaction ends."""
    OnceKey.objects.filter(pk=digest).update(http_status=status, location=location, answer=answer)


def release_once_key(digest: str) -> None:
    """Let a key be used again: what it was used for was not done."""
    OnceKey.objects.filter(pk=digest).delete()


def delete_old_once_keys(at: datetime) -> int:
    """Delete keys that no one sends any more, and return how many there were. No correctness hangs on it."""
    return OnceKey.objects.filter(used_at__lte=at - ONCE_KEY_LIFETIME).delete()[0]


def digest_request_body(fields: Iterable[tuple[str, list[str]]], files: Iterable[tuple[str, str, bytes]]) -> str:
    """Reduce what a form sent to a digest: its fields, and of each file its field, name and content's digest."""
    parts: list[str | bytes] = []
    for name, values in sorted(fields):
        parts += [name, *values, "\0"]
    for file in sorted(files):
        parts += file
    return digest_once_key(*parts)
