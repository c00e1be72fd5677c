"""Read a directory's CSV files, and report each fault with its file, row and column."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from uuid import UUID

from calloff.directory.hsds_tabular import schema
from calloff.directory.hsds_tabular.schema import EMPTY_ERRORS, TabularTable
from calloff.kernel.lifecycles import Refused
from calloff.questions.answers import neutralise_formula
from calloff.registers import import_files
from calloff.registers.import_errors import ImportFaults, quote_cell
from calloff.registers.import_files import ImportFilePart, ImportSource

# The maximum size of all files together, in bytes. This is enough for hundreds of thousands of services.
MAX_UNPACKED_BYTES = 100_000_000


@dataclass(frozen=True)
class TabularRow:
    """One row of a file.

    If the file lacks a column, the stored value does not change. An empty cell removes the stored value.
    """

    file: str
    line: int
    cells: Mapping[str, str]

    @property
    def id(self) -> str:
        return self["id"]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def says(self, column: str) -> bool:
        return column in self.cells


class TabularContent(NamedTuple):
    rows: Mapping[str, list[TabularRow]]  # {table: its rows}
    by_id: Mapping[str, Mapping[str, TabularRow]]
    there: frozenset[str]  # the tables that have a file

    def of(self, table: str, column: str) -> dict[str, list[TabularRow]]:
        """Return the rows of a table, grouped by the value in a column."""
        rows_by_value: dict[str, list[TabularRow]] = {}
        for row in self.rows[table]:
            rows_by_value.setdefault(row[column], []).append(row)
        return rows_by_value


def read_directory_files(path: Path, faults: ImportFaults) -> TabularContent:
    """Read CSV files from a folder or a .zip file, and return the rows that have no faults.

    A fault is added for everything that cannot be read. Raises Refused if the files cannot be opened or are too big.
    """
    source = import_files.open_folder(path)
    if sum(part.size for part in source.parts) > MAX_UNPACKED_BYTES:
        raise Refused(f"{path.name} is larger than {MAX_UNPACKED_BYTES // 1_000_000} MB. Split it by provider.")
    parts = {PurePosixPath(part.name).name.lower(): part for part in source.parts}
    ids_by_table: dict[str, set[str]] = {
        table.name: set() for table in schema.TABLES.values()
    }  # including rows with faults
    rows_by_table = {
        table.name: _parse_rows(source, _find_part(parts, table), table, ids_by_table[table.name], faults)
        for table in schema.TABLES.values()
    }
    by_id = {name: _index_by_id(rows, faults) for name, rows in rows_by_table.items()}
    for table in schema.TABLES.values():
        rows_by_table[table.name] = [
            row for row in rows_by_table[table.name] if not _has_unknown_ids(row, table, ids_by_table, faults)
        ]
    tables_with_file = frozenset(table.name for table in schema.TABLES.values() if _find_part(parts, table))
    return TabularContent(rows_by_table, by_id, tables_with_file)


def _find_part(parts: Mapping[str, ImportFilePart], table: TabularTable) -> ImportFilePart | None:
    names = (table.path, *table.also)
    return next((parts[name] for name in names if name in parts), None)


def _parse_rows(
    source: ImportSource, part: ImportFilePart | None, table: TabularTable, ids: set[str], faults: ImportFaults
) -> list[TabularRow]:
    if part is None:
        if table.needed:
            faults.add(table.path, 1, "", "this file is missing. A directory cannot be imported without it.")
        return []
    lines = import_files.read_rows(
        source, part, faults, lambda task, share: None, usual="utf-8", ends_with_a_line=False
    )
    _, first_line = next(lines, (1, []))
    header = ["".join(name.split()) for name in first_line]  # column names never contain spaces
    missing = [name for name in table.required if name not in header]
    if missing:
        faults.add(
            part.name,
            1,
            "",
            f"columns are missing: {', '.join(missing)}. The first line is {quote_cell(str(first_line))}.",
        )
        return []
    valid_rows = []
    for line, cells in lines:
        before = faults.count
        if len(cells) != len(header):
            faults.add(
                part.name, line, "",
                f"the row has {len(cells)} of {len(header)} columns. A quotation mark or comma is in the wrong place.",
            )  # fmt: skip
            continue
        row = TabularRow(
            part.name, line, {name: _without_formula_mark(cell) for name, cell in zip(header, cells, strict=True)}
        )
        ids.add(row.id)
        _check_cells(row, table, faults)
        if faults.count == before:
            valid_rows.append(row)
    return valid_rows


def _check_cells(row: TabularRow, table: TabularTable, faults: ImportFaults) -> None:
    for name, text in row.cells.items():
        if "\0" in text or any("\ud800" <= mark <= "\udfff" for mark in text):
            faults.add(row.file, row.line, name, "this line contains a byte that is not text. Save the file as UTF-8.")
    for name in table.required:
        if not row[name]:
            faults.add(row.file, row.line, name, EMPTY_ERRORS[name])
    if row.id and not _is_uuid(row.id):
        faults.add(row.file, row.line, "id", f"{quote_cell(row.id)} is not a UUID.")


def _index_by_id(rows: Iterable[TabularRow], faults: ImportFaults) -> dict[str, TabularRow]:
    row_by_id: dict[str, TabularRow] = {}
    for row in rows:
        first = row_by_id.setdefault(row.id, row)
        if first is not row:
            faults.add(row.file, row.line, "id", f"{quote_cell(row.id)} is already on line {first.line}.")
    return row_by_id


def _has_unknown_ids(
    row: TabularRow, table: TabularTable, ids_by_table: Mapping[str, set[str]], faults: ImportFaults
) -> bool:
    """Return whether a row has an id that is missing from the file it refers to, and add a fault for each one."""
    strays = [column for column in table.columns if column.to and row[column.name]]
    strays = [column for column in strays if row[column.name] not in ids_by_table[column.to]]
    for column in strays:
        path = schema.TABLES[column.to].path
        faults.add(row.file, row.line, column.name, f"{quote_cell(row[column.name])} is not in {path}.")
    return bool(strays)


def _without_formula_mark(cell: str) -> str:
    """Remove the apostrophe that our export puts before a cell that a spreadsheet would treat as a formula."""
    return cell[1:] if cell.startswith("'") and neutralise_formula(cell[1:]) == cell else cell


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
