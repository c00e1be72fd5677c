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
from calloff.documents.inspection.verdicts import MAX_FILE, Found, Problem, Seen

INPUT, VERDICT = 0, 1
STATUS = "/proc/self/status"
MODULES = {
    Seen.PDF: "pdf",
    Seen.DOCX: "office",
    Seen.XLSX: "office",
    Seen.PNG: "images",
    Seen.JPEG: "images",
}
CODECS = ("utf-8-sig", "cp1252", "cp437", "utf-16", "utf-16-le", "latin-1", "ascii")


class Examined(NamedTuple):
    """A file's type, any problem with it and, for a picture, the redrawn picture."""

    seen: Seen
    problem: Problem | None = None
    drawn: bytes = b""


def main() -> NoReturn:
    """Inspect the file on the input. Arguments: the descriptor for a picture, and its longest side, or 0."""
    drawn_to, longest = int(sys.argv[2]), int(sys.argv[3])
    has_memory_limit = limits.set_limits()
    with os.fdopen(INPUT, "rb", closefd=False) as sent:
        data = sent.read(MAX_FILE + 1)
    _prepare(data)
    used = _opened_status()
    limits.shut()
    seen = file_types.seen_in(data)
    _tell({"seen": seen, "has_memory_limit": has_memory_limit})
    found = examine(seen, data, longest)
    try:
        _write(drawn_to, found.drawn)
    except OSError:  # it is larger than what may be written
        found = Examined(seen, Problem.TOO_MANY_PIXELS)
    _tell({"problem": found.problem, "drawn": len(found.drawn), "peak_memory": _peak_memory(used)})
    os._exit(0)


def examine(seen: Seen, data: bytes, longest: int = 0) -> Examined:
    """Return the problem with a file. Never raises: a file its reader cannot parse is DAMAGED."""
    try:
        return Examined(seen, drawn=_drawn(seen, data, longest))
    except Found as found:
        return Examined(seen, found.problem)
    except Exception:  # a reader that meets nonsense may raise anything
        return Examined(seen, Problem.DAMAGED)


def _prepare(data: bytes) -> None:
    """Import the reader that the file's first bytes call for, while files can still be opened."""
    for codec in CODECS:
        codecs.lookup(codec)  # it is loaded late
    module = MODULES.get(file_types.likely(data))
    if module:
        importlib.import_module(f"calloff.documents.inspection.{module}").prepare()


def _drawn(seen: Seen, data: bytes, longest: int) -> bytes:
    """Return a redrawn picture, or nothing for another kind of file. Raises Found."""
    if seen == Seen.PDF:
        from calloff.documents.inspection import pdf  # noqa: PLC0415  (each is slow to import, and one is needed)

        pdf.check(data)
    elif seen in (Seen.DOCX, Seen.XLSX):
        from calloff.documents.inspection import office  # noqa: PLC0415

        office.check(data)
    elif seen in (Seen.PNG, Seen.JPEG):
        from calloff.documents.inspection import images  # noqa: PLC0415

        return images.redrawn(data, longest)
    elif seen == Seen.TXT:
        file_types.check_text(data)
    return b""


def _opened_status() -> int | None:
    with suppress(OSError):  # macOS has none
        return os.open(STATUS, os.O_RDONLY)
    return None


def _peak_memory(used: int | None) -> int:
    """Return this process's peak memory in bytes, or 0 if the system does not report it.

    What its parent is told counts the parent's too.
    """
    found = re.search(rb"VmHWM:\s*(\d+) kB", os.read(used, 8192)) if used is not None else None
    return int(found[1]) * 1024 if found else 0


def _tell(said: dict[str, object]) -> None:
    _write(VERDICT, json.dumps(said).encode() + b"\n")


def _write(where: int, data: bytes) -> None:
    while data:
        data = data[os.write(where, data) :]
