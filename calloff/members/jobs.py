"""Scheduled jobs for memberships."""

from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.members.reminders import remind_of_promises as remind


@app.task(queue="post", name="members.remind_of_promises")
def remind_of_promises(timestamp: int = 0) -> None:
    """Remind providers of the documents that they have promised.

    This job runs daily. `timestamp` is the time at which the run was due.
    """
    remind(clock.now())
