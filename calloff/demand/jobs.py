from procrastinate.contrib.django import app

from calloff.demand import saved_search_alerts
from calloff.kernel import clock


@app.task(queue="post", name="demand.tell_of_new")
def tell_of_new(timestamp: int = 0) -> None:
    """Email people about new matches for their saved searches.

    The job runs daily. `timestamp` is the time when the run was due.
    """
    saved_search_alerts.send_search_alerts(clock.now())


@app.task(queue="tidy", name="demand.forget_emails")
def forget_emails(timestamp: int = 0) -> None:
    """Delete email addresses from gaps reported more than a year ago. The job runs daily."""
    saved_search_alerts.delete_old_emails(clock.now())
