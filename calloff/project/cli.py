"""The `calloff` command: Django's commands, each with a database and the right database role."""

import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from calloff.kernel import connection_errors, service_lock
from calloff.project import command_list, version
from calloff.project.embedded_postgres import EmbeddedPostgres, PostgresError

DEFAULT_HOME = Path(__file__).resolve().parents[2] / "var"
ENVIRONMENT_FILE = Path("/etc/calloff/calloff.env")
COMMANDS_FOLDER = Path(__file__).resolve().parents[1] / "cli" / "management" / "commands"

OWNER_COMMANDS = frozenset(
    {"migrate", "makemigrations", "showmigrations", "sqlmigrate", "squashmigrations", "pgtrigger", "dbshell"}
    | {"database_roles", "backup", "restore", "erase_demonstration"}
)
# "" stands for Django's own ways to list all commands, show the version or show help for one command (see
# `normalise_arguments`).
WITHOUT_DATABASE = frozenset({"", "help", "version", "sbom", "database_roles"})
LISTING_COMMANDS = frozenset({"", "help"})
HELP_WITH_NAME = 3  # `calloff help NAME` has this number of words.
# The other commands connect once, and report straight away if they cannot connect.
POOLED_COMMANDS = frozenset({"serve", "work"})
DISPOSAL_COMMANDS = frozenset({"dispose_drafts", "dispose_pupils", "redo_disposals"})
DEMONSTRATION_COMMANDS = frozenset({"demo", "accounts", "erase_demonstration"})

URL_VARIABLES = {"application": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "disposal": "DATABASE_DISPOSAL_URL"}


def main() -> None:
    command = normalise_arguments(sys.argv)
    if command == "version" or "--version" in sys.argv[1:]:
        print(version.version_line())
        return
    if lacks_environment(command):
        sys.exit(f"DATABASE_URL is not set. Load {ENVIRONMENT_FILE} first: set -a; . {ENVIRONMENT_FILE}")
    prepare_environment(command, calloff_home())
    for told_to_stop in (signal.SIGINT, signal.SIGTERM):
        # This makes the program exit normally, so that it also stops the database.
        signal.signal(told_to_stop, signal.default_int_handler)
    try:
        with nullcontext() if is_without_database(command) else run_database(), while_in_service(command):
            if command in LISTING_COMMANDS and len(sys.argv) < HELP_WITH_NAME:
                django.setup()
                print(command_list.format_command_list())
            else:
                execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
    except PostgresError as problem:
        sys.exit(str(problem))
    except (ImproperlyConfigured, service_lock.Migrating) as problem:
        sys.exit(str(problem))
    except OperationalError as problem:
        if "--traceback" in sys.argv or not connection_errors.is_connection_error(problem):
            raise
        reason = connection_errors.describe_connection_error(problem)
        sys.exit(f"The database is not responding: {reason}. Check {settings.DATABASE_VARIABLE}.")


def is_without_database(command: str) -> bool:
    """Return whether a command does not need a database.

    Such a command only prints help, a version, a list or SQL.
    """
    return command in WITHOUT_DATABASE or bool({"--help", "-h"} & set(sys.argv[1:]))


def normalise_arguments(argv: list[str]) -> str:
    """Return the name of the command with underscores, and change `argv` so that it has the name of the command's
    file.

    People can use hyphens or underscores. Returns "" if there is no command.
    """
    if len(argv) < 2 or argv[1].startswith("-"):  # noqa: PLR2004  (argv holds the program and the command)
        return ""
    asked = argv[1].replace("-", "_")
    files = (file.stem for file in COMMANDS_FOLDER.glob("*.py"))
    argv[1] = next((name for name in files if name.replace("-", "_") == asked), asked)
    return asked


def prepare_environment(command: str, home: Path) -> None:
    """Set the environment variables that the settings read.

    They select the database role, the pool and, if requested, the demonstration.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "calloff.project.settings")
    os.environ["CALLOFF_DATABASE_ROLE"] = database_role_of(command)
    os.environ["CALLOFF_POOL"] = "1" if command in POOLED_COMMANDS else "0"
    if command in DEMONSTRATION_COMMANDS:
        os.environ |= {"CALLOFF_DEMONSTRATION": "1", "CALLOFF_PLAIN_HTTP": "1"}
        os.environ.setdefault("CALLOFF_SECRET_KEY", installation_secret(home))


def lacks_environment(command: str) -> bool:
    """Return whether the command would start an empty database on the machine of the real service.

    That machine has a file with the environment variables. If a command runs without them, a backup, for example,
    would contain an empty database.
    """
    spared = command in DEMONSTRATION_COMMANDS or is_without_database(command)
    return "DATABASE_URL" not in os.environ and not spared and ENVIRONMENT_FILE.exists()


def database_role_of(command: str) -> str:
    if command in OWNER_COMMANDS:
        return "owner"
    return "disposal" if command in DISPOSAL_COMMANDS else "application"


def calloff_home() -> Path:
    return Path(os.environ.get("CALLOFF_HOME", DEFAULT_HOME)).resolve()


def installation_secret(home: Path) -> str:
    """Return the secret key of this installation.

    The key is random. It is made only once, so that people stay signed in after a restart.
    """
    file = home / "secret"
    home.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text()
    with os.fdopen(handle, "w") as fresh:
        fresh.write(secrets.token_urlsafe(50))
    return file.read_text()


def while_in_service(command: str) -> AbstractContextManager[None]:
    """Prevent migrations while the web server, the worker or a disposal runs.

    These also cannot start during a migration.
    """
    if command not in POOLED_COMMANDS | DISPOSAL_COMMANDS or is_without_database(command):
        return nullcontext()
    return service_lock.in_service(
        os.environ.get(URL_VARIABLES[database_role_of(command)]) or os.environ["DATABASE_URL"]
    )


@contextmanager
def run_database() -> Iterator[None]:
    """Use the server in DATABASE_URL. If that is not set, run our own server in CALLOFF_HOME until the block ends."""
    if "DATABASE_URL" in os.environ:
        yield
        return
    with EmbeddedPostgres(calloff_home()) as server:
        os.environ |= dict(
            zip(URL_VARIABLES.values(), (server.url, server.owner_url, server.disposal_url), strict=True)
        )
        yield


if __name__ == "__main__":
    main()
