"""Tests for a single service in open data, with its 304 responses, its provider, its market and its places
available.
"""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calloff.directory import commands
from calloff.kernel import clock
from calloff.members.states import MemberStatus
from calloff.people.permissions import Role
from tests.api.test_keys import bearer, key_of
from tests.factories import NOW, person
from tests.factories_markets import (
    MarketFactory,
    MemberFactory,
    PriceFactory,
    ServiceFactory,
    SiteFactory,
    lot,
    set_status,
)

pytestmark = pytest.mark.django_db
NOBODY_S = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def service():
    return ServiceFactory(name="Farm mornings")


def address(service):
    return f"/api/v1/services/{service.uuid}"


def test_a_service_has_the_same_description_on_its_own_and_in_the_list(client, service):
    (row,) = client.get("/api/v1/services").json()["services"]
    assert client.get(address(service)).json() == row


@pytest.mark.parametrize("uuid", [NOBODY_S, "farm-mornings", "1", "%00"])
def test_an_unlisted_service_returns_404(client, service, uuid):
    answer = client.get(f"/api/v1/services/{uuid}")
    assert answer.status_code == 404
    assert answer.json()["problem"] == "This service is not in the directory at the moment."


def test_an_unlisted_service_returns_404_even_with_a_matching_etag(client, service):
    first = client.get(address(service))
    set_status(service.member, MemberStatus.ENDED)
    for known in (first["ETag"], "*"):
        assert client.get(address(service), headers={"If-None-Match": known}).status_code == 404
    assert client.get(address(service), headers={"If-Match": '"x"'}).status_code == 404


def test_a_request_with_several_etags_gets_the_response_the_http_standard_requires(client, service):
    mark = client.get(address(service))["ETag"]
    for known in ("*", f'"x", W/{mark}'):
        again = client.get(address(service), headers={"If-None-Match": known})
        assert (again.status_code, again["ETag"]) == (304, mark)
        assert "Authorization" in again["Vary"]
    assert client.get(address(service), headers={"If-Match": mark}).status_code == 200
    assert client.get(address(service), headers={"If-Match": '"x"'}).status_code == 412


def test_answering_a_request_for_an_unchanged_service_takes_only_two_queries(client, service):
    first = client.get(address(service))
    with CaptureQueriesContext(connection) as queries:
        again = client.get(address(service), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert "no-cache" in again["Cache-Control"]
    # One query counts the caller's requests, and it is followed by a prepared statement that reads the row versions.
    assert len(queries) == 1


def _price(service):
    PriceFactory(service=service)


def _places(service):
    commands.set_places(service, places=7, by=person(Role.PROVIDER_LEAD, at=service.provider), at=NOW)


def _rename_the_authority(service):
    service.authority.name = "Felpersham Council"
    service.authority.save()


def _another_site(service):
    by = person(Role.PROVIDER_LEAD, at=service.provider)
    commands.amend(service, by=by, at=NOW, more_sites=[SiteFactory(provider=service.provider)])


@pytest.mark.parametrize("change", [_price, _places, _rename_the_authority, _another_site])
def test_any_change_to_the_content_changes_the_etag(client, service, change):
    first = client.get(address(service))
    change(service)
    assert client.get(address(service), headers={"If-None-Match": first["ETag"]}).status_code == 200
    kept = client.get(address(service))
    caches["drawn"].clear()
    anew = client.get(address(service))
    assert (kept.content, kept["ETag"]) == (anew.content, anew["ETag"])


def test_only_anonymous_responses_are_cached(client, service):
    PriceFactory(service=service)
    anybody = client.get(address(service))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(service)).content == anybody.content
    assert len(queries) == 1
    key = {"headers": bearer(key_of(service.provider, Role.PROVIDER_LEAD))}
    assert client.get(address(service), **key).json()["prices"]
    assert client.get(address(service)).json()["prices"] is None


def test_the_etag_changes_with_the_date(client, service, monkeypatch):
    first = client.get(address(service))
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))
    assert client.get(address(service), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_the_response_includes_the_number_of_places_available(client, service):
    commands.set_places(service, places=3, by=person(Role.PROVIDER_LEAD, at=service.provider), at=NOW)
    data = client.get(f"{address(service)}/places").json()
    assert data == {"places": 3, "places_from": None, "places_at": "2026-03-02T09:00:00Z"}
    assert client.get(f"/api/v1/services/{NOBODY_S}/places").status_code == 404


def test_a_provider_is_listed_with_its_lots_and_services(client, service):
    ServiceFactory()  # This service belongs to another provider.
    data = client.get(f"/api/v1/providers/{service.authority.slug}/{service.provider.slug}").json()
    assert data["name"] == service.provider.name
    assert [one["standing"] for one in data["memberships"]] == ["Live"]
    assert [one["uuid"] for one in data["services"]] == [str(service.uuid)]


def test_an_unlisted_provider_returns_404(client, service):
    set_status(service.member, MemberStatus.ENDED)
    for slug in (service.provider.slug, "nobody", "%00"):
        assert client.get(f"/api/v1/providers/{service.authority.slug}/{slug}").status_code == 404
    assert client.get(f"/api/v1/providers/nowhere/{service.provider.slug}").status_code == 404


def test_the_list_of_markets_leaves_out_draft_markets(client, service):
    MarketFactory(draft=True, authority=service.authority)
    (told,) = client.get("/api/v1/markets", {"authority": service.authority.slug}).json()["markets"]
    assert told["code"] == service.member.market.code
    assert told["status"] == "Open"
    assert [one["number"] for one in told["lots"]] == [1, 2]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"gender": "girls"}, True), ({"mode": "online"}, False), ({"key_stage": "ks3"}, True),
        ({"days": "mon,sun"}, False), ({"days": "mon"}, True), ({"ratio": "100"}, True),
        ({"qualification": "gcse"}, False),
        ({"transport": "true"}, False), ({"registration": "care"}, False), ({"checked": "6"}, False),
        ({"free": "true"}, True), ({"free_by": "2026-04-01"}, True), ({"starts_by": "09:30"}, False),
        ({"ends_after": "15:00"}, False), ({"lot": "1"}, True), ({"lot": "2"}, False), ({"need": "SEMH"}, True),
        ({"need": "SEMH", "as_main": "true"}, False), ({"at_most": "500.00", "unit": "day"}, False),
    ],
)  # fmt: skip
def test_an_api_search_finds_the_same_services_as_the_search_page(client, query, found):
    market = MarketFactory()
    ServiceFactory(member=MemberFactory(market=market, lot=lot(market)), needs=["SEMH"], age_from=11, age_to=16)
    assert bool(client.get("/api/v1/services", query).json()["services"]) is found


@pytest.mark.parametrize(
    "query",
    [
        {"days": "monday"}, {"days": "mon,"}, {"starts_by": "9.30"}, {"starts_by": "25:00"}, {"at_most": "NaN"},
        {"at_most": "-1"}, {"at_most": "1e9"}, {"free_by": "1 April"}, {"mode": "any"}, {"key_stage": "4"},
        {"order": "price"}, {"postcode": "BN11 1LG"}, {"starts_by": "09:30\n"}, {"at_most": "٣"},
    ],
)  # fmt: skip
def test_a_malformed_query_returns_an_explanation(client, query):
    answer = client.get("/api/v1/services", query)
    assert answer.status_code == 400
    assert answer.json()["problem"].endswith(".")
