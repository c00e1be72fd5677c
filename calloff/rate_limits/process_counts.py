"""Count within one process, for limits shared by everyone, which would contend for one table row."""

from collections import Counter
from datetime import datetime
from threading import Lock

from calloff.rate_limits.limits import LimitName, limit_windows

SAMPLE_INTERVAL = 100  # of what is beyond the limit, so many are let through: a flood does not hide what else comes
_lock = Lock()
_counted: dict[LimitName, tuple[datetime, Counter[str]]] = {}


def sample_occurrence(name: LimitName, *, at: datetime) -> int:
    """Say whether to go on with something that comes without end: 0 for no, else for how many this one stands.

    As many as the limit allows go on; then every hundredth, up to the limit again.
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
    """Begin every window again, as a new process does."""
    with _lock:
        _counted.clear()
