"""Run the demonstration for somebody who changes it: python3 run.py dev [--port PORT] [--fresh].

Code is read again when a file changes, a page at each visit, and a fault shows its traceback. It listens on 127.0.0.1
only. The worker does not reload: start `dev` again after a change to a job.
"""

import signal
import sys

import django

from calloff.project import cli


def main() -> None:
    cli.prepare_environment("demo", cli.calloff_home())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # unwind, and stop the database on the way
    try:
        with cli.run_database():
            django.setup()
            from tools.dev.command import Command  # noqa: PLC0415  (it imports models: not before the set-up)

            Command().run_from_argv(["run.py", "dev", *sys.argv[1:]])
    except KeyboardInterrupt:
        sys.exit(130)


main()
