"""Identify the current build, so that browsers do not reuse pages that an earlier build made."""

import hashlib
from functools import cache

from django.conf import settings

FINGERPRINTED_SUFFIXES = (".py", ".html", ".css", ".js")


def fingerprint() -> str:
    """Return a digest of the program, its templates and the settings that affect pages.

    It is computed once per process. It depends on contents rather than on dates, so two machines with the same build
    get the same digest.
    """
    # a developer might be editing pages at the moment
    return _read_contents.__wrapped__() if settings.DEBUG else _read_contents()


@cache
def _read_contents() -> str:
    found = hashlib.sha256()
    home = settings.BASE_DIR / "calloff"
    for path in sorted(path for path in home.rglob("*") if path.suffix in FINGERPRINTED_SUFFIXES):
        found.update(str(path.relative_to(home)).encode())
        found.update(path.read_bytes())
    found.update(f"{settings.ADDRESS} {settings.LANGUAGE_CODE} {settings.DEMONSTRATION}".encode())
    return found.hexdigest()[:16]
