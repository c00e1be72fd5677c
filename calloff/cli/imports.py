"""Code that the two import commands share: a progress bar, and a summary in sentences."""

import time
from collections.abc import Callable, Iterable

from django.core.management.base import CommandError, OutputWrapper
from django.db import DatabaseError

from calloff.cli.progress import ProgressBar
from calloff.kernel.lifecycles import Refused
from calloff.registers.import_files import ReportProgress
from calloff.registers.models import RegisterImport


def run_import(
    work: Callable[[ReportProgress], Iterable[RegisterImport]],
    *,
    preview: bool,
    out: OutputWrapper,
    bar: ProgressBar | None = None,
) -> None:
    """Run an import, and print what it did.

    Raises CommandError if the import is refused (with each problem on its own line) or if the database fails.
    """
    bar = bar or ProgressBar()
    began = time.monotonic()
    try:
        done = work(bar)
    except Refused as refusal:
        raise CommandError("\n".join(problem.sentence for problem in refusal.problems)) from None
    except DatabaseError as problem:  # The import was refused or stopped, so its transaction has been rolled back.
        said_so = str(problem).strip().partition("\n")[0].rstrip(".")
        raise CommandError(
            f"The database connection failed: {said_so}. Nothing was imported, and existing records have not changed."
        ) from problem
    finally:
        bar.close()
    for report in done:
        out.write(describe_import(report, preview=preview))
    out.write(f"It took {time.monotonic() - began:.1f} seconds.")


def describe_import(report: RegisterImport, *, preview: bool) -> str:
    """Describe what an import did or, if it was a preview, what it would do."""
    if not report.added and not report.changed:
        changed = "would change" if preview else "changed"
        return f"{report}: all {report.rows:,} rows have already been imported. Nothing {changed}."
    would = "would be " if preview else ""
    return (
        f"{report}: {report.rows:,} rows ({report.added:,} {would}added, {report.changed:,} {would}changed and "
        f"{report.unchanged:,} {would}left unchanged)."
    )
