from typing import Any

from django.core.management.base import BaseCommand, CommandError

from calloff.kernel import clock
from calloff.kernel.words import plural
from calloff.outbox import queries as outbox


class Command(BaseCommand):
    help = (
        "Say how the service is: the database, the worker, the messages. Ends with status 1 where a person is needed."
    )
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        if not outbox.database_answers():
            raise CommandError("The database does not answer.")
        at, wrong = clock.now(), []
        if not outbox.worker_is_alive(at):
            wrong.append("No worker was heard for two minutes: nothing is sent. See: systemctl status calloff-work")
        if late := outbox.late_messages(at):
            wrong.append(f"{plural(late, 'message')} should have gone out a quarter of an hour ago.")
        wrong += [f"Given up: {name}, {plural(count, 'time')}" for name, count in outbox.failed_jobs().items()]
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write("The database answers, a worker is alive, and no message is late.")
