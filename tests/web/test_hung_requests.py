"""Tests that a process notices its own requests that hang, and logs each of them once, without values."""

import threading
import time

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from calloff.web.middleware import hung_requests
from calloff.web.middleware.hung_requests import HungRequestMiddleware, RequestWatch


@pytest.fixture(autouse=True)
def watch(monkeypatch):
    """Use a separate watcher for the test, with its own thread."""
    own = RequestWatch()
    monkeypatch.setattr(hung_requests, "REQUEST_WATCH", own)
    return own


@pytest.fixture
def logged(monkeypatch):
    written = []
    monkeypatch.setattr(hung_requests.LOG, "error", lambda words, *args, **more: written.append(words % args))
    return written


@pytest.fixture
def release():
    """Let all requests that hang finish at the end of the test."""
    event = threading.Event()
    yield event
    event.set()


def waits_for_ever(event):
    name_of_a_child = "Jasmine"
    event.wait(30)
    return name_of_a_child


def hang(middleware, path="/buyers/felpersham/pupils?name=Jasmine"):
    thread = threading.Thread(target=lambda: middleware(RequestFactory().get(path)), daemon=True)
    thread.start()
    return thread


def until(condition):
    ends = time.monotonic() + 10
    while not condition() and time.monotonic() < ends:
        time.sleep(0.02)
    assert condition()


def test_a_stuck_thread_is_logged_once_with_its_code_lines_but_no_values(logged, release, monkeypatch):
    monkeypatch.setattr(hung_requests, "HUNG_AFTER_SECONDS", 0.2)
    monkeypatch.setattr(hung_requests, "CHECK_INTERVAL_SECONDS", 0.05)
    middleware = HungRequestMiddleware(lambda request: HttpResponse(waits_for_ever(release)))
    thread = hang(middleware)
    until(lambda: logged)
    time.sleep(0.3)  # During this time, the request is checked several more times.
    assert len(logged) == 1
    assert thread.is_alive()  # The process is not stopped.
    assert "GET /buyers/felpersham/pupils has run for" in logged[0]
    assert "waits_for_ever" in logged[0]
    assert "test_hung_requests.py" in logged[0]
    assert logged[0].count("Jasmine") == 0


def test_a_request_that_ends_in_time_is_not_logged(logged, watch, monkeypatch):
    monkeypatch.setattr(hung_requests, "HUNG_AFTER_SECONDS", 0.2)
    middleware = HungRequestMiddleware(lambda request: HttpResponse())
    middleware(RequestFactory().get("/"))
    time.sleep(0.3)
    watch.look()
    assert logged == []
    assert not watch.running


def test_a_request_that_fails_is_no_longer_watched(watch):
    def breaks(request):
        raise ValueError("broken")

    middleware = HungRequestMiddleware(breaks)
    with pytest.raises(ValueError, match="broken"):
        middleware(RequestFactory().get("/"))
    assert not watch.running


def test_each_process_watches_all_its_requests_with_one_thread():
    before = {one.ident for one in threading.enumerate()}
    for _ in range(20):
        HungRequestMiddleware(lambda request: HttpResponse())(RequestFactory().get("/"))
    assert [one.name for one in threading.enumerate() if one.ident not in before] == ["hung requests"]


def test_a_forked_process_watches_its_own_requests():
    HungRequestMiddleware(lambda request: HttpResponse())(RequestFactory().get("/"))
    hung_requests.REQUEST_WATCH.begin()  # This is like the time after a fork, because the thread is not copied.
    before = {one.ident for one in threading.enumerate()}
    HungRequestMiddleware(lambda request: HttpResponse())(RequestFactory().get("/"))
    assert [one.name for one in threading.enumerate() if one.ident not in before] == ["hung requests"]


def test_a_stuck_request_is_logged_before_systemd_stops_the_process(settings):
    unit = (settings.BASE_DIR / "deploy" / "calloff-web.service").read_text()
    (allowed,) = [int(line.partition("=")[2]) for line in unit.splitlines() if line.startswith("WatchdogSec=")]
    assert allowed > hung_requests.HUNG_AFTER_SECONDS + hung_requests.CHECK_INTERVAL_SECONDS
    assert (
        settings.MIDDLEWARE[1] == "calloff.web.middleware.hung_requests.HungRequestMiddleware"
    )  # It must run after the middleware that sets the reference.
