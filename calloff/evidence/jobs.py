from procrastinate.contrib.django import app

from calloff.evidence.reminders import remind
from calloff.kernel import clock


@app.task(queue="post", name="evidence.remind_expiring")
def remind_expiring(timestamp: int = 0) -> None:
    """Remind providers of what is about to end. The rota runs it daily, and passes the time it was due."""
    remind(clock.now())
