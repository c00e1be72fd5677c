"""Compute the ETag of a service's public page with one small query, without rendering the page.

For each version of a row, PostgreSQL stores the transaction that wrote it (`xmin`) and its position (`ctid`), which
differs between versions written in the same transaction. If these values are the same for all rows on a page, on the
same day and in the same build, then the page is the same. So nothing has to be stored or invalidated (docs/adr/0029).
If a page shows another table, add that table here. A test finds which tables the pages query, and fails unless each
table is in SINGLE_ROW_TABLES, ROW_SETS or UNCHANGING_TABLES.
"""
# ruff: noqa: S608 (the SQL contains only our own text, and values are passed as parameters)

import hashlib
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from psycopg import Cursor

from calloff.kernel.build_fingerprint import fingerprint
from calloff.kernel.clock import local_day


class RowSet(NamedTuple):
    """Rows related to a service: the table, which has the alias `x`, and the condition that selects the rows."""

    table: str
    where: str


SINGLE_ROW_TABLES = {  # tables with one row for each page, and the alias of each in the query
    "directory_service": "s",
    "people_organisation": "a",
    "members_member": "m",
    "markets_market": "k",
    "markets_lot": "l",
    "agreements_agreement": "g",
}
ROW_SETS = (
    RowSet("people_organisation", "x.id = s.provider_id"),
    RowSet("directory_atsite", "x.service_id = s.id"),
    RowSet("directory_site", "x.id IN (SELECT site_id FROM directory_atsite WHERE service_id = s.id)"),
    RowSet("directory_price", "x.service_id = s.id"),
    RowSet("directory_picture", "x.service_id = s.id"),
    RowSet(
        "documents_file",
        "x.id IN (SELECT file_id FROM directory_picture WHERE service_id = s.id"
        " UNION SELECT file_id FROM evidence_evidence WHERE provider_id = s.provider_id)",
    ),
    RowSet("members_condition", "x.member_id = m.id"),
    RowSet("members_documentpromise", "x.member_id = m.id"),
    RowSet("evidence_evidence", "x.provider_id = s.provider_id AND x.kind = ANY (m.required_evidence)"),
    RowSet(
        "evidence_reliance",
        "x.evidence_id IN (SELECT id FROM evidence_evidence WHERE provider_id = s.provider_id)",
    ),
)
UNCHANGING_TABLES = {  # tables whose rows no command changes or deletes, each with the reason
    "markets_terms": "the market's row stores a fingerprint of this content",
    "applications_lotrequest": "the request that the member joined with",
    "members_decision": "written when the member is created, and protected by a trigger",
}

_MARKS = ", ".join(f"{name}.xmin, {name}.ctid" for name in SINGLE_ROW_TABLES.values())
_OF_SETS = ", ".join(
    f"coalesce((SELECT string_agg(concat_ws('-', x.id, x.xmin, x.ctid), ',' ORDER BY x.id) FROM {row_set.table} x "
    f"WHERE {row_set.where}), '')"
    for row_set in ROW_SETS
)
_QUERY = f"""
    SELECT concat_ws(' ', s.id, extract(epoch FROM pg_postmaster_start_time()), {_MARKS}), concat_ws(';', {_OF_SETS})
    FROM directory_service s
    JOIN people_organisation a ON a.id = s.authority_id
    JOIN members_member m ON m.id = s.member_id
    JOIN markets_market k ON k.id = m.market_id
    JOIN markets_lot l ON l.id = s.lot_id
    JOIN agreements_agreement g ON g.id = m.agreement_id
"""


def page_state(authority: str, slug: str, at: datetime) -> str | None:
    """Return a digest of the state of a service's pages on a day, or None if the slug is unknown."""
    return _state("WHERE a.kind = 'authority' AND a.slug = %s AND s.slug = %s", [authority, slug], at)


def service_state(uuid: UUID, at: datetime) -> str | None:
    """Return a digest of the state of a service's pages on a day, or None if the uuid is unknown."""
    return _state("WHERE s.uuid = %s", [uuid], at)


def _state(where: str, values: list[Any], at: datetime) -> str | None:
    """Run the query as a prepared statement, because planning its joins takes longer than running it."""
    with connection.cursor():  # this opens the connection
        raw_connection = connection.connection
        usual_threshold, raw_connection.prepare_threshold = (
            raw_connection.prepare_threshold,
            0,
        )  # Django itself does not prepare statements
        try:
            marks = Cursor(raw_connection).execute(f"{_QUERY} {where}".encode(), values, prepare=True).fetchone()
        finally:
            raw_connection.prepare_threshold = usual_threshold
    if marks is None:
        return None
    state = f"{marks[0]} {marks[1]} {local_day(at)} {fingerprint()}"
    return hashlib.sha256(state.encode()).hexdigest()[:32]
