"""The times at which periodic tasks run.

The tasks only send reminders and messages, and clean up. They make no decisions, and it does no harm if they run
twice. Each of them is a procrastinate task in the jobs.py of a package, and gets the time when it was due (in Unix
seconds).
"""

from typing import NamedTuple

from django.core.management import call_command
from procrastinate.contrib.django import app

KEPT_HOURS = 14 * 24  # how many hours the result of a finished job can be looked up


class PeriodicTask(NamedTuple):
    task: str
    when: str  # a cron expression, in UTC: minute, hour, day of the month, month, day of the week


# fmt: off
PERIODIC_TASKS = (
    # task, when
    PeriodicTask("documents.scan_waiting",   "*/10 * * * *"),
    PeriodicTask("documents.tidy",           "45 3 * * *"),
    PeriodicTask("evidence.remind_expiring", "0 6 * * *"),
    PeriodicTask("members.remind_of_promises", "15 6 * * *"),
    PeriodicTask("directory.remind_of_places", "20 6 * * *"),
    PeriodicTask("referrals.remind",         "*/30 * * * *"),
    PeriodicTask("partners.remind_of_ends",  "10 6 * * *"),
    PeriodicTask("buying.remind",            "5 7 * * *"),
    PeriodicTask("placements.remind_of_disposals", "15 7 * * *"),
    PeriodicTask("placements.send_register_alerts", "*/5 * * * *"),
    PeriodicTask("placements.settle_registers", "55 3 * * *"),
    PeriodicTask("demand.tell_of_new",       "45 6 * * *"),
    PeriodicTask("applications.tell_of_openings", "7 * * * *"),
    PeriodicTask("applications.forget_askers", "35 3 * * *"),
    PeriodicTask("demand.forget_emails",     "50 3 * * *"),
    PeriodicTask("directory.forget_touches", "55 * * * *"),
    PeriodicTask("oruk.number_new",          "* * * * *"),
    PeriodicTask("web.send_digests",         "2 * * * *"),
    PeriodicTask("web.forget_kept_posts",    "20 * * * *"),
    PeriodicTask("web.forget_cached",        "50 * * * *"),
    PeriodicTask("history.forget_once_keys", "35 * * * *"),
    PeriodicTask("rate_limits.forget_old",   "25 * * * *"),
    PeriodicTask("accounts.tidy",            "40 3 * * *"),
    PeriodicTask("tidy.sessions",            "15 3 * * *"),
    PeriodicTask("tidy.jobs",                "30 3 * * *"),
)
# fmt: on


@app.task(queue="tidy", name="tidy.sessions")
def tidy_sessions(timestamp: int) -> None:
    """Delete expired sessions."""
    call_command("clearsessions")


@app.task(queue="tidy", name="tidy.jobs")
async def tidy_jobs(timestamp: int) -> None:
    """Delete jobs that finished more than a fortnight ago.

    Failed jobs are not deleted, so that a person can look at them.
    """
    await app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)


def register() -> None:
    """Schedule every task in PERIODIC_TASKS.

    Raises KeyError for a task that does not exist, so that the program does not start.
    """
    for duty in PERIODIC_TASKS:
        app.periodic(cron=duty.when, periodic_id=duty.task)(app.tasks[duty.task])
