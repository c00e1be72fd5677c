"""What fails unforeseen is written down: where, and never with what a person typed."""

import io
import logging
import logging.config

import pytest
from django.contrib.auth.decorators import login_not_required
from django.test import Client
from django.urls import path

from calloff.project.logs import LOGGING, WhereNotWhat

CHILD = "Jonty Farthingale"


def written(error):
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(WhereNotWhat("{levelname} {message}", style="{"))
    log = logging.Logger("a test")
    log.addHandler(handler)
    try:
        try:
            raise KeyError(CHILD)
        except KeyError as first:
            raise error from first
    except Exception:
        log.exception("It failed")
    return said.getvalue()


def test_the_log_says_where_it_failed_and_not_with_what():
    said = written(ValueError(CHILD, "born on 3 May"))
    assert "test_logs.py" in said
    assert "ValueError" in said
    assert "KeyError" in said
    assert "Jonty" not in said
    assert "3 May" not in said


@pytest.mark.urls(__name__)
def test_a_page_that_fails_is_logged_without_its_query(capfd):
    configured = logging.config.dictConfig  # the handler writes to whatever is standard error when it is made
    configured(LOGGING)
    answer = Client(raise_request_exception=False).get("/fails?name=Jonty")
    said = capfd.readouterr().err
    assert answer.status_code == 500
    assert "Internal Server Error: /fails" in said
    assert "ValueError" in said
    assert "Jonty" not in said


@login_not_required
def fails(request):
    raise ValueError(CHILD)


urlpatterns = [path("fails", fails)]
handler500 = "calloff.web.errors.went_wrong"
