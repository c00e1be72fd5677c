"""The parent's part of the inspection: start a child, wait up to a time limit and read the child's verdict.

The child is a new Python process, not a fork, because the web server has threads and a fork would inherit their locks.
The child has an empty environment and none of our open files.
"""

import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import msgspec

from calloff.documents.inspection import limits
from calloff.documents.inspection.verdicts import UNPACK_TASK, DetectedType, InspectionProblem, ProblemFound

log = logging.getLogger(__name__)
PROJECT_ROOT = Path(__file__).resolve().parents[3]
CHILD_START_CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); from calloff.documents.inspection import child; child.main()"
)


class InspectionFinding(msgspec.Struct):
    """The child's report, which might be incomplete, and the resources that the child used."""

    seen: DetectedType | None = None  # None if the child did not get this far
    problem: InspectionProblem | None = None
    drawn: bytes = b""  # the redrawn picture or, as JSON, the unpacked files
    peak_memory: int = 0  # bytes, if the child finished
    processor_seconds: float = 0


class _VerdictLine(msgspec.Struct, forbid_unknown_fields=True):
    """One line of the verdict."""

    seen: DetectedType | None = None
    has_memory_limit: bool = True
    problem: InspectionProblem | None = None
    drawn: int | None = None  # bytes
    peak_memory: int = 0  # bytes


def inspect_in_child(data: bytes, *, longest_side: int = 0) -> InspectionFinding:
    """Inspect a file in a child process. `longest_side` limits the size of a redrawn picture, in pixels.

    If the child ends before its verdict is complete, because it crashed or ran out of memory or time, the file is
    TOO_LONG or DAMAGED. No file can make this function raise an error.
    """
    return _run_child(data, str(longest_side))


def unpack_in_child(data: bytes) -> dict[str, bytes]:
    """Return the files in a ZIP archive by name. A child process unpacks them, with the same limits as for an
    inspection.

    The names and contents are whatever is in the archive, so check them before you use them. Raises ProblemFound if the
    archive cannot be unpacked.
    """
    finding = _run_child(data, UNPACK_TASK)
    if finding.problem:
        raise ProblemFound(finding.problem)
    try:
        return dict(msgspec.json.decode(finding.drawn, type=list[tuple[str, bytes]]))
    except msgspec.DecodeError:
        raise ProblemFound(InspectionProblem.DAMAGED) from None


def _run_child(data: bytes, task: str) -> InspectionFinding:
    with TemporaryFile() as sent, TemporaryFile() as drawn:
        sent.write(data)
        sent.seek(0)
        child = subprocess.Popen(  # noqa: S603  (we run our own Python with fixed arguments)
            [sys.executable, "-I", "-c", CHILD_START_CODE, str(PROJECT_ROOT), str(drawn.fileno()), task],
            stdin=sent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=[drawn.fileno()],
            cwd="/", env={}, start_new_session=True,
        )  # fmt: skip
        try:
            verdict, in_time = _read(child.stdout, time.monotonic() + limits.MAX_WALL_SECONDS)
        finally:
            usage = _end(child)
        finding = _parse_verdict(verdict, in_time, drawn)
    finding.processor_seconds = usage.ru_utime + usage.ru_stime
    if finding.problem == InspectionProblem.DAMAGED and finding.processor_seconds >= limits.MAX_PROCESSOR_SECONDS:
        finding.problem = InspectionProblem.TOO_LONG
    return finding


def _read(pipe: Any, deadline: float) -> tuple[bytes, bool]:
    """Read until the child ends, writes too much or runs out of time.

    Returns the bytes, and whether the child ended in time.
    """
    verdict = b""
    with selectors.DefaultSelector() as ready, pipe:
        ready.register(pipe, selectors.EVENT_READ)
        while len(verdict) < limits.MAX_VERDICT_BYTES:
            if not ready.select(max(0, deadline - time.monotonic())):
                return verdict, False
            part = os.read(pipe.fileno(), limits.MAX_VERDICT_BYTES - len(verdict))
            if not part:
                break
            verdict += part
    return verdict, True


def _end(child: subprocess.Popen[bytes]) -> Any:
    """Kill the child, and return the resources that it used."""
    with suppress(PermissionError):  # macOS raises this if the only process in the group has already exited
        os.killpg(child.pid, signal.SIGKILL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage


def _parse_verdict(verdict: bytes, in_time: bool, drawn: Any) -> InspectionFinding:
    finding = InspectionFinding(problem=InspectionProblem.DAMAGED if in_time else InspectionProblem.TOO_LONG)
    try:
        lines = [msgspec.json.decode(line, type=_VerdictLine) for line in verdict.splitlines()]
    except msgspec.DecodeError:
        return finding
    if lines:
        finding.seen = lines[0].seen
        if not lines[0].has_memory_limit:
            _warn_of_memory()
    is_whole = len(lines) == 2 and lines[1].drawn is not None  # noqa: PLR2004  (first the type, then the problem)
    if is_whole:
        finding.problem, finding.peak_memory = lines[1].problem, lines[1].peak_memory
        drawn.seek(0)
        finding.drawn = drawn.read(min(lines[1].drawn or 0, limits.MAX_REDRAWN_BYTES))
    return finding


@cache
def _warn_of_memory() -> None:
    """Log, once in each process, that files are inspected without a memory limit."""
    log.warning(
        "This system does not support RLIMIT_AS, so uploaded files are checked without a memory limit. The limits on "
        "time, output, files and processes still apply. Run Calloff on Linux to apply all the limits."
    )
