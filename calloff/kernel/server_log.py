"""Keep personal data out of PostgreSQL's own log, which must contain no values.

By default, PostgreSQL logs every failed statement with its values, and any row that violates a constraint. That would
include children's names and dates of birth, which our own log leaves out (`project/logging_config.py`). The log must
say only that a statement failed and why. Only a superuser can change these settings. The embedded server starts with
them, `database-roles` prints them, and `check --deploy` checks them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

QUIET_LOG_SETTINGS = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",  # logs no DETAIL, which contains the row
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
# Other settings that keep rows out of the log. A setting that does not exist on the server belongs to an extension
# that is not installed, and then nothing is logged.
ACCEPTED_LOG_SETTINGS = {name: {value} for name, value in QUIET_LOG_SETTINGS.items()} | {
    "log_min_error_statement": {"fatal", "panic"},
    "log_statement": {"none", "ddl"},
    "auto_explain.log_min_duration": {"-1"},
}
DEPENDENT_LOG_SETTING = "log_parameter_max_length"  # this matters only if statements are logged


def quiet_log_sql(database: str) -> Iterator[str]:
    """Yield the SQL that keeps rows out of the log for one database. A superuser must run it."""
    for name, value in QUIET_LOG_SETTINGS.items():
        yield f"ALTER DATABASE {database} SET {name} = '{value}'"


def find_revealing_settings(settings: Mapping[str, str]) -> list[str]:
    """Return the names of settings that would allow rows or statements in the log."""
    return sorted(
        name
        for name, enough in ACCEPTED_LOG_SETTINGS.items()
        if name != DEPENDENT_LOG_SETTING and name in settings and settings[name] not in enough
    )


def read_log_settings(cursor: Any) -> dict[str, str]:
    """Return the log settings of this connection."""
    cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(ACCEPTED_LOG_SETTINGS)])
    return {str(name): str(value) for name, value in cursor.fetchall()}
