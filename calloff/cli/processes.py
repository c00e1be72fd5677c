"""Programs beside us: whether a port is taken, and children that are stopped together, once."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_address

STOP_TIMEOUT_SECONDS = 20  # seconds in which a child may end what it is doing
START_TIMEOUT_SECONDS = 30  # seconds


def is_taken(port: int, address: str = "127.0.0.1") -> bool:
    """Knock: our web server would share a port that is in use, without a word."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as knock:
        knock.settimeout(2)
        return knock.connect_ex((address, port)) == 0


def is_loopback(address: str) -> bool:
    """Say whether only this machine can reach an address."""
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def command_line(*words: str) -> list[str]:
    """Return the words that run another command of Calloff, with this very Python."""
    return [sys.executable, "-m", "calloff.project.cli", *words]


def free_port() -> int:
    """Find a port of this machine that no one uses now."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


@contextmanager
def run_web_server(port: int) -> Iterator[None]:
    """Run a web server of our own for as long as the block lasts. Raises SystemExit where it does not start."""
    address = {"CALLOFF_ADDRESS": f"http://127.0.0.1:{port}"}
    web = subprocess.Popen(command_line("serve", "--port", str(port)), env={**os.environ, **address}, process_group=0)
    try:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not is_taken(port):
            if web.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The web server did not start. The reason is shown above.")
            time.sleep(0.1)
        yield
    finally:
        web.terminate()
        web.wait()


def run_together(commands: Sequence[Sequence[str]], surroundings: Mapping[str, str]) -> bool:
    """Run commands of Calloff side by side until one ends or we are told to stop; then stop them all.

    Return whether we were told to. The children stand in process groups of their own: Ctrl-C is for us alone, and each
    child hears of it once (a worker that hears twice drops its work).
    """
    children = [
        subprocess.Popen(command_line(*words), env={**os.environ, **surroundings}, process_group=0)
        for words in commands
    ]
    told = True
    with suppress(KeyboardInterrupt):
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        told = False
    for told_again in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told_again, signal.SIG_IGN)
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        with suppress(ProcessLookupError):  # what it had started itself, if it was killed before it could stop that
            os.killpg(child.pid, signal.SIGKILL)
    return told
