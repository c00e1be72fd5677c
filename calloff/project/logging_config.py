"""What is written where something fails that no one foresaw: where it failed, and never with what.

The words of an error may hold what a person typed, or a row that the database names. So a log has the kind of the error
and the lines of the program that led to it, and the address without its query. No page and no record is ever logged.
Each line of a request has its reference, which the person was shown and the proxy logs too.
"""

import logging
import traceback
from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

from calloff.kernel import request_reference

MAX_CHAINED_ERRORS = 10  # of one failure: causes, and members of a group
MAX_TRACEBACK_LINES = 40  # of the program that led to one of them, the last ones
FORMAT = "{asctime} {levelname} {name}{told_reference}: {message}"


class RedactingFormatter(logging.Formatter):
    """Write the lines that led to an error, and its kind; leave its words out.

    What it writes has an end, whatever an error is: a chain of causes may go round in a circle or be very long, and
    the formatter runs while logging is locked.
    """

    def format(self, record: logging.LogRecord) -> str:
        ours = copy(record)  # another handler's may hold the error written out, words and all
        ours.exc_text = None
        reference = getattr(record, "reference", "") or request_reference.current()
        ours.told_reference = f" [{reference}]" if reference else ""
        if isinstance(ours.args, tuple):
            ours.args = tuple(_kind(one) for one in ours.args)
        elif isinstance(ours.args, Mapping):
            ours.args = {name: _kind(one) for name, one in ours.args.items()}
        return super().format(ours)

    def formatException(self, ei: Any) -> str:
        kind, error, _ = ei
        return "\nfrom\n".join(self._errors(error)) if error is not None else str(kind)

    def _errors(self, first: BaseException) -> Iterator[str]:
        """Write an error, then the members of a group, then what it came from: each once, and no more than a few."""
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


def _kind(told: object) -> object:
    """Put the kind of an error in the place of an error."""
    return type(told).__qualname__ if isinstance(told, BaseException) else told


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"where": {"()": RedactingFormatter, "format": FORMAT, "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "where"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},  # libraries', too: left alone, they write an error's words
    "loggers": {
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        # Any stranger makes one by naming another host: the answer is 400, and there is nothing to do about it.
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "calloff.csp": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
