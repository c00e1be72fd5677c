"""Tests for the reference of each request, which is made here and shown in every log entry and on the error page."""

import logging
import re
import threading

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from psycopg import OperationalError as Away

from calloff.kernel import request_reference
from calloff.web.middleware import hung_requests
from calloff.web.middleware.hung_requests import HungRequestMiddleware, RequestWatch
from calloff.web.middleware.request_middleware import one_reference
from tests.project.test_logging_config import configured

FORM = re.compile(r"[2-9B-DF-HJ-NP-TV-XZ]{4}-[2-9B-DF-HJ-NP-TV-XZ]{4}")
pytestmark = pytest.mark.urls(__name__)


@login_not_required
def warns_and_fails(request):
    logging.getLogger("a.library").warning("Something is odd")
    raise ValueError


@login_not_required
def away(request):
    raise OperationalError from Away("connection refused")


urlpatterns = [path("fails", warns_and_fails), path("away", away), path("", include("calloff.project.urls"))]
handler500 = "calloff.web.errors.server_error"


def shown(answer):
    [found] = re.findall(r"give this reference: <strong>(.*?)</strong>", answer.content.decode())
    return found


def test_all_log_entries_for_a_failing_request_have_the_reference_shown_on_the_page(capfd):
    client = Client(raise_request_exception=False)
    with configured():
        first, second = client.get("/fails"), client.get("/fails")
        logging.getLogger("a.library").warning("Of no request")
    lines = [line for line in capfd.readouterr().err.splitlines() if " WARNING " in line or " ERROR " in line]
    for number, answer in enumerate((first, second)):
        reference = answer["X-Request-ID"]
        assert FORM.fullmatch(reference)
        assert shown(answer) == reference
        of_it = lines[2 * number : 2 * number + 2]
        assert [line.partition(" [")[2].partition("]")[0] for line in of_it] == [reference] * 2
    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert lines[4].endswith("WARNING a.library: Of no request")


def test_the_page_for_an_unavailable_database_shows_the_reference_too():
    answer = Client(raise_request_exception=False).get("/away")
    assert (answer.status_code, shown(answer)) == (503, answer["X-Request-ID"])


def test_a_visitor_cannot_choose_the_reference_of_their_request():
    for sent in ("AAAA-AAAA", "x\r\nERROR forged"):
        answer = Client(headers={"x-request-id": sent}, raise_request_exception=False).get("/fails")
        assert FORM.fullmatch(answer["X-Request-ID"])
        assert answer["X-Request-ID"] != sent


@pytest.mark.postgres15
def test_simultaneous_requests_have_different_references():
    met, seen = threading.Barrier(3), {}

    def respond(request):
        met.wait(10)
        seen[request.path] = request_reference.current()
        return HttpResponse()

    middleware, answers = one_reference(respond), {}

    def ask(where):
        answers[where] = middleware(RequestFactory().get(where))["X-Request-ID"]

    threads = [threading.Thread(target=ask, args=(f"/{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == answers
    assert len(set(answers.values())) == 3
    assert request_reference.current() == ""


def test_a_stuck_request_is_logged_with_its_reference(monkeypatch, capfd):
    watch = RequestWatch()
    monkeypatch.setattr(hung_requests, "REQUEST_WATCH", watch)
    monkeypatch.setattr(hung_requests, "HUNG_AFTER_SECONDS", 0.0)

    def respond(request):
        looking = threading.Thread(target=watch.look)
        looking.start()
        looking.join()
        return HttpResponse()

    with configured():
        answer = one_reference(HungRequestMiddleware(respond))(RequestFactory().get("/slow"))
    assert f"ERROR calloff.hung [{answer['X-Request-ID']}]: GET /slow has run" in capfd.readouterr().err
