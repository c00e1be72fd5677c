"""Run the demonstration while you work on Calloff: python3 run.py dev [--port PORT] [--fresh].

The server restarts when a Python file changes, reads the templates at each visit, and shows the traceback on an error
page. It listens only on 127.0.0.1. The worker does not restart by itself, so start `dev` again after you have changed
a job.
"""

import signal
import sys

import django

from calloff.project import cli


def main() -> None:
    cli.prepare_environment("demo", cli.calloff_home())
    # The program then leaves the block normally, so that the database is also stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with cli.run_database():
            django.setup()
            from tools.dev.command import Command  # noqa: PLC0415  (this imports models, so Django must be set up first)

            Command().run_from_argv(["run.py", "dev", *sys.argv[1:]])
    except KeyboardInterrupt:
        sys.exit(130)


main()
