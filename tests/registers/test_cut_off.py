"""Tests that an import which is interrupted leaves all old rows and no new ones."""

import gzip
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection

from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from calloff.registers import import_files
from calloff.registers.commands import import_postcodes, import_schools
from calloff.registers.models import Outcode, Postcode, RegisterImport, School
from calloff.registers.upsert import StagingTable
from tests.factories import NOW
from tests.registers.files import postcodes_file, row, schools_file

pytestmark = pytest.mark.slow

OLD = "BN1 1AA,10,531000,104000\nBN1 1AB,10,531100,104201\n"
ROWS = 5000


def new_text():
    letters = "ABDEFGHJLN"
    codes = (f"BN{n // 1000 + 1} {n // 100 % 10}{letters[n // 10 % 10]}{letters[n % 10]}" for n in range(ROWS))
    return "".join(f"{code},10,532000,105000\n" for code in codes)


def state():
    with connection.cursor() as cursor:
        cursor.execute("SELECT postcode, position::text, xmin, ctid::text FROM registers_postcode ORDER BY 1")
        rows = cursor.fetchall()
    return rows, list(Outcode.objects.values_list("pk", "postcodes")), RegisterImport.objects.count()


@pytest.fixture
def before(db, tmp_path, monkeypatch):
    """Create two postcodes, and a file with many postcodes, which is read in batches."""
    monkeypatch.setattr(import_files, "PROGRESS_INTERVAL_ROWS", 1000)
    import_postcodes(postcodes_file(tmp_path, OLD, "old.csv"), at=NOW)
    return state()


class PowerCut(BaseException):
    pass


@pytest.mark.parametrize(
    ("step", "share"), [("Reading", 0.3), ("Comparing", 0), ("Comparing", 1), ("Writing", 0), ("Writing", 0.9)]
)
def test_an_import_interrupted_at_any_point_leaves_the_old_rows(before, tmp_path, step, share):
    def stop(what, done):
        if what.startswith(step) and done >= share:
            raise PowerCut

    with pytest.raises(PowerCut):
        import_postcodes(postcodes_file(tmp_path, new_text()), at=NOW, progress=stop)
    assert state() == before
    assert import_postcodes(postcodes_file(tmp_path, new_text()), at=NOW).added == ROWS - 2


@pytest.mark.django_db(transaction=True)
def test_losing_the_connection_between_two_batches_leaves_the_old_rows(before, tmp_path):
    def end(pid):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        finally:
            connection.close()

    def stop(what, done):
        if what.startswith("Reading") and done >= 0.3:
            with ThreadPoolExecutor(1) as other:
                other.submit(end, connection.connection.info.backend_pid).result()

    with pytest.raises(DatabaseError):
        import_postcodes(postcodes_file(tmp_path, new_text()), at=NOW, progress=stop)
    connection.close()
    assert state() == before


def test_a_truncated_archive_is_reported_and_leaves_the_old_rows(before, tmp_path):
    whole = gzip.compress(new_text().encode())
    (tmp_path / "new.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused, match="damaged, incomplete"):
        import_postcodes(tmp_path / "new.csv.gz", at=NOW)
    assert state() == before


def test_a_full_disk_gives_a_clear_message_and_leaves_the_old_rows(before, tmp_path, monkeypatch):
    def full(self):
        raise OperationalError("could not extend file “base/1/2”: No space left on device\nHINT: Check the disk.")

    monkeypatch.setattr(StagingTable, "merge", full)
    with pytest.raises(CommandError) as caught:
        call_command("import_postcodes", str(postcodes_file(tmp_path, new_text())))
    assert str(caught.value) == (
        "The database connection failed: could not extend file “base/1/2”: No space left on device. Nothing "
        "was imported, and existing records have not changed."
    )
    assert state() == before


def test_schools_are_not_imported_if_the_file_of_links_is_truncated(before, tmp_path):
    links = tmp_path / "links.csv.gz"
    whole = gzip.compress(b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n" * 3000)
    links.write_bytes(whole[:-20])
    with pytest.raises(Refused):
        import_schools(schools_file(tmp_path, row()), links=links, at=NOW)
    assert not School.objects.exists()


def test_a_file_with_a_bad_row_can_still_be_previewed(before, tmp_path, capsys):
    text = OLD.replace("531000", "531001") + "BN1 1AE,10,x,104000\nBN1 1AD,10,531000,104000\n"
    path = postcodes_file(tmp_path, text)
    for option in ((), ("--preview",)):
        with pytest.raises(CommandError) as caught:
            call_command("import_postcodes", str(path), *option)
        assert str(caught.value).split("\n") == [
            "codepoint.csv, line 3, column Eastings: “x” is not a number of metres on the national grid.",
            "Nothing was imported. Of the valid rows in codepoint.csv, 1 would be added, 1 changed and 1 "
            "left as they are.",
        ]
    assert state() == before
    assert Postcode.objects.get(pk="BN1 1AA").position == Point(531000, 104000)
