"""Scheduled jobs for evidence."""

from procrastinate.contrib.django import app

from calloff.evidence.reminders import remind
from calloff.kernel import clock


@app.task(queue="post", name="evidence.remind_expiring")
def remind_expiring(timestamp: int = 0) -> None:
    """Remind providers of documents that will soon expire.

    This job runs daily. `timestamp` is the time at which the run was due.
    """
    remind(clock.now())
