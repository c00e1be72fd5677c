from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.placements import reminders


@app.task(queue="post", name="placements.remind_of_disposals")
def remind_of_disposals(timestamp: int = 0) -> None:
    """Remind those who answer for disposal of what is due. The rota runs it daily, and passes when it was due."""
    reminders.remind_of_disposals(clock.now())
