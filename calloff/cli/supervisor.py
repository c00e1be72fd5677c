"""Report to systemd that we are ready, alive or about to stop. Without systemd nothing is notified.

The protocol of sd_notify(3): a datagram to the socket that NOTIFY_SOCKET names. As a program of its own, with a port
and a host, it asks our web server how it is for as long as its parent lives, and tells what it heard: the web server
forks, and must not have a thread that asks. It needs the standard library alone.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ANSWER_TIMEOUT_SECONDS = 5.0  # seconds for one answer
CHECK_PAUSE_SECONDS = (
    1.0  # seconds until it is asked again, where it did not answer: one lost answer is no reason to start again
)
START_CHECK_PAUSE_SECONDS = 0.2  # the same, while it starts
DEFAULT_ALIVE_SECONDS = 20.0  # seconds between two signs of life, where no one says how often they are wanted


def notify_ready() -> None:
    _tell("READY=1")


def notify_alive() -> None:
    _tell("WATCHDOG=1")


def notify_stopping() -> None:
    _tell("STOPPING=1")


def alive_interval() -> float:
    """Return the seconds between two watchdog pings: a third of WatchdogSec."""
    allowed = os.environ.get("WATCHDOG_USEC", "")
    return int(allowed) / 3_000_000 if allowed.isdigit() and int(allowed) else DEFAULT_ALIVE_SECONDS


@contextmanager
def watch_web_server(port: int, host: str) -> Iterator[None]:
    """Have a program of its own ask the web server at a port how it is, where systemd wants to hear."""
    if "NOTIFY_SOCKET" not in os.environ:
        yield
        return
    watcher = subprocess.Popen([sys.executable, __file__, str(port), host])
    try:
        yield
    finally:
        notify_stopping()
        watcher.terminate()
        watcher.wait()


def is_answering(port: int, host: str) -> bool:
    """Return whether the web server at a port responds at all. A missing database is no reason to stop it."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=min(ANSWER_TIMEOUT_SECONDS, alive_interval()))
    try:
        asked.request("GET", "/health", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return asked.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _watch(port: int, host: str) -> None:
    parent, told = os.getppid(), False
    while os.getppid() == parent:
        if not is_answering(port, host):
            time.sleep(CHECK_PAUSE_SECONDS if told else START_CHECK_PAUSE_SECONDS)
            continue
        if not told:
            notify_ready()
            told = True
        notify_alive()
        time.sleep(alive_interval())


def _tell(word: str) -> None:
    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
        way.setblocking(False)  # whoever does not listen must not hold us up
        way.connect("\0" + place[1:] if place.startswith("@") else place)
        way.send(word.encode())


if __name__ == "__main__":
    _watch(int(sys.argv[1]), sys.argv[2])
