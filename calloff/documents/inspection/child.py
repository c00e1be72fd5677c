"""The child process: limit itself, read one file from its input, and write a verdict and any redrawn picture."""

import codecs
import importlib
import json
import os
import re
import sys
from contextlib import suppress
from typing import NamedTuple, NoReturn

from calloff.documents.inspection import file_types, limits
from calloff.documents.inspection.verdicts import MAX_FILE_BYTES, DetectedType, InspectionProblem, ProblemFound

INPUT_DESCRIPTOR, VERDICT_DESCRIPTOR = 0, 1
PROCESS_STATUS_PATH = "/proc/self/status"
INSPECTOR_MODULES = {
    DetectedType.PDF: "pdf",
    DetectedType.DOCX: "office",
    DetectedType.XLSX: "office",
    DetectedType.PNG: "images",
    DetectedType.JPEG: "images",
}
PRELOADED_CODECS = ("utf-8-sig", "cp1252", "cp437", "utf-16", "utf-16-le", "latin-1", "ascii")


class Examination(NamedTuple):
    """A file's type, any problem with it and, for a picture, the redrawn picture."""

    seen: DetectedType
    problem: InspectionProblem | None = None
    drawn: bytes = b""


def main() -> NoReturn:
    """Inspect the file on the input. Arguments: the descriptor for a picture, and its longest side, or 0."""
    drawn_to, longest = int(sys.argv[2]), int(sys.argv[3])
    has_memory_limit = limits.set_limits()
    with os.fdopen(INPUT_DESCRIPTOR, "rb", closefd=False) as sent:
        data = sent.read(MAX_FILE_BYTES + 1)
    _prepare(data)
    used = _opened_status()
    limits.forbid_new_descriptors()
    seen = file_types.detect_file_type(data)
    _tell({"seen": seen, "has_memory_limit": has_memory_limit})
    found = examine(seen, data, longest)
    try:
        _write(drawn_to, found.drawn)
    except OSError:  # it is larger than what may be written
        found = Examination(seen, InspectionProblem.TOO_MANY_PIXELS)
    _tell({"problem": found.problem, "drawn": len(found.drawn), "peak_memory": _peak_memory(used)})
    os._exit(0)


def examine(seen: DetectedType, data: bytes, longest: int = 0) -> Examination:
    """Return the problem with a file. Never raises: a file its reader cannot parse is DAMAGED."""
    try:
        return Examination(seen, drawn=_drawn(seen, data, longest))
    except ProblemFound as found:
        return Examination(seen, found.problem)
    except Exception:  # a reader that meets nonsense may raise anything
        return Examination(seen, InspectionProblem.DAMAGED)


def _prepare(data: bytes) -> None:
    """Import the reader that the file's first bytes call for, while files can still be opened."""
    for codec in PRELOADED_CODECS:
        codecs.lookup(codec)  # it is loaded late
    module = INSPECTOR_MODULES.get(file_types.guess_file_type(data))
    if module:
        importlib.import_module(f"calloff.documents.inspection.{module}").prepare()


def _drawn(seen: DetectedType, data: bytes, longest: int) -> bytes:
    """Return a redrawn picture, or nothing for another kind of file. Raises Found."""
    if seen == DetectedType.PDF:
        from calloff.documents.inspection import pdf  # noqa: PLC0415  (each is slow to import, and one is needed)

        pdf.check_pdf(data)
    elif seen in (DetectedType.DOCX, DetectedType.XLSX):
        from calloff.documents.inspection import office  # noqa: PLC0415

        office.check_office_document(data)
    elif seen in (DetectedType.PNG, DetectedType.JPEG):
        from calloff.documents.inspection import images  # noqa: PLC0415

        return images.redraw_image(data, longest)
    elif seen == DetectedType.TXT:
        file_types.check_text(data)
    return b""


def _opened_status() -> int | None:
    with suppress(OSError):  # macOS has none
        return os.open(PROCESS_STATUS_PATH, os.O_RDONLY)
    return None


def _peak_memory(used: int | None) -> int:
    """Return this process's peak memory in bytes, or 0 if the system does not report it.

    What its parent is told counts the parent's too.
    """
    found = re.search(rb"VmHWM:\s*(\d+) kB", os.read(used, 8192)) if used is not None else None
    return int(found[1]) * 1024 if found else 0


def _tell(said: dict[str, object]) -> None:
    _write(VERDICT_DESCRIPTOR, json.dumps(said).encode() + b"\n")


def _write(where: int, data: bytes) -> None:
    while data:
        data = data[os.write(where, data) :]
