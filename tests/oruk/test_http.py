"""Tests for how the feed uses HTTP: CORS, caching, and refusing writes."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.http import http_date, parse_http_date

from calloff.directory import commands
from calloff.kernel import clock
from calloff.members.states import MemberStatus
from calloff.people.permissions import Role
from tests.factories import LONDON, NOW, person
from tests.factories_markets import ServiceFactory, set_status
from tests.oruk.schema_checks import get, numbered, read

ADDRESSES = ("", "/", "/services", "/taxonomies", "/taxonomy_terms", "/service_at_locations", "/services/")


@pytest.fixture
def service(db):
    made = ServiceFactory()
    numbered()
    return made


@pytest.fixture
def _later(monkeypatch):
    """Return a time long after the rows were made, because the history of rows uses the real time."""
    monkeypatch.setattr(clock, "now", lambda: datetime.now(LONDON) + timedelta(minutes=5))


def paths(service):
    term = "/taxonomy_terms/123"
    return [*ADDRESSES, f"/services/{service.uuid}", "/services/123", "/services?page=0", "/nothing", term]


def test_any_website_can_read_the_feed_and_browsers_revalidate_it_each_time(client, service):
    for path in paths(service):
        answer = get(client, path)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert {"no-cache", "public"} == {part.strip() for part in answer["Cache-Control"].split(",")}
        assert answer["Content-Type"] == "application/json"
        assert "Set-Cookie" not in answer


def test_the_feed_answers_the_preflight_request_of_a_browser(client, service):
    for path in paths(service):
        answer = client.options(f"/oruk/v3{path}")
        assert answer.status_code == 204
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert answer.content == b""


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_feed_is_read_only(service, method):
    for path in paths(service):
        answer = getattr(Client(enforce_csrf_checks=method != "post"), method)(f"/oruk/v3{path}")
        assert answer.status_code in {403, 405}
        if answer.status_code == 405:
            assert answer["Allow"] == "GET, HEAD, OPTIONS"
            assert answer.json()["problem"].startswith("The feed is read-only")


def test_a_head_request_returns_the_same_headers_as_a_get_request(client, service):
    whole, head = get(client, "/services"), client.head("/oruk/v3/services")
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == whole["ETag"]


def test_a_request_for_an_unchanged_response_returns_304(client, service):
    first = get(client, "/services")
    assert first["ETag"].startswith('"')
    for known in (first["ETag"], f"W/{first['ETag']}", f'"x", {first["ETag"]}', "*"):
        again = get(client, "/services", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert again["Access-Control-Allow-Origin"] == "*"
        assert again["Last-Modified"] == first["Last-Modified"]
    set_status(service.member, MemberStatus.ENDED)
    changed = get(client, "/services", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["contents"][0]["status"] == "defunct"


@pytest.mark.usefixtures("_later")
def test_the_feed_supports_the_if_modified_since_header(client, service):
    first = get(client, "/services")
    since = {"If-Modified-Since": first["Last-Modified"]}
    assert parse_http_date(first["Last-Modified"]) <= clock.now().timestamp()
    assert get(client, "/services", headers=since).status_code == 304
    assert get(client, "/services", headers={"If-Modified-Since": "yesterday"}).status_code == 200
    assert get(client, "/services", headers={"If-Modified-Since": http_date(0)}).status_code == 200
    assert get(client, "/services", headers=since | {"If-None-Match": '"x"'}).status_code == 200


def test_an_unchanged_date_does_not_return_304_while_a_transaction_could_still_commit(client, service):
    first = get(client, "/services")
    assert get(client, "/services", headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 200


@pytest.mark.usefixtures("_later")
@pytest.mark.django_db(transaction=True)
def test_a_request_with_a_date_before_the_last_change_gets_the_full_response(client, monkeypatch):
    made = ServiceFactory()
    numbered()
    since = {"If-Modified-Since": get(client, "/services")["Last-Modified"]}
    monkeypatch.setattr(clock, "now", lambda: datetime.now(LONDON) + timedelta(days=1))
    # The list can change at midnight, when the date changes.
    assert get(client, "/services", headers=since).status_code == 200
    since = {"If-Modified-Since": get(client, "/services")["Last-Modified"]}
    assert get(client, "/services", headers=since).status_code == 304
    assert made.member.status == MemberStatus.ACTIVE


@pytest.mark.postgres15
def test_a_suspension_shows_in_the_feed_immediately(client, service):
    first = get(client, "/services")
    set_status(service.member, MemberStatus.ENDED)
    assert read(client, "/services") != first.json()
    assert read(client, "/services", {"search": "farm"})["empty"] is True


@pytest.mark.postgres15
def test_a_service_is_inactive_in_the_feed_immediately_after_it_is_withdrawn(client, service):
    commands.withdraw(service, by=person(Role.PROVIDER_LEAD, at=service.provider), at=NOW)
    assert read(client, "/services")["contents"] == [
        {"id": str(service.uuid), "name": service.name, "status": "inactive"}
    ]


def test_the_number_of_queries_does_not_grow_with_the_number_of_rows(client, db, django_assert_max_num_queries):
    def count(path, **query):
        with django_assert_max_num_queries(8) as queries:
            assert get(client, path, query).status_code == 200
        return len(queries)

    counts = []
    for wanted in (3, 40):
        for _ in range(wanted):
            made = ServiceFactory()
        numbered()
        lists = ("/services", "/service_at_locations", "/taxonomies", "/taxonomy_terms")
        one = count(f"/services/{made.uuid}")
        counts.append([*(count(path, per_page=500) for path in lists), count("/services", search="farm"), one])
    assert counts[0] == counts[1]
    assert max(counts[0][:-1]) <= 4
