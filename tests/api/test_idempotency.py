"""Tests for repeating a request with the same Idempotency-Key.

It runs once, and each repetition gets the same response.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client

from calloff.api import http
from calloff.api.openapi import OPERATIONS, build_document, openapi_path
from calloff.history.models import Event, OnceKey
from calloff.people.permissions import Role
from tests.api.test_keys import BOTH, bearer, key_of
from tests.factories_markets import ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return ServiceFactory()


@pytest.fixture
def own(service):
    return key_of(service.provider, Role.PROVIDER_LEAD, BOTH)


def put(client, service, made, key="7b0a", places=2):
    headers = bearer(made) | ({"Idempotency-Key": key} if key else {})
    where = f"/api/v1/services/{service.uuid}/places"
    return client.put(where, {"places": places}, content_type="application/json", headers=headers)


def count_events():
    return Event.objects.filter(verb="set_places").count()


def test_a_repeated_request_is_processed_once_and_gets_the_same_response(client, service, own):
    first, second = (put(client, service, own) for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)
    assert second.status_code == 200
    assert count_events() == 1
    put(client, service, own, key="")
    assert count_events() == 2


def test_a_key_reused_with_a_different_body_is_refused(client, service, own):
    put(client, service, own)
    answer = put(client, service, own, places=3)
    assert answer.status_code == 422
    assert "Use a new key" in answer.json()["problem"]
    service.refresh_from_db()
    assert service.places == 2


def test_a_refused_request_releases_its_key(client, service, own):
    assert put(client, service, own, places=-1).status_code == 400
    assert not OnceKey.objects.exists()
    assert put(client, service, own).status_code == 200


def test_an_idempotency_key_applies_to_one_system_and_one_endpoint(client, service, own):
    put(client, service, own)
    other = ServiceFactory(member=service.member)
    assert put(client, other, own).json()["places"] == 2
    second = key_of(service.provider, Role.PROVIDER_LEAD, BOTH, name="Another system")
    assert put(client, service, second, places=4).json()["places"] == 4
    assert count_events() == 3


@pytest.mark.parametrize("key", [" ", "a b", "a" * 101, "é"])
def test_an_invalid_idempotency_key_is_refused(client, service, own, key):
    answer = put(client, service, own, key=key)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["problem"]


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_two_identical_simultaneous_requests_are_processed_once(monkeypatch, service, own):
    def send(_):
        try:
            return put(Client(), service, own)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, range(4)))
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    assert count_events() == 1


@pytest.mark.django_db(transaction=True)
def test_a_repeated_request_must_wait_while_the_first_is_being_processed(monkeypatch, service, own):
    monkeypatch.setattr(http, "MAX_LOCK_WAIT_SECONDS", 1)
    does, inner = http._answer, []

    def slow(*args):
        if not inner:
            inner.append("first")
            with ThreadPoolExecutor(1) as thread:
                inner.append(thread.submit(meanwhile).result())
        return does(*args)

    def meanwhile():
        try:
            return put(Client(), service, own)
        finally:
            connection.close()

    monkeypatch.setattr(http, "_answer", slow)
    assert put(Client(), service, own).status_code == 200
    assert inner[1].status_code == 409
    assert "not finished yet" in inner[1].json()["problem"]
    assert inner[1]["Retry-After"] == "5"


def test_an_idempotency_key_does_not_shorten_the_lock_timeout(monkeypatch, client, service, own):
    does, patience = http._answer, []

    def asked(*args):
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            patience.append(cursor.fetchone()[0])
        return does(*args)

    monkeypatch.setattr(http, "_answer", asked)
    assert put(client, service, own).status_code == 200
    assert patience == ["0"]


@pytest.mark.django_db(transaction=True)
def test_a_request_that_waits_too_long_for_a_lock_returns_json_advice_to_try_again(monkeypatch, client, service, own):
    def locked(*_):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
            cursor.execute("SELECT pg_advisory_xact_lock(7)")

    monkeypatch.setattr(http, "_answer", locked)
    with ThreadPoolExecutor(1) as thread, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7)")

        def send():
            try:
                return put(Client(), service, own)
            finally:
                connection.close()

        answer = thread.submit(send).result()
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (409, "5", "application/json")
    assert "nothing was changed" in answer.json()["problem"]
    assert not OnceKey.objects.exists()


def test_every_changing_operation_accepts_an_idempotency_key():
    paths = build_document().paths
    changing = [one for one in OPERATIONS if one.method != "GET"]
    assert changing
    for one in changing:
        told = paths[openapi_path(one)][one.method.lower()]
        assert "Idempotency-Key" in {parameter["name"] for parameter in told["parameters"]}
        assert {"409", "422"} <= told["responses"].keys()
