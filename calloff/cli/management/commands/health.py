import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from calloff.kernel import clock, connection_errors
from calloff.kernel.formatting import pluralise
from calloff.outbox import mail_server
from calloff.outbox import queries as outbox


class Command(BaseCommand):
    help = "Report the state of the database, the worker and the messages. Exits with status 1 if someone needs to act."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="print figures on one line, for a monitoring tool"
        )

    def handle(self, *, as_json: bool, **options: Any) -> None:
        figures = _found()
        if as_json:
            self.stdout.write(json.dumps(figures))
        if figures["problems"]:
            raise CommandError("\n".join(figures["problems"]))
        if not as_json:
            self.stdout.write("The database and the worker are running, and no message is late.")


def _found() -> dict[str, Any]:
    """Return the state of the service, with a sentence about each problem that a person must solve.

    The result does not contain anyone's name or address.
    """
    if reason := connection_errors.explain_connection_failure():
        words = f"The database is not responding: {reason}. Check {settings.DATABASE_VARIABLE}."
        return {"database": False, "problems": [words]}
    at = clock.now()
    numbers: dict[str, Any] = {
        "database": True,
        "worker": outbox.worker_is_alive(at),
        "messages_late": outbox.count_late_messages(at),
        "messages_tried_in_vain": outbox.count_messages_to_retry(),
        "jobs_waiting": outbox.count_waiting_jobs(),
        "jobs_failed": outbox.count_failed_jobs(),
    }
    wrong = []
    if not numbers["worker"]:
        wrong.append(
            "No worker has reported for 2 minutes, so nothing is being sent. Run: systemctl status calloff-work"
        )
    if late := numbers["messages_late"]:
        wrong.append(f"{pluralise(late, 'message')} should have been sent more than 15 minutes ago.")
    if vain := numbers["messages_tried_in_vain"]:
        wrong.append(f"{pluralise(vain, 'message')} could not be sent. The worker will try again.")
    if (late or vain) and (reason := mail_server.find_mail_server_problem()):
        wrong.append(
            f"The mail server is not accepting messages: {reason}. To test it, run: calloff sendtestemail YOUR-ADDRESS"
        )
    wrong += [
        f"Could not send after several attempts: {name}, {pluralise(count, 'time')}"
        for name, count in numbers["jobs_failed"].items()
    ]
    return numbers | {"problems": wrong}
