"""Tests for exporting an authority's directory as files, which contain only what the public can see."""

import csv
import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from calloff.directory.hsds_tabular import schema
from calloff.directory.hsds_tabular.csv_writer import export_directory
from calloff.directory.models import Service
from calloff.history.transitions import announce_verb
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.members.states import MemberStatus
from tests.directory.hsds_tabular.scenario import table, two_providers
from tests.factories import NOW
from tests.factories_markets import MemberFactory, ServiceFactory, set_status

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return two_providers()


@pytest.fixture
def out(ours, tmp_path):
    export_directory(ours, tmp_path / "out", at=NOW)
    return tmp_path / "out"


def only_row(folder, name, /, **wanted):
    [found] = [row for row in table(folder, name) if all(row[key] == value for key, value in wanted.items())]
    return found


def test_every_exported_file_has_a_header_row_and_is_described_in_the_package(out):
    described = json.loads((out / "datapackage.json").read_text())
    assert described["profile"] == "tabular-data-package"
    assert {path.name for path in out.iterdir()} == {
        "datapackage.json", *(resource["path"] for resource in described["resources"]),
    }  # fmt: skip
    for resource in described["resources"]:
        with (out / resource["path"]).open(encoding="utf-8", newline="") as stream:
            assert next(csv.reader(stream)) == [field["name"] for field in resource["schema"]["fields"]]


def test_every_id_is_unique_and_every_reference_points_to_a_record(out):
    ids = {}
    for name, known in schema.TABLES.items():
        several = [row["id"] for row in table(out, known.path)]
        assert len(set(several)) == len(several)
        ids[name] = set(several)
    for known in schema.TABLES.values():
        for row in table(out, known.path):
            for column in known.columns:
                assert row[column.name] or not column.required, (known.path, column.name)
                assert not column.to or not row[column.name] or row[column.name] in ids[column.to]
    services = {row["id"] for row in table(out, "services.csv")}
    assert {row["link_id"] for row in table(out, "attributes.csv")} == services


def test_a_service_is_exported_with_all_its_facts(out):
    service = only_row(out, "services.csv", name="Farm mornings")
    assert (service["minimum_age"], service["maximum_age"], service["status"]) == ("8", "14", "active")
    assert (service["calloff_staff"], service["calloff_children"], service["calloff_day"]) == (
        "1",
        "4",
        "Feeding first.",
    )
    assert service["url"].endswith("/borchester/services/farm-mornings")
    schedules = [row for row in table(out, "schedules.csv") if row["service_id"] == service["id"]]
    assert {row["freq"] for row in schedules} == {"WEEKLY"}
    assert [(row["byday"], row["opens_at"], row["closes_at"]) for row in schedules] == [
        ("MO,TU", "09:30", "12:00"), ("MO,TU", "12:30", "14:30"), ("TH", "10:00", "13:00"),
    ]  # fmt: skip
    far = only_row(out, "locations.csv", name="The far field")
    there = only_row(out, "service_at_location.csv", service_id=service["id"], location_id=far["id"])
    assert [row["service_at_location_id"] for row in schedules] == ["", "", there["id"]]
    assert (schedules[2]["valid_from"], schedules[2]["valid_to"], schedules[2]["dtstart"]) == (
        "2026-04-13", "2026-07-17", "2026-04-16",
    )  # fmt: skip
    assert [row["extent"] for row in table(out, "service_areas.csv")] == ["12 miles", ""]
    assert len([row for row in table(out, "service_at_location.csv") if row["service_id"] == service["id"]]) == 2
    barn = only_row(out, "locations.csv", name="The barn")
    assert (barn["latitude"][:5], barn["longitude"][:5]) == ("50.81", "-0.38")
    address = only_row(out, "addresses.csv", location_id=barn["id"])
    assert (address["address_1"], address["address_2"], address["postal_code"]) == (
        "Windmill Lane", "Upper Green", "BN11 1LG",
    )  # fmt: skip


def test_taxonomy_terms_are_standard_and_categories_are_those_of_the_market(out):
    service = only_row(out, "services.csv", name="Farm mornings")
    terms = {row["id"]: row for row in table(out, "taxonomy_terms.csv")}
    mine = {
        terms[row["taxonomy_term_id"]]["code"]
        for row in table(out, "attributes.csv")
        if row["link_id"] == service["id"]
    }
    assert mine == {"SEMH", "ASD", "KS2", "KS3", "group", "gcse", "school", "TST/1"}


def test_registration_numbers_are_exported_but_people_and_head_offices_are_not(out):
    assert {(row["identifier_scheme"], row["identifier"]) for row in table(out, "organization_identifiers.csv")} == {
        ("GB-COH", "09876543"), ("GB-CHC", "1123456"),
    }  # fmt: skip
    assert set(only_row(out, "organizations.csv", name="Windmill Farm")) == {"id", "name", "description"}


def test_unlisted_services_are_left_out_of_every_file(ours, tmp_path):
    market = Market.objects.get()
    unsigned = MemberFactory(market=market, unsigned=True)
    ServiceFactory(member=unsigned, name="Hidden unsigned")
    ServiceFactory(member=Service.objects.first().member, withdrawn=True, name="Hidden withdrawn")
    ServiceFactory(name="Hidden elsewhere")
    set_status(Service.objects.get(name="Maths online").member, MemberStatus.REMOVED)
    export_directory(ours, tmp_path / "out", at=NOW)
    whole = "".join(path.read_text("utf-8") for path in (tmp_path / "out").iterdir())
    assert "Farm mornings" in whole
    assert "Hidden" not in whole
    assert "Maths online" not in whole
    assert "Tideway" not in whole


def test_prices_are_exported_only_if_the_market_publishes_them(ours, tmp_path):
    export_directory(ours, tmp_path / "public", at=NOW)
    assert [
        (row["amount"], row["calloff_unit"], row["option"]) for row in table(tmp_path / "public", "cost_options.csv")
    ] == [("120.00", "day", "lunch")]
    hide_prices()
    export_directory(ours, tmp_path / "hidden", at=NOW)
    assert table(tmp_path / "hidden", "cost_options.csv") == []
    assert "120.00" not in "".join(path.read_text("utf-8") for path in (tmp_path / "hidden").iterdir())


def hide_prices():
    announce_verb("modify")
    Market.objects.update(prices_public=False)


def test_no_exported_cell_can_run_as_a_formula(out):
    service = only_row(out, "services.csv", name="Farm mornings")
    assert service["application_process"] == "'=Telephone us"
    assert service["description"].startswith("'- Animals")


def test_a_zip_archive_contains_the_same_files_as_an_exported_folder(ours, out, tmp_path):
    export_directory(ours, tmp_path / "out.zip", at=NOW)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        for path in out.iterdir():
            text = io.TextIOWrapper(archive.open(path.name), "utf-8", newline="").read()
            assert text == path.read_bytes().decode()


def test_an_export_never_overwrites_an_earlier_one(ours, out, tmp_path):
    with pytest.raises(Refused, match="already exists"):
        export_directory(ours, out, at=NOW)
    with pytest.raises(Refused, match="cannot be written"):
        export_directory(ours, tmp_path / "no" / "such" / "folder", at=NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_an_export_takes_the_same_number_of_queries_for_any_number_of_services(
    ours, tmp_path, django_assert_num_queries
):
    member = Service.objects.get(name="Farm mornings").member
    with django_assert_num_queries(3):
        export_directory(ours, tmp_path / "few", at=NOW)
    for _ in range(20):
        ServiceFactory(member=member)
    with django_assert_num_queries(3):
        export_directory(ours, tmp_path / "many", at=NOW)


def test_the_export_command_writes_the_files_and_counts_the_rows(ours, tmp_path, capsys):
    call_command("export_directory", authority="borchester", to=tmp_path / "out")
    assert "services.csv: 2 rows" in capsys.readouterr().out
    with pytest.raises(CommandError, match="already exists"):
        call_command("export_directory", authority="borchester", to=tmp_path / "out")
    with pytest.raises(CommandError, match="There is no authority with the slug nowhere"):
        call_command("export_directory", authority="nowhere", to=tmp_path / "other")
