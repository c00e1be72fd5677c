from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.conf import settings
from django.db import connection

from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from calloff.registers.commands import import_schools
from calloff.registers.models import RegisterImport, School, SchoolLink
from tests.factories import NOW
from tests.registers.files import SCHOOLS_HEADER, links_file, row, schools_file, text_of

pytestmark = pytest.mark.django_db
GENUINE = settings.BASE_DIR.parent / "shared" / "data" / "schools" / "gias_raw_111_columns_2022-04-20.csv"


def imported(path, **options):
    return import_schools(path, at=NOW, **options)[0]


def refusal(path, **options):
    with pytest.raises(Refused) as caught:
        import_schools(path, at=NOW, **options)
    assert not School.objects.exists()
    assert not RegisterImport.objects.exists()
    return [problem.sentence for problem in caught.value.problems]


def versions():
    """Return values that change if a row is changed or even locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT urn, xmin, xmax, ctid::text FROM registers_school ORDER BY urn")
        return cursor.fetchall()


def test_the_invented_file_has_as_many_columns_as_the_genuine_one():
    assert len(SCHOOLS_HEADER) == 111


def test_a_school_is_stored_with_the_fields_calloff_needs(tmp_path):
    one = imported(schools_file(tmp_path, row()))
    assert (one.rows, one.added, one.changed, one.unchanged) == (1, 1, 0, 0)
    school = School.objects.get()
    assert (school.urn, school.name, school.laestab, school.is_open) == (100001, "The Orchard School", "938/4001", True)
    assert school.opened_on == date(2013, 9, 1)
    assert school.position == Point(514900, 102800)
    assert school.address == ["Orchard Lane", "Worthing", "BN11 1LG"]
    assert school.needs == ["SLCN", "SEMH"]
    assert school.boarders == ""  # The file says “Not applicable”.


def test_importing_schools_also_records_that_the_import_took_place(tmp_path):
    import_schools(schools_file(tmp_path, row()), at=NOW)
    kept = RegisterImport.objects.get()
    assert (kept.kind, kept.file_name, kept.rows, kept.imported_at) == ("schools", "schools.csv", 1, NOW)
    assert len(kept.sha256) == 64


def test_no_persons_name_is_stored(tmp_path):
    header = [*SCHOOLS_HEADER[:-2], "HeadFirstName", "HeadLastName"]
    import_schools(schools_file(tmp_path, row(HeadFirstName="Unkept", HeadLastName="Unkept"), header=header), at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT school::text FROM registers_school school")
        [[kept]] = cursor.fetchall()
    assert "Unkept" not in kept


def test_importing_the_same_file_again_changes_no_row(tmp_path):
    path = schools_file(tmp_path, row(), row(URN="100002", Easting="", Northing=""))
    imported(path)
    before = versions()
    again = imported(path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert versions() == before


def test_a_later_file_changes_only_the_rows_that_differ(tmp_path):
    imported(schools_file(tmp_path, row(), row(URN="100002"), row(URN="100003")))
    before = versions()
    later = imported(schools_file(tmp_path, row(URN="100001"), row(URN="100002", Easting="514901"), row(URN="100004")))
    assert (later.added, later.changed, later.unchanged) == (1, 1, 1)
    assert School.objects.get(urn=100002).position == Point(514901, 102800)
    assert School.objects.filter(urn=100003).exists(), "a school that vanishes from the file is left alone"
    after = versions()
    assert (after[0], after[2]) == (before[0], before[2])


def test_a_school_that_has_closed_is_updated(tmp_path):
    imported(schools_file(tmp_path, row()))
    imported(schools_file(tmp_path, row(status="Closed", CloseDate="31-08-2025")))
    school = School.objects.get()
    assert not school.is_open
    assert school.closed_on == date(2025, 8, 31)


def test_a_bad_row_in_the_schools_file_is_reported_and_nothing_is_imported(tmp_path):
    path = schools_file(
        tmp_path,
        row(),
        row(URN="1002", OpenDate="31-02-2020"),
        row(URN="100003", name="  ", StatutoryLowAge="eleven"),
        row(URN="100004", Easting="514900", Northing="north"),
    )
    assert refusal(path) == [
        "schools.csv, line 3, column URN: “1002” is not a 6-digit URN.",
        "schools.csv, line 3, column OpenDate: “31-02-2020” is not a date like 1/9/2026 or 2026-09-01.",
        "schools.csv, line 4, column EstablishmentName: this value is missing.",
        "schools.csv, line 4, column StatutoryLowAge: “eleven” is not a whole number from 0 to 99.",
        "schools.csv, line 5, column Northing: “north” is not a number of metres on the national grid.",
        "Nothing was imported. Of the valid rows in schools.csv, 1 would be added, 0 changed and 0 left as they are.",
    ]


def test_lines_are_numbered_as_in_a_text_editor(tmp_path):
    path = schools_file(tmp_path, row(Street="Orchard Lane\nfirst left"), row(URN="x"))
    assert refusal(path)[0].startswith("schools.csv, line 4, column URN")


def test_after_fifty_errors_the_rest_are_counted_but_not_listed(tmp_path):
    said = refusal(schools_file(tmp_path, *(row(URN="x") for _ in range(53))))
    assert len(said) == 52
    assert said[50] == "And 3 more faults."


def test_a_school_listed_twice_in_a_file_is_an_error(tmp_path):
    said = refusal(schools_file(tmp_path, row(), row(URN="100002"), row()))
    assert said[0] == "schools.csv, line 4, column URN: “100001” is already on line 2."


@pytest.mark.parametrize("cut", [1, 2, 40, 300])
def test_a_file_truncated_in_the_middle_of_a_row_is_refused(tmp_path, cut):
    path = schools_file(tmp_path, row(), row(URN="100002"))
    path.write_bytes(path.read_bytes()[: -cut - 1])
    assert any("might be incomplete" in sentence for sentence in refusal(path))


def test_a_file_truncated_inside_quotation_marks_is_refused(tmp_path):
    path = schools_file(tmp_path, row(), row(URN="100002", name="Orchard, Upper"))
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b", Upper")])
    assert "inside a quotation" in refusal(path)[0]


def test_a_wrong_header_is_refused_with_the_names_of_the_missing_columns(tmp_path):
    header = [name for name in SCHOOLS_HEADER if name not in {"URN", "Easting"}]
    said = refusal(schools_file(tmp_path, row(), header=header))
    assert "The columns must be URN, Easting" in said[0]
    assert said[1] == "Nothing was imported."


def test_columns_are_found_by_name_in_any_order(tmp_path):
    import_schools(
        schools_file(tmp_path, row(), header=[*reversed(SCHOOLS_HEADER), "Trusts (code)", "New in 2030"]), at=NOW
    )
    assert School.objects.get().name == "The Orchard School"


def test_the_number_of_a_trust_is_kept_if_a_later_file_does_not_give_it(tmp_path):
    with_codes = schools_file(tmp_path, row(**{"Trusts (code)": "17001"}), header=[*SCHOOLS_HEADER, "Trusts (code)"])
    import_schools(with_codes, at=NOW)
    again = imported(schools_file(tmp_path, row()))
    assert again.changed == 0
    assert School.objects.get().trust_uid == "17001"


def test_a_file_with_a_huge_field_is_refused_with_a_clear_message(tmp_path):
    assert "longer than 131,072 characters" in refusal(schools_file(tmp_path, row(name="x" * 200_000)))[0]


def test_an_overlong_field_is_reported(tmp_path):
    said = refusal(schools_file(tmp_path, row(name="Orchard " * 30)))
    assert "column EstablishmentName" in said[0]
    assert "It must have 200 or fewer" in said[0]


def test_names_in_a_windows_encoding_can_be_read(tmp_path):
    import_schools(schools_file(tmp_path, row(name="St Anne’s École – Bexhill")), at=NOW)
    assert School.objects.get().name == "St Anne’s École – Bexhill"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_a_utf_8_file_is_read_with_or_without_a_byte_order_mark(tmp_path, encoding):
    path = tmp_path / "schools.csv"
    path.write_bytes(text_of(SCHOOLS_HEADER, [row(name="St Anne’s École")]).encode(encoding))
    imported(path)
    assert School.objects.get().name == "St Anne’s École"


@pytest.mark.parametrize("byte", [b"\x81", b"\0"])
def test_an_invalid_byte_in_the_file_is_reported(tmp_path, byte):
    path = schools_file(tmp_path, row())
    path.write_bytes(path.read_bytes().replace(b"Orchard School", b"Orch" + byte + b"rd School"))
    assert "line 2, column EstablishmentName: there is a " in refusal(path)[0]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00\x01\x02", b"\xff\xfe\x41\x00\n"])
def test_a_file_that_is_not_a_register_extract_is_refused(tmp_path, content):
    path = tmp_path / "schools.csv"
    path.write_bytes(content)
    assert refusal(path)


def test_a_file_with_a_header_but_no_rows_is_refused(tmp_path):
    assert "has no rows" in refusal(schools_file(tmp_path))[0]


def test_a_path_that_does_not_exist_or_is_a_folder_is_refused(tmp_path):
    assert "There is no file" in refusal(tmp_path / "missing.csv")[0]
    assert "cannot be read" in refusal(tmp_path)[0]


def test_a_preview_shows_the_changes_without_making_them(tmp_path):
    imported(schools_file(tmp_path, row()))
    before = versions()
    would = imported(schools_file(tmp_path, row(name="The Orchard Academy"), row(URN="100002")), preview=True)
    assert (would.added, would.changed) == (1, 1)
    assert versions() == before
    assert RegisterImport.objects.count() == 1


def test_importing_the_schools_and_their_links_a_second_time_changes_nothing(tmp_path):
    schools = schools_file(tmp_path, row())
    links = links_file(tmp_path, ["100000", "100001", "The Orchard School", "Successor", "01-09-2013"])
    for added in (1, 0):
        of_schools, of_links = import_schools(schools, links=links, at=NOW)
        assert (of_schools.added, of_links.added, of_links.changed) == (added, added, 0)
    link = SchoolLink.objects.get()
    assert (link.urn, link.linked_urn, link.kind, link.since) == (100000, 100001, "Successor", date(2013, 9, 1))


def test_a_repeated_link_counts_once(tmp_path):
    twice = ["100000", "100001", "The Orchard School", "Successor", "01-09-2013"]
    _, of_links = import_schools(schools_file(tmp_path, row()), links=links_file(tmp_path, twice, twice), at=NOW)
    assert (of_links.rows, of_links.added) == (1, 1)


def test_a_bad_link_prevents_the_schools_from_being_imported_too(tmp_path):
    links = links_file(tmp_path, ["100000", "1", "The Orchard School", "Successor", ""])
    said = refusal(schools_file(tmp_path, row()), links=links)
    assert said[0] == "links.csv, line 2, column LinkURN: “1” is not a 6-digit URN."
    assert not SchoolLink.objects.exists()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_two_imports_at_the_same_moment_run_one_after_the_other(tmp_path):
    path = schools_file(tmp_path, *(row(URN=str(100001 + n)) for n in range(200)))

    def attempt(_):
        try:
            return imported(path).added
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(attempt, range(4))) == [0, 0, 0, 200]


@pytest.mark.skipif(not GENUINE.exists(), reason="the genuine extract of schools is not here")
def test_the_genuine_extract_can_be_imported_in_full_and_a_second_import_changes_nothing():
    first, again = imported(GENUINE), imported(GENUINE)
    assert (first.rows, first.added) == (1096, 1096)
    assert (again.added, again.changed) == (0, 0)
    assert School.objects.filter(position=None).count() == 28  # The coordinates of one of them are zeros.
    assert School.objects.open().count() == 728
