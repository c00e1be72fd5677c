from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.referrals.reminders import send_reply_reminders as remind_now


@app.task(queue="post", name="referrals.remind")
def remind(timestamp: int = 0) -> None:
    """Email reminders about replies to providers and buyers.

    The job runs often. `timestamp` is the time when the run was due.
    """
    remind_now(clock.now())
