"""Tests for a register of the size of England's, with 52,000 invented schools in the real layout, and for 1,096
real schools.
"""

import csv
import time

import pytest
from django.conf import settings
from django.db import connection

from benchmarks import schools
from calloff.registers.commands import import_schools
from calloff.registers.models import School, SchoolLink
from calloff.registers.queries import successors_of
from tests.factories import NOW

pytestmark = pytest.mark.django_db
BASE = settings.BASE_DIR.parent
GENUINE = BASE / "shared" / "data" / "schools" / "gias_raw_111_columns_2022-04-20.csv"
ENGLAND, FEW = 52_000, 400


def versions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT urn, xmin, xmax, ctid::text FROM registers_school ORDER BY urn")
        return cursor.fetchall()


def several(number=FEW, **options):
    return list(schools.invent_schools(schools.schools_by_authority(BASE), number, **options))


def test_the_same_seed_produces_the_same_schools():
    assert several(seed=7) == several(seed=7) != several(seed=8)


@pytest.mark.skipif(not GENUINE.exists(), reason="the genuine extract of schools is not here")
def test_the_invented_file_has_the_same_layout_as_the_genuine_one():
    with GENUINE.open(encoding="cp1252", newline="") as stream:
        assert tuple(next(csv.reader(stream))) == schools.SCHOOL_COLUMNS
    assert len(schools.SCHOOL_COLUMNS) == 111


@pytest.mark.skipif(not (BASE / schools.COUNTS_FILE).exists(), reason="the counts by authority are not here")
def test_an_authority_has_about_its_real_share_of_the_schools():
    known = {code: number for code, _, number in schools.schools_by_authority(BASE)}
    made = [row["LA (code)"] for row in several(8000)]
    kent = known["886"] / sum(known.values())
    assert kent * 0.7 < made.count("886") / len(made) < kent * 1.3


def test_importing_all_of_england_takes_under_a_minute_and_reimporting_writes_nothing(tmp_path):
    main, links = schools.write_extract(tmp_path, ENGLAND, base=BASE)
    began = time.perf_counter()
    of_schools, of_links = import_schools(main, links=links, at=NOW)
    took = time.perf_counter() - began
    assert (of_schools.rows, of_schools.added, of_links.added) == (ENGLAND, ENGLAND, of_links.rows)
    assert of_links.rows > ENGLAND // 4
    assert took < 60, f"it took {took:.0f} seconds"
    before = versions()
    again, links_again = import_schools(main, links=links, at=NOW)
    assert (again.added, again.changed, links_again.added, links_again.changed) == (0, 0, 0, 0)
    assert versions() == before


@pytest.mark.skipif(not GENUINE.exists(), reason="the genuine extract of schools is not here")
def test_invented_schools_do_not_replace_genuine_ones_and_one_changed_row_writes_one_row(tmp_path):
    import_schools(GENUINE, at=NOW)
    rows = several()
    schools.write_rows(tmp_path / "one.csv", rows)
    import_schools(tmp_path / "one.csv", at=NOW)
    assert School.objects.count() == 1096 + FEW
    before = versions()
    rows[17]["SchoolCapacity"] = "1"
    schools.write_rows(tmp_path / "two.csv", rows)
    [one] = import_schools(tmp_path / "two.csv", at=NOW)
    assert (one.added, one.changed, one.unchanged) == (0, 1, FEW - 1)
    assert [new[0] for old, new in zip(before, versions(), strict=True) if old != new] == [schools.FIRST_URN + 17]


def test_no_column_of_personal_data_is_stored(tmp_path):
    main, links = schools.write_extract(tmp_path, FEW, base=BASE)
    assert schools.INVENTED_PERSON in main.read_text("cp1252")
    import_schools(main, links=links, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM registers_school one WHERE one::text ILIKE %s", [f"%{schools.INVENTED_PERSON}%"]
        )
        assert cursor.fetchone() == (0,)


def test_successors_are_found_despite_chains_circles_and_missing_schools(tmp_path):
    main, links = schools.write_extract(tmp_path, 2000, base=BASE)
    import_schools(main, links=links, at=NOW)
    here = set(School.objects.values_list("urn", flat=True))
    pairs = set(SchoolLink.objects.values_list("urn", "linked_urn"))
    closed = set(School.objects.exclude(pk__in=School.objects.open()).values_list("urn", flat=True))
    assert any(other not in here for _, other in pairs), "some successors lie outside the file"
    assert any((other, one) in pairs for one, other in pairs), "some succeed each other in a circle"
    assert any(one in closed and other in closed for one, other in pairs), "some lead on over a closed one"
    for school in School.objects.filter(urn__in=closed)[:200]:
        found = successors_of(school)
        assert all(one.is_open for one in found)
        assert len({one.urn for one in found}) == len(found)
