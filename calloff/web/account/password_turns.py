"""Limit how many passwords are checked at the same time, with a fair turn for each network address.

Other pages can then still respond. A password check is meant to keep a processor busy for a fraction of a second. Many
checks together would use up all of a process's threads. So up to `MAX_PASSWORD_CHECKS` run at the same time. Including
those whose check is running, up to `MAX_QUEUE_LENGTH` requests are in the queue, which is fewer than a process's
threads (`serve --threads`). Each network address can have only one check running. A second request from the same
address joins the queue for a short time, which is enough for a school whose people share one address. It loses its
place if the queue is full and another address needs one. A third request gets an error page that asks the person to try
again. Each process has its queue in memory, so no lock remains when the process ends.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Condition
from typing import Any

from django.http import HttpResponse

from calloff.rate_limits.callers import client_address
from calloff.web.errors import no_password_turn

MAX_PASSWORD_CHECKS = 2  # the number of password checks that can run at the same time
MAX_QUEUE_LENGTH = 3  # the number of requests in the queue, including those whose check is running
MAX_TURNS_PER_ADDRESS = 2  # for each address: one request whose check is running, and one in the queue
MAX_WAIT_SECONDS = 3.0  # how long a request can be in the queue, and block a thread

ADDRESS_BUSY_MESSAGE = (
    "Someone else on your network is signing in right now. Wait a few seconds, then go back and try again."
)
SERVER_BUSY_MESSAGE = "Many people are signing in right now. Wait a few seconds, then go back and try again."


class NoPasswordTurn(Exception):
    """Raised if a request did not get a turn. The message gives the reason, and says what to do."""

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
    """One process's queue."""

    def __init__(
        self, *, at_once: int = MAX_PASSWORD_CHECKS, places: int = MAX_QUEUE_LENGTH, patience: float = MAX_WAIT_SECONDS
    ) -> None:
        self.at_once, self.places, self.patience = at_once, places, patience
        self._queue: list[_Place] = []
        self._changed = Condition()

    @contextmanager
    def turn(self, address: str) -> Iterator[None]:
        """Wait up to `patience` seconds for a network address's turn.

        Raises NoPasswordTurn if it does not come.
        """
        place = self._wait(address)
        try:
            yield
        finally:
            with self._changed:
                self._queue.remove(place)
                self._changed.notify_all()

    def _wait(self, address: str) -> _Place:
        until = time.monotonic() + self.patience
        with self._changed:
            place = self._enter(address)
            while self._next() is not place:
                left = until - time.monotonic()
                if place.gave_way:
                    raise NoPasswordTurn(ADDRESS_BUSY_MESSAGE, 429)
                if left <= 0:
                    self._queue.remove(place)
                    self._changed.notify_all()
                    raise self._refusal(address)
                self._changed.wait(left)
            place.is_worked_on = True
            self._changed.notify_all()  # wake the others, because another request might be next now
            return place

    def _enter(self, address: str) -> _Place:
        if sum(place.address == address for place in self._queue) >= MAX_TURNS_PER_ADDRESS:
            raise NoPasswordTurn(ADDRESS_BUSY_MESSAGE, 429)
        if len(self._queue) >= self.places:
            self._make_room(address)
        place = _Place(address)
        self._queue.append(place)
        return place

    def _make_room(self, address: str) -> None:
        """Make room for an address's first request, by removing another address's second request.

        Raises NoPasswordTurn if this is not the address's first request, or if there is no second request to remove.
        """
        first: dict[str, _Place] = {}
        for place in self._queue:
            first.setdefault(place.address, place)
        second = [place for place in self._queue if first[place.address] is not place and not place.is_worked_on]
        if address in first or not second:
            raise self._refusal(address)
        second[-1].gave_way = True
        self._queue.remove(second[-1])
        self._changed.notify_all()

    def _next(self) -> _Place | None:
        """Return the next request, if another check can run now.

        This is the first request from an address that has no check running.
        """
        worked_on = {place.address for place in self._queue if place.is_worked_on}
        if len(worked_on) >= self.at_once:
            return None
        return next((place for place in self._queue if place.address not in worked_on), None)

    def _refusal(self, address: str) -> NoPasswordTurn:
        if any(place.address == address for place in self._queue):
            return NoPasswordTurn(ADDRESS_BUSY_MESSAGE, 429)
        return NoPasswordTurn(SERVER_BUSY_MESSAGE, 503)


TURNS = PasswordTurns()  # one queue for each process


def wait_for_password_turn(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Run a page's password check when it is the turn of the request's network address."""

    @wraps(view)
    def waiting(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        try:
            with TURNS.turn(client_address(request)):
                return view(request, *args, **kwargs)
        except NoPasswordTurn as refusal:
            return no_password_turn(request, refusal.sentence, refusal.status)

    return waiting
