"""Which build this is: so that what a browser kept of an earlier one is not taken for what this one would say."""

import hashlib
from functools import cache

from django.conf import settings

FINGERPRINTED_SUFFIXES = (".py", ".html", ".css", ".js")


def fingerprint() -> str:
    """Return a digest of the program, its pages and what a page says of the installation: read once for a process.

    It is of contents, not of dates: two machines that run the same build answer alike.
    """
    return _read_contents.__wrapped__() if settings.DEBUG else _read_contents()  # a developer changes pages meanwhile


@cache
def _read_contents() -> str:
    found = hashlib.sha256()
    home = settings.BASE_DIR / "calloff"
    for path in sorted(path for path in home.rglob("*") if path.suffix in FINGERPRINTED_SUFFIXES):
        found.update(str(path.relative_to(home)).encode())
        found.update(path.read_bytes())
    found.update(f"{settings.ADDRESS} {settings.LANGUAGE_CODE} {settings.DEMONSTRATION}".encode())
    return found.hexdigest()[:16]
