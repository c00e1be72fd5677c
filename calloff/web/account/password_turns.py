"""Limit password checks at one time, with a fair turn for each IP address, so that other pages keep working.

A password takes a processor for a part of a second, by design. So many at once would take all threads of a process:
no more than `AT_ONCE` are worked on, and `PLACES` are in the queue with them, fewer than the threads of a process
(`serve --threads`). An address is worked on once at a time. A second one of it waits for a moment, which is enough for
a school whose people share an address; it gives way where somebody from another address would find no place. A third
is told to try again. In the memory of each process: no lock outlives it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Condition
from typing import Any

from django.http import HttpResponse

from calloff.rate_limits.callers import client_address
from calloff.web.errors import no_turn

AT_ONCE = 2  # passwords
PLACES = 3  # with those that wait
OF_AN_ADDRESS = 2  # one that is worked on and one that waits
PATIENCE = 3.0  # seconds in which a turn may come: a thread waits as long

SAME_ADDRESS = "Someone else on your network is signing in right now. Wait a few seconds, then go back and try again."
EVERYBODY = "Many people are signing in right now. Wait a few seconds, then go back and try again."


class NoTurn(Exception):
    """No turn was free. The message says why and what to do."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.sentence, self.status = sentence, status


class _Place:
    """A request in the queue, from one IP address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.is_worked_on = False
        self.gave_way = False


class PasswordTurns:
    """The queue of one process."""

    def __init__(self, *, at_once: int = AT_ONCE, places: int = PLACES, patience: float = PATIENCE) -> None:
        self.at_once, self.places, self.patience = at_once, places, patience
        self._queue: list[_Place] = []
        self._changed = Condition()

    @contextmanager
    def turn(self, address: str) -> Iterator[None]:
        """Wait briefly for an address's turn. Raises NoTurn if it does not come."""
        ours = self._wait(address)
        try:
            yield
        finally:
            with self._changed:
                self._queue.remove(ours)
                self._changed.notify_all()

    def _wait(self, address: str) -> _Place:
        until = time.monotonic() + self.patience
        with self._changed:
            ours = self._enter(address)
            while self._next() is not ours:
                left = until - time.monotonic()
                if ours.gave_way:
                    raise NoTurn(SAME_ADDRESS, 429)
                if left <= 0:
                    self._queue.remove(ours)
                    self._changed.notify_all()
                    raise self._refusal(address)
                self._changed.wait(left)
            ours.is_worked_on = True
            self._changed.notify_all()  # another may be next beside it
            return ours

    def _enter(self, address: str) -> _Place:
        if sum(one.address == address for one in self._queue) >= OF_AN_ADDRESS:
            raise NoTurn(SAME_ADDRESS, 429)
        if len(self._queue) >= self.places:
            self._make_room(address)
        ours = _Place(address)
        self._queue.append(ours)
        return ours

    def _make_room(self, address: str) -> None:
        """Let another address's second request give way to this address's first."""
        first: dict[str, _Place] = {}
        for one in self._queue:
            first.setdefault(one.address, one)
        second = [one for one in self._queue if first[one.address] is not one and not one.is_worked_on]
        if address in first or not second:
            raise self._refusal(address)
        second[-1].gave_way = True
        self._queue.remove(second[-1])
        self._changed.notify_all()

    def _next(self) -> _Place | None:
        """Return the next request: the first whose address has none running, if there is room."""
        worked_on = {one.address for one in self._queue if one.is_worked_on}
        if len(worked_on) >= self.at_once:
            return None
        return next((one for one in self._queue if one.address not in worked_on), None)

    def _refusal(self, address: str) -> NoTurn:
        if any(one.address == address for one in self._queue):
            return NoTurn(SAME_ADDRESS, 429)
        return NoTurn(EVERYBODY, 503)


TURNS = PasswordTurns()  # of this process


def in_turn(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Run a page's password check or change in its IP address's turn."""

    @wraps(view)
    def waiting(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        try:
            with TURNS.turn(client_address(request)):
                return view(request, *args, **kwargs)
        except NoTurn as refusal:
            return no_turn(request, refusal.sentence, refusal.status)

    return waiting
