"""Limits on the child process. It sets these limits on itself before it reads a byte of the file."""

import os
import resource
from contextlib import suppress

MAX_MEMORY_BYTES = 768 * 1024 * 1024  # bytes of address space: what the largest picture takes, and half as much again
MAX_PROCESSOR_SECONDS = 15
MAX_WALL_SECONDS = 30  # our side ends the child then
MAX_REDRAWN_BYTES = 40 * 1024 * 1024  # bytes that the child may write: a picture drawn again
MAX_VERDICT_BYTES = 4096  # bytes that our side reads
OUT_OF_MEMORY_SCORE = "1000"  # the kernel, short of memory, ends this process before any other


def set_limits() -> bool:
    """Limit memory, processor time and output, forbid other processes and core files, and lower the priority.

    Returns False where the system refuses a bound of memory, as macOS does: all the others count. Raises OSError or
    ValueError where it refuses another.
    """
    has_memory_limit = _bound_memory()
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_PROCESSOR_SECONDS, MAX_PROCESSOR_SECONDS + 1))
    _limit(resource.RLIMIT_FSIZE, MAX_REDRAWN_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NPROC, 0)
    os.nice(5)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write(OUT_OF_MEMORY_SCORE)
    return has_memory_limit


def _bound_memory() -> bool:
    try:
        _limit(resource.RLIMIT_AS, MAX_MEMORY_BYTES)
    except (OSError, ValueError):
        return False
    return True


def forbid_new_descriptors() -> None:
    """Allow no new file descriptor: no file can be opened any more, no socket made, no other program loaded.

    The kernel refuses every descriptor whose number is not below the limit, also one that was closed before. What is
    open already (the file, the verdict, the picture) goes on working. Everything that is needed must be imported first.
    """
    _limit(resource.RLIMIT_NOFILE, 0)


def _limit(what: int, most: int) -> None:
    resource.setrlimit(what, (most, most))
