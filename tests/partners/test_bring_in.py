"""Tests for importing paper agreements: the import has a preview, is all or nothing, can be repeated and reports errors
by line.

Scenario 43.
"""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from calloff.agreements.models import Agreement
from calloff.agreements.states import AgreementStatus
from calloff.kernel.lifecycles import Refused
from calloff.partners.buying_eligibility import BuyingStandingWord, buying_standing
from calloff.partners.commands import bring_in
from calloff.partners.models import Partnership, SchoolCoverage
from calloff.people.models import Organisation
from calloff.people.permissions import Role
from tests.documents.sample_files import pdf
from tests.factories import NOW, AuthorityFactory
from tests.partners.scenario import binding, market, olivia, registered, school
from tests.unauthorised_users import assert_denied, database_rows, everybody_but

pytestmark = pytest.mark.django_db
HEADER = "URN,Signatory,Signed on,Version,Ends on,PDF"
GOOD = "138001,Helen Marsh,01/09/2025,Version 3,31/08/2028,"


@pytest.fixture
def one():
    return market(AuthorityFactory(la_code="938"))


def send(one, *lines, by=None, pdfs=None, header=HEADER, preview=False):
    content = "\r\n".join([header, *lines, ""]).encode()
    by = by or olivia(one.authority)
    return bring_in(one, content, name="paper.csv", by=by, at=NOW, pdfs=pdfs, preview=preview)


def test_each_row_imports_an_agreement_in_force_and_creates_the_school_if_it_is_missing(one):
    registered()
    registered(138002, "Ambridge Primary", group="Academies", trust="The Am Vale Trust")
    report = send(one, GOOD, "138002,Tom Archer,2025-10-01,Version 3,,")
    assert report.sentence == "2 agreements imported. 0 were already imported."
    assert len(report.added) == 2
    felpersham = Organisation.objects.get(urn=138001)
    found = buying_standing(felpersham, one, at=NOW)
    assert found.word == BuyingStandingWord.SIGNED
    agreement = found.agreement
    assert (agreement.on_paper, agreement.text, agreement.status) == (True, None, AgreementStatus.IN_FORCE)
    assert (agreement.starts_on, agreement.ends_on) == (date(2025, 9, 1), date(2028, 8, 31))
    assert agreement.source == "Signed on paper by Helen Marsh on Monday 1 September 2025: Version 3"
    trust = Partnership.objects.get(agreement__buyer__urn=138002)
    assert (trust.entity, trust.entity_name, trust.agreement.ends_on) == ("trust", "The Am Vale Trust", None)


@pytest.mark.parametrize("signed", ["1/9/2025", "1 Sep 2025", "45901", "2025-09-01"])
def test_dates_in_spreadsheet_formats_can_be_imported(one, signed):
    registered()
    send(one, GOOD.replace("01/09/2025", signed))
    assert Agreement.objects.get().starts_on == date(2025, 9, 1)


@pytest.mark.parametrize("change", [lambda text: text.encode("utf-16"), lambda text: text.replace(",", ";").encode()])
def test_tables_in_spreadsheet_formats_can_be_imported(one, change):
    registered()
    content = change("\r\n".join([HEADER, GOOD, ""]))
    assert len(bring_in(one, content, name="paper.csv", by=olivia(one.authority), at=NOW, pdfs=None).added) == 1


def test_an_excel_workbook_of_agreements_is_refused_with_advice(one):
    with pytest.raises(Refused, match="Save As, then “CSV UTF-8”") as refusal:
        bring_in(one, b"PK\x03\x04", name="paper.xlsx", by=olivia(one.authority), at=NOW, pdfs=None)
    assert refusal.value.problems[0].where == "file"


def test_the_pdf_copy_is_stored_with_the_agreement(one):
    registered()
    copy = SimpleUploadedFile("felpersham.pdf", pdf(), content_type="application/pdf")
    send(one, f"{GOOD}felpersham.pdf", pdfs={"felpersham.pdf": copy})
    assert Agreement.objects.get().paper.name == "felpersham.pdf"


def test_importing_the_same_file_twice_changes_nothing(one):
    registered()
    send(one, GOOD)
    before = database_rows()
    assert send(one, GOOD).sentence == "1 agreement already imported. Nothing changed."
    assert database_rows() == before


def test_a_preview_shows_the_changes_without_saving_them(one):
    registered()
    by, before = olivia(one.authority), database_rows()
    report = send(one, GOOD, by=by, preview=True)
    assert report.sentence == "1 agreement would be imported. 0 were already imported."
    assert "Felpersham School (URN 138001)" in report.added[0]
    assert database_rows() == before


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x,Helen,01/09/2025,3,,", "column URN: “x” is not the URN"),
        ("999999,Helen,01/09/2025,3,,", "column URN: “999999” is not the URN"),
        ("138002,,01/09/2025,3,,", "column Signatory: enter who signed the agreement."),
        ("138002,Tom,31/09/2025,3,,", "column Signed on: “31/09/2025” is not a date"),
        ("138002,Tom,01/09/2027,3,,", "column Signed on: the date is in the future"),
        ("138002,Tom,,3,,", "column Signed on: enter the date the agreement was signed."),
        (f"138002,{'x' * 101},01/09/2025,3,,", "the name of the person who signed must be 100 characters or fewer."),
        ("138002,Tom,01/09/2025,,,", "column Version: enter the version of the agreement."),
        ("138002,Tom,01/09/2025,3,soon,", "column Ends on: “soon” is not a date"),
        (
            "138002,Tom,01/09/2025,3,31/08/2025,",
            "column Ends on: the end date is before the date the agreement was signed",
        ),
        ("138002,Tom,01/09/2025,3,,gone.pdf", "column PDF: no file called “gone.pdf” was uploaded"),
        ("138001,Tom,01/09/2025,3,,", "column URN: the school is already on line 2"),
    ],
)
def test_a_bad_row_is_reported_and_nothing_is_imported(one, line, words, preview):
    registered()
    registered(138002, "Ambridge Primary")
    by, before = olivia(one.authority), database_rows()
    with pytest.raises(Refused, match=r"paper\.csv, line 3, ") as error:
        send(one, GOOD, line, by=by, preview=preview)
    assert words in str(error.value)
    assert "Nothing was imported" in str(error.value)
    assert database_rows() == before


@pytest.mark.postgres15
def test_all_errors_in_the_form_are_reported_together(one):
    with pytest.raises(Refused) as error:
        send(one, "x,,soon,3,,", "y,Tom,01/09/2025,3,,")
    wheres = [problem.where for problem in error.value.problems]
    assert wheres == [
        "paper.csv, line 2, column URN",
        "paper.csv, line 2, column Signatory",
        "paper.csv, line 2, column Signed on",
        "paper.csv, line 3, column URN",
        "",
    ]


def test_a_copy_that_is_not_a_pdf_is_reported_as_an_error_in_its_row(one):
    registered()
    copy = SimpleUploadedFile("felpersham.pdf", b"PK\x03\x04 not a PDF", content_type="application/pdf")
    with pytest.raises(Refused, match=r"line 2, column PDF: The name of this file ends in \.pdf"):
        send(one, f"{GOOD}felpersham.pdf", pdfs={"felpersham.pdf": copy})
    assert not Agreement.objects.exists()


def test_a_file_that_is_not_a_list_of_agreements_is_refused(one):
    with pytest.raises(Refused, match="Missing: Signatory"):
        send(one, "138001", header="URN,Signed on,Version,Ends on")
    with pytest.raises(Refused, match="has no rows"):
        send(one)
    with pytest.raises(Refused, match="We cannot read this file"):
        bring_in(one, b"URN\x00", name="paper.csv", by=olivia(one.authority), at=NOW)


def test_an_agreement_with_the_same_date_but_different_details_is_an_error(one):
    registered()
    send(one, GOOD)
    with pytest.raises(Refused, match=r"column Signed on: .* has already been imported with different details"):
        send(one, GOOD.replace("2028", "2029"))


def test_a_later_agreement_supersedes_the_current_one_and_an_earlier_one_is_an_error(one):
    registered()
    send(one, GOOD)
    send(one, GOOD.replace("01/09/2025", "01/02/2026"))
    assert set(Agreement.objects.values_list("starts_on", "status")) == {
        (date(2025, 9, 1), AgreementStatus.SUPERSEDED),
        (date(2026, 2, 1), AgreementStatus.IN_FORCE),
    }
    with pytest.raises(Refused, match="we already have a later agreement, dated Sunday 1 February 2026"):
        send(one, GOOD.replace("01/09/2025", "01/12/2025"))


def test_an_older_paper_agreement_does_not_replace_one_signed_online(one):
    buyer = school(host=one.authority)
    made = binding(buyer, one)
    with pytest.raises(Refused, match="a later agreement"):
        send(one, GOOD)
    assert SchoolCoverage.objects.get(standing="binding").partnership == made


def test_an_agreement_imported_after_its_last_day_has_the_status_expired(one):
    registered()
    send(one, "138001,Helen Marsh,01/09/2022,Version 2,31/08/2025,")
    assert buying_standing(Organisation.objects.get(urn=138001), one, at=NOW).word == BuyingStandingWord.EXPIRED


def test_only_a_contracts_officer_of_the_authority_can_import_agreements(one):
    registered()
    others = everybody_but(Role.CONTRACTS_OFFICER, authority=one.authority)
    assert_denied(lambda by: send(one, GOOD, by=by), others)
