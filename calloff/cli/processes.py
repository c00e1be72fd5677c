"""Child processes: check whether a port is in use, run several processes and stop them together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_address

STOP_TIMEOUT_SECONDS = 20  # how many seconds a child process has to finish its work
START_TIMEOUT_SECONDS = 30


def is_taken(port: int, address: str = "127.0.0.1") -> bool:
    """Return whether a port is in use.

    Without this check, our web server would share the port without an error.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as knock:
        knock.settimeout(2)
        return knock.connect_ex((address, port)) == 0


def is_loopback(address: str) -> bool:
    """Return whether an IP address can only be reached from this machine."""
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def command_line(*words: str) -> list[str]:
    """Return the command line that runs another Calloff command with the same Python."""
    return [sys.executable, "-m", "calloff.project.cli", *words]


def free_port() -> int:
    """Return an unused port on this machine."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


@contextmanager
def run_web_server(port: int) -> Iterator[None]:
    """Run our web server until the end of the block. Raises SystemExit if the server does not start."""
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
    """Run Calloff commands together until one of them ends or we are asked to stop, then stop them all.

    Returns whether we were asked to stop. Each child has its own process group, so that Ctrl-C reaches only this
    process and each child gets only one signal. A worker that gets two signals abandons its work.
    """
    children = [
        subprocess.Popen(command_line(*words), env={**os.environ, **surroundings}, process_group=0)
        for words in commands
    ]
    is_stopping = True
    with suppress(KeyboardInterrupt):
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        is_stopping = False
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
        # Stop the processes that the child had started, in case the child was killed before it could stop them.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    return is_stopping
