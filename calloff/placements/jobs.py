from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.placements import reminders
from calloff.placements.register_alert_messages import send_register_alerts as send_now
from calloff.placements.settled_registers import record_settled_registers


@app.task(queue="post", name="placements.remind_of_disposals")
def remind_of_disposals(timestamp: int = 0) -> None:
    """Remind the people who are responsible for deleting records.

    The job runs daily and receives the time when the run was due.
    """
    reminders.remind_of_disposals(clock.now())


@app.task(queue="tidy", name="placements.settle_registers")
def settle_registers(timestamp: int = 0) -> None:
    """Mark the registers of ended placements as settled if no sessions are left to mark.

    The job runs nightly.
    """
    record_settled_registers(clock.now())


@app.task(queue="post", name="placements.send_register_alerts")
def send_register_alerts(timestamp: int = 0) -> None:
    """Email providers and schools about unmarked first sessions. The job runs every few minutes."""
    send_now(clock.now())
