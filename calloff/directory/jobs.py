from procrastinate.contrib.django import app

from calloff.directory import result_cache
from calloff.directory.reminders import remind_of_stale_places
from calloff.kernel import clock


@app.task(queue="post", name="directory.remind_of_places")
def remind_of_places(timestamp: int = 0) -> None:
    """Remind providers whose free places no one has said for a fortnight. The rota runs it daily."""
    remind_of_stale_places(clock.now())


@app.task(queue="tidy", name="directory.forget_touches")
def forget_touches(timestamp: int = 0) -> None:
    """Forget which transactions touched a directory, once nothing that is kept can ask. The rota runs it hourly."""
    result_cache.delete_old_changes()
