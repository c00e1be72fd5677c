from procrastinate.contrib.django import app

from calloff.directory import result_cache
from calloff.directory.reminders import remind_of_stale_places
from calloff.kernel import clock


@app.task(queue="post", name="directory.remind_of_places")
def remind_of_places(timestamp: int = 0) -> None:
    """Remind providers to update the number of places available if it is out of date. The job runs daily."""
    remind_of_stale_places(clock.now())


@app.task(queue="tidy", name="directory.forget_touches")
def forget_touches(timestamp: int = 0) -> None:
    """Delete records of directory changes that cached results no longer need. The job runs hourly."""
    result_cache.delete_old_changes()
