"""A crowd out of one: records that were made by commands, copied in the database with keys of their own.

Each copy is announced as `step` would announce it, and every trigger and constraint holds. What is not copied is the
history: thousands of commands one after another would take an hour to make what is only there to be many.
"""

from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

COPIED = """
CREATE OR REPLACE FUNCTION pg_temp.copied(tab text, original bigint, changed jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    fresh bigint := coalesce((changed->>'id')::bigint, nextval(pg_get_serial_sequence(tab, 'id')));
    columns text;
    one jsonb;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
    WHERE attrelid = tab::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    EXECUTE format('SELECT to_jsonb(one) || $1 || jsonb_build_object(''id'', $2) FROM %I one WHERE id = $3', tab)
    INTO one USING changed, fresh, original;
    PERFORM set_config('calloff.announced', concat(tab, ':new:', one->>'status'), true);
    EXECUTE format('INSERT INTO %1$I (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::%1$I, $1)', tab, columns)
    USING one;
    RETURN fresh;
END $$
"""
PROVIDER = """
CREATE OR REPLACE FUNCTION pg_temp.provider(original bigint, mark text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    fresh bigint;
    person bigint;
    one record;
BEGIN
    fresh := pg_temp.copied('people_organisation', original, jsonb_build_object(
        'name', 'Invented provider ' || mark, 'slug', 'invented-' || lower(mark), 'company_number', ''));
    INSERT INTO people_name (organisation_id, name, key)
    VALUES (fresh, 'Invented provider ' || mark, 'invented provider ' || mark);
    FOR one IN SELECT id, person_id FROM people_grant WHERE organisation_id = original ORDER BY id LOOP
        person := coalesce(person, pg_temp.copied('people_user', one.person_id, jsonb_build_object(
            'email', lower(mark) || '@crowd.example', 'name', 'Person ' || mark)));
        PERFORM pg_temp.copied('people_grant', one.id,
            jsonb_build_object('person_id', person, 'organisation_id', fresh));
    END LOOP;
    RETURN fresh;
END $$
"""
APPLICATION = """
CREATE OR REPLACE FUNCTION pg_temp.application(original bigint, mark text, market bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    template applications_application;
    fresh bigint := nextval(pg_get_serial_sequence('applications_application', 'id'));
    version bigint;
    part bigint;
    provider bigint;
    person bigint;
    keys jsonb := '{}';
    one record;
    other record;
BEGIN
    SELECT * INTO template FROM applications_application WHERE id = original;
    provider := pg_temp.provider(template.provider_id, mark);
    SELECT person_id INTO person FROM people_grant WHERE organisation_id = provider LIMIT 1;
    FOR one IN SELECT id, reference FROM evidence_evidence WHERE provider_id = template.provider_id ORDER BY id LOOP
        keys := keys || jsonb_build_object(one.reference, 'E' || substr(md5(mark || one.reference), 1, 11));
        PERFORM pg_temp.copied('evidence_evidence', one.id,
            jsonb_build_object('provider_id', provider, 'reference', keys->>one.reference));
    END LOOP;
    IF template.version_id IS NOT NULL THEN
        version := nextval(pg_get_serial_sequence('applications_version', 'id'));
    END IF;
    PERFORM pg_temp.copied('applications_application', original, jsonb_build_object(
        'id', fresh, 'provider_id', provider, 'reference', 'B' || mark, 'market_id', market, 'version_id', version));
    IF version IS NOT NULL THEN
        PERFORM pg_temp.copied('applications_version', template.version_id, jsonb_build_object(
            'id', version, 'application_id', fresh, 'submitted_by_id', person, 'answers',
            pg_temp.renamed((SELECT answers FROM applications_version WHERE id = template.version_id), keys)));
    END IF;
    FOR one IN SELECT id, answers FROM applications_section WHERE application_id = original ORDER BY id LOOP
        PERFORM pg_temp.copied('applications_section', one.id, jsonb_build_object(
            'application_id', fresh, 'saved_by_id', person, 'answers', pg_temp.renamed(one.answers, keys)));
    END LOOP;
    FOR one IN SELECT request.id, mine.id AS lot FROM applications_lotrequest request
        JOIN markets_lot lot ON lot.id = request.lot_id
        JOIN markets_lot mine ON mine.market_id = market AND mine.number = lot.number
        WHERE request.application_id = original ORDER BY request.id LOOP
        PERFORM pg_temp.copied('applications_lotrequest', one.id,
            jsonb_build_object('application_id', fresh, 'provider_id', provider, 'lot_id', one.lot));
    END LOOP;
    FOR one IN SELECT id FROM applications_part WHERE application_id = original ORDER BY id LOOP
        part := pg_temp.copied('applications_part', one.id, jsonb_build_object('application_id', fresh));
        FOR other IN SELECT id FROM applications_mark WHERE part_id = one.id ORDER BY id LOOP
            PERFORM pg_temp.copied('applications_mark', other.id, jsonb_build_object('part_id', part));
        END LOOP;
    END LOOP;
    RETURN fresh;
END $$
"""
RENAMED = """
CREATE OR REPLACE FUNCTION pg_temp.renamed(answers jsonb, keys jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    said text := answers::text;
    one record;
BEGIN
    FOR one IN SELECT * FROM jsonb_each_text(keys) LOOP said := replace(said, one.key, one.value); END LOOP;
    RETURN said::jsonb;
END $$
"""
MARKET = """
CREATE OR REPLACE FUNCTION pg_temp.market(original bigint, mark text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    fresh bigint;
    one record;
BEGIN
    fresh := pg_temp.copied('markets_market', original,
        jsonb_build_object('code', mark, 'slug', 'invented-' || lower(mark), 'status', 'draft'));
    FOR one IN SELECT id FROM markets_lot WHERE market_id = original ORDER BY id LOOP
        PERFORM pg_temp.copied('markets_lot', one.id, jsonb_build_object('market_id', fresh));
    END LOOP;
    INSERT INTO markets_counter (market_id, kind, last) SELECT fresh, kind, 10000 FROM unnest('{A,G,M}'::text[]) kind;
    PERFORM set_config('calloff.announced', concat('markets_market:', fresh, ':open'), true);
    UPDATE markets_market SET status = 'open' WHERE id = fresh;
    RETURN fresh;
END $$
"""
MEMBER = """
CREATE OR REPLACE FUNCTION pg_temp.member(original bigint, mark text, market bigint, provider bigint, lot smallint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    template members_member;
    request bigint;
    mine bigint;
BEGIN
    SELECT * INTO template FROM members_member WHERE id = original;
    SELECT id INTO mine FROM markets_lot WHERE market_id = market AND number = lot;
    request := pg_temp.copied('applications_lotrequest', template.request_id,
        jsonb_build_object('provider_id', provider, 'lot_id', mine, 'application_id', NULL));
    RETURN pg_temp.copied('members_member', original, jsonb_build_object(
        'reference', mark, 'market_id', market, 'lot_id', mine, 'provider_id', provider, 'request_id', request,
        'agreement_id', pg_temp.copied('agreements_agreement', template.agreement_id,
            jsonb_build_object('reference', 'G' || mark, 'provider_id', provider))));
END $$
"""


def prepare() -> None:
    """Teach this connection to copy. Its functions go when it does."""
    with connection.cursor() as cursor:
        for function in (COPIED, RENAMED, PROVIDER, APPLICATION, MARKET, MEMBER):
            cursor.execute(function)


def provider(original: int, mark: str) -> int:
    """Copy a provider with its names, and one person who holds all its roles. Return the key."""
    return _one("SELECT pg_temp.provider(%s, %s)", original, mark)


def application(original: int, mark: str, market: int) -> int:
    """Copy an application, as far as it has come, with a provider and evidence of its own, into a market."""
    return _one("SELECT pg_temp.application(%s, %s, %s)", original, mark, market)


def market(original: int, mark: str) -> int:
    """Copy an open market with its lots, without members."""
    return _one("SELECT pg_temp.market(%s, %s)", original, mark)


def member(original: int, mark: str, market: int, provider: int, lot: int) -> int:
    """Copy a member, with an agreement of its own, into a lot of a market."""
    return _one("SELECT pg_temp.member(%s, %s, %s, %s, %s::smallint)", original, mark, market, provider, lot)


def row(table: str, original: int, **changed: Any) -> int:
    """Copy one row of any table."""

    return _one("SELECT pg_temp.copied(%s, %s, %s)", table, original, Jsonb(changed))


def _one(query: str, *parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return int(cursor.fetchone()[0])  # type: ignore[index]
