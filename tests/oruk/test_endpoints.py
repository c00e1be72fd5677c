"""Tests for the Open Referral UK feed, which check its records against the schemas of the standard."""

from datetime import date, time
from decimal import Decimal
from uuid import UUID

import pytest

from calloff.directory.models import Price, PriceUnit, Qualification, ServiceRegistration, TeachingMode, VatTreatment
from calloff.directory.opening_hours import OpenPeriod, week_rows
from calloff.members.states import MemberStatus
from tests.factories import ProviderFactory, rewrite
from tests.factories_markets import (
    MarketFactory,
    MemberFactory,
    PriceFactory,
    ServiceFactory,
    SiteFactory,
    lot,
    set_status,
)
from tests.oruk.schema_checks import ENVELOPE_FIELDS, empty_fields, get, needs_schemas, numbered, read, schema_faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich():
    """Return a service with every possible detail, at two sites, in a market that publishes its prices."""
    market = MarketFactory(prices_public=True)
    provider = ProviderFactory(
        name="Hollowtree Farm", form="charity", company_number="01234567", charity_number="1123456"
    )
    member = MemberFactory(market=market, lot=lot(market), provider=provider, last_checked_on=date(2026, 2, 3))
    site = SiteFactory(provider=provider, address="The Old Barn,\nWindmill Lane", access="Step-free throughout.")
    satellite = SiteFactory(provider=provider, run_by="Another Farm Ltd", position=None)
    service = ServiceFactory(
        member=member, site=site, more_sites=[satellite], name="Bore da 🐑 Ŵyna", reach=15, area="West of Felpersham",
        hours="In term time",
        qualifications=[Qualification.GCSE, Qualification.ENTRY], registration=ServiceRegistration.SCHOOL,
        registration_number="123456", main_needs=["SEMH"],
    )  # fmt: skip
    service.week = week_rows([
        *(OpenPeriod(day, time(9, 30), time(14, 30)) for day in ("mon", "thu")),
        OpenPeriod("thu", time(16), time(18), satellite.pk, date(2026, 4, 13), date(2026, 7, 17)),
    ])  # fmt: skip
    service.save(update_fields=["week"])
    PriceFactory(service=service, amount=Decimal("120.10"), includes="Lunch", vat=VatTreatment.STANDARD)
    PriceFactory(service=service, unit=PriceUnit.HOUR, lasts=1, ends_on=date(2026, 1, 31))
    numbered()
    return service


def test_the_feed_gives_its_standard_and_version(client):
    for path in ("", "/"):
        about = read(client, path)
        assert about.keys() == {"version", "profile", "openapi_url"}
        assert about["version"] == "3.0"


@needs_schemas
def test_a_service_in_the_feed_has_every_recorded_field(client, rich):
    record = read(client, f"/services/{rich.uuid}")
    assert schema_faults("service", [record]) == []
    assert empty_fields(record) == []
    assert {
        key: record[key] for key in ("id", "name", "status", "minimum_age", "maximum_age", "assured_date")
    } == {
        "id": str(rich.uuid), "name": "Bore da 🐑 Ŵyna", "status": "active", "minimum_age": 8, "maximum_age": 14,
        "assured_date": "2026-02-03",
    }  # fmt: skip
    assert record["last_modified"] == "2026-03-02T09:00:00.000Z"
    assert record["accreditations"] == (
        f"Approved by {rich.authority.name}. Independent school, number 123456. "
        "Leads to: GCSEs and Entry level certificates."
    )
    assert client.get(record["url"].partition("8000")[2]).status_code == 200
    schedule, evenings = record["schedules"]
    assert (schedule["freq"], schedule["interval"], schedule["byday"]) == ("WEEKLY", 1, "MO,TH")
    assert (schedule["dtstart"], schedule["opens_at"], schedule["closes_at"]) == ("2026-03-02", "09:30:00", "14:30:00")
    assert (schedule["description"], schedule["notes"]) == ("9:30am to 2:30pm", "In term time")
    assert (evenings["byday"], evenings["opens_at"], evenings["closes_at"]) == ("TH", "16:00:00", "18:00:00")
    assert (evenings["valid_from"], evenings["valid_to"]) == ("2026-04-13", "2026-07-17")
    assert evenings["service_at_location_id"] == record["service_at_locations"][1]["id"]
    assert [one["name"] for one in record["service_areas"]] == ["Within 15 miles of Felpersham", "West of Felpersham"]
    [price] = record["cost_options"]
    assert (price["amount"], price["option"], price["valid_from"]) == (120.1, "Lunch", "2026-01-01")
    assert price["amount_description"] == "a day, plus VAT at the standard rate"
    numbers = record["organization"]["organization_identifiers"]
    assert [(one["identifier_scheme"], one["identifier"]) for one in numbers] == [
        ("GB-COH", "01234567"), ("GB-CHC", "1123456"),
    ]  # fmt: skip
    terms = {one["taxonomy_term"]["term"] for one in record["attributes"]}
    assert terms == {"SEMH", "ASD", "KS2", "KS3", "group", "gcse", "entry", "school", f"{rich.member.market.code}/1"}
    own, satellite = (one["location"] for one in record["service_at_locations"])
    assert own["addresses"][0]["address_1"] == "The Old Barn, Windmill Lane"
    assert own["accessibility"][0]["description"] == "Step-free throughout."
    assert (round(own["latitude"], 2), round(own["longitude"], 2)) == (50.81, -0.38)
    assert satellite["description"] == "Run by Another Farm Ltd."
    assert satellite.keys().isdisjoint({"latitude", "longitude", "accessibility"})


@needs_schemas
def test_a_service_at_location_record_includes_its_location_and_service(client, rich):
    own, satellite = read(client, "/service_at_locations")["contents"]
    assert schema_faults("service_at_location_list", [own, satellite]) == []
    assert own["service"]["id"] == str(rich.uuid)
    whole = read(client, f"/service_at_locations/{own['id']}")
    assert schema_faults("service_at_location", [whole]) == []
    assert empty_fields(whole) == []
    assert whole["location"]["addresses"][0]["postal_code"] == "BN11 1LG"
    assert whole["service"].keys() >= {"schedules", "attributes", "cost_options"}
    assert "service_at_locations" not in whole["service"]


@needs_schemas
def test_empty_fields_are_left_out_of_the_feed(client):
    service = ServiceFactory(site=None, mode=TeachingMode.ONLINE, week=[], hours="", needs=["SEMH"])
    numbered()
    record = read(client, f"/services/{service.uuid}")
    assert schema_faults("service", [record]) == []
    assert empty_fields(record) == []
    assert record.keys() == {
        "id", "name", "status", "description", "url", "accreditations", "minimum_age", "maximum_age", "last_modified",
        "organization", "attributes",
    }  # fmt: skip
    assert record["organization"].keys() == {"id", "name", "description"}
    assert read(client, "/service_at_locations")["empty"] is True


def test_a_record_in_a_list_and_on_its_own_contains_the_same_data(client, rich):
    page = read(client, "/services")
    assert page.keys() == ENVELOPE_FIELDS
    [record] = page["contents"]
    assert not record.keys() & {"schedules", "service_at_locations", "cost_options", "attributes", "service_areas"}
    assert "organization_identifiers" not in record["organization"]


def test_prices_are_exported_only_if_the_market_publishes_them(client):
    service = ServiceFactory()
    PriceFactory(service=service)
    numbered()
    assert "cost_options" not in read(client, f"/services/{service.uuid}")
    assert Price.objects.get().amount == Decimal("120.00")


def test_a_service_with_no_places_available_has_an_alert(client):
    ServiceFactory(places=0)
    numbered()
    assert read(client, "/services")["contents"][0]["alert"] == "Full, updated on Monday 2 March 2026."


def test_a_provider_has_the_same_id_throughout_the_feed(client, rich):
    other = ServiceFactory(member=MemberFactory(provider=rich.provider), site=None, mode=TeachingMode.ONLINE)
    numbered()
    ids = {one["organization"]["id"] for one in read(client, "/services")["contents"]}
    assert len(ids) == 1
    assert read(client, f"/services/{other.uuid}")["organization"]["id"] in ids


def test_every_id_in_the_feed_is_a_unique_and_permanent_uuid(client, rich):
    def ids(record):
        if isinstance(record, dict):
            yield from ([record["id"]] if "id" in record else [])
            for value in record.values():
                yield from ids(value)
        elif isinstance(record, list):
            for one in record:
                yield from ids(one)

    path = f"/services/{rich.uuid}"
    found = list(ids(read(client, path)))
    assert len(found) == len(set(found)) > 20
    assert [str(UUID(one)) for one in found] == found
    assert list(ids(read(client, path))) == found


@needs_schemas
def test_taxonomies_have_all_fields_and_codes_and_include_each_markets_categories(client, rich):
    page = read(client, "/taxonomies")
    assert schema_faults("taxonomy", page["contents"], compiled=False) == []
    assert page["total_items"] == 6
    assert [one["name"] for one in page["contents"]][:2] == ["Types of need", "Key stages"]
    for one in page["contents"]:
        whole = read(client, f"/taxonomies/{one['id']}")
        assert schema_faults("taxonomy", [whole], compiled=False) == []
        assert {term["taxonomy_id"] for term in whole["taxonomy_terms"]} == {one["id"]}
    needs = read(client, f"/taxonomies/{page['contents'][0]['id']}")
    assert {term["term"] for term in needs["taxonomy_terms"]} >= {"SEMH", "ASD", "DS", "SPLD"}
    categories = read(client, f"/taxonomies/{page['contents'][-1]['id']}")
    assert [term["name"] for term in categories["taxonomy_terms"]] == ["Tutoring", "Online"]


@needs_schemas
def test_the_pages_of_the_term_list_contain_all_terms_for_any_page_size(client, rich):
    whole = read(client, "/taxonomy_terms", {"per_page": 500})
    assert schema_faults("taxonomy_term", whole["contents"], compiled=False) == []
    in_turn = []
    for number in range(1, whole["total_items"] // 7 + 2):
        in_turn += read(client, "/taxonomy_terms", {"per_page": 7, "page": number})["contents"]
    assert in_turn == whole["contents"]
    assert len(in_turn) == whole["total_items"] == len({one["id"] for one in in_turn})
    for term in (in_turn[0], in_turn[-1]):
        assert read(client, f"/taxonomy_terms/{term['id']}") == term


def test_a_service_that_was_never_listed_is_never_in_the_feed(client):
    """Scenario 21: the provider has not been admitted, has no signed agreement or is not yet listed."""
    unsigned = ServiceFactory(member=MemberFactory(unsigned=True))
    suspended = ServiceFactory(member=MemberFactory())
    suspended.member.status = MemberStatus.REMOVED
    set_status(suspended.member, MemberStatus.REMOVED)
    assert numbered() == 0
    for path in ("/services", "/service_at_locations", "/taxonomies"):
        assert "Farm" not in get(client, path).content.decode()
    for service in (unsigned, suspended):
        assert get(client, f"/services/{service.uuid}").status_code == 404


def test_a_service_that_was_once_listed_shows_only_public_information(client, rich):
    rich.member.last_checked_on = date(2026, 1, 1)
    own = read(client, "/service_at_locations")["contents"][0]["id"]
    set_status(rich.member, MemberStatus.REMOVED)
    gone = {"id": str(rich.uuid), "name": "No longer listed", "status": "defunct"}
    assert read(client, "/services")["contents"] == [gone]
    assert read(client, f"/services/{rich.uuid}") == gone
    assert read(client, f"/service_at_locations/{own}") == {"id": own, "service": gone}
    assert read(client, "/services", {"search": "bore"})["empty"] is True


def test_a_service_whose_agreement_has_ended_is_also_removed_from_the_feed(client, rich):
    agreement = rich.member.agreement
    rewrite(type(agreement).objects.filter(pk=agreement.pk), ends_on=date(2026, 3, 1))
    assert read(client, "/services")["contents"][0]["status"] == "defunct"


def test_invented_organisations_are_marked_as_invented(client):
    service = ServiceFactory(
        member=MemberFactory(provider=ProviderFactory(invented=True)), summary="A farm.", description="A farm. Hens."
    )
    numbered()
    record = read(client, f"/services/{service.uuid}")
    assert record["description"] == "A farm. Hens."
    assert record["organization"]["description"].endswith("This provider is made up for a demonstration.")
