"""The child process, which sets its own limits, reads one file from its input and writes a verdict.

For a picture, it also writes the redrawn picture.
"""

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
    """The result of inspecting a file: its type, any problem with it and, for a picture, the redrawn picture."""

    seen: DetectedType
    problem: InspectionProblem | None = None
    drawn: bytes = b""


def main() -> NoReturn:
    """Inspect the file on standard input, and exit.

    The arguments are the file descriptor for the redrawn picture, and the length of its longest side or 0.
    """
    picture_descriptor, longest = int(sys.argv[2]), int(sys.argv[3])
    has_memory_limit = limits.set_limits()
    with os.fdopen(INPUT_DESCRIPTOR, "rb", closefd=False) as source:
        data = source.read(MAX_FILE_BYTES + 1)
    _prepare(data)
    status_file = _opened_status()
    limits.forbid_new_descriptors()
    detected = file_types.detect_file_type(data)
    _tell({"seen": detected, "has_memory_limit": has_memory_limit})
    examination = examine(detected, data, longest)
    try:
        _write(picture_descriptor, examination.drawn)
    except OSError:  # the picture is larger than the limit on output
        examination = Examination(detected, InspectionProblem.TOO_MANY_PIXELS)
    _tell({"problem": examination.problem, "drawn": len(examination.drawn), "peak_memory": _peak_memory(status_file)})
    os._exit(0)


def examine(seen: DetectedType, data: bytes, longest: int = 0) -> Examination:
    """Return the result of inspecting a file of a detected type.

    This never raises an error. If a file cannot be parsed, the result is DAMAGED.
    """
    try:
        return Examination(seen, drawn=_drawn(seen, data, longest))
    except ProblemFound as problem_found:
        return Examination(seen, problem_found.problem)
    except Exception:  # for malformed files, parsing libraries can raise any error
        return Examination(seen, InspectionProblem.DAMAGED)


def _prepare(data: bytes) -> None:
    """Import the library for the type that the first bytes suggest, while files can still be opened."""
    for codec in PRELOADED_CODECS:
        codecs.lookup(codec)  # otherwise, these codecs are loaded on first use
    module = INSPECTOR_MODULES.get(file_types.guess_file_type(data))
    if module:
        importlib.import_module(f"calloff.documents.inspection.{module}").prepare()


def _drawn(seen: DetectedType, data: bytes, longest: int) -> bytes:
    """Return the redrawn picture, or nothing for any other type of file. Raises ProblemFound."""
    if seen == DetectedType.PDF:
        from calloff.documents.inspection import pdf  # noqa: PLC0415  (slow to import, and only one is needed)

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
    with suppress(OSError):  # this does not exist on macOS
        return os.open(PROCESS_STATUS_PATH, os.O_RDONLY)
    return None


def _peak_memory(status_file: int | None) -> int:
    """Return this process's peak memory in bytes, or 0 if the system does not report it.

    The parent cannot measure this, because the resource usage that it gets includes its own memory.
    """
    line = re.search(rb"VmHWM:\s*(\d+) kB", os.read(status_file, 8192)) if status_file is not None else None
    return int(line[1]) * 1024 if line else 0


def _tell(verdict: dict[str, object]) -> None:
    _write(VERDICT_DESCRIPTOR, json.dumps(verdict).encode() + b"\n")


def _write(where: int, data: bytes) -> None:
    while data:
        data = data[os.write(where, data) :]
