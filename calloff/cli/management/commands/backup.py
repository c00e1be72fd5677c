import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from calloff.cli import backup
from calloff.kernel import clock


class Command(BaseCommand):
    help = (
        "Back up the database and the private files to a new folder. Copy the folder to another machine, and restore "
        "it there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options: Any) -> None:
        began = time.monotonic()
        try:
            manifest = backup.back_up(folder.absolute(), clock.now())
        except backup.BackupError as problem:
            raise CommandError(str(problem)) from problem
        rows = sum(count for count, _ in manifest["tables"].values())
        self.stdout.write(
            f"Backed up {len(manifest['tables'])} tables ({rows:,} rows) and {len(manifest['files'])} files "
            f"to {folder} in {time.monotonic() - began:.1f} seconds."
        )
