from typing import Any

from django.core.management.base import BaseCommand

from calloff.applications.commands import abandoned, redo_disposals
from calloff.kernel import clock


class Command(BaseCommand):
    help = "After a backup was restored: dispose again of what it brought back. `restore` runs it."

    def handle(self, **options: Any) -> None:
        at = clock.now()
        self.stdout.write(f"{redo_disposals(at=at)} disposed of again.")
        if left := abandoned(at).count():
            self.stdout.write(f"{left} more are due: run dispose-drafts --by an officer of their authority.")
