"""Why a database cannot be reached, in PostgreSQL's own words and without a password.

No row of anyone is in such a reason: it tells of an address, a name, a password that is not right.
"""

import re

import psycopg
from django.db import Error as DjangoError
from django.db import connection

# a server that stops, has crashed or has just started, or someone who ended the session: PostgreSQL's own table
SESSION_ENDED_SQLSTATES = frozenset(
    {"57P01", "57P02", "57P03"}
)  # https://www.postgresql.org/docs/current/errcodes-appendix.html
CONNECT_TIMEOUT_SECONDS = 5  # seconds, after which a server that says nothing counts as one that does not answer
UNKNOWN_HOST_PATTERN = re.compile(r"could not translate host name|failed to resolve host", re.I)
SERVER_MESSAGE_PATTERN = re.compile(
    r"(?:FATAL|ERROR):\s+(.+)|failed: (?!.*(?:FATAL|failed:))(.+)|(connection timeout expired)", re.I
)


def explain_connection_failure() -> str:
    """Connect once, beside any pool, and return why that fails; an empty text where it does not."""
    parts = connection.get_connection_params()
    try:
        psycopg.connect(**parts | {"connect_timeout": parts.get("connect_timeout") or CONNECT_TIMEOUT_SECONDS}).close()
    except psycopg.Error as problem:
        return describe_connection_error(problem)
    return ""


def is_connection_error(error: BaseException) -> bool:
    """Say whether an error is that the database cannot be reached or went away, and not of what a statement asked.

    Whether a statement that was under way was done, or committed, is not known.
    """
    cause = error.__cause__ if isinstance(error, DjangoError) else error
    return isinstance(cause, psycopg.OperationalError) and (
        cause.sqlstate is None or cause.sqlstate in SESSION_ENDED_SQLSTATES
    )


def describe_connection_error(error: BaseException) -> str:
    """Return what PostgreSQL said, on one line. The name of a server is left out: a part of a password may be in it.

    (An address whose password holds an @ that is not written %40 is read as one with an odd name of a server.)
    """
    words = str(error.__cause__ if isinstance(error, DjangoError) and error.__cause__ else error)
    if UNKNOWN_HOST_PATTERN.search(words):
        return "there is no server with the name in the database address"
    found = [next(filter(None, groups)) for groups in SERVER_MESSAGE_PATTERN.findall(words)]
    told = found[-1] if found else type(error).__name__
    password = str(connection.settings_dict.get("PASSWORD") or "")
    return (told.replace(password, "(password)") if password else told).strip().rstrip(".")
