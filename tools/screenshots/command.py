import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from calloff.cli import demo
from calloff.cli.demo.marker import NotADemonstration
from calloff.cli.management.commands.demo import Command as Demonstration
from calloff.cli.processes import free_port, run_web_server
from calloff.cli.terminal_tables import format_table
from tools.screenshots import browser, gallery, page_visits

ROUTE_NAMES_HINT = "Page names, for example buyer:home. All of them are in tools/addresses."


class Command(BaseCommand):
    help = "Look at every page as the right person, wide, narrow and in print; fail on what bars anybody."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("routes", nargs="*", help="a name or the beginning of one; all, if none is named")
        parser.add_argument("--into", type=Path, default=settings.HOME / "look", help="the folder of pictures")

    def handle(self, *, routes: list[str], into: Path, **options: Any) -> None:
        try:
            Demonstration().prepare(fresh=False)
            sights, unseen, unlisted = page_visits.page_visits(demo.accounts(), routes)
        except NotADemonstration as refusal:
            raise CommandError(str(refusal)) from refusal
        if routes and not sights:
            why = "\n".join(unseen) or (
                f"No page is named {' or '.join(routes)}, and no page name starts with it. {ROUTE_NAMES_HINT}"
            )
            raise CommandError(why)
        connections.close_all()
        if not routes:
            shutil.rmtree(into, ignore_errors=True)
        into.mkdir(parents=True, exist_ok=True)
        try:
            everything = self.look(sights, into)
        except browser.NoBrowser as refusal:
            raise CommandError(str(refusal)) from refusal
        self.report(everything, unseen, unlisted, gallery.write_gallery(into, everything))

    def look(self, sights: list[browser.PageVisit], into: Path) -> list[browser.PageReport]:
        everything = []
        port = free_port()
        with run_web_server(port):
            for seen in browser.photograph_pages(sights, f"http://127.0.0.1:{port}", into):
                everything.append(seen)
                word = f"{len(seen.findings)} found" if seen.findings else "well"
                self.stdout.write(f"{len(everything):4}/{len(sights)}  {seen.sight.name}  {word}  {seen.seconds:.1f} s")
                self.stdout.flush()
        return everything

    def report(self, everything: list[browser.PageReport], unseen: list[str], unlisted: list[str], index: Path) -> None:
        faults = [[seen.sight.name, seen.sight.visitor.name, one] for seen in everything for one in seen.findings]
        if faults:
            self.stdout.write(format_table(("Page", "As", "Found"), faults))
        for one in unseen:
            self.stdout.write(f"Not looked at: {one}")
        for one in unlisted:
            self.stdout.write(f"In no list: {one}")
        took = sum(seen.seconds for seen in everything)
        self.stdout.write(f"{len(everything)} pages in {took:.0f} seconds, each at 1280, 320 and in print: {index}")
        if faults or unlisted:
            raise CommandError(f"{len(faults)} faults on pages; {len(unlisted)} addresses in no list.")
