"""The child process, which sets its own limits, reads one file from its input and writes a verdict.

For a picture, it also writes the redrawn picture. For an archive that must be unpacked, it writes the archive's files.
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
from calloff.documents.inspection.verdicts import (
    MAX_FILE_BYTES,
    UNPACK_TASK,
    DetectedType,
    InspectionProblem,
    ProblemFound,
)

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
    """The result of inspecting a file: its type, any problem, and the redrawn picture or unpacked files."""

    seen: DetectedType
    problem: InspectionProblem | None = None
    drawn: bytes = b""


def main() -> NoReturn:
    """Inspect the file on standard input, and exit.

    The first argument is the file descriptor for the output. The second is the length of a picture's longest side in
    pixels, 0 if a picture keeps its size, or UNPACK_TASK.
    """
    output_descriptor, task = int(sys.argv[2]), sys.argv[3]
    is_unpacked = task == UNPACK_TASK
    has_memory_limit = limits.set_limits()
    with os.fdopen(INPUT_DESCRIPTOR, "rb", closefd=False) as source:
        data = source.read(MAX_FILE_BYTES + 1)
    _prepare("archives" if is_unpacked else INSPECTOR_MODULES.get(file_types.guess_file_type(data)))
    status_file = _opened_status()
    limits.forbid_new_descriptors()
    detected = DetectedType.ZIP if is_unpacked else file_types.detect_file_type(data)
    _tell({"seen": detected, "has_memory_limit": has_memory_limit})
    examination = examine(detected, data, 0 if is_unpacked else int(task), is_unpacked=is_unpacked)
    try:
        _write(output_descriptor, examination.drawn)
    except OSError:  # the output is larger than the limit, which can happen only with a picture
        examination = Examination(detected, InspectionProblem.TOO_MANY_PIXELS)
    _tell({"problem": examination.problem, "drawn": len(examination.drawn), "peak_memory": _peak_memory(status_file)})
    os._exit(0)


def examine(seen: DetectedType, data: bytes, longest: int = 0, *, is_unpacked: bool = False) -> Examination:
    """Return the result of inspecting a file whose type has been detected.

    This never raises an error. If a file cannot be parsed, the result is DAMAGED.
    """
    try:
        return Examination(seen, drawn=_unpacked(data) if is_unpacked else _drawn(seen, data, longest))
    except ProblemFound as problem_found:
        return Examination(seen, problem_found.problem)
    except Exception:  # for malformed files, parsing libraries can raise any error
        return Examination(seen, InspectionProblem.DAMAGED)


def _prepare(module: str | None) -> None:
    """Import the module that will read the file, while files can still be opened."""
    for codec in PRELOADED_CODECS:
        codecs.lookup(codec)  # without this, these codecs would be loaded on first use
    if module:
        importlib.import_module(f"calloff.documents.inspection.{module}").prepare()


def _unpacked(data: bytes) -> bytes:
    """Return an archive's files as JSON. Raises ProblemFound."""
    from calloff.documents.inspection import archives  # noqa: PLC0415  (imported only if it is needed)

    return archives.unpack_archive(data)


def _drawn(seen: DetectedType, data: bytes, longest: int) -> bytes:
    """Return the redrawn picture, or empty bytes for any other type of file. Raises ProblemFound."""
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
    with suppress(OSError):  # macOS does not have this
        return os.open(PROCESS_STATUS_PATH, os.O_RDONLY)
    return None


def _peak_memory(status_file: int | None) -> int:
    """Return this process's peak memory in bytes, or 0 if the system does not report it.

    The parent cannot measure it, because the resource usage that the parent gets includes its own memory.
    """
    line = re.search(rb"VmHWM:\s*(\d+) kB", os.read(status_file, 8192)) if status_file is not None else None
    return int(line[1]) * 1024 if line else 0


def _tell(verdict: dict[str, object]) -> None:
    _write(VERDICT_DESCRIPTOR, json.dumps(verdict).encode() + b"\n")


def _write(where: int, data: bytes) -> None:
    while data:
        data = data[os.write(where, data) :]
