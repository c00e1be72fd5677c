"""What a directory told once, it tells again, until something changes that any directory tells of.

The tables of WATCHED each have a trigger, which notes the transaction that touched them (`Touch`): one row each, so no
write waits for another. What is told is kept in the process that told it, with the database's own snapshot from before
it was told. It holds for as long as no noted transaction can be seen that this snapshot does not see: a change shows in
the very next answer, also one that was under way while the last was told (docs/adr/0033).

Whoever lets a search tell of another table adds it here, with a migration that watches it: tests read which tables a
search asks for, and which have the trigger. What depends on who asks, and on more of the clock than the day, belongs
in the key, or is not for here; so does what no two records share, such as a lot's own key. Where distances are measured
from is never kept.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar, cast

from django.core.cache import caches
from django.db import connection

from calloff.kernel.build_fingerprint import fingerprint
from calloff.kernel.clock import local_day

Told = TypeVar("Told")
WATCHED_TABLES = (
    "agreements_agreement",
    "directory_atsite",
    "directory_openinghours",
    "directory_price",
    "directory_service",
    "directory_site",
    "documents_file",
    "evidence_evidence",
    "markets_lot",
    "markets_market",
    "members_condition",
    "members_documentpromise",
    "members_member",
    "people_organisation",
)
MAX_TRANSACTIONS_REMEMBERED = 10_000  # transactions: more than are committed while one is under way
MAX_RESULT_BYTES = 200_000  # bytes of a page or a list that is kept; what is larger is told again

_NOW = """
    SELECT pg_current_xact_id_if_assigned() IS NOT NULL, pg_current_snapshot()::text,
        concat(extract(epoch FROM pg_postmaster_start_time()), ' ', 'directory_touch'::regclass::oid),
        EXISTS (
            SELECT FROM directory_touch
            WHERE transaction >= pg_snapshot_xmin(%(then)s::pg_snapshot)::text::bigint
                AND NOT pg_visible_in_snapshot(transaction::text::xid8, %(then)s::pg_snapshot)
        )
"""
_FORGET = """
    DELETE FROM directory_touch
    WHERE transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
        OR transaction < (
            SELECT transaction FROM directory_touch
            WHERE transaction < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
            ORDER BY transaction DESC OFFSET %s LIMIT 1
        )
"""


class _Kept(NamedTuple):
    snapshot: str
    server: str  # when it was started, and which table of touches it has: after a restore both count from elsewhere
    told: object


def cached_until_change(key: str, at: datetime, tell: Callable[[], Told]) -> Told:
    """Return what was told under a key on this day, if nothing has changed since; else tell it, and keep it.

    What is told must be the same for the person who gives the key. One query finds out, however much is notified. A
    transaction that writes is told again: what it sees may never be true for anyone else.
    """
    name = hashlib.sha256(f"{local_day(at)} {fingerprint()} {key}".encode()).hexdigest()
    kept: _Kept | None = caches["told"].get(name)
    with connection.cursor() as cursor:
        cursor.execute(_NOW, {"then": kept.snapshot if kept else None})
        writes, snapshot, server, touched = cursor.fetchone()
    if kept and not writes and not touched and kept.server == server:
        return cast("Told", kept.told)
    told = tell()
    if not writes and not (isinstance(told, bytes) and len(told) > MAX_RESULT_BYTES):
        caches["told"].set(name, _Kept(snapshot, server, told))
    return told


def delete_old_changes() -> int:
    """Forget all touches but the last, and those that came with a backup of another server. Return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [MAX_TRANSACTIONS_REMEMBERED - 1])
        return int(cursor.rowcount)
