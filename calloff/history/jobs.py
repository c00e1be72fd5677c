"""A job that deletes old once-keys."""

from procrastinate.contrib.django import app

from calloff.history import once_keys
from calloff.kernel import clock


@app.task(queue="tidy", name="history.forget_once_keys")
def forget_once_keys(timestamp: int = 0) -> None:
    """Delete the once-keys of requests that were sent more than a week ago."""
    once_keys.delete_old_once_keys(clock.now())
