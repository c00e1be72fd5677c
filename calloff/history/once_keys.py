"""Let a request take effect only once, even after a double click, a retry or a reload.

The page or the API client makes the key. The first request with a key inserts a row in the same transaction as its
action. A second request waits for that transaction, and then gets the same response. If a request is refused or fails,
its key can be used again.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from calloff.history.models import OnceKey

# A double click takes a second, but another system might retry for a whole weekend.
ONCE_KEY_LIFETIME = timedelta(days=7)

CLAIM_SQL = """
    INSERT INTO history_oncekey (digest, body_digest, used_at, http_status, location, answer)
    VALUES (%s, %s, %s, 0, '', '')
    ON CONFLICT (digest) DO NOTHING
"""


class RequestInProgress(Exception):
    """Raised if the first request with a key did not finish while the second request waited for it."""


def make_once_key() -> str:
    """Make a random key of 144 bits."""
    return secrets.token_urlsafe(18)


def digest_once_key(*parts: str | bytes) -> str:
    """Return one digest of several parts (person, path, key), so that the keys of two people are never the same."""
    whole = hashlib.sha256()
    for part in parts:
        content = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.hexdigest()


def claim_once_key(digest: str, *, body_digest: str, at: datetime, waits_for: int) -> OnceKey | None:
    """Claim a once-key for the current transaction.

    Returns None if this request has claimed the key, otherwise the row of the first request. If another transaction
    has claimed the same key, this waits for it, for up to `waits_for` seconds. Call this inside
    `transaction.atomic()`. Raises RequestInProgress. Do not catch this error inside that block, because the database
    has aborted the transaction. Later locks in the same transaction have the usual time limit again.
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
    """Return whether an error means that a lock was not available in time."""
    return isinstance(error.__cause__, LockNotAvailable)


def is_deadlock(error: Exception) -> bool:
    """Return whether the database cancelled a transaction because of a deadlock.

    The transaction can then be repeated.
    """
    return isinstance(error.__cause__, DeadlockDetected | SerializationFailure)


def _claimed(digest: str, body_digest: str, at: datetime) -> OnceKey | None:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(CLAIM_SQL, [digest, body_digest, at])
            if cursor.rowcount:
                return None
        first = OnceKey.objects.filter(pk=digest).first()
        if first is not None:  # Otherwise, the row was deleted a moment ago, so the key can be claimed.
            return first


def record_response(digest: str, *, status: int, location: str = "", answer: bytes = b"") -> None:
    """Store the response to a request, before its transaction ends."""
    OnceKey.objects.filter(pk=digest).update(http_status=status, location=location, answer=answer)


def release_once_key(digest: str) -> None:
    """Release a key because its action did not take place."""
    OnceKey.objects.filter(pk=digest).delete()


def delete_old_once_keys(at: datetime) -> int:
    """Delete expired once-keys, and return how many were deleted. No check relies on this."""
    return OnceKey.objects.filter(used_at__lte=at - ONCE_KEY_LIFETIME).delete()[0]


def digest_request_body(fields: Iterable[tuple[str, list[str]]], files: Iterable[tuple[str, str, bytes]]) -> str:
    """Return a digest of a submitted form.

    The digest covers the fields of the form. For each file, it covers the name of the field, the file name and the
    content.
    """
    parts: list[str | bytes] = []
    for name, values in sorted(fields):
        parts += [name, *values, "\0"]
    for file in sorted(files):
        parts += file
    return digest_once_key(*parts)
