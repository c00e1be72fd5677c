"""Explain why the database cannot be reached, with PostgreSQL's own message but without any password.

The explanation contains no personal data: at most, it names a host or a user, or says that a password was
wrong.
"""

import re

import psycopg
from django.db import Error as DjangoError
from django.db import connection

# PostgreSQL's error codes for a server that is shutting down, has crashed or is still starting, and for a
# session that was ended
SESSION_ENDED_SQLSTATES = frozenset(
    {"57P01", "57P02", "57P03"}
)  # https://www.postgresql.org/docs/current/errcodes-appendix.html
CONNECT_TIMEOUT_SECONDS = 5  # how many seconds to wait for a response
UNKNOWN_HOST_PATTERN = re.compile(r"could not translate host name|failed to resolve host", re.I)
SERVER_MESSAGE_PATTERN = re.compile(
    r"(?:FATAL|ERROR):\s+(.+)|failed: (?!.*(?:FATAL|failed:))(.+)|(connection timeout expired)", re.I
)


def explain_connection_failure() -> str:
    """Return why a connection cannot be opened, or an empty string if it can.

    This opens one connection, which is not from a pool.
    """
    parts = connection.get_connection_params()
    try:
        psycopg.connect(**parts | {"connect_timeout": parts.get("connect_timeout") or CONNECT_TIMEOUT_SECONDS}).close()
    except psycopg.Error as problem:
        return describe_connection_error(problem)
    return ""


def is_connection_error(error: BaseException) -> bool:
    """Return whether an error means that the connection failed or was lost, rather than that a statement
    was wrong.

    If the connection was lost during a statement, we do not know whether that statement was committed.
    """
    cause = error.__cause__ if isinstance(error, DjangoError) else error
    return isinstance(cause, psycopg.OperationalError) and (
        cause.sqlstate is None or cause.sqlstate in SESSION_ENDED_SQLSTATES
    )


def describe_connection_error(error: BaseException) -> str:
    """Return PostgreSQL's message on one line, without the host name.

    The host name might contain part of a password. If a password in the URL contains an @ that is not
    escaped as %40, the part after the @ is read as the host.
    """
    words = str(error.__cause__ if isinstance(error, DjangoError) and error.__cause__ else error)
    if UNKNOWN_HOST_PATTERN.search(words):
        return "there is no server with the name in the database address"
    found = [next(filter(None, groups)) for groups in SERVER_MESSAGE_PATTERN.findall(words)]
    told = found[-1] if found else type(error).__name__
    password = str(connection.settings_dict.get("PASSWORD") or "")
    return (told.replace(password, "(password)") if password else told).strip().rstrip(".")
