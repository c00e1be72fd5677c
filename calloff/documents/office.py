"""Look into a Word document or a spreadsheet, which is a zip archive: no macros, no bombs, nothing from elsewhere."""

import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from calloff.kernel.states import Refused

MOST_ENTRIES = 2_000
MOST_BYTES = 100 * 1024 * 1024  # unpacked, all together
MOST_RATIO = 200  # unpacked to packed; below FREE_BYTES a ratio tells nothing
FREE_BYTES = 10 * 1024 * 1024
LONGEST_LIST = 1024 * 1024

MACROS = re.compile(r"(vbaproject|vbadata)[^/]*$|/macrosheets/|/activex/", re.I)
BOMB = "This file unpacks to far more than it should hold. Save it again, or upload a PDF."
DAMAGED = "This file is damaged. Save it again, or upload a PDF."
LOCKED = "This file is locked with a password. Save it without one and upload it again."
MACRO = "This file holds macros. Save it without them (as .docx or .xlsx), or upload a PDF."
REMOTE = "This file fetches a template from elsewhere. Save it as a PDF and upload that."


def check(data: bytes) -> None:
    """Raise Refused, with what to do, for anything but a plain document."""
    try:
        with ZipFile(BytesIO(data)) as parts:
            _check_entries(parts)
            _check_lists(parts)
    except (BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError) as unreadable:
        raise Refused(DAMAGED, "file") from unreadable


def _check_entries(parts: ZipFile) -> None:
    entries = parts.infolist()
    names = [entry.filename for entry in entries]
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES:
        raise Refused(BOMB, "file")
    if unpacked > FREE_BYTES and unpacked > MOST_RATIO * max(packed, 1):
        raise Refused(BOMB, "file")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(LOCKED, "file")
    if len({name.lower() for name in names}) < len(names) or any(
        name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) for name in names
    ):
        raise Refused(DAMAGED, "file")
    if any(MACROS.search(name) for name in names):
        raise Refused(MACRO, "file")


def _check_lists(parts: ZipFile) -> None:
    if b"macroenabled" in _start_of(parts, "[Content_Types].xml").lower():
        raise Refused(MACRO, "file")
    settings = "word/_rels/settings.xml.rels"
    if settings in parts.namelist():
        relations = _start_of(parts, settings).lower()
        if b"attachedtemplate" in relations and b"external" in relations:
            raise Refused(REMOTE, "file")


def _start_of(parts: ZipFile, name: str) -> bytes:
    with parts.open(name) as part:
        return part.read(LONGEST_LIST)
