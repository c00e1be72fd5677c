"""Tests for exports of a search.

Other libraries can read them, they contain no formulas, and only some people get prices.
"""

import csv
import io
import re
import zipfile
from datetime import time

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from calloff.directory.opening_hours import OpenPeriod, week_rows
from calloff.directory.search_text import set_sites
from calloff.people.permissions import Role
from calloff.registers.models import Postcode
from calloff.web.directory import search_page
from tests.documents.sample_texts import ACCEPTED, read_pdf_text
from tests.factories import ProviderFactory, SchoolOrganisationFactory, person
from tests.factories_markets import PriceFactory, SiteFactory
from tests.web.public.directory_data import HOME, member, service

HERE = "/borchester/directory"
EVIL = '=HYPERLINK("https://evil.example","Farm")'


@pytest.fixture
def priced(market):
    one = service(member(market), "Farm mornings", summary=EVIL, places=0, places_at="2026-03-01T09:00Z")
    PriceFactory(service=one, amount=120)
    service(one.member, "Pottery", miles=3)
    return one


def sheet(client, **asked):
    answer = client.get(f"{HERE}/results.xlsx", asked)
    assert answer["Content-Disposition"] == 'attachment; filename="provision.xlsx"'
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_name("Provision").to_python()


def table(client, **asked):
    answer = client.get(f"{HERE}/results.csv", asked)
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_both_export_formats_contain_exactly_the_search_results(client, priced):
    head, *rows = sheet(client, words="farm")
    [row] = table(client, words="farm")
    assert head == list(row)
    assert [str(cell) for cell in rows[0]] == list(row.values())
    assert (row["Service"], row["Ages"], row["Page"]) == (
        "Farm mornings", "8 to 14", "http://testserver/borchester/services/farm-mornings",
    )  # fmt: skip
    assert len(sheet(client)) == 3


def test_no_exported_cell_can_run_as_a_formula(client, priced):
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{HERE}/results.xlsx").content))
    [row] = table(client, words="farm")
    assert row["Summary"] == f"'{EVIL}"
    assert f"'{EVIL}" in [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]
    raw = client.get(f"{HERE}/results.xlsx").content
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        text = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in text
    assert "<hyperlink" not in text


def test_prices_are_exported_only_for_people_who_can_see_them(client, borchester, priced):
    assert "Prices" not in table(client)[0]
    client.force_login(person(Role.AP_LEAD, at=SchoolOrganisationFactory(host=borchester)))
    assert "£120" in table(client, words="farm")[0]["Prices"]
    assert any("£120" in str(cell) for cell in sheet(client, words="farm")[1])
    client.force_login(person(Role.PROVIDER_LEAD, at=ProviderFactory()))
    assert "£" not in str(table(client)) + str(sheet(client))
    client.force_login(person(Role.PROVIDER_LEAD, at=priced.provider))
    assert "£120" in table(client, words="farm")[0]["Prices"]


def test_distances_are_exported_without_the_place_that_was_searched(client, priced):
    Postcode.objects.create(postcode="BN11 1LG", position=HOME)
    client.post(f"{HERE}/place", {"postcode": "BN11 1LG"})
    rows = table(client)
    assert sorted(one["Straight-line distance in miles"] for one in rows) == ["1.0", "3.0"]
    assert "BN11 1LG" not in client.get(f"{HERE}/results.csv").content.decode().replace("BN11 1AA", "")


def test_the_number_of_rows_in_an_export_is_limited(client, priced, monkeypatch):
    monkeypatch.setattr(search_page, "MAX_EXPORT_SERVICES", 1)
    assert len(table(client)) == 1


@pytest.mark.parametrize("asked", [{}, {"words": "farm"}, {"words": "zebras"}, {"words": "#let x = 1 $ * _"}])
def test_search_results_can_be_downloaded_as_a_pdf(client, priced, asked):
    answer = client.get(f"{HERE}/results.pdf", asked)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "address", [f"{HERE}/results.pdf", "/borchester/services/farm-mornings/service.pdf", f"{HERE}/compare.pdf"]
)
def test_a_pdf_can_show_letters_in_any_script(client, market, address):
    provider = member(market, "Nguyễn & Їжак", provider=ProviderFactory(name="Nguyễn & Їжак 中"))
    one = service(provider, "Farm mornings", summary="A quiet hour of music 🎵", a_day="Arrival → warm‑up ✓ ●")
    one.team, one.description = ACCEPTED, ACCEPTED
    one.save()
    answer = client.get(address, {"s": "farm-mornings"} if "compare" in address else {})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    said = read_pdf_text(answer.content)
    assert "Nguyễn & Їжак □" in said or "compare" in address
    assert "music 🎵" in said or "compare" in address


def test_every_page_of_a_pdf_has_the_date_and_source_on_one_line(client, market):
    farm = member(market)
    for number in range(8):
        service(farm, f"Farm {number}", summary="word " * 40, places=0, places_at="2026-03-01T09:00Z")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(client.get(f"{HERE}/results.pdf").content)).pages]
    assert len(pages) > 2
    for page in pages[1:]:
        assert re.match(r"Directory, .* 2026 ?Borchester Council", page)
    last_lines = [page.split("Directory, ")[-2].strip().splitlines()[-1] for page in pages[:-1]]
    assert not any(line.startswith("Farm ") or line.startswith("word") for line in last_lines)


def test_exports_in_unsupported_file_types_return_404(client, market):
    one = service(member(market), "Farm mornings")
    field = SiteFactory(provider=one.provider, name="The field")
    set_sites(one, [one.site, field])
    one.week = week_rows([OpenPeriod("mon", time(9), time(12)), OpenPeriod("fri", time(9), time(12), field.pk)])
    one.save(update_fields=["week"])
    hours = f"Monday, 9am to noon at {one.site.name}; Friday, 9am to noon at The field"
    assert table(client)[0]["Days and times"] == hours
    assert "2 days a week" in client.get(f"{HERE}").content.decode()
    assert hours in client.get(f"{HERE}/compare", {"s": "farm-mornings"}).content.decode()
    for address in (f"{HERE}/results.pdf", "/borchester/services/farm-mornings/service.pdf"):
        assert hours in " ".join(read_pdf_text(client.get(address).content).split())


def test_exports_in_other_file_types_return_404(client, priced):
    assert client.get(f"{HERE}/results.exe").status_code == 404
    assert client.get(f"{HERE}/results.html").status_code == 404


def test_a_listed_service_can_be_downloaded_as_a_pdf(client, priced):
    answer = client.get("/borchester/services/farm-mornings/service.pdf")
    assert answer.content.startswith(b"%PDF-")
    gone = service(priced.member, "Gone", withdrawn=True)
    assert client.get(f"/borchester/services/{gone.slug}/service.pdf").status_code == 404
    assert client.get("/borchester/services/never/service.pdf").status_code == 404
    assert re.search(r"service\.pdf", client.get("/borchester/services/farm-mornings").content.decode())


def test_a_pdf_of_services_says_category_instead_of_lot(client, priced):
    for address in (f"{HERE}/results.pdf", "/borchester/services/farm-mornings/service.pdf"):
        said = read_pdf_text(client.get(address).content)
        assert "Category" in said
        assert not re.search(r"\blots?\b", said, re.I)


def test_the_pdf_of_a_service_tells_families_how_to_ask_for_a_place(client, market):
    service(member(market), asking="Ring us before you visit.")
    assert (
        "/borchester/services/farm-mornings/service.pdf"
        in client.get("/borchester/local-offer/farm-mornings").content.decode()
    )
    said = " ".join(read_pdf_text(client.get("/borchester/services/farm-mornings/service.pdf").content).split())
    assert "Families cannot book a place themselves." in said
    assert "Ring us before you visit." in said
