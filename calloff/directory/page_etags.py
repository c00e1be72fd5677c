"""Has anything changed that a service's public page tells? One small query, and no page is drawn to find out.

PostgreSQL marks each version of a row with the transaction that wrote it (`xmin`) and where it lies (`ctid`), which
tells two versions of one transaction apart. The marks of every row that a page is made of, the day, and the build:
where those are the same, so is the page. Nothing has to be kept for that, and nothing can forget to say that it changed
(docs/adr/0029). Anyone who lets the page tell of another table adds it here; a test reads which tables the pages ask
for, and fails until each stands in ROWS, SETS or FIXED.
"""
# ruff: noqa: S608  (where SQL is put together here, its words are ours: what comes from outside are parameters)

import hashlib
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from psycopg import Cursor

from calloff.kernel.build_fingerprint import fingerprint
from calloff.kernel.clock import local_day


class RowSet(NamedTuple):
    """Rows that hang on a service: their table, called `x`, and which of them, in the names of ROWS."""

    table: str
    where: str


SINGLE_ROW_TABLES = {  # one row each, and what it is called in the query
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
UNCHANGING_TABLES = {  # what no act changes or takes away
    "markets_terms": "stored under the fingerprint of its content, which the market's row names",
    "applications_lotrequest": "the request with which the member joined",
    "members_decision": "written when the member is made, and protected by a trigger",
}

_MARKS = ", ".join(f"{name}.xmin, {name}.ctid" for name in SINGLE_ROW_TABLES.values())
_OF_SETS = ", ".join(
    f"coalesce((SELECT string_agg(concat_ws('-', x.id, x.xmin, x.ctid), ',' ORDER BY x.id) FROM {one.table} x "
    f"WHERE {one.where}), '')"
    for one in ROW_SETS
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
    """Return what a service's pages are made of on a day, in short, by the slugs of its address; None: no such."""
    return _asked("WHERE a.kind = 'authority' AND a.slug = %s AND s.slug = %s", [authority, slug], at)


def service_state(uuid: UUID, at: datetime) -> str | None:
    """Return the same by the service's name in open data."""
    return _asked("WHERE s.uuid = %s", [uuid], at)


def _asked(where: str, values: list[Any], at: datetime) -> str | None:
    """Ask as a prepared statement, as Django itself never does: to plan these joins takes longer than to run them."""
    with connection.cursor():  # so that there is a connection
        there = connection.connection
        usual, there.prepare_threshold = there.prepare_threshold, 0  # Django's is None: then nothing is prepared
        try:
            found = Cursor(there).execute(f"{_QUERY} {where}".encode(), values, prepare=True).fetchone()
        finally:
            there.prepare_threshold = usual
    if found is None:
        return None
    made_of = f"{found[0]} {found[1]} {local_day(at)} {fingerprint()}"
    return hashlib.sha256(made_of.encode()).hexdigest()[:32]
