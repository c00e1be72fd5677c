"""Checks that must pass before `serve` and `work` start. `check --deploy` lists their errors.

Each check is a row: its number, the test, what is wrong, and what to do. Some checks are only for production, and
others only for the demonstration.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.checks import register as known_to_django
from django.db import DatabaseError, connection

from calloff.accounts import encryption_key
from calloff.cli.demo import marker
from calloff.cli.processes import is_loopback
from calloff.documents import virus_scan
from calloff.documents.models import ScanResult
from calloff.kernel import connection_errors, server_log
from calloff.outbox import mail_server

DEPLOY_CHECK_TAG = "safety"
MIN_KEY_LENGTH = 50
MAIL_TLS = ("starttls", "tls", "off")
INSECURE_KEY_PREFIX = "django-insecure"


def register() -> None:
    known_to_django(check_deployment, DEPLOY_CHECK_TAG, deploy=True)


def check_deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each unsafe setting.

    If there are none, return a warning for each thing that needs attention.
    """
    rows = CHECKS_ALWAYS + (DEMONSTRATION_CHECKS if settings.DEMONSTRATION else PRODUCTION_CHECKS)
    errors: list[CheckMessage] = []
    if (
        reason := connection_errors.explain_connection_failure()
    ):  # The connection is tried only once. If it fails, the checks that need the database are skipped.
        rows = tuple(row for row in rows if row[1] not in DATABASE_CHECKS)
        remedy = f"Check {settings.DATABASE_VARIABLE}, and that PostgreSQL is running."
        errors.append(Error(f"The database is not responding: {reason}.", hint=remedy, id="calloff.E013"))
    errors += [Error(wrong, hint=remedy, id=f"calloff.{number}") for number, is_so, wrong, remedy in rows if is_so()]
    return errors or [
        *(
            Warning(words, hint=remedy, id=f"calloff.{number}")
            for number, is_so, words, remedy in WARNING_CHECKS
            if is_so()
        ),
        *_mail_server(),
        *_virus_scanner(),
    ]


def _mail_server() -> Iterator[CheckMessage]:
    """Warn if the mail server does not accept messages, because no one could then get their first sign-in code."""
    if reason := mail_server.find_mail_server_problem():
        hint = "Check CALLOFF_EMAIL_HOST and the other email settings, then run: calloff sendtestemail YOUR-ADDRESS"
        yield Warning(f"The mail server is not accepting messages: {reason}.", hint=hint, id="calloff.W004")


def _virus_scanner() -> Iterator[CheckMessage]:
    """Warn if the virus scanner does not respond, because no one could then download files that people upload."""
    if not settings.DEMONSTRATION and virus_scan.scan_for_viruses(b"Calloff asks") == ScanResult.WAITING:
        hint = "Check CALLOFF_CLAMD, and that ClamAV is running. Files that were not scanned cannot be downloaded."
        yield Warning("The virus scanner is not responding.", hint=hint, id="calloff.W005")


def _has_weak_key() -> bool:
    key = os.environ.get("CALLOFF_SECRET_KEY", "")
    return len(key) < MIN_KEY_LENGTH or key.startswith(INSECURE_KEY_PREFIX) or len(set(key)) < MIN_KEY_LENGTH // 5


def _is_plain_beyond_this_machine() -> bool:
    return bool(settings.PLAIN_HTTP) and not is_loopback(urlsplit(settings.ADDRESS).hostname or "")


def _has_no_address() -> bool:
    address = urlsplit(os.environ.get("CALLOFF_ADDRESS", ""))
    return not address.hostname or (address.scheme != "https" and settings.PLAIN_HTTP is False)


def _sends_openly() -> bool:
    return settings.MAIL_TLS == "off" and bool(settings.EMAIL_HOST) and not is_loopback(settings.EMAIL_HOST)


def _has_no_tables() -> bool:
    return "django_migrations" not in connection.introspection.table_names()


def _may_change_history() -> bool:
    """Return whether the web processes would run as a superuser, or as the role that owns the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('history_event')")
        if cursor.fetchone() == (None,):
            return False
        cursor.execute("SELECT has_table_privilege('history_event', 'UPDATE, DELETE, TRUNCATE')")
        return bool(cursor.fetchone() == (True,))


def _key_relates(how: str) -> Callable[[], bool]:
    def asked() -> bool:
        try:
            return encryption_key.compare_key_in_use() == how
        except DatabaseError:  # This happens before the first migration.
            return False

    return asked


def _is_demonstration_database() -> bool:
    return marker.look_at_database() == marker.DatabaseContents.DEMONSTRATION


def _is_other_database() -> bool:
    return not _is_demonstration_database()


def _tells_rows_in_server_log() -> bool:
    with connection.cursor() as cursor:
        return bool(server_log.find_revealing_settings(server_log.read_log_settings(cursor)))


DATABASE_CHECKS = {_has_no_tables, _is_demonstration_database, _is_other_database, _may_change_history}
DeployCheck = tuple[str, Callable[[], bool], str, str]

# fmt: off
CHECKS_ALWAYS: tuple[DeployCheck, ...] = (
    ("E001", lambda: bool(settings.DEBUG), "DEBUG is on.", "It shows Calloff’s internal details to anyone. Turn "
        "it off."),
    ("E002", _has_weak_key, "CALLOFF_SECRET_KEY is missing, short or a default.",
     "Set it to a long random string of at least 50 characters, and keep it secret. Without it, no one can stay signed "
     "in."),
    ("E003", _is_plain_beyond_this_machine, "CALLOFF_PLAIN_HTTP is on, and CALLOFF_ADDRESS is not this machine's own.",
     "Turn it off and put a proxy with TLS in front of Calloff."),
    ("E004", _has_no_tables, "The database has no tables yet.", "Run migrate."),
)
PRODUCTION_CHECKS: tuple[DeployCheck, ...] = (
    ("E005", _has_no_address, "CALLOFF_ADDRESS is missing or does not start with https.",
     "Set it to the address people use, for example https://calloff.example."),
    ("E006", lambda: not settings.EMAIL_HOST, "There is no mail server.", "Set CALLOFF_EMAIL_HOST."),
    ("E011", lambda: settings.MAIL_TLS not in MAIL_TLS, "CALLOFF_EMAIL_TLS must be starttls, tls or off.",
     "Set it to match your mail server, or leave it out to use starttls."),
    ("E012", _sends_openly, "Messages would go to a mail server on another machine without encryption.",
     "Messages contain names and codes. Set CALLOFF_EMAIL_TLS to starttls or tls."),
    ("E007", lambda: not settings.CLAMD, "There is no virus scanner.",
     "Set CALLOFF_CLAMD. No one can download a file that has not been scanned."),
    ("E008", _is_demonstration_database, "This is a demonstration database.",
     "The people in it are invented and their passwords are published. Set DATABASE_URL to another database."),
    ("E009", _may_change_history, "DATABASE_URL connects with a role that can change the history.",
     "Use the application’s role in DATABASE_URL and the owner’s role in DATABASE_OWNER_URL. Run "
     "database-roles to print the SQL."),
)
DEMONSTRATION_CHECKS: tuple[DeployCheck, ...] = (
    ("E010", _is_other_database, "The demonstration is on, but this is not a demonstration database.",
     "Unset CALLOFF_DEMONSTRATION. Only the `demo` command makes a demonstration, in an empty database."),
)
WARNING_CHECKS: tuple[DeployCheck, ...] = (
    ("W001", _key_relates("another"), "This database was encrypted with a different CALLOFF_SECRET_KEY.",
     "Authenticator apps and recovery codes set up under that key do not work. Set the old key again or, if you have "
     "changed it on purpose, add the old key to CALLOFF_SECRET_KEY_FALLBACKS and run rotate-key."),
    ("W002", _key_relates("a fallback"), "Secrets are still encrypted under an old CALLOFF_SECRET_KEY.",
     "Run rotate-key. A day later, remove the old key from CALLOFF_SECRET_KEY_FALLBACKS."),
    ("W003", _tells_rows_in_server_log, "PostgreSQL’s own log includes the rows it rejects, and these can contain "
        "children’s names.",
     "As the server’s superuser, run the ALTER DATABASE lines that database-roles prints. Then delete PostgreSQL’s "
     "old log files."),
)
# fmt: on
