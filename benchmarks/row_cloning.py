"""Copies of records. Commands create the first rows, and the database then copies many of them at a time, with new
keys.

Each copy is announced to the triggers in the same way as by `transition`, so all triggers and constraints apply.
History is not copied, because the copies are needed only for volume. Thousands of commands would take an hour.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg
from django.db import connection, transaction
from psycopg import sql
from psycopg.types.json import Jsonb

from calloff.applications.models import Application
from calloff.evidence.models import Evidence
from calloff.markets.models import Lot
from calloff.members.models import Member
from calloff.people.models import RoleGrant

ROWS_AT_ONCE = 2000  # the number of rows in each statement
# The number of records in each transaction. It is limited, because each record makes the history triggers slower for
# the next.
RECORDS_AT_ONCE = 250
# the first counter value in a copied market, high enough that commands never repeat a copy's reference
ROWS_BETWEEN_ANALYSE = 10_000

ChangedColumns = dict[str, Any]  # values by column. `original` is the key of the row to copy


class ClonedProvider(NamedTuple):
    key: int
    person: int


@transaction.atomic
def clone_rows(table: str, changes: Sequence[ChangedColumns]) -> list[int]:
    """Copy rows of any table, with some columns changed. Return the new keys in the order of `changes`.

    If the table has a status, all rows must have the same status, because they are announced together.
    """
    with connection.cursor() as cursor:
        # Without this, checks and triggers would use plans that were made when the table was small, and read the
        # whole table each time.
        cursor.execute("DISCARD PLANS; SET LOCAL enable_seqscan = off")
        fresh = iter(_keys(table, sum("id" not in change for change in changes)))
        made = [change if "id" in change else {**change, "id": next(fresh)} for change in changes]
        cursor.execute(
            "SELECT attname FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
        columns = [str(name) for (name,) in cursor.fetchall()]
        if "uuid" in columns:  # Each row needs its own uuid for open data.
            made = [{"uuid": str(uuid4()), **row} for row in made]
        if made and "status" in columns:
            cursor.execute(_STATUSES.format(table=sql.Identifier(table)), [Jsonb(made[:1])])  # type: ignore[list-item]
            status = made[0].get("status") or cursor.fetchone()[0]
            cursor.execute("SELECT set_config('calloff.announced', %s, true)", [f"{table}:new:{status}"])
        copy = _COPY.format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(sql.Identifier("fresh", name) for name in columns),
        )
        for start in range(0, len(made), ROWS_AT_ONCE):
            cursor.execute(copy, [Jsonb(made[start : start + ROWS_AT_ONCE])])  # type: ignore[list-item]
        cursor.execute("SELECT set_config('calloff.announced', '', true)")
    return [int(row["id"]) for row in made]


_STATUSES = sql.SQL(
    "SELECT old.status FROM jsonb_array_elements(%s) change JOIN {table} old ON old.id = (change->>'original')::bigint"
)
_COPY = sql.SQL(
    "INSERT INTO {table} ({columns}) SELECT {values} FROM jsonb_array_elements(%s) AS several(change)"
    " JOIN {table} old ON old.id = (change->>'original')::bigint"
    " CROSS JOIN LATERAL jsonb_populate_record(old, change) AS fresh"
)


def clone_row(table: str, original: int, **changed: Any) -> int:
    """Copy one row of any table."""
    [key] = clone_rows(table, [{"original": original, **changed}])
    return key


@transaction.atomic
def clone_providers(original: int, marks: Sequence[str]) -> list[ClonedProvider]:
    """Copy a provider once for each of these names, with one person who has all its roles."""
    fresh = clone_rows("people_organisation", [
        {"original": original, "name": f"Invented provider {mark}", "slug": f"invented-{mark.lower()}",
         "company_number": ""}
        for mark in marks
    ])  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_name (organisation_id, name, key)"
            " SELECT id, name, lower(name) FROM people_organisation WHERE id = ANY(%s)",
            [fresh],
        )
    grants = list(RoleGrant.objects.filter(organisation=original).order_by("pk"))
    people = clone_rows("people_user", [
        {"original": grants[0].person_id, "email": f"{mark.lower()}@crowd.example", "name": f"Person {mark}"}
        for mark in marks
    ])  # fmt: skip
    made = [ClonedProvider(key, person) for key, person in zip(fresh, people, strict=True)]
    for grant in grants:
        clone_rows("people_grant", [
            {"original": grant.pk, "person_id": provider.person, "organisation_id": provider.key} for provider in made
        ])  # fmt: skip
    return made


def clone_applications(original: int, marks: Sequence[str], markets: Sequence[int]) -> list[int]:
    """Copy an application at its current stage once for each of these names, into the market at the same position
    in `markets`.

    Each copy has its own provider, with its own evidence.
    """
    made: list[int] = []
    for start in range(0, len(marks), RECORDS_AT_ONCE):
        chosen = slice(start, start + RECORDS_AT_ONCE)
        made += _applications(original, marks[chosen], markets[chosen])
    return made


@transaction.atomic
def _applications(original: int, marks: Sequence[str], markets: Sequence[int]) -> list[int]:
    old = Application.objects.select_related("version").get(pk=original)
    providers = clone_providers(old.provider_id, marks)
    held = list(Evidence.objects.filter(provider=old.provider).order_by("pk"))
    names = [{item.reference: _reference(mark, item.reference) for item in held} for mark in marks]
    for item in held:
        clone_rows("evidence_evidence", [
            {"original": item.pk, "provider_id": provider.key, "reference": name[item.reference]}
            for provider, name in zip(providers, names, strict=True)
        ])  # fmt: skip
    versions = _keys("applications_version", len(marks)) if old.version_id else [None] * len(marks)
    fresh = clone_rows("applications_application", [
        {"original": original, "provider_id": provider.key, "reference": f"B{mark}", "market_id": market,
         "version_id": version}
        for mark, market, provider, version in zip(marks, markets, providers, versions, strict=True)
    ])  # fmt: skip
    if old.version:
        clone_rows("applications_version", [
            {"original": old.version.pk, "id": version, "application_id": key, "submitted_by_id": provider.person,
             "answers": _renamed(old.version.answers, name)}
            for key, version, provider, name in zip(fresh, versions, providers, names, strict=True)
        ])  # fmt: skip
    for section in old.sections.order_by("pk"):
        clone_rows("applications_section", [
            {"original": section.pk, "application_id": key, "saved_by_id": provider.person,
             "answers": _renamed(section.answers, name)}
            for key, provider, name in zip(fresh, providers, names, strict=True)
        ])  # fmt: skip
    lots = _lots(markets)
    for request in old.requests.select_related("lot").order_by("pk"):
        clone_rows("applications_lotrequest", [
            {"original": request.pk, "application_id": key, "provider_id": provider.key,
             "lot_id": lots[market, request.lot.number]}
            for key, provider, market in zip(fresh, providers, markets, strict=True)
        ])  # fmt: skip
    for part in old.parts.order_by("pk"):
        parts = clone_rows("applications_part", [{"original": part.pk, "application_id": key} for key in fresh])
        for mark_pk in part.marks.order_by("pk").values_list("pk", flat=True):
            clone_rows("applications_mark", [{"original": mark_pk, "part_id": key} for key in parts])
    return fresh


@transaction.atomic
def clone_markets(original: int, codes: Sequence[str]) -> list[int]:
    """Copy an open market with its categories, but without members, once for each code."""
    fresh = clone_rows("markets_market", [
        {"original": original, "code": code, "slug": f"invented-{code.lower()}", "status": "draft"} for code in codes
    ])  # fmt: skip
    for lot in Lot.objects.filter(market=original).order_by("pk"):
        clone_rows("markets_lot", [{"original": lot.pk, "market_id": key} for key in fresh])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO markets_counter (market_id, kind, last)"
            " SELECT key, kind, %s FROM unnest(%s::bigint[]) key, unnest('{A,G,M}'::text[]) kind",
            [ROWS_BETWEEN_ANALYSE, fresh],
        )
        for key in fresh:
            cursor.execute("SELECT set_config('calloff.announced', %s, true)", [f"markets_market:{key}:open"])
            cursor.execute("UPDATE markets_market SET status = 'open' WHERE id = %s", [key])
    return fresh


class MemberDestination(NamedTuple):
    """The place of a copied member: its market, provider and category, and its unique reference."""

    reference: str
    market: int
    provider: int
    lot: int  # its number


def clone_members(original: int, places: Sequence[MemberDestination]) -> list[int]:
    """Copy a member to each destination, with an agreement of its own."""
    made: list[int] = []
    for start in range(0, len(places), RECORDS_AT_ONCE):
        made += _members(original, places[start : start + RECORDS_AT_ONCE])
    return made


@transaction.atomic
def _members(original: int, places: Sequence[MemberDestination]) -> list[int]:
    old = Member.objects.select_related("request", "agreement").get(pk=original)
    lots = _lots(place.market for place in places)
    requests = clone_rows("applications_lotrequest", [
        {"original": old.request_id, "provider_id": place.provider, "lot_id": lots[place.market, place.lot],
         "application_id": None}
        for place in places
    ])  # fmt: skip
    agreements = clone_rows("agreements_agreement", [
        {"original": old.agreement_id, "reference": f"G{place.reference}", "provider_id": place.provider}
        for place in places
    ])  # fmt: skip
    return clone_rows("members_member", [
        {"original": original, "reference": place.reference, "market_id": place.market, "provider_id": place.provider,
         "lot_id": lots[place.market, place.lot], "request_id": request, "agreement_id": agreement}
        for place, request, agreement in zip(places, requests, agreements, strict=True)
    ])  # fmt: skip


def analyse_tables() -> None:
    """Update the statistics of the query planner after bulk inserts.

    The database would otherwise update them only later.
    """
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def _keys(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [int(key) for (key,) in cursor.fetchall()]


def _lots(markets: Iterable[int]) -> dict[tuple[int, int], int]:
    """Return the keys of categories by market and category number."""
    rows = Lot.objects.filter(market__in=set(markets)).values_list("market", "number", "pk")
    return {(market, number): pk for market, number, pk in rows}


def _reference(mark: str, old: str) -> str:
    return f"E{hashlib.sha256(f'{mark} {old}'.encode()).hexdigest()[:11]}"


def _renamed(answers: dict[str, Any], names: dict[str, str]) -> Any:
    """Return answers in which references to evidence are replaced with references to the copied evidence."""
    text = json.dumps(answers)
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    return json.loads(text)
