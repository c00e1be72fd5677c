"""Inspect a Word document or a spreadsheet, which is a ZIP archive of parts (see `office_parts`).

The archive must look like one that Office writes: only two compression methods, a directory that agrees with the header
of each part, no overlapping parts and nothing hidden between the parts. Every part is decompressed once, up to a limit,
so that any damage is found.
"""

import re
import struct
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from calloff.documents.inspection import file_types, office_parts
from calloff.documents.inspection.verdicts import DetectedType, InspectionProblem, ProblemFound

MAX_ENTRIES = 2_000
MAX_EXPANDED_BYTES = 100 * 1024 * 1024  # the maximum size of all parts together after decompression, in bytes
# The highest ratio of decompressed to compressed bytes. It is checked only above MIN_RATIO_CHECKED_BYTES.
MAX_COMPRESSION_RATIO = 200
MIN_RATIO_CHECKED_BYTES = 10 * 1024 * 1024
MAX_NESTED_DOCUMENTS = 1  # documents inside a document, for example the data of a chart
LOCAL_HEADER = struct.Struct("<4s5H3I2H")
ZIP64_SIZE_MARK = 0xFFFFFFFF  # in a header, this value means that the size is in an extra field

MACRO_NAME_PATTERN = re.compile(r"(vbaproject|vbadata)[^/]*$|/macrosheets/|/activex/|/dialogsheets/", re.I)
EMBEDDED_NAME_PATTERN = re.compile(r"/embeddings/.*\.(?!xlsx$|docx$)[^./]+$|/afchunk[^/]*$", re.I)
FOREIGN_STARTS = (
    b"MZ", b"\x7fELF", b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b",
    b"#!",
)  # fmt: skip


def prepare() -> None:
    """Import modules that load on first use, while the process can still open files."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as small:
        small.writestr("word/document.xml", "<a/>")
    check_office_document(out.getvalue())


def check_office_document(data: bytes, depth: int = 0) -> None:
    """Raise ProblemFound unless the file is a plain document without active content."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            _check_list(archive.infolist())
            _check_headers(archive.infolist(), data)
            parts = {entry.filename: _decompress(archive, entry) for entry in archive.infolist() if not entry.is_dir()}
    except ProblemFound:
        raise
    # The error can be, for example, zlib.error, LZMAError, BadZipFile, NotImplementedError or struct.error.
    except Exception as unreadable:
        raise ProblemFound(InspectionProblem.DAMAGED) from unreadable
    for name, content in parts.items():
        _check_part(name, content, depth)
    office_parts.check_office_parts(parts)


def _check_list(entries: list[ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_EXPANDED_BYTES:
        raise ProblemFound(InspectionProblem.UNPACKS_TOO_MUCH)
    if unpacked > MIN_RATIO_CHECKED_BYTES and unpacked > MAX_COMPRESSION_RATIO * max(packed, 1):
        raise ProblemFound(InspectionProblem.UNPACKS_TOO_MUCH)
    if any(entry.flag_bits & 1 for entry in entries):
        raise ProblemFound(InspectionProblem.LOCKED)
    # Check the name as stored, because zipfile cuts a name off at a NUL.
    names = [entry.orig_filename.replace("\\", "/") for entry in entries]
    if len({name.lower() for name in names}) < len(names) or any(_is_outside_path(name) for name in names):
        raise ProblemFound(InspectionProblem.DAMAGED)
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise ProblemFound(InspectionProblem.DAMAGED)
    if any(MACRO_NAME_PATTERN.search(name) for name in names):
        raise ProblemFound(InspectionProblem.MACROS)


def _is_outside_path(name: str) -> bool:
    return name.startswith("/") or ".." in name.split("/") or name[1:2] == ":" or "\0" in name


def _check_headers(entries: list[ZipInfo], data: bytes) -> None:
    """Compare the archive's directory with the header of each part, because other programs rely on the header."""
    end = 0
    for entry in sorted(entries, key=lambda part: part.header_offset):
        start = entry.header_offset
        magic, _, flags, method, _, _, _, packed, unpacked, name_size, extra_size = LOCAL_HEADER.unpack_from(
            data, start
        )
        body = start + LOCAL_HEADER.size + name_size + extra_size
        name = data[start + LOCAL_HEADER.size :][:name_size]
        sized_later = flags & 8
        if magic != b"PK\x03\x04" or start < end or (end == 0 and start != 0):
            raise ProblemFound(InspectionProblem.DAMAGED)
        if b"PK\x03\x04" in data[end:start] or method != entry.compress_type or flags & 1:
            raise ProblemFound(InspectionProblem.DAMAGED)
        if name.decode("utf-8" if flags & 0x800 else "cp437") != entry.orig_filename:
            raise ProblemFound(InspectionProblem.DAMAGED)
        is_wide = ZIP64_SIZE_MARK in (packed, unpacked)
        if not sized_later and not is_wide and (packed, unpacked) != (entry.compress_size, entry.file_size):
            raise ProblemFound(InspectionProblem.DAMAGED)
        end = body + entry.compress_size


def _decompress(archive: ZipFile, entry: ZipInfo) -> bytes:
    with archive.open(entry) as part:
        # zipfile stops at the number of bytes that the directory states, and the total is limited.
        content = part.read(MAX_EXPANDED_BYTES)
    if len(content) != entry.file_size:
        raise ProblemFound(InspectionProblem.DAMAGED)
    return content


def _check_part(name: str, content: bytes, depth: int) -> None:
    if EMBEDDED_NAME_PATTERN.search(f"/{name}") or content.startswith(FOREIGN_STARTS):
        raise ProblemFound(InspectionProblem.EMBEDDED)
    if content.startswith(b"PK\x03\x04"):
        if depth >= MAX_NESTED_DOCUMENTS or file_types.detect_file_type(content) not in (
            DetectedType.DOCX,
            DetectedType.XLSX,
        ):
            raise ProblemFound(InspectionProblem.EMBEDDED)
        check_office_document(content, depth + 1)
