"""Measure the same cases on another version of Calloff, and show both results next to each other.

Both versions run the cases of this version, in turn, each with its own database. The lowest figures count, because
other load on the machine can only increase the figures.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from calloff.cli.terminal_tables import format_table

ROOT = Path(__file__).resolve().parents[1]
GIT = shutil.which("git") or "git"
ROUNDS = 2  # how often each version is measured
COLUMNS = ("queries", "cpu_ms", "p50_ms")
NO_FIGURE = "-"  # The case does not work in that version, or has no such figure.

FiguresByCase = dict[str, Mapping[str, Any]]


def compare(ref: str, cases: Sequence[str], file: Path | None) -> int:
    """Measure this version and the version at a Git reference in turn, and print a table."""
    with tempfile.TemporaryDirectory(prefix="calloff-against-") as folder:
        other = Path(folder)
        unpack(ref, other)
        before: FiguresByCase = {}
        after: FiguresByCase = {}
        for _ in range(ROUNDS):
            keep_lowest(before, measured_in(other, cases))
            keep_lowest(after, measured_in(ROOT, cases))
    if not after:
        return 1
    print(comparison_table(ref, before, after))
    if file:
        file.write_text(json.dumps({ref: before, "now": after}, indent=2) + "\n")
    return 0


def unpack(ref: str, folder: Path) -> None:
    """Write the files of a version to a folder, but with the cases of this version."""
    packed = subprocess.run([GIT, "-C", str(ROOT), "archive", ref], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(folder, filter="data")
    shutil.rmtree(folder / "benchmarks", ignore_errors=True)
    shutil.copytree(ROOT / "benchmarks", folder / "benchmarks")


def measured_in(folder: Path, cases: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the figures of the version in a folder. If a case fails there, it has no figures."""
    with tempfile.NamedTemporaryFile(suffix=".json") as told:
        command = [sys.executable, "-m", "benchmarks", *cases, "--json", told.name]
        subprocess.run(
            command, cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)}, stdout=sys.stderr, check=False
        )
        figures: list[Mapping[str, Any]] = json.loads(Path(told.name).read_text() or "[]")
    return figures


def keep_lowest(known: FiguresByCase, figures: Iterable[Mapping[str, Any]]) -> None:
    """Add figures to those that are already known, and keep the lower figure in each column."""
    for figure in figures:
        old = known.get(figure["case"], {})
        known[figure["case"]] = {column: _lowest(old.get(column), figure[column]) for column in COLUMNS}


def _lowest(*numbers: float | None) -> float | None:
    return min((number for number in numbers if number is not None), default=None)


def comparison_table(ref: str, before: FiguresByCase, after: FiguresByCase) -> str:
    """Return a table with the statements, processor time and elapsed time of each case, before and after."""
    head = ["case", *(f"{column} {version}" for column in COLUMNS for version in (ref, "now")), "cpu now / before"]
    rows = [
        [case, *(_shown(figures.get(case, {}).get(column)) for column in COLUMNS for figures in (before, after)),
         _ratio(before.get(case, {}).get("cpu_ms"), now["cpu_ms"])]
        for case, now in after.items()
    ]  # fmt: skip
    return format_table(head, rows)


def _shown(number: float | None) -> str:
    return NO_FIGURE if number is None else f"{number:g}"


def _ratio(before: float | None, now: float | None) -> str:
    return f"{now / before:.2f}" if before and now is not None else NO_FIGURE
