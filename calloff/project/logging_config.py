"""The logging of unexpected errors, which says where they happened but contains no data.

The text of an error might contain what a person typed, or a database row. So the log contains only the type of the
error, the lines of code that led to it, and the URL without its query. Pages and records are never logged. Each log
line about a request has the request's reference. The person sees the same reference on the error page, and the proxy
also logs it.
"""

import logging
import traceback
from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

from calloff.kernel import request_reference

# the maximum number of errors that are logged for one failure, including causes and members of groups
MAX_CHAINED_ERRORS = 10
MAX_TRACEBACK_LINES = 40  # the maximum number of lines from the end of an error's stack that are logged
FORMAT = "{asctime} {levelname} {name}{told_reference}: {message}"


class RedactingFormatter(logging.Formatter):
    """A formatter that writes the type of an error and the lines that led to it, but not its text.

    The length is limited, because a chain of causes might be circular or very long, and other threads must wait to log
    until the formatter has finished.
    """

    def format(self, record: logging.LogRecord) -> str:
        safe_record = copy(record)  # Another handler might have stored the full text of the error in the record.
        safe_record.exc_text = None
        reference = getattr(record, "reference", "") or request_reference.current()
        safe_record.told_reference = f" [{reference}]" if reference else ""
        if isinstance(safe_record.args, tuple):
            safe_record.args = tuple(_kind(argument) for argument in safe_record.args)
        elif isinstance(safe_record.args, Mapping):
            safe_record.args = {name: _kind(argument) for name, argument in safe_record.args.items()}
        return super().format(safe_record)

    def formatException(self, ei: Any) -> str:
        kind, error, _ = ei
        return "\nfrom\n".join(self._errors(error)) if error is not None else str(kind)

    def _errors(self, first: BaseException) -> Iterator[str]:
        """Yield an error, then the members of its group, then its cause.

        Each error is yielded only once, and no more than MAX_CHAINED_ERRORS in total.
        """
        ahead: list[BaseException] = [first]
        seen: set[int] = set()
        while ahead:
            error = ahead.pop()
            if id(error) in seen:
                continue
            if len(seen) == MAX_CHAINED_ERRORS:
                yield "more errors, not shown"
                return
            seen.add(id(error))
            lines = "".join(traceback.format_tb(error.__traceback__, limit=-MAX_TRACEBACK_LINES))
            yield f"{lines}{type(error).__qualname__}"
            source = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
            if source is not None:
                ahead.append(source)
            if isinstance(error, BaseExceptionGroup):
                ahead += reversed(error.exceptions[: MAX_CHAINED_ERRORS + 1])


def _kind(argument: object) -> object:
    """Replace an error with the name of its type. Return anything else unchanged."""
    return type(argument).__qualname__ if isinstance(argument, BaseException) else argument


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"where": {"()": RedactingFormatter, "format": FORMAT, "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "where"}},
    # This also applies to libraries, which would otherwise log the text of errors.
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        # Anyone can cause this error with a wrong host name. The response has status 400, and there is nothing to
        # fix.
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "calloff.csp": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
