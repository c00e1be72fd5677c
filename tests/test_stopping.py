"""Tests that no server, folder or child process remains after benchmarks, tests or checks have been stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
URLS = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_DISPOSAL_URL")
WITHIN = 30  # seconds


def those_of(home):
    """Return the processes whose command line or environment mentions a folder."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            told = (one / "cmdline").read_bytes() + (one / "environ").read_bytes()
        except OSError:  # The process has ended or belongs to another account.
            continue
        if os.fsencode(home) in told:
            found.append(int(one.name))
    return found


LISTS_PROCESSES = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="this system does not list its processes in /proc"
)


def until(holds):
    deadline = time.monotonic() + WITHIN
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert holds()


@LISTS_PROCESSES
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_stopping_the_benchmarks_also_stops_their_database_and_deletes_its_folder(tmp_path, told):
    surroundings = {**os.environ, "TMPDIR": str(tmp_path)}
    for name in URLS:
        surroundings.pop(name, None)
    figures = subprocess.Popen(
        [sys.executable, "-m", "benchmarks", "empty.page"], env=surroundings, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + WITHIN
    # These are the benchmarks and their server.
    while len(those_of(tmp_path)) < 2 and figures.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(those_of(tmp_path)) >= 2
    figures.send_signal(told)
    _, said = figures.communicate(timeout=WITHIN)
    assert figures.returncode == 130, said
    assert those_of(tmp_path) == []
    assert list(tmp_path.glob("calloff-bench-*")) == []


@LISTS_PROCESSES
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_stopping_the_tests_also_stops_their_database(tmp_path, told):
    tmp_path.chmod(0o711)
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_configure\n")
    (tmp_path / "test_long.py").write_text(
        "import pathlib, time\n\n\ndef test_long():\n"
        "    pathlib.Path(__file__).with_name('begun').touch()\n    time.sleep(60)\n"
    )
    surroundings = {name: value for name, value in os.environ.items() if name not in URLS}
    surroundings |= {"CALLOFF_TEST_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    words = ["-q", "-c", ROOT / "pyproject.toml", "-p", "no:cacheprovider"]
    tests = subprocess.Popen(
        [sys.executable, "-m", "pytest", *words, tmp_path / "test_long.py"],
        cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    until(lambda: (tmp_path / "begun").exists() or tests.poll() is not None)
    assert len(those_of(tmp_path)) >= 2  # These are the tests and their server.
    tests.send_signal(told)
    said, _ = tests.communicate(timeout=WITHIN)
    assert tests.returncode == pytest.ExitCode.INTERRUPTED, said
    assert those_of(tmp_path) == []


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_stopping_the_checks_stops_the_current_check_and_starts_no_more(tmp_path, told):
    one = f"""
import pathlib, signal, sys, time
def stop(*_):
    pathlib.Path({str(tmp_path)!r}, "stopped").touch()
    sys.exit(1)
signal.signal(signal.SIGTERM, stop)
pathlib.Path({str(tmp_path)!r}, "begun").touch()
time.sleep(60)
"""
    checks = f"""
import os, run, sys
run.CHECKS = ((sys.executable, "-c", {one!r}), (sys.executable, "-c", "print('another')"))
sys.exit(run.check(dict(os.environ)))
"""
    running = subprocess.Popen([sys.executable, "-c", checks], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    until((tmp_path / "begun").exists)
    running.send_signal(told)
    said, _ = running.communicate(timeout=WITHIN)
    assert (tmp_path / "stopped").exists()
    assert (running.returncode, said.splitlines()[-1]) == (130, "Stopped.")
    assert "\nanother" not in said
