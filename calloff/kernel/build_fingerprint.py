"""Identify the current build of Calloff, so that browsers do not reuse pages from an earlier build."""

import hashlib
from functools import cache

from django.conf import settings

FINGERPRINTED_SUFFIXES = (".py", ".html", ".css", ".js")


def fingerprint() -> str:
    """Return a digest of the program, its templates and the settings that affect pages.

    The digest is computed once per process, except in debug mode. It depends on the contents of files, not
    on their dates, so two machines with the same build get the same digest.
    """
    # In debug mode, read the files each time, because a developer might be editing them.
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
