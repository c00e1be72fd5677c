"""The background job that deletes old counts."""

from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.rate_limits import counts


@app.task(queue="tidy", name="rate_limits.forget_old")
def forget_old(timestamp: int = 0) -> None:
    """Delete the counts of windows that have ended."""
    counts.delete_old_counts(clock.now())
