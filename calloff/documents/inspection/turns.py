"""Whose file is inspected now: one of each person at a time and two in all, so that nobody takes the machine's memory.

A turn is a lock of a byte in a file, which the kernel gives back however a process ends. It counts on this machine,
whose memory it is about.
"""

import fcntl
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from calloff.kernel.states import Refused

AT_ONCE = 2
PATIENCE = 5  # seconds in which a turn may come: the web's thread waits as long
BETWEEN = 0.05  # seconds between two looks
PEOPLE_FROM = 16  # the byte of a person is this and their key; the first bytes are the places
LOCK = struct.Struct("@hhqqi4x")  # struct flock of 64-bit Linux: kind, whence, start, length, process

YOURS = "Another of your files is being checked. Try again in a moment."
OTHERS = "Many files are being checked at the moment. Try again in a minute."


@contextmanager
def turn(person_pk: int) -> Iterator[None]:
    """Wait a short time for the person's turn. Raises Refused where it does not come."""
    path = Path(settings.HOME) / "inspection.lock"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + PATIENCE
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait(file, [PEOPLE_FROM + person_pk], until, YOURS)
        _wait(file, range(AT_ONCE), until, OTHERS)
        yield
    finally:
        os.close(file)  # and with it go its locks


def _wait(file: int, places: "range | list[int]", until: float, sentence: str) -> None:
    while not any(_is_taken_by_us(file, place) for place in places):
        if time.monotonic() > until:
            raise Refused(sentence, "file")
        time.sleep(BETWEEN)


def _is_taken_by_us(file: int, place: int) -> bool:
    try:
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, place, 1, 0))
    except (BlockingIOError, PermissionError):  # POSIX lets a system say either
        return False
    return True
