"""Give each request a reference, which appears in its log lines and on its error page.

We make the reference ourselves and never read it from the request, so no one can choose a reference or
forge log lines.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from calloff.kernel.references import random_code

HEADER = "X-Request-ID"  # a response header, for the proxy's log. We ignore this header in requests
_CURRENT: ContextVar[str] = ContextVar("request_reference", default="")


def current() -> str:
    """Return the reference of the request that the current thread is handling, or an empty string."""
    return _CURRENT.get()


@contextmanager
def numbered() -> Iterator[str]:
    """Set a new reference, such as K7QX-2M9D, until the end of the block."""
    token = _CURRENT.set(f"{random_code(4)}-{random_code(4)}")
    try:
        yield _CURRENT.get()
    finally:
        _CURRENT.reset(token)
