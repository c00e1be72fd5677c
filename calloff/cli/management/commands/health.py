from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from calloff.kernel import clock, connection_errors
from calloff.kernel.words import plural
from calloff.outbox import queries as outbox


class Command(BaseCommand):
    help = "Report the state of the database, the worker and the messages. Exits with status 1 if someone needs to act."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        if reason := connection_errors.why_not():
            raise CommandError(f"The database does not answer: {reason}. Check {settings.DATABASE_VARIABLE}.")
        at, wrong = clock.now(), []
        if not outbox.worker_is_alive(at):
            wrong.append(
                "No worker has reported for 2 minutes, so nothing is being sent. Run: systemctl status calloff-work"
            )
        if late := outbox.late_messages(at):
            wrong.append(f"{plural(late, 'message')} should have gone out a quarter of an hour ago.")
        wrong += [
            f"Could not send after several attempts: {name}, {plural(count, 'time')}"
            for name, count in outbox.failed_jobs().items()
        ]
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write("The database and the worker are running, and no message is late.")
