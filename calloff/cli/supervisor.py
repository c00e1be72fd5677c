"""Report to systemd that the process is ready, alive or about to stop. Without systemd, this has no effect.

The functions use the protocol of sd_notify(3): they send a datagram to the socket in NOTIFY_SOCKET. This module is
also a program, with a port and a host as arguments. It then checks the web server for as long as its parent process
runs, and reports the result. It is a separate program because the web server forks, so it must not start a thread for
this. The program needs only the standard library.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ANSWER_TIMEOUT_SECONDS = 5.0  # how many seconds to wait for one response
CHECK_PAUSE_SECONDS = (
    1.0  # the seconds until the next check if there was no response. One lost response is not a reason to restart
)
START_CHECK_PAUSE_SECONDS = 0.2  # the seconds until the next check while the server starts
DEFAULT_ALIVE_SECONDS = 20.0  # the seconds between two reports, if systemd does not set the interval


def notify_ready() -> None:
    _tell("READY=1")


def notify_alive() -> None:
    _tell("WATCHDOG=1")


def notify_stopping() -> None:
    _tell("STOPPING=1")


def alive_interval() -> float:
    """Return the number of seconds between two reports to systemd, which is a third of WatchdogSec."""
    allowed = os.environ.get("WATCHDOG_USEC", "")
    return int(allowed) / 3_000_000 if allowed.isdigit() and int(allowed) else DEFAULT_ALIVE_SECONDS


@contextmanager
def watch_web_server(port: int, host: str) -> Iterator[None]:
    """Start a separate program that checks the web server, if systemd wants reports."""
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
    """Return whether the web server at a port responds at all.

    Any response counts: if only the database is missing, there is no reason to restart the server.
    """
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=min(ANSWER_TIMEOUT_SECONDS, alive_interval()))
    try:
        asked.request("GET", "/health", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return asked.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _watch(port: int, host: str) -> None:
    parent, is_ready = os.getppid(), False
    while os.getppid() == parent:
        if not is_answering(port, host):
            time.sleep(CHECK_PAUSE_SECONDS if is_ready else START_CHECK_PAUSE_SECONDS)
            continue
        if not is_ready:
            notify_ready()
            is_ready = True
        notify_alive()
        time.sleep(alive_interval())


def _tell(word: str) -> None:
    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
        way.setblocking(False)  # This must not block if no one reads from the socket.
        way.connect("\0" + place[1:] if place.startswith("@") else place)
        way.send(word.encode())


if __name__ == "__main__":
    _watch(int(sys.argv[1]), sys.argv[2])
