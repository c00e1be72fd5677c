"""What is written where something fails that nobody foresaw: where it failed, and never with what.

The words of an error may hold what a person typed, or a row that the database names. So a log has the kind of the error
and the lines of the program that led to it, and the address without its query. No page and no record is ever logged.
"""

import logging
import traceback
from typing import Any


class WhereNotWhat(logging.Formatter):
    """Write the lines that led to an error, and its kind; leave its words out."""

    def formatException(self, ei: Any) -> str:
        kind, error, _ = ei
        chain, seen = [], error
        while seen is not None:
            lines = "".join(traceback.format_tb(seen.__traceback__))
            chain.append(f"{lines}{type(seen).__qualname__}")
            seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        return "\nfrom\n".join(chain) if chain else str(kind)


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"where": {"()": WhereNotWhat, "format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "where"}},
    "loggers": {"django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}
