"""Tests that the worker continues after the database has restarted, until someone stops the worker."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest

from calloff.project.embedded_postgres import EmbeddedPostgres
from tests.migrated_server import copy_tables_into

pytestmark = [
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="it stops the server, and needs its own"),
    pytest.mark.slow,
    pytest.mark.django_db,
]
WITHIN = 40  # seconds
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def server(tmp_path):
    with EmbeddedPostgres(tmp_path / "server", throwaway=True) as running:
        yield running


@contextmanager
def calloff(server, place, *words, **more):
    surroundings = {
        name: value for name, value in os.environ.items() if name not in ("PGOPTIONS", "CALLOFF_PLAIN_HTTP")
    }
    surroundings |= {**more, "CALLOFF_HOME": str(place), "DATABASE_URL": server.url}
    surroundings |= {"DATABASE_OWNER_URL": server.owner_url, "DJANGO_SETTINGS_MODULE": "calloff.project.settings"}
    surroundings |= {
        "CALLOFF_SECRET_KEY": "a key for one test, and long enough 0123456789 abcdefgh",
        "CALLOFF_CLAMD": "x",
    }
    surroundings |= {"CALLOFF_ADDRESS": "https://calloff.example", "CALLOFF_EMAIL_HOST": "127.0.0.1:1"}
    program = [sys.executable, "-m", "calloff.project.cli", *words]
    running = subprocess.Popen(program, env=surroundings, stderr=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def heard(server, since=BEGINNING):
    with psycopg.connect(server.url) as web:
        found = web.execute("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > %s", [since])
        return found.fetchone() != (0,)


def until(holds):
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        try:
            if holds():
                return True
        except psycopg.OperationalError:
            pass
        time.sleep(0.2)
    return False


def test_the_worker_reconnects_after_the_database_restarts_and_stops_on_request(django_db_setup, server, tmp_path):
    copy_tables_into(server)
    with calloff(server, tmp_path, "migrate", "--verbosity", "0") as migrating:
        assert migrating.wait(3 * WITHIN) == 0, migrating.stderr.read()
    place = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(place))
        ear.settimeout(WITHIN)
        with calloff(server, tmp_path, "work", NOTIFY_SOCKET=str(place), WATCHDOG_USEC="900000") as worker:
            assert ear.recv(100) == b"READY=1"
            assert ear.recv(100) == b"WATCHDOG=1"
            assert until(lambda: heard(server))

            # This is like `systemctl restart postgresql`, but with a pause between stopping and starting.
            server._stop()
            time.sleep(3)
            assert worker.poll() is None
            server._start()
            with psycopg.connect(server.url) as web:
                [back] = web.execute("SELECT now()").fetchone()
            assert until(lambda: heard(server, since=back)), worker.poll()
            assert worker.poll() is None

            ear.setblocking(False)
            with pytest.raises(BlockingIOError):
                while True:
                    assert ear.recv(100) in {b"READY=1", b"WATCHDOG=1"}
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(WITHIN) == 0
            assert "start again" in worker.stderr.read()
            while (told := ear.recv(100)) != b"STOPPING=1":
                assert told == b"WATCHDOG=1"
