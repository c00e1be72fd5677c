"""Whose file is inspected now: one of each person at a time and two in all, so that nobody takes the machine's memory.

A turn is a lock of a whole file, one for each place and one for each person, which the kernel gives back however a
process ends: `flock`, which Linux and macOS have alike. It counts on this machine, whose memory it is about. The files
are empty and stay: one that is deleted while somebody waits for it would be locked twice.
"""

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings

from calloff.kernel.states import Refused

AT_ONCE = 2
PATIENCE = 5  # seconds in which a turn may come: the web's thread waits as long
BETWEEN = 0.05  # seconds between two looks

YOURS = "Another of your files is being checked. Try again in a moment."
OTHERS = "Many files are being checked at the moment. Try again in a minute."


@contextmanager
def turn(person_pk: int) -> Iterator[None]:
    """Wait a short time for the person's turn. Raises Refused where it does not come."""
    until = time.monotonic() + PATIENCE
    with ExitStack() as held:
        _wait(held, [f"person-{person_pk}"], until, YOURS)
        _wait(held, [f"place-{number}" for number in range(AT_ONCE)], until, OTHERS)
        yield


def _wait(held: ExitStack, names: Iterable[str], until: float, sentence: str) -> None:
    """Lock one of the files until `held` ends."""
    files = [_opened(held, name) for name in names]
    while not any(_is_taken_by_us(file) for file in files):
        if time.monotonic() > until:
            raise Refused(sentence, "file")
        time.sleep(BETWEEN)


def _opened(held: ExitStack, name: str) -> int:
    folder = Path(settings.HOME) / "inspection"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    held.callback(os.close, file)  # and with it goes its lock
    return file


def _is_taken_by_us(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
