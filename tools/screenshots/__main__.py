"""The program that python3 run.py look [ROUTE ...] runs.

It prepares the demonstration, and runs the database of the demonstration while it works.
"""

import sys

import django

from calloff.project import cli


def main() -> None:
    cli.prepare_environment("demo", cli.calloff_home())
    with cli.run_database():
        django.setup()
        from tools.screenshots.command import Command  # noqa: PLC0415  (this must come after Django is set up)

        Command().run_from_argv(["run.py", "look", *sys.argv[1:]])


main()
