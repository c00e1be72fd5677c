"""What is tidied away here."""

from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.people import keys


@app.task(queue="tidy", name="people.forget_counts")
def forget_counts(timestamp: int = 0) -> None:
    """Delete who asked how often in minutes that are over. Nothing hangs on it: an old minute never counts."""
    keys.forget_counts(clock.now())
