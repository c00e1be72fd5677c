"""Told to stop, the figures leave nothing behind: no server, no folder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WITHIN = 30  # seconds


def those_of(home):
    """Find the processes that know of a folder by their words or their surroundings."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            told = (one / "cmdline").read_bytes() + (one / "environ").read_bytes()
        except OSError:  # ended meanwhile, or another account's
            continue
        if os.fsencode(home) in told:
            found.append(int(one.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="this system does not list its processes in /proc")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_stops_its_database_and_clears_its_folder_away(tmp_path, told):
    surroundings = {**os.environ, "TMPDIR": str(tmp_path)}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_DISPOSAL_URL"):
        surroundings.pop(name, None)
    figures = subprocess.Popen(
        [sys.executable, "-m", "benchmarks", "empty.page"], env=surroundings, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + WITHIN
    while len(those_of(tmp_path)) < 2 and figures.poll() is None and time.monotonic() < deadline:  # it, and its server
        time.sleep(0.05)
    assert len(those_of(tmp_path)) >= 2
    figures.send_signal(told)
    _, said = figures.communicate(timeout=WITHIN)
    assert figures.returncode == 130, said
    assert those_of(tmp_path) == []
    assert list(tmp_path.glob("calloff-bench-*")) == []
