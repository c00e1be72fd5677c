"""What is written where something fails that nobody foresaw: where it failed, and never with what.

The words of an error may hold what a person typed, or a row that the database names. So a log has the kind of the error
and the lines of the program that led to it, and the address without its query. No page and no record is ever logged.
"""

import logging
import traceback
from collections.abc import Iterator
from typing import Any

MAX_ERRORS = 10  # of one failure: causes, and members of a group
MAX_LINES = 40  # of the program that led to one of them, the last ones


class WhereNotWhat(logging.Formatter):
    """Write the lines that led to an error, and its kind; leave its words out.

    What it writes has an end, whatever an error is: a chain of causes may go round in a circle or be very long, and
    the formatter runs while logging is locked.
    """

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
            if len(seen) == MAX_ERRORS:
                yield "more errors, which are left out"
                return
            seen.add(id(error))
            lines = "".join(traceback.format_tb(error.__traceback__, limit=-MAX_LINES))
            yield f"{lines}{type(error).__qualname__}"
            source = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
            if source is not None:
                ahead.append(source)
            if isinstance(error, BaseExceptionGroup):
                ahead += reversed(error.exceptions[: MAX_ERRORS + 1])


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"where": {"()": WhereNotWhat, "format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "where"}},
    "loggers": {
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "calloff.csp": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
