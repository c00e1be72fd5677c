import os
import subprocess
import time
from pathlib import Path
from typing import Any

from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from calloff.cli import backup, database_grants
from calloff.cli.processes import command_line

NEXT_COMMAND = "redo_disposals"  # This command deletes again what was deleted after the backup was made.


class Command(BaseCommand):
    help = "Restore a backup into an empty database and empty file folders, and compare it row by row."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options: Any) -> None:
        began = time.monotonic()
        try:
            manifest = backup.restore(folder.absolute())
        except backup.BackupError as problem:
            raise CommandError(str(problem)) from problem
        database_grants.run_grants()
        if NEXT_COMMAND in get_commands() and subprocess.call(command_line(NEXT_COMMAND), env=os.environ):
            raise CommandError(
                "The rows have been restored, including records deleted since the backup. To delete those "
                "records again, run redo-disposals."
            )
        if wrong := backup.describe_key_mismatch(manifest):
            self.stderr.write(f"Attention: {wrong}")
        rows = sum(count for count, _ in manifest["tables"].values())
        self.stdout.write(
            f"Restored {len(manifest['tables'])} tables ({rows:,} rows) as they were on {manifest['made_at']} "
            f"in {time.monotonic() - began:.1f} seconds. Every row was compared."
        )
