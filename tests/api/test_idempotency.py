"""A change that is sent again with the same Idempotency-Key is made once, and answered as it was the first time."""

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


def said():
    return Event.objects.filter(verb="set_places").count()


def test_it_is_done_once_and_answered_alike(client, service, own):
    first, second = (put(client, service, own) for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)
    assert second.status_code == 200
    assert said() == 1
    put(client, service, own, key="")
    assert said() == 2


def test_another_body_under_the_same_key_is_refused(client, service, own):
    put(client, service, own)
    answer = put(client, service, own, places=3)
    assert answer.status_code == 422
    assert "Use a new key" in answer.json()["problem"]
    service.refresh_from_db()
    assert service.places == 2


def test_what_was_refused_leaves_its_key(client, service, own):
    assert put(client, service, own, places=-1).status_code == 400
    assert not OnceKey.objects.exists()
    assert put(client, service, own).status_code == 200


def test_a_key_is_one_system_s_and_one_address_s(client, service, own):
    put(client, service, own)
    other = ServiceFactory(member=service.member)
    assert put(client, other, own).json()["places"] == 2
    second = key_of(service.provider, Role.PROVIDER_LEAD, BOTH, name="Another system")
    assert put(client, service, second, places=4).json()["places"] == 4
    assert said() == 3


@pytest.mark.parametrize("key", [" ", "a b", "a" * 101, "é"])
def test_a_key_that_is_none_is_refused(client, service, own, key):
    answer = put(client, service, own, key=key)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["problem"]


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_done_once(monkeypatch, service, own):
    def send(_):
        try:
            return put(Client(), service, own)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, range(4)))
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    assert said() == 1


@pytest.mark.django_db(transaction=True)
def test_who_comes_while_the_first_is_at_work_is_told_to_wait(monkeypatch, service, own):
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


def test_the_operation_waits_for_its_own_locks_as_long_as_without_a_key(monkeypatch, client, service, own):
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
def test_who_waits_too_long_for_a_lock_of_the_operation_is_told_to_try_again_in_json(monkeypatch, client, service, own):
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


def test_every_operation_that_changes_something_takes_one():
    paths = build_document().paths
    changing = [one for one in OPERATIONS if one.method != "GET"]
    assert changing
    for one in changing:
        told = paths[openapi_path(one)][one.method.lower()]
        assert "Idempotency-Key" in {parameter["name"] for parameter in told["parameters"]}
        assert {"409", "422"} <= told["responses"].keys()
