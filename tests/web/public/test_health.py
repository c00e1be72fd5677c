"""Tests for the health check that monitoring systems use."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import OperationalError, connection

from calloff.cli import supervisor

pytestmark = pytest.mark.django_db


def test_the_health_page_returns_ok_while_the_database_responds(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = client.get("/health")
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (
        200, b"ok\n", "max-age=0, no-cache, no-store, must-revalidate, private",
    )  # fmt: skip


def test_the_health_page_reports_when_the_database_is_not_responding(client, monkeypatch):
    def away():
        raise OperationalError("no")

    monkeypatch.setattr(connection, "cursor", away)
    answer = client.get("/health")
    assert (answer.status_code, answer.content) == (503, b"The database is not responding.\n")


def test_a_web_server_that_responds_counts_as_alive():
    class Busy(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"]))
            self.send_error(503)

        def log_message(self, *said):
            pass

    asked = []
    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert supervisor.is_answering(server.server_port, "calloff.example")
    assert asked == [("/health", "calloff.example", "https")]


def test_a_web_server_that_does_not_respond_does_not_count_as_alive():
    assert not supervisor.is_answering(1, "localhost")


def test_one_lost_response_is_retried_before_systemd_restarts_the_service(monkeypatch):
    """Three reports are expected each minute, so after one missed report there would be no time for another."""
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    heard, told, slept = iter([True, False, False, True]), [], []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 4:
            raise InterruptedError

    monkeypatch.setattr(supervisor, "is_answering", lambda *_: next(heard))
    monkeypatch.setattr(supervisor, "_tell", told.append)
    monkeypatch.setattr(supervisor.time, "sleep", sleep)
    with pytest.raises(InterruptedError):
        supervisor._watch(8000, "localhost")
    assert slept == [20, 1, 1, 20]
    assert told == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]
    assert supervisor.ANSWER_TIMEOUT_SECONDS == 5
