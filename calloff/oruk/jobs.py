from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.oruk.entry_numbers import number_new_entries


@app.task(queue="tidy", name="oruk.number_new")
def number_feed_entries(timestamp: int = 0) -> None:
    """Number newly listed services in the feed.

    The job runs every minute. `timestamp` is the time when the run was due.
    """
    number_new_entries(clock.now())
