"""What is tidied away here."""

from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.rate_limits import counts


@app.task(queue="tidy", name="rate_limits.forget_old")
def forget_old(timestamp: int = 0) -> None:
    """Delete the counts of ended windows. Nothing hangs on it: they never count."""
    counts.delete_old_counts(clock.now())
