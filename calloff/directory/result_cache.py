"""Cache the results of directory searches until a watched table changes.

Each table in WATCHED_TABLES has a trigger that adds a row for each transaction that changes the table, so that writers
do not have to wait for each other. Each process caches the results that it computes, with the database snapshot from
before the computation. A result is valid as long as every recorded transaction that is visible now was already visible
in that snapshot. So a change is in the next result, even if its transaction was still open when the last result was
computed (docs/adr/0072).

If a search uses another table, add the table here, with a migration for its trigger. A test compares the tables that
searches query with those that have the trigger. The cache key must include everything else on which the result depends,
for example the caller or the time of day. Do not cache results that only one caller ever uses. The place from which
distances are measured is never part of a cached result.
"""

import hashlib
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar, cast

from django.core.cache import caches
from django.db import connection

from calloff.kernel.build_fingerprint import fingerprint
from calloff.kernel.clock import local_day

Result = TypeVar("Result")
WATCHED_TABLES = (
    "agreements_agreement",
    "directory_atsite",
    "directory_openinghours",
    "directory_picture",
    "directory_price",
    "directory_service",
    "directory_site",
    "directory_synonym",
    "documents_file",
    "evidence_evidence",
    "markets_lot",
    "markets_market",
    "members_condition",
    "members_documentpromise",
    "members_member",
    "people_organisation",
)
# More transactions than can commit while another transaction is open.
MAX_TRANSACTIONS_REMEMBERED = 10_000
MIN_COMPRESSED_BYTES = 20_000  # larger pages are compressed, to about a tenth
MAX_RESULT_BYTES = 200_000  # results that are larger than this, after any compression, are not cached

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
    # The server's start time and the table's id. Transaction numbers cannot be compared across a restart or a restore.
    server: str
    result: object
    compressed: bool = False


def cached_until_change(key: str, at: datetime, tell: Callable[[], Result]) -> Result:
    """Return the cached result for a key and day, or compute and cache it if anything has changed.

    `tell` must give the same result for every caller that uses the same key. The check takes one query. Within a
    transaction that has written anything, the result is computed each time and not cached, because the transaction
    might be rolled back.
    """
    name = hashlib.sha256(f"{local_day(at)} {fingerprint()} {key}".encode()).hexdigest()
    cached: _Kept | None = caches["told"].get(name)
    with connection.cursor() as cursor:
        cursor.execute(_NOW, {"then": cached.snapshot if cached else None})
        has_written, snapshot, server, has_changed = cursor.fetchone()
    if cached and not has_written and not has_changed and cached.server == server:
        return cast("Result", zlib.decompress(cast("bytes", cached.result)) if cached.compressed else cached.result)
    result = tell()
    if not has_written:
        _store(name, _Kept(snapshot, server, result))
    return result


def _store(name: str, kept: _Kept) -> None:
    if isinstance(kept.result, bytes) and len(kept.result) > MIN_COMPRESSED_BYTES:
        kept = kept._replace(result=zlib.compress(kept.result, 1), compressed=True)
    if not isinstance(kept.result, bytes) or len(kept.result) <= MAX_RESULT_BYTES:
        caches["told"].set(name, kept)


def delete_old_changes() -> int:
    """Delete recorded transactions except the latest `MAX_TRANSACTIONS_REMEMBERED`, and return how many were deleted.

    Transactions that came from a restored backup are deleted too.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [MAX_TRANSACTIONS_REMEMBERED - 1])
        return int(cursor.rowcount)
