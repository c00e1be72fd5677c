"""Tests that the log shows where an unexpected error happened, but never what a person typed."""

import io
import logging
import logging.config
from contextlib import contextmanager

import pytest
from django.contrib.auth.decorators import login_not_required
from django.test import Client
from django.urls import path

from calloff.project.logging_config import LOGGING, MAX_CHAINED_ERRORS, MAX_TRACEBACK_LINES, RedactingFormatter

CHILD = "Jonty Farthingale"


@contextmanager
def configured():
    """Set up logging as the service does.

    Before and afterwards, the root logger has the tests' own handlers. A handler always writes to the `sys.stderr`
    that existed when the handler was created.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logging.config.dictConfig(LOGGING)
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def written(error):
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(RedactingFormatter("{levelname} {message}", style="{"))
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


def test_the_log_shows_where_an_error_happened_but_not_its_values():
    said = written(ValueError(CHILD, "born on 3 May"))
    assert "test_logging_config.py" in said
    assert "ValueError" in said
    assert "KeyError" in said
    assert "Jonty" not in said
    assert "3 May" not in said


@pytest.mark.urls(__name__)
def test_a_page_that_fails_is_logged_without_its_query_string(capfd):
    with configured():
        answer = Client(raise_request_exception=False).get("/fails?name=Jonty")
    output = capfd.readouterr().err
    assert answer.status_code == 500
    assert "Internal Server Error: /fails" in output
    assert "ValueError" in output
    assert "Jonty" not in output


@pytest.mark.parametrize("name", ["procrastinate.worker", "smtplib", "a.library.nobody.thought.of"])
def test_log_entries_from_a_library_show_the_place_but_not_the_values(capfd, name):
    log = logging.getLogger(name)
    with configured():
        try:
            raise ValueError(CHILD)
        except ValueError as error:
            log.exception("It failed")
            log.error("It failed again: %s", error)
            log.error("It failed again: %(error)s", {"error": error})
    output = capfd.readouterr().err
    assert f"ERROR {name}: It failed" in output
    assert "test_logging_config.py" in output
    assert "\nValueError\n" in output
    assert output.count("It failed again: ValueError") == 2
    assert "Jonty" not in output


def test_an_error_that_was_already_logged_elsewhere_is_not_logged_again():
    record = logging.LogRecord("a", logging.ERROR, "", 1, "It failed", (), (ValueError, ValueError(CHILD), None))
    assert CHILD in logging.Formatter().format(record)
    assert "Jonty" not in RedactingFormatter().format(record)


def test_requests_to_other_hosts_are_not_logged(capfd):
    with configured():
        answer = Client(headers={"host": "stranger.example"}).get("/health")
    assert answer.status_code == 400
    assert capfd.readouterr().err == ""


@login_not_required
def fails(request):
    raise ValueError(CHILD)


urlpatterns = [path("fails", fails)]
handler500 = "calloff.web.errors.server_error"


def formatted(error):
    return RedactingFormatter().formatException((type(error), error, error.__traceback__))


def test_a_circular_chain_of_error_causes_is_logged_only_once():
    itself = ValueError(CHILD)
    itself.__cause__ = itself
    assert formatted(itself) == "ValueError"
    first, second = KeyError(CHILD), ValueError(CHILD)
    first.__cause__, second.__context__ = second, first
    assert formatted(first) == "KeyError\nfrom\nValueError"


def test_a_chain_of_ten_thousand_error_causes_is_shortened():
    error = first = ValueError(CHILD)
    for _ in range(10_000):
        error.__cause__ = KeyError(CHILD)
        error = error.__cause__
    said = formatted(first)
    assert said.splitlines()[-1] == "more errors, not shown"
    assert said.count("KeyError") == MAX_CHAINED_ERRORS - 1


def test_a_deep_traceback_is_shortened_to_its_last_lines():
    def fall(depth):
        if depth:
            fall(depth - 1)
        raise_here()

    def raise_here():
        raise ValueError(CHILD)

    try:
        fall(300)
    except ValueError as caught:
        said = formatted(caught)
    assert "in raise_here" in said
    assert len(said.splitlines()) <= 3 * MAX_TRACEBACK_LINES


def test_errors_in_an_exception_group_are_logged_without_their_messages():
    inner = ExceptionGroup(CHILD, [KeyError(CHILD)])
    said = formatted(ExceptionGroup(CHILD, [ValueError(CHILD), inner]))
    assert said == "ExceptionGroup\nfrom\nValueError\nfrom\nExceptionGroup\nfrom\nKeyError"
    assert "more errors" in formatted(ExceptionGroup("many", [ValueError(one) for one in range(10_000)]))
    group = ExceptionGroup("round", [ValueError(CHILD)])
    group.exceptions[0].__cause__ = group
    assert formatted(group) == "ExceptionGroup\nfrom\nValueError"
