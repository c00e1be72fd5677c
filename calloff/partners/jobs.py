from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.partners.reminders import remind_of_ends


@app.task(queue="post", name="partners.remind_of_ends")
def remind_of_agreements_that_end(timestamp: int = 0) -> None:
    """Email reminders about Partnership Agreements that end soon.

    The job runs daily. `timestamp` is the time when the run was due.
    """
    remind_of_ends(clock.now())
