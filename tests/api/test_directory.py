"""Tests for the directory as open data: its fields, who can read it, and the errors about invalid parameters."""

import json
import re
from datetime import time, timedelta

import msgspec
import pytest
from django.urls import get_resolver

from calloff.api import openapi, pagination, services
from calloff.directory import commands
from calloff.directory.hsds_tabular import export_rows
from calloff.directory.opening_hours import OpenPeriod, week_rows
from calloff.members.states import MemberStatus
from calloff.oruk.entry_numbers import number_new_entries
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, person
from tests.factories_markets import (
    MarketFactory,
    MemberFactory,
    PriceFactory,
    ServiceFactory,
    SiteFactory,
    lot,
    set_status,
)

HERE = "/api/v1/services"
PROVIDERS = "/api/v1/providers"
PUBLIC = {
    "id", "uuid", "name", "summary", "description", "page", "local_offer_page", "authority", "market", "lot",
    "lot_title", "provider", "provider_slug", "provider_uuid", "provider_page", "standing", "mode", "age_from",
    "age_to", "gender", "needs", "main_needs", "days", "opening_hours", "hours", "staff", "children", "team",
    "qualifications", "transport", "reach", "area", "registration", "registration_number", "a_day", "asking", "places",
    "places_from", "places_at", "town", "postcode", "sites", "last_checked_on", "changed_at", "prices",
}  # fmt: skip
PUBLIC_OF_PROVIDER = {
    "id", "provider", "provider_slug", "provider_uuid", "page", "authority", "market", "lot", "lot_title", "standing",
    "last_checked_on",
}  # fmt: skip


@pytest.fixture
def service(db):
    return ServiceFactory(name="Farm mornings")


def test_each_response_contains_only_the_listed_fields(client, service):
    (row,) = client.get(HERE).json()["services"]
    assert row.keys() == PUBLIC
    assert row["name"] == "Farm mornings"
    assert row["provider"] == service.provider.name
    assert row["postcode"] == "BN11 1LG"
    assert client.get(row["page"].partition("8000")[2]).status_code == 200
    (row,) = client.get(PROVIDERS).json()["providers"]
    assert row.keys() == PUBLIC_OF_PROVIDER
    assert row["standing"] == "Live"
    assert client.get(row["page"].partition("8000")[2]).status_code == 200


def test_providers_services_and_sites_have_the_same_field_names_in_every_response(client, service):
    number_new_entries(NOW)
    [row] = client.get(HERE).json()["services"]
    [member] = client.get(PROVIDERS).json()["providers"]
    page = f"{PROVIDERS}/{row['authority']}/{row['provider_slug']}"
    assert member["provider_uuid"] == client.get(page).json()["uuid"] == row["provider_uuid"]
    fed = client.get(f"/oruk/v3/services/{row['uuid']}").json()
    assert fed["organization"]["id"] == row["provider_uuid"]
    files = export_rows.directory_rows(service.authority, NOW)
    assert [str(one["id"]) for one in files["organization"]] == [row["provider_uuid"]]
    assert str(files["service"][0]["organization_id"]) == row["provider_uuid"]
    assert str(files["service"][0]["id"]) == row["uuid"]
    assert [str(one["id"]) for one in files["location"]] == [
        one["location"]["id"] for one in fed["service_at_locations"]
    ]


def test_prices_are_included_only_if_the_market_publishes_them(client, service):
    PriceFactory(service=service)
    open_market = MarketFactory(prices_public=True)
    published = ServiceFactory(member=MemberFactory(market=open_market, lot=lot(open_market)))
    PriceFactory(service=published)
    prices = {row["id"]: row["prices"] for row in client.get(HERE).json()["services"]}
    assert prices == {
        service.pk: None,
        published.pk: [{"unit": "day", "amount": "120.00", "hourly": None, "includes": "", "vat": "exempt"}],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"words": "farm"}, True), ({"words": "farm & zebra"}, False), ({"words": "windmill"}, True),
        ({"need": "SEMH"}, True), ({"need": "HI"}, False), ({"age": "8"}, True), ({"age": "20"}, False),
        ({"after": "0"}, True), ({"after": "999999999"}, False), ({"words": "", "need": "", "age": ""}, True),
    ],
)  # fmt: skip
def test_each_filter_selects_the_matching_services(client, service, query, found):
    assert bool(client.get(HERE, query).json()["services"]) is found


def test_services_can_be_filtered_by_local_authority(client, service):
    other = AuthorityFactory()
    assert len(client.get(HERE, {"authority": service.authority.slug}).json()["services"]) == 1
    assert client.get(HERE, {"authority": other.slug}).json()["services"] == []
    assert len(client.get(PROVIDERS, {"authority": service.authority.slug}).json()["providers"]) == 1
    assert client.get(PROVIDERS, {"authority": other.slug}).json()["providers"] == []
    assert client.get(PROVIDERS, {"market": "NONE"}).json()["providers"] == []
    assert client.get(PROVIDERS, {"market": "\x00"}).status_code == 200


@pytest.mark.parametrize("words", ['"', "%", "a" * 1000, "\x00", "🐑", "farm <-> :*", "'; --"])
def test_search_words_are_treated_as_plain_text(client, service, words):
    assert client.get(HERE, {"words": words}).status_code == 200


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"age": "old"}, "Send `age` as a whole number of years from 0 to 25."),
        ({"age": "-1"}, "Send `age` as a whole number of years from 0 to 25."),
        ({"age": "9" * 40}, "Send `age` as a whole number of years from 0 to 25."),
        ({"after": "9" * 30}, "Send `after` as the value of `next` from the previous page."),
        ({"after": "x"}, "Send `after` as the value of `next` from the previous page."),
        ({"starts_by": "9:30"}, "Send `starts_by` as a time on the 24-hour clock, like 09:30."),
        ({"days": "monday"}, "Send `days` as days of the week with commas between them, like mon,tue."),
        ({"lot": "0", "free": "perhaps"}, "Send `lot` as the number of a category, from 1 to 999. Send `free` as"),
        ({"need": "XX"}, "There is no need with the code “XX”."),
        ({"ratio": "null"}, "“null” is not a valid value for “ratio”."),
        ({"age": "null"}, "“null” is not a valid value for “age”."),
        ({"price": "1"}, "This request has no parameter called “price”."),
    ],
)  # fmt: skip
def test_an_invalid_parameter_returns_an_explanation(client, service, query, sentence):
    answer = client.get(HERE, query)
    assert answer.status_code == 400
    assert answer.json().keys() == {"problem"}
    assert sentence in answer.json()["problem"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", [HERE, PROVIDERS, "/api/v1/openapi.json"])
def test_read_only_endpoints_refuse_methods_that_write(client, db, method, address):
    assert getattr(client, method)(address).status_code == 405


def test_list_pages_link_to_the_next_page_by_key(client, db, monkeypatch):
    monkeypatch.setattr(pagination, "PAGE_SIZE", 2)
    market = MarketFactory()
    members = [MemberFactory(market=market, lot=lot(market)) for _ in range(5)]
    offered = [ServiceFactory(member=member) for member in members]
    for address, key, several in ((HERE, "services", offered), (PROVIDERS, "providers", members)):
        seen, after = [], 0
        while after is not None:
            page = client.get(address, {"after": after}).json()
            seen += [row["id"] for row in page[key]]
            after = page["next"]
        assert seen == [row.pk for row in several]


def test_each_list_page_has_100_rows():
    assert pagination.PAGE_SIZE == 100


def test_a_request_for_an_unchanged_response_returns_304(client, service):
    first = client.get(HERE)
    assert "no-cache" in first["Cache-Control"]
    again = client.get(HERE, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert client.get(HERE, headers={"If-None-Match": f"W/{first['ETag']}"}).status_code == 304
    set_status(service.member, MemberStatus.ENDED)
    changed = client.get(HERE, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["services"] == []


@pytest.mark.postgres15
def test_a_withdrawn_service_disappears_immediately(client, service):
    commands.withdraw(service, by=person(Role.PROVIDER_LEAD, at=service.provider), at=NOW)
    assert client.get(HERE).json()["services"] == []


def test_a_membership_status_is_given_in_its_public_wording(client, db):
    MemberFactory(required_evidence=["public_liability"])
    assert client.get(PROVIDERS).json()["providers"][0]["standing"] == "No new placements"


@pytest.mark.parametrize("address", [HERE, PROVIDERS])
def test_the_number_of_queries_does_not_grow_with_the_number_of_rows(
    client, db, django_assert_max_num_queries, address
):
    market, counts = MarketFactory(prices_public=True), []
    for wanted in (3, 60):
        for _ in range(wanted):
            PriceFactory(service=ServiceFactory(member=MemberFactory(market=market, lot=lot(market))))
        with django_assert_max_num_queries(8) as queries:
            client.get(address, {"authority": market.authority.slug})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_api_document_describes_every_endpoint_and_nothing_else(client, db):
    described = client.get("/api/v1/openapi.json").json()
    (api,) = (one for one in get_resolver().url_patterns if getattr(one, "namespace", None) == "api")
    assert described["openapi"] == "3.1.0"
    served = {re.sub(r"<str:(\w+)>", r"{\1}", f"/api/v1/{one.pattern}") for one in api.url_patterns}
    assert set(described["paths"]) == served - {"/api/v1/^(?P<rest>.*)$"}  # This path matches every unknown URL.
    for path, methods in described["paths"].items():
        allowed = client.patch(path.replace("{", "").replace("}", ""))
        assert allowed.status_code == 405
        assert {one.lower() for one in allowed["Allow"].split(", ")} - {"head"} == set(methods)


def test_the_api_document_lists_the_parameters_and_response_fields(client, db):
    described = client.get("/api/v1/openapi.json").json()
    for operation in openapi.OPERATIONS:
        one = described["paths"][openapi.openapi_path(operation)][operation.method.lower()]
        asked = {each["name"] for each in one["parameters"] if each["in"] != "header"}
        assert asked == set(operation.query.__struct_fields__) | set(operation.where)
        assert set(one["responses"]) >= {"200", "400", "401", "429", "503"}
        assert (one["security"] == [{"key": []}]) == bool(operation.needs)
    assert set(described["components"]["schemas"]["PublishedService"]["properties"]) == PUBLIC
    assert set(described["components"]["schemas"]["Provider"]["properties"]) == PUBLIC_OF_PROVIDER
    pointed = set(_references(described))
    assert {f"#/components/schemas/{name}" for name in described["components"]["schemas"]} >= pointed


def test_each_response_matches_its_own_schema(client, service):
    read = msgspec.json.decode(client.get(HERE).content, type=services.Services)
    assert read.services[0].name == "Farm mornings"
    json.loads(client.get("/api/v1/openapi.json").content)


def _references(node):
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from _references(one)


@pytest.mark.parametrize("authority", ["nowhere", "\x00", "a" * 1000])
@pytest.mark.parametrize("address", [HERE, PROVIDERS, "/api/v1/markets"])
def test_an_unknown_authority_returns_404(client, db, address, authority):
    answer = client.get(address, {"authority": authority})
    assert answer.status_code == 404
    assert "There is no authority" in answer.json()["problem"]


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/nothing", "/api/v1/services/1/2/3"])
def test_an_unknown_url_returns_a_json_error(client, db, address):
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")


@pytest.mark.django_db
def test_current_opening_hours_are_listed_for_each_day(client):
    member = MemberFactory()
    field = SiteFactory(provider=member.provider, name="The field")
    ServiceFactory(member=member, more_sites=[field], week=week_rows([
        OpenPeriod("mon", time(9), time(12)), OpenPeriod("mon", time(13), time(15), field.pk, None, NOW.date()),
        OpenPeriod("fri"),
        OpenPeriod("tue", time(9), time(12), None, None, NOW.date() - timedelta(days=1)),
    ]))  # fmt: skip
    (row,) = client.get(HERE).json()["services"]
    assert row["days"] == ["mon", "fri"]
    always = {"site": "", "starts_on": None, "ends_on": None}
    assert row["opening_hours"] == [
        {"day": "mon", "opens_at": "09:00", "closes_at": "12:00", **always},
        {"day": "mon", "opens_at": "13:00", "closes_at": "15:00", "site": "The field", "starts_on": None,
         "ends_on": NOW.date().isoformat()},
        {"day": "fri", "opens_at": None, "closes_at": None, **always},
    ]  # fmt: skip
