"""What PostgreSQL's own log may hold: that a statement failed and why, and never a row, a value or a statement.

As PostgreSQL comes, it writes each statement that it refuses with all its values, and of a constraint the row that
broke it: a child's name and date of birth, which our own log leaves out (`project/logging_config.py`). These settings
are a superuser's. The embedded server starts with them, `database-roles` prints them, and `check --deploy` asks for
them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

QUIET_LOG_SETTINGS = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",  # without DETAIL, where the row is
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
# What writes no value of a row either. A setting that is missing from the server (an extension's) writes nothing.
ACCEPTED_LOG_SETTINGS = {name: {value} for name, value in QUIET_LOG_SETTINGS.items()} | {
    "log_min_error_statement": {"fatal", "panic"},
    "log_statement": {"none", "ddl"},
    "auto_explain.log_min_duration": {"-1"},
}
DEPENDENT_LOG_SETTING = "log_parameter_max_length"  # counts only where statements are written


def quiet_log_sql(database: str) -> Iterator[str]:
    """Give the SQL that keeps rows out of the log, for one database and the person who connects to it. A superuser runs
    it.
    """
    for name, value in QUIET_LOG_SETTINGS.items():
        yield f"ALTER DATABASE {database} SET {name} = '{value}'"


def find_revealing_settings(settings: Mapping[str, str]) -> list[str]:
    """Name the settings under which the log would hold rows or statements, of those that a server has."""
    return sorted(
        name
        for name, enough in ACCEPTED_LOG_SETTINGS.items()
        if name != DEPENDENT_LOG_SETTING and name in settings and settings[name] not in enough
    )


def read_log_settings(cursor: Any) -> dict[str, str]:
    """Read what is set for this connection."""
    cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(ACCEPTED_LOG_SETTINGS)])
    return {str(name): str(value) for name, value in cursor.fetchall()}
