"""A queue for inspections: one file per person and two in total at a time, to protect the machine's memory.

First come, first served. Who comes draws a number and waits until no earlier one is of the same person, and the earlier
ones are of fewer people than may be inspected at once. A number is a file that its drawer keeps locked: the kernel
gives the lock back however a process ends, so no one waits for one who has gone. `flock` is alike on Linux and macOS.
It counts on this machine, whose memory it is about.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from calloff.kernel.lifecycles import Refused

MAX_INSPECTIONS_AT_ONCE = 2
SLOT_WAIT_SECONDS = 5  # seconds in which a turn may come: the web's thread waits as long
POLL_SECONDS = 0.05  # seconds between two looks
TICKET_FILE_GLOB = "[0-9]*-*"

OWN_FILE_IN_QUEUE_REFUSAL = "Another of your files is being checked. Try again in a moment."
QUEUE_FULL_REFUSAL = "Many files are being checked at the moment. Try again in a minute."


class QueueTicket(NamedTuple):
    """A place in the queue: its number, and whose it is."""

    number: int
    person: int

    @property
    def file_name(self) -> str:
        return f"{self.number:020d}-{self.person}"


@contextmanager
def wait_for_slot(person_pk: int, *, patience: float | None = SLOT_WAIT_SECONDS) -> Iterator[None]:
    """Wait up to so many seconds for the person's turn, or without limit if None.

    Raises Refused if it does not come.
    """
    queue = _queue()
    ours, held = _draw(queue, person_pk)
    try:
        _wait(queue, ours, patience)
        yield
    finally:
        with suppress(FileNotFoundError):
            (queue / ours.file_name).unlink()
        os.close(held)  # and with it goes its lock


def _wait(queue: Path, ours: QueueTicket, patience: float | None) -> None:
    """Return when it is our turn. No one who comes later is looked at, so no one can overtake."""
    until = None if patience is None else time.monotonic() + patience
    while True:
        people = {one.person for one in tickets_waiting(queue) if one < ours}
        of_the_person = ours.person in people
        if not of_the_person and len(people) < MAX_INSPECTIONS_AT_ONCE:
            return
        if until is not None and time.monotonic() > until:
            raise Refused(OWN_FILE_IN_QUEUE_REFUSAL if of_the_person else QUEUE_FULL_REFUSAL, "file")
        time.sleep(POLL_SECONDS)


def tickets_waiting(queue: Path) -> list[QueueTicket]:
    """Return the tickets whose drawers are still there, the first first, and tear up those of who has gone."""
    found = []
    for path in sorted(queue.glob(TICKET_FILE_GLOB)):
        number, _, person = path.name.partition("-")
        with suppress(FileNotFoundError):  # its turn ended while we looked
            if _is_alive(path):
                found.append(QueueTicket(int(number), int(person)))
    return found


def _draw(queue: Path, person_pk: int) -> tuple[QueueTicket, int]:
    """Take the next ticket number, and return it with its locked file.

    One process draws at a time. The file is locked before it has its name: without a lock it would be torn up. No
    number comes twice, so that who tears up a ticket can never meet a later one of the same name.
    """
    with _alone(queue):
        before = [int(path.name.partition("-")[0]) for path in queue.glob(TICKET_FILE_GLOB)]
        ours = QueueTicket(max(time.time_ns(), max(before, default=0) + 1), person_pk)
        held = _opened(queue / "blank")
        fcntl.flock(held, fcntl.LOCK_EX)
        (queue / "blank").rename(queue / ours.file_name)
    return ours, held


def _is_alive(path: Path) -> bool:
    """Return whether a process has a ticket's lock.

    A ticket without one is torn up: its drawer ended without a word.
    """
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        path.unlink()
        return False
    finally:
        os.close(file)


@contextmanager
def _alone(queue: Path) -> Iterator[None]:
    file = _opened(queue / "draw")
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _queue() -> Path:
    folder = Path(settings.HOME) / "inspection"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
