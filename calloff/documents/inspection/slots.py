"""A queue for inspections, to limit memory.

Each person's files are inspected one at a time, and no more than two files are inspected at the same time. Inspections
take place in the order in which they are requested. Each inspection takes a numbered ticket. It waits until no earlier
ticket belongs to the same person, and until the earlier tickets belong to fewer people than the maximum. A ticket is a
file that its process keeps locked. The kernel releases this lock however the process ends, so no one waits for a
process that no longer exists. `flock` works in the same way on Linux and macOS. Each machine has its own queue, because
the limit is on the machine's memory.
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
SLOT_WAIT_SECONDS = 5  # the number of seconds to wait for a turn, during which a web thread is blocked
POLL_SECONDS = 0.05  # seconds between checks
TICKET_FILE_GLOB = "[0-9]*-*"

OWN_FILE_IN_QUEUE_REFUSAL = "Another of your files is being checked. Try again in a moment."
QUEUE_FULL_REFUSAL = "Many files are being checked at the moment. Try again in a minute."


class QueueTicket(NamedTuple):
    """A place in the queue: the number of the ticket and the key of the person."""

    number: int
    person: int

    @property
    def file_name(self) -> str:
        return f"{self.number:020d}-{self.person}"


@contextmanager
def wait_for_slot(person_pk: int, *, patience: float | None = SLOT_WAIT_SECONDS) -> Iterator[None]:
    """Wait up to `patience` seconds for the person's turn. If `patience` is None, there is no limit.

    The turn lasts until the block ends. Raises Refused if the turn does not come in time.
    """
    queue = _queue()
    ticket, lock_file = _draw(queue, person_pk)
    try:
        _wait(queue, ticket, patience)
        yield
    finally:
        with suppress(FileNotFoundError):
            (queue / ticket.file_name).unlink()
        os.close(lock_file)  # this also releases the lock


def _wait(queue: Path, ticket: QueueTicket, patience: float | None) -> None:
    """Return once it is the ticket's turn. Later tickets are ignored, so no one can jump the queue."""
    deadline = None if patience is None else time.monotonic() + patience
    while True:
        people = {earlier.person for earlier in tickets_waiting(queue) if earlier < ticket}
        is_same_person = ticket.person in people
        if not is_same_person and len(people) < MAX_INSPECTIONS_AT_ONCE:
            return
        if deadline is not None and time.monotonic() > deadline:
            raise Refused(OWN_FILE_IN_QUEUE_REFUSAL if is_same_person else QUEUE_FULL_REFUSAL, "file")
        time.sleep(POLL_SECONDS)


def tickets_waiting(queue: Path) -> list[QueueTicket]:
    """Return the tickets of running processes, in order, and delete all other tickets."""
    tickets = []
    for path in sorted(queue.glob(TICKET_FILE_GLOB)):
        number, _, person = path.name.partition("-")
        with suppress(FileNotFoundError):  # the ticket's turn has just ended
            if _is_alive(path):
                tickets.append(QueueTicket(int(number), int(person)))
    return tickets


def _draw(queue: Path, person_pk: int) -> tuple[QueueTicket, int]:
    """Take the next ticket number, and return the ticket with its locked file.

    Only one process can take a number at a time. The file is locked before it gets its final name, because a ticket
    that is not locked would be deleted. No number is used twice, so a process that deletes a ticket can never delete a
    later ticket with the same name.
    """
    with _exclusive(queue):
        numbers = [int(path.name.partition("-")[0]) for path in queue.glob(TICKET_FILE_GLOB)]
        ticket = QueueTicket(max(time.time_ns(), max(numbers, default=0) + 1), person_pk)
        lock_file = _open_file(queue / "blank")
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        (queue / "blank").rename(queue / ticket.file_name)
    return ticket, lock_file


def _is_alive(path: Path) -> bool:
    """Return whether a process still has the lock of a ticket.

    If not, the process has ended, and the ticket is deleted here.
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
def _exclusive(queue: Path) -> Iterator[None]:
    file = _open_file(queue / "draw")
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _queue() -> Path:
    folder = Path(settings.HOME) / "inspection"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _open_file(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
