from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from calloff.cli.management import acting_officer
from calloff.kernel import clock
from calloff.kernel.formatting import pluralise
from calloff.placements.commands import carry_out_disposals, dispose_due_entries
from calloff.placements.models import DisposalApproval
from calloff.pupils.commands import dispose_due_records


class Command(acting_officer.OfficerCommand):
    help = (
        "Delete children's records and register entries that are past their retention period, for the "
        "organisations an officer is responsible for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--by", metavar="EMAIL", help="the email address of the officer who authorises this command")
        who.add_argument(
            "--approved",
            action="store_true",
            help="delete what responsible people approved on their Retention page at least a day ago",
        )
        parser.add_argument("--dry-run", action="store_true", help="show what is due, without deleting anything")

    def handle(self, *, by: str | None, approved: bool, dry_run: bool, **options: Any) -> None:
        at = clock.now()
        if by is None:
            self._carry_out(at, dry_run=dry_run)
            return
        officer = acting_officer.find_person(by)
        done = dispose_due_records(by=officer, at=at, dry_run=dry_run)
        for buyer, retention, references, _ in done:
            count = pluralise(len(references), "record")
            self.stdout.write(f"{buyer}: {count} of {retention.words} ({', '.join(references)}).")
        entries = dispose_due_entries(by=officer, at=at, dry_run=dry_run)
        for entry in entries:
            self.stdout.write(
                f"{entry.buyer}: {entry.entries:,} {entry.retention.words} ({', '.join(entry.references)})."
            )
        if not done and not entries:
            self.stdout.write("No records are due to be deleted.")
        elif dry_run:
            self.stdout.write("This was a dry run. Nothing has been changed.")

    def _carry_out(self, at: datetime, *, dry_run: bool) -> None:
        if dry_run:
            for approval in DisposalApproval.objects.ready(at).select_related("organisation", "by").order_by("pk"):
                self.stdout.write(f"{approval.organisation}: approved by {approval.by}.")
            return
        run = carry_out_disposals(at=at)
        for approval in run.done:
            self.stdout.write(f"{approval.organisation}: deleted, as approved by {approval.by}.")
        if run.failed:
            raise CommandError(
                "Nothing was deleted for these approvals: "
                + "; ".join(f"{approval.organisation} ({type(error).__name__})" for approval, error in run.failed)
            ) from run.failed[0][1]
