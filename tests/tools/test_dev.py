"""Tests for `python3 run.py dev`, which runs the demonstration for developers."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.core.management import CommandError

from calloff.cli.processes import free_port, is_taken
from calloff.project.embedded_postgres import EmbeddedPostgres
from tools.dev.command import Command

ROOT = Path(__file__).resolve().parents[2]
READ_SETTINGS = """
import django
django.setup()
from django.conf import settings
from django.template import engines
print(settings.DEBUG, engines["jinja2"].env.auto_reload, settings.ALLOWED_HOSTS)
"""


def surroundings(**changes):
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "tools.dev.settings", "PYTHONPATH": str(ROOT), **changes}


def read_settings(**changes):
    words = [sys.executable, "-c", READ_SETTINGS]
    return subprocess.run(words, env=surroundings(**changes), cwd=ROOT, capture_output=True, text=True, check=False)


def test_pages_reload_in_development_when_they_change():
    told = read_settings(CALLOFF_DEMONSTRATION="1", CALLOFF_PLAIN_HTTP="1")
    assert told.stdout == "True True ['localhost', '127.0.0.1']\n", told.stderr


def test_development_settings_are_only_for_invented_people():
    told = read_settings(CALLOFF_DEMONSTRATION="0", CALLOFF_PLAIN_HTTP="1")
    assert told.returncode != 0
    assert "for invented people on this machine only" in told.stderr


def test_the_development_server_can_be_reached_only_from_this_machine():
    web, _ = Command().programs(8000)
    assert web[1] == "127.0.0.1:8000"
    with pytest.raises(CommandError, match="unrecognized arguments: --address"):
        Command().create_parser("run.py", "dev").parse_args(["--address", "0.0.0.0"])


@pytest.mark.slow
def test_an_error_page_in_development_shows_the_traceback(tmp_path):
    """The database is empty, so every page fails because a table does not exist."""
    port = free_port()
    web, _ = Command().programs(port)
    with EmbeddedPostgres(tmp_path / "server", throwaway=True) as server:
        changes = {"DATABASE_URL": server.url, "CALLOFF_HOME": str(tmp_path), "PGOPTIONS": ""}
        changes |= {"CALLOFF_DEMONSTRATION": "1", "CALLOFF_PLAIN_HTTP": "1"}
        running = subprocess.Popen(
            [sys.executable, "-m", "calloff.project.cli", *web],
            env=surroundings(**changes), cwd=ROOT, process_group=0,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while not is_taken(port) and running.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
            with pytest.raises(HTTPError) as fault:
                urlopen(f"http://127.0.0.1:{port}/", timeout=30)
            page = fault.value.read().decode()
        finally:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
    shutil.rmtree(server.home, ignore_errors=True)
    assert fault.value.code == 500
    assert "Traceback" in page
    assert "does not exist" in page
