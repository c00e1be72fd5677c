"""Detect requests that hang, and log the lines of code that their threads are running.

The log contains no values. If all threads of a process hang, systemd ends the process (`WatchdogSec`), and we would
not learn the cause. So a thread in each process regularly checks how long requests have been running. It logs the
stack of each request that has been running for too long, once. It never ends a request, because the request might only
be slow.
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
HUNG_AFTER_SECONDS = 20.0  # This is well before systemd ends a process that has not responded for a minute.
CHECK_INTERVAL_SECONDS = 5.0
MAX_STACK_LINES = 40  # the number of lines from the end of the stack that are logged


class _Running:
    """A request that is being handled, with its thread and the time when it started."""

    def __init__(self, request: HttpRequest) -> None:
        # This never includes the query string, which might show where someone lives.
        self.what = f"{request.method} {request.path}"
        self.thread = threading.get_ident()
        self.since = time.monotonic()
        self.told = False
        self.reference = request_reference.current()


class RequestWatch:
    """The requests that a process is now handling, and the thread that checks them."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start with no requests, because a forked process does not inherit the thread or the requests."""
        self.running: set[_Running] = set()
        self.lock = threading.Lock()
        self.looks = False

    def look_on(self) -> None:
        """Start the thread that checks the requests, if there is none yet. The caller must have the lock."""
        if not self.looks:
            self.looks = True
            threading.Thread(target=self._look_on, name="hung requests", daemon=True).start()

    def look(self) -> None:
        """Log the stack of each request that has been running for too long and has not been logged yet."""
        now = time.monotonic()
        with self.lock:
            hung = [
                request for request in self.running if not request.told and now - request.since >= HUNG_AFTER_SECONDS
            ]
            frames = sys._current_frames() if hung else {}
            for request in hung:
                request.told = True
        for request in hung:
            LOG.error(
                "%s has run for %d seconds and is at\n%s",
                request.what,
                now - request.since,
                _stack(frames, request.thread),
                # The thread that checks the requests does not handle a request itself.
                extra={"reference": request.reference},
            )

    def _look_on(self) -> None:
        while True:
            time.sleep(CHECK_INTERVAL_SECONDS)
            self.look()


REQUEST_WATCH = (
    RequestWatch()
)  # Each process has only one of these, so there is one thread even with many handlers, such as test clients.
os.register_at_fork(after_in_child=REQUEST_WATCH.begin)


class HungRequestMiddleware:
    """Middleware that records each request while it is being handled.

    This must be the outermost middleware after `one_reference`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        running, watch = _Running(request), REQUEST_WATCH
        with watch.lock:
            watch.running.add(running)
            watch.look_on()
        try:
            return self.get_response(request)
        finally:
            with watch.lock:
                watch.running.discard(running)


def _stack(frames: Any, thread: int) -> str:
    frame = frames.get(thread)
    return "".join(traceback.format_stack(frame, limit=None)[-MAX_STACK_LINES:]) if frame else "a thread that has ended"
