"""Imports of whole registers: all postcodes in Great Britain, and as many schools as England has."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction

from benchmarks import runner, schools
from calloff.kernel import clock
from calloff.registers.commands import import_postcodes, import_schools
from calloff.registers.models import Postcode, School

POSTCODE_COUNT, SCHOOL_COUNT = 1_739_998, 52_000
ALLOWED_SECONDS = 60.0
Returned = TypeVar("Returned")


def import_all_postcodes() -> runner.BenchFigure:
    """Import all postcodes in the package that is installed.

    The floor is a plain COPY of the same rows.
    """
    with transaction.atomic():
        Postcode.objects.all().delete()  # An earlier case might have left rows.
    took, done = _timed(lambda: import_postcodes(at=clock.now()))
    again, changed = _timed(lambda: import_postcodes(at=clock.now()))
    if done.added != POSTCODE_COUNT or changed.added or changed.changed or took >= ALLOWED_SECONDS:
        raise AssertionError(f"{done.added:,} postcodes in {took:.0f} s; and again: {changed.added}, {changed.changed}")
    print(f"Again, with nothing to change: {again:.1f} s", flush=True)
    return _row(took, _bare_copy("registers_postcode"))


def import_england() -> runner.BenchFigure:
    """Import 52,000 invented schools and their links.

    The floor is a plain COPY of the same rows.
    """
    with tempfile.TemporaryDirectory() as folder:
        main, links = schools.write_extract(Path(folder), SCHOOL_COUNT, base=settings.BASE_DIR.parent)
        took, [of_schools, _] = _timed(lambda: import_schools(main, links=links, at=clock.now()))
        again, [changed, _] = _timed(lambda: import_schools(main, links=links, at=clock.now()))
    there = School.objects.filter(pk__gte=schools.FIRST_URN).count()
    if not there == of_schools.added == SCHOOL_COUNT or changed.added or changed.changed or took >= ALLOWED_SECONDS:
        raise AssertionError(f"{there:,} schools in {took:.0f} s; and again: {changed.added}, {changed.changed}")
    print(f"Again, with nothing to change: {again:.1f} s", flush=True)
    return _row(took, _bare_copy("registers_school"))


def _timed(act: Callable[[], Returned]) -> tuple[float, Returned]:
    began = time.perf_counter()
    done = act()
    return time.perf_counter() - began, done


@transaction.atomic
def _bare_copy(table: str) -> float:
    """Time a plain COPY of a table's rows into an empty table that has the same indexes."""
    with connection.cursor() as cursor, tempfile.TemporaryFile() as kept:
        with cursor.copy(f"COPY {table} TO STDOUT") as out:
            for block in out:
                kept.write(block)
        kept.seek(0)
        cursor.execute(f"CREATE TABLE pg_temp.bare (LIKE {table} INCLUDING ALL) ON COMMIT DROP")
        began = time.perf_counter()
        with cursor.copy("COPY pg_temp.bare FROM STDIN") as into:
            while block := kept.read(1 << 20):
                into.write(block)
        return time.perf_counter() - began


def _row(took: float, floor: float) -> runner.BenchFigure:
    return runner.make_figure("", [took], [floor], elapsed=took)
