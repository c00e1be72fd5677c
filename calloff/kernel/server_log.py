"""Keep personal data out of PostgreSQL's own log, which must not contain any values.

By default, PostgreSQL logs every failed statement with its values, and any row that violates a constraint.
The log could then contain children's names and dates of birth, which our own log leaves out
(`project/logging_config.py`). The log must say only that a statement failed, and why. Only a superuser can
change these settings. The embedded server starts with them, `database-roles` prints them, and `check
--deploy` checks them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

QUIET_LOG_SETTINGS = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",  # With this value, PostgreSQL does not log DETAIL, which contains the row.
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
# Other settings that keep rows out of the log. If the server does not have a setting, then its extension is
# not installed and does not log anything.
ACCEPTED_LOG_SETTINGS = {name: {value} for name, value in QUIET_LOG_SETTINGS.items()} | {
    "log_min_error_statement": {"fatal", "panic"},
    "log_statement": {"none", "ddl"},
    "auto_explain.log_min_duration": {"-1"},
}
DEPENDENT_LOG_SETTING = "log_parameter_max_length"  # This setting has an effect only if statements are logged.


def quiet_log_sql(database: str) -> Iterator[str]:
    """Yield the SQL statements that keep rows of one database out of the log. A superuser must run them."""
    for name, value in QUIET_LOG_SETTINGS.items():
        yield f"ALTER DATABASE {database} SET {name} = '{value}'"


def find_revealing_settings(settings: Mapping[str, str]) -> list[str]:
    """Return the names of the settings that would allow rows or statements in the log."""
    return sorted(
        name
        for name, enough in ACCEPTED_LOG_SETTINGS.items()
        if name != DEPENDENT_LOG_SETTING and name in settings and settings[name] not in enough
    )


def read_log_settings(cursor: Any) -> dict[str, str]:
    """Return the log settings of this connection."""
    cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(ACCEPTED_LOG_SETTINGS)])
    return {str(name): str(value) for name, value in cursor.fetchall()}
