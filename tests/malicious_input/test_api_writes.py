"""Tests for API writes with malicious or impossible input, which must never cause an internal error.

A refusal must say what is wrong, and values that are accepted must be readable afterwards. All tests use the same
service, and each attempt is rolled back.
"""

import json
from datetime import date, datetime
from typing import get_args

import msgspec
import pytest
from django.db import transaction

from calloff.api.openapi import OPERATIONS
from calloff.people.permissions import Role
from tests.api.test_keys import BOTH, bearer, key_of
from tests.factories_markets import ServiceFactory
from tests.malicious_input.test_every_endpoint import fault

pytestmark = pytest.mark.django_db

LONG = "x" * 9_900  # The whole body is still within the size limit.
NASTY = ("A\x00B", "\u202e0163", "\u200b", LONG, "'\"<b>{{7*7}}%s\\", "=1+1")
KINDS = (None, True, [], {}, [1], {"a": 1}, "", " ", 1.5, -1, 10**30, -(10**30), 2**31, 2**63, "1")
DAYS = ("0001-01-01", "9999-12-31", "2026-02-30", "0000-01-01", "10000-01-01", "2026-13-01", "tomorrow", 20260401)
WRITTEN = (  # valid JSON that Python's own writer would not produce
    '"\\ud800"', '"\\udfff\\ud800"', '"\\u0000"', '"\\u202e"', "1e400", "-1e400", "1e-400", "9" * 400, "-" + "9" * 400,
    "NaN", "Infinity", "-0", "01", "0x10", "1_000", "'1'", '"\\x41"', "[" * 5_000, "[" * 400 + "]" * 400,
    '{"a":' * 400 + "1" + "}" * 400, '"' + "\\u0041" * 1_000 + '"',
)  # fmt: skip
BODIES = (  # bodies with errors that are about the whole body, not about one field
    b"", b"x", b"null", b"[]", b"1", b'"places"', b"{", b"{}", b"{}{}", b'{"a": 1', b"\x00", b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}", b'{"\xff": 1}', b'{"\\ud800": 1}', b'{"\xed\xa0\x80": 1}', b'{"": 1}', b'{"__class__": "x"}',
    b"[" * 9_000, b'{"a":' * 1_500, b" " * 20_000, b"[" + b"1," * 4_000 + b"1]",
)  # fmt: skip
TYPES = (
    "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=",
    "application/json; charset=utf-16", "application/json; charset=no-such", "application/xml", "x" * 2_000, "\u202e",
)  # fmt: skip
UNREADABLE = (
    "malformed",
    "truncated",
    "too many nested levels",
    "out of range",
)  # These errors are not listed under a field, because the field is unknown.
KEYS = ("", " ", '"', "x" * 101, "a b", "é", "\u202e", "a" * 100)
WRITES = [one for one in OPERATIONS if one.method != "GET"]


def test_every_api_operation_that_writes_is_tested_in_this_file():
    """A new operation needs an entry in SENDS, with its usual request body."""
    assert {one.id for one in WRITES} == set(SENDS)


SENDS = {"setPlaces": {"places": 4, "places_from": "2026-04-01"}}


@pytest.fixture
def own():
    service = ServiceFactory(name="Farm mornings")
    return service, key_of(service.provider, Role.PROVIDER_LEAD, BOTH)


@pytest.fixture(autouse=True)
def _as_often_as_one_likes(settings):
    settings.RATE_LIMITS = {"api": (10**6,), "api-of-key": (10**6,)}


@pytest.fixture
def send(client, own):
    """Return a function that sends a body to an operation and reads an accepted value in the API and on the page.

    Everything is then rolled back.
    """
    service, made = own
    client.raise_request_exception = False

    def sent(operation, content, kind="application/json", **headers):
        path = "/api/v1/" + operation.path.replace("<str:uuid>", str(service.uuid))
        before = transaction.savepoint()
        try:
            answer = client.generic(operation.method, path, content, kind, headers=bearer(made) | headers)
            found = [fault(answer)]
            if answer.status_code < 300:
                found += [fault(client.get(there)) for there in (path, f"/api/v1/services/{service.uuid}")]
                found.append(fault(client.get(f"/{service.authority.slug}/services/{service.slug}")))
            assert not any(found), (content[:80], found)
            return answer
        finally:
            transaction.savepoint_rollback(before)

    return sent


def refusal(answer):
    return answer.json()["problem"]


def hostile_of(field):
    """Return JSON strings for one field: values of every type, and values beyond its limits."""
    kinds = set(get_args(field.type)) | {field.type}
    days = DAYS if kinds & {date, datetime} else DAYS[:3]
    return [json.dumps(value) for value in (*KINDS, *NASTY, *days)] + list(WRITTEN)


@pytest.mark.parametrize("operation", WRITES, ids=lambda one: one.id)
def test_no_field_value_makes_a_write_fail_and_a_refusal_names_the_field(operation, send):
    usual = SENDS[operation.id]
    accepted = []
    for field in msgspec.structs.fields(operation.body):
        others = {name: value for name, value in usual.items() if name != field.encode_name}
        for text in hostile_of(field):
            content = json.dumps(others)[:-1] + (", " if others else "") + f'"{field.encode_name}": {text}}}'
            answer = send(operation, content.encode())
            if answer.status_code == 200:
                accepted.append((field.encode_name, text))
                continue
            assert answer.status_code == 400, (answer.status_code, text[:80])
            words = refusal(answer)
            assert field.encode_name in words or any(one in words for one in UNREADABLE), (text[:80], words)
    assert accepted, "something at the edge is right"
    assert not [text for _, text in accepted if len(text) > 12]


@pytest.mark.parametrize("operation", WRITES, ids=lambda one: one.id)
def test_no_body_content_type_or_idempotency_key_makes_a_write_fail(operation, send):
    usual = json.dumps(SENDS[operation.id]).encode()
    for body in BODIES:
        answer = send(operation, body)
        assert answer.status_code == 400, (body[:40], answer.content)
        assert refusal(answer)
    for kind in TYPES:
        assert send(operation, usual, kind).status_code in {200, 400, 415}
    for key in KEYS:
        assert send(operation, usual, **{"Idempotency-Key": key}).status_code in {200, 400}
    for length in ("", "-1", "x", "9" * 30, "1e3", "\u0663"):
        assert send(operation, usual, **{"Content-Length": length}).status_code in {200, 400, 413}


@pytest.mark.parametrize("operation", WRITES, ids=lambda one: one.id)
def test_a_body_with_a_repeated_field_name_is_refused(operation, send):
    """No one can tell which of the two values is meant, and another program might use the other value."""
    for name, value in SENDS[operation.id].items():
        whole = json.dumps(SENDS[operation.id])
        twice = f'{whole[:-1]}, "{name}": {json.dumps(value)}}}'
        answer = send(operation, twice.encode())
        assert answer.status_code == 400
        assert f"“{name}” is in the request body twice" in refusal(answer)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_no_http_method_makes_an_endpoint_fail(method, send, client, own):
    service, made = own
    for path in sorted({one.path for one in OPERATIONS}):
        for uuid in (str(service.uuid), "x", "\u202e", "0" * 400, "%00"):
            where = "/api/v1/" + path.replace("<str:uuid>", uuid)
            for headers in ({}, bearer(made)):
                answer = client.generic(method, where, b'{"a": 1}', "application/json", headers=headers)
                assert not fault(answer), (method, where)
