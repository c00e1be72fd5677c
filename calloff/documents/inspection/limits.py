"""Limits that the child process sets for itself before it reads the file."""

import os
import resource
from contextlib import suppress

MAX_MEMORY_BYTES = 768 * 1024 * 1024  # bytes of address space, 1.5 times as much as the largest picture needs
MAX_PROCESSOR_SECONDS = 15
MAX_WALL_SECONDS = 30  # seconds after which the parent kills the child
# The maximum size of the child's output, for example a redrawn picture, in bytes.
MAX_REDRAWN_BYTES = 40 * 1024 * 1024
MAX_VERDICT_BYTES = 4096  # the maximum number of bytes that the parent reads
OUT_OF_MEMORY_SCORE = "1000"  # if memory runs low, the kernel kills this process before any other


def set_limits() -> bool:
    """Limit memory, processor time and output, forbid new processes and core files, and lower the priority.

    Returns False if the system (for example macOS) does not support a limit on memory. The other limits still apply.
    Raises OSError or ValueError if the system refuses any other limit.
    """
    has_memory_limit = _limit_memory()
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_PROCESSOR_SECONDS, MAX_PROCESSOR_SECONDS + 1))
    _limit(resource.RLIMIT_FSIZE, MAX_REDRAWN_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NPROC, 0)
    os.nice(5)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write(OUT_OF_MEMORY_SCORE)
    return has_memory_limit


def _limit_memory() -> bool:
    try:
        _limit(resource.RLIMIT_AS, MAX_MEMORY_BYTES)
    except (OSError, ValueError):
        return False
    return True


def forbid_new_descriptors() -> None:
    """Forbid new file descriptors, so that no file, socket or program can be opened.

    The kernel then refuses every descriptor whose number is at or above the limit. Descriptors that are already open
    (the file, the verdict and the picture) still work. Import everything before you call this.
    """
    _limit(resource.RLIMIT_NOFILE, 0)


def _limit(resource_id: int, maximum: int) -> None:
    resource.setrlimit(resource_id, (maximum, maximum))
