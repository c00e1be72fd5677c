"""The reference of a request: on every line that is logged of it, and on the page that says that something went wrong.

Made here, never read from what was sent: no one can choose it, or write a line of the log by it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from calloff.kernel.references import random_code

HEADER = "X-Request-ID"  # of an answer, for the proxy's log; what a request says under this name is not read
_CURRENT: ContextVar[str] = ContextVar("request_reference", default="")


def current() -> str:
    """Return the reference of the request that this thread is answering, or an empty text."""
    return _CURRENT.get()


@contextmanager
def numbered() -> Iterator[str]:
    """Give what happens in the block a reference of its own, such as K7QX-2M9D."""
    token = _CURRENT.set(f"{random_code(4)}-{random_code(4)}")
    try:
        yield _CURRENT.get()
    finally:
        _CURRENT.reset(token)
