"""Write a directory's CSV files to a folder or a .zip file: all of them, or none if one cannot be written."""

import csv
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from calloff.directory.hsds_tabular import schema
from calloff.directory.hsds_tabular.export_rows import RowsByFile, directory_rows
from calloff.kernel.lifecycles import Refused
from calloff.people.models import Organisation
from calloff.questions.answers import neutralise_formula

DATA_PACKAGE_FILE = "datapackage.json"


def export_directory(authority: Organisation, to: Path, *, at: datetime) -> dict[str, int]:
    """Export an authority's directory, as the public sees it, to a new folder or .zip file.

    Returns the number of rows in each file. A cell that a spreadsheet would treat as a formula starts with an
    apostrophe. Raises Refused if the target already exists or cannot be written.
    """
    if to.exists():
        raise Refused(f"{to} already exists. Choose a folder or a .zip that does not exist yet.")
    files = directory_rows(authority, at)
    texts = dict(_texts(files, f"Directory of services approved by {authority}"))
    try:
        _write_zip(to, texts) if to.suffix.lower() == ".zip" else _write_folder(to, texts)
    except OSError as problem:
        raise Refused(f"{to} cannot be written: {problem.strerror}.") from None
    return {schema.TABLES[name].path: len(rows) for name, rows in files.items()}


def _texts(files: RowsByFile, title: str) -> Iterator[tuple[str, str]]:
    yield DATA_PACKAGE_FILE, json.dumps(schema.describe_data_package(title), indent=2, ensure_ascii=False) + "\n"
    for table in schema.TABLES.values():
        sheet = io.StringIO(newline="")
        writer = csv.writer(sheet)
        writer.writerow(table.header)
        for row in files[table.name]:
            writer.writerow(_cell(row.get(name)) for name in table.header)
        yield table.path, sheet.getvalue()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="minutes")
        case str():
            return neutralise_formula(value)
        case _:
            return str(value)


def _write_folder(to: Path, texts: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=f".{to.name}-") as temporary:
        complete = Path(temporary, "whole")
        complete.mkdir()
        for name, text in texts.items():
            (complete / name).write_text(text, "utf-8", newline="")
        complete.rename(to)


def _write_zip(to: Path, texts: dict[str, str]) -> None:
    handle, temporary = tempfile.mkstemp(dir=to.parent, prefix=f".{to.name}-")
    try:
        with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in texts.items():
                archive.writestr(name, text)
        os.link(temporary, to)  # this fails if someone has just created the target
    finally:
        Path(temporary).unlink()
