"""Tests for the page on which an officer imports the term dates of the council's schools."""

import re

import pytest

from calloff.people.permissions import Role
from calloff.registers.models import RegisterImport, SchoolTerm
from tests.documents.sample_files import upload
from tests.factories import AuthorityFactory, person

pytestmark = pytest.mark.django_db
HEADER = "la_code,urn,name,starts_on,ends_on,closed_days\n"
AUTUMN = "938,,Autumn 2027,2027-09-06,2027-10-22,2027-10-01\n"


@pytest.fixture
def council():
    return AuthorityFactory(la_code="938")


@pytest.fixture
def officer(client, council):
    client.force_login(person(Role.CONTRACTS_OFFICER, at=council))
    return client


def send(client, council, rows, do="import", name="terms.csv"):
    file = upload(name, (HEADER + rows).encode())
    path = f"/authorities/{council.slug}/term-dates"
    return re.sub(r"\s+", " ", client.post(path, {"file": file, "do": do}, follow=True).content.decode())


def test_a_check_shows_what_would_change_and_changes_nothing(officer, council):
    text = send(officer, council, AUTUMN, do="check")
    assert "1 term in the table. 1 would be added" in text
    assert not SchoolTerm.objects.exists()
    assert not RegisterImport.objects.exists()


def test_an_import_saves_the_terms_and_shows_who_imported_them(officer, council):
    text = send(officer, council, AUTUMN)
    assert SchoolTerm.objects.get().name == "Autumn 2027"
    done = RegisterImport.objects.get()
    assert (done.la_code, done.by) == ("938", person(Role.CONTRACTS_OFFICER, at=council))
    assert "Autumn 2027" in text
    assert str(done.by) in text
    assert "already on Calloff" in send(officer, council, AUTUMN, do="check")


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        (AUTUMN.replace("938", "850"), "enter your council’s code, 938."),
        (AUTUMN.replace("2027-10-22", "2029-10-22"), "the last day must be"),
        ("", "has no rows"),
    ],
)
def test_a_table_with_a_wrong_row_imports_nothing_and_says_why(officer, council, rows, error):
    assert error in send(officer, council, rows)
    assert not SchoolTerm.objects.exists()


def test_only_a_csv_file_can_be_imported(officer, council):
    assert "Upload a CSV file of 200 kB or less" in send(officer, council, AUTUMN, name="terms.zip")


def test_an_authority_without_a_code_cannot_import_term_dates(client):
    council = AuthorityFactory(la_code="")
    client.force_login(person(Role.CONTRACTS_OFFICER, at=council))
    assert "Your council has no code in the register of schools yet." in send(client, council, AUTUMN)


def test_people_without_the_permission_cannot_open_the_page(client, council):
    client.force_login(person(Role.EVALUATOR, at=council))
    assert client.get(f"/authorities/{council.slug}/term-dates").status_code == 403
