"""Store bytes on disk, in files named after the SHA-256 digest of their content.

Only our own user has access to the folders.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from calloff.kernel.file_owner import give_to_owner_of


def path_of_digest(sha256: str) -> Path:
    """Return the path of a file, given the SHA-256 digest of its content."""
    return Path(settings.FILES) / sha256[:2] / sha256[2:4] / sha256


def write_bytes(data: bytes) -> str:
    """Write bytes to disk durably, all or none, and return their SHA-256 digest.

    Call `lock_digest` first, in the same transaction. Bytes that are already stored are written again, so that the file
    is recent and the cleanup does not delete it.
    """
    sha256 = digest_bytes(data)
    path = path_of_digest(sha256)
    _make_private(path.parent)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        give_to_owner_of(path.parent, Path(temporary))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _make_durable(path.parent)
    return sha256


def digest_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def lock_digest(sha256: str) -> None:
    """Prevent other transactions from writing or removing these bytes until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])


def remove_bytes(sha256: str) -> None:
    path_of_digest(sha256).unlink(missing_ok=True)


def files_older_than(cutoff: datetime) -> Iterator[Path]:
    """Yield the paths of files that were last written before a given time, including unfinished files."""
    for path in sorted(Path(settings.FILES).glob("??/??/*")):
        if is_older(path, cutoff):
            yield path


def is_older(path: Path, cutoff: datetime) -> bool:
    return path.exists() and path.stat().st_mtime < cutoff.timestamp()


def _make_private(folder: Path) -> None:
    for directory in (Path(settings.FILES), folder.parent, folder):
        if not directory.is_dir():
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            give_to_owner_of(directory.parent, directory)
            _make_durable(directory.parent)


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
