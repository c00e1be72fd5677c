"""Count attempts in the memory of one process, for a limit that all callers share.

If the count were in the database, all callers would wait for one row.
"""

from collections import Counter
from datetime import datetime
from threading import Lock

from calloff.rate_limits.limits import LimitName, limit_windows

# Above the limit, one in this many occurrences is counted, so that a flood of them does not hide other reports.
SAMPLE_INTERVAL = 100
_lock = Lock()
_counted: dict[LimitName, tuple[datetime, Counter[str]]] = {}


def sample_occurrence(name: LimitName, *, at: datetime) -> int:
    """Return how many occurrences this report represents, or 0 if it should be ignored.

    Within the limit, each occurrence returns 1. Above it, only a sample counts: every hundredth occurrence returns
    SAMPLE_INTERVAL, up to the limit again, and the others return 0.
    """
    (window,) = limit_windows(name)
    with _lock:
        ends_at, counts = _counted.get(name, (at, Counter()))
        if ends_at <= at or ends_at > at + window.lasts:
            ends_at, counts = at + window.lasts, Counter()
            _counted[name] = ends_at, counts
        counts["times"] += 1
        if counts["times"] <= window.times:
            return 1
        beyond = counts["times"] - window.times
        return SAMPLE_INTERVAL if beyond % SAMPLE_INTERVAL == 0 and beyond // SAMPLE_INTERVAL <= window.times else 0


def reset_process_counts() -> None:
    """Clear all windows, as if the process had just started."""
    with _lock:
        _counted.clear()
