from procrastinate.contrib.django import app

from calloff.buying.reminders import remind_to_confirm as remind_now
from calloff.kernel import clock


@app.task(queue="post", name="buying.remind")
def remind(timestamp: int = 0) -> None:
    """Send reminder emails about offers that providers must confirm.

    The job runs often. `timestamp` is the time when the run was due.
    """
    remind_now(clock.now())
