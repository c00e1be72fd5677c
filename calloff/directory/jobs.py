from procrastinate.contrib.django import app

from calloff.directory.reminders import remind
from calloff.kernel import clock


@app.task(queue="post", name="directory.remind_of_places")
def remind_of_places(timestamp: int = 0) -> None:
    """Remind providers whose free places nobody has said for a fortnight. The rota runs it daily."""
    remind(clock.now())
