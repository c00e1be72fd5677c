from typing import Any

from django.core.management.base import BaseCommand

from calloff.applications.commands import abandoned_drafts, redo_draft_disposals
from calloff.kernel import clock
from calloff.placements import retention as entries
from calloff.placements.commands import redo_entry_disposals
from calloff.pupils import retention
from calloff.pupils.commands import redo_pupil_disposals


class Command(BaseCommand):
    help = (
        "After a backup is restored, delete again the records that were deleted after the backup was made. `restore` "
        "runs this itself."
    )

    def handle(self, **options: Any) -> None:
        at = clock.now()
        self.stdout.write(
            f"{redo_draft_disposals(at=at) + redo_pupil_disposals(at=at) + redo_entry_disposals(at=at)} deleted again."
        )
        if left := abandoned_drafts(at).count():
            self.stdout.write(
                f"{left} more applications are due to be deleted. Run dispose-drafts with --by an officer of "
                "the authority."
            )
        if left := sum(group.pupils.count() for group in retention.find_due_pupils(at)):
            self.stdout.write(
                f"{left} children's records are due to be deleted. Run dispose-pupils with --by the officer "
                "responsible for them."
            )
        if left := entries.find_due_entries(at).count():
            self.stdout.write(
                f"{left} register entries are due to be deleted. Run dispose-pupils with --by the officer "
                "responsible for them."
            )
