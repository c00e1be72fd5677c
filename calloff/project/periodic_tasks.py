"""What runs when. Nothing here decides anything: jobs remind, send and tidy, and may run twice without harm.

A job of the rota is a procrastinate task of some room's jobs.py that takes the instant it was due (Unix seconds).
"""

from typing import NamedTuple

from django.core.management import call_command
from procrastinate.contrib.django import app

KEPT_HOURS = 14 * 24  # how long a finished job can be looked up


class Duty(NamedTuple):
    task: str
    when: str  # cron, in UTC: minute, hour, day of the month, month, day of the week


# fmt: off
ROTA = (
    #    task                        when
    Duty("documents.scan_waiting",   "*/10 * * * *"),
    Duty("documents.tidy",           "45 3 * * *"),
    Duty("evidence.remind_expiring", "0 6 * * *"),
    Duty("members.remind_of_promises", "15 6 * * *"),
    Duty("directory.remind_of_places", "20 6 * * *"),
    Duty("referrals.remind",         "*/30 * * * *"),
    Duty("partners.remind_of_ends",  "10 6 * * *"),
    Duty("buying.remind",            "5 7 * * *"),
    Duty("placements.remind_of_disposals", "15 7 * * *"),
    Duty("placements.send_register_alerts", "*/5 * * * *"),
    Duty("placements.settle_registers", "55 3 * * *"),
    Duty("demand.tell_of_new",       "45 6 * * *"),
    Duty("demand.forget_emails",     "50 3 * * *"),
    Duty("directory.forget_touches", "55 * * * *"),
    Duty("oruk.number_new",          "* * * * *"),
    Duty("web.forget_kept_posts",    "20 * * * *"),
    Duty("web.forget_cached",        "50 * * * *"),
    Duty("history.forget_once_keys", "35 * * * *"),
    Duty("rate_limits.forget_old",   "25 * * * *"),
    Duty("accounts.tidy",            "40 3 * * *"),
    Duty("tidy.sessions",            "15 3 * * *"),
    Duty("tidy.jobs",                "30 3 * * *"),
)
# fmt: on


@app.task(queue="tidy", name="tidy.sessions")
def tidy_sessions(timestamp: int) -> None:
    """Forget sessions that have ended."""
    call_command("clearsessions")


@app.task(queue="tidy", name="tidy.jobs")
async def tidy_jobs(timestamp: int) -> None:
    """Forget jobs that were done a fortnight ago; those that failed stay, for a person to look at."""
    await app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)


def register() -> None:
    """Hang every row of the rota on its task. A row whose task does not exist stops the start."""
    for duty in ROTA:
        app.periodic(cron=duty.when, periodic_id=duty.task)(app.tasks[duty.task])
