"""Notice a request that does not come to its end, and log where its thread is: the lines, and no value of any.

A thread that hangs says nothing. When all of a process hang, systemd ends it (`WatchdogSec`), and with it goes what
would tell why. So each process has a thread that looks now and then at how long its requests have run, and writes the
stack of one that runs too long, once. It ends nothing: a request that is slow and not hung goes on.
"""

import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from calloff.kernel import request_reference

LOG = logging.getLogger("calloff.hung")
HUNG_AFTER_SECONDS = 20.0  # seconds: well before the minute after which systemd ends a process that does not answer
CHECK_INTERVAL_SECONDS = 5.0  # seconds
MAX_STACK_LINES = 40  # of the stack, the last ones


class _Running:
    """A request that is being answered: by which thread, since when."""

    def __init__(self, request: HttpRequest) -> None:
        self.what = f"{request.method} {request.path}"  # never the query: it may say where someone lives
        self.thread = threading.get_ident()
        self.since = time.monotonic()
        self.told = False
        self.reference = request_reference.current()


class RequestWatch:
    """The requests that a process is answering, and the one thread that looks at them."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start empty, because a forked process has neither the thread nor the requests."""
        self.running: set[_Running] = set()
        self.lock = threading.Lock()
        self.looks = False

    def look_on(self) -> None:
        """Have the thread look now and then, if there is none yet. The caller holds the lock."""
        if not self.looks:
            self.looks = True
            threading.Thread(target=self._look_on, name="hung requests", daemon=True).start()

    def look(self) -> None:
        """Log the stack of each request that has run too long and was not told of before."""
        now = time.monotonic()
        with self.lock:
            hung = [one for one in self.running if not one.told and now - one.since >= HUNG_AFTER_SECONDS]
            frames = sys._current_frames() if hung else {}
            for one in hung:
                one.told = True
        for one in hung:
            LOG.error(
                "%s has run for %d seconds and is at\n%s", one.what, now - one.since, _stack(frames, one.thread),
                extra={"reference": one.reference},  # this thread answers no request
            )  # fmt: skip

    def _look_on(self) -> None:
        while True:
            time.sleep(CHECK_INTERVAL_SECONDS)
            self.look()


REQUEST_WATCH = (
    RequestWatch()
)  # of the process: however many handlers it makes, such as a test's clients, one thread looks
os.register_at_fork(after_in_child=REQUEST_WATCH.begin)


class HungRequestMiddleware:
    """Note each request while it is answered. Stands outermost, but for what gives it its reference."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        one, watch = _Running(request), REQUEST_WATCH
        with watch.lock:
            watch.running.add(one)
            watch.look_on()
        try:
            return self.get_response(request)
        finally:
            with watch.lock:
                watch.running.discard(one)


def _stack(frames: Any, thread: int) -> str:
    frame = frames.get(thread)
    return "".join(traceback.format_stack(frame, limit=None)[-MAX_STACK_LINES:]) if frame else "a thread that has ended"
