"""Code that several cases use: requests over a keep-alive connection, people who are signed in, and statements to
repeat.
"""

import http.client
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import psycopg
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.test import Client

from benchmarks import runner
from benchmarks.runner import SAVEPOINT_STATEMENTS, CaseAndFloor
from calloff.people.models import User

OK = 200
Statement = tuple[str, Any]
EMPTY_PAGE = "/bench/empty"
CSRF_TOKEN = "a" * 32  # The CSRF cookie must be the same as the form field.


class BenchBrowser:
    """A keep-alive connection to the web server, for a person who is signed in or for an anonymous visitor."""

    def __init__(self, email: str = "") -> None:
        self.server = urlsplit(os.environ["BENCH_ADDRESS"])
        self.headers = {"Host": self.server.netloc, "Accept": "text/html"}
        if email:
            self.headers["Cookie"] = f"sessionid={sign_in_session(email)}"
        self.connection = http.client.HTTPConnection(str(self.server.hostname), self.server.port, timeout=30)

    def get(self, path: str) -> bytes:
        """Fetch a page. Raises AssertionError unless the status code is 200."""
        self.connection.request("GET", path, headers=self.headers)
        response = self.connection.getresponse()
        body = response.read()
        runner.told_by_server(response.headers[runner.QUERIES])
        if response.status != OK:
            raise AssertionError(f"{path}: {response.status}")
        return body

    def getter(self, path: str) -> Callable[[], bytes]:
        return lambda: self.get(path)


class ButtonPress(NamedTuple):
    """A submission of a form: when it is sent, who sends it (the session key), to which page, and with which
    answers.
    """

    at: float  # the time on the clock of this machine
    session: str
    path: str
    said: Mapping[str, str]


class PressResult(NamedTuple):
    """The result of a submission: the URL to which it redirects or, if it does not redirect, the page that was
    returned.
    """

    status: int
    location: str
    words: str
    seconds: float
    ended: float  # the time on the clock of this machine

    @property
    def leads(self) -> bool:
        return self.status in {302, 303}


def press_button(press: ButtonPress) -> PressResult:
    """Submit a form over its own connection, at the planned time or as soon as possible after that."""
    time.sleep(max(0.0, press.at - time.time()))
    server = urlsplit(os.environ["BENCH_ADDRESS"])
    began = time.perf_counter()
    there = http.client.HTTPConnection(str(server.hostname), server.port, timeout=120)
    headers = {
        "Host": server.netloc,
        "Cookie": f"sessionid={press.session}; csrftoken={CSRF_TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    there.request("POST", press.path, urlencode({**press.said, "csrfmiddlewaretoken": CSRF_TOKEN}), headers)
    response = there.getresponse()
    words = response.read().decode()
    there.close()
    seconds = time.perf_counter() - began
    return PressResult(response.status, response.headers["Location"] or "", words, seconds, time.time())


def sign_in_session(email: str) -> str:
    """Sign someone in without the sign-in pages, and return the session key."""
    person = User.objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def page_of(person: User, path: str) -> CaseAndFloor:
    """Return the actions that measure a page for a person who is signed in.

    The floor is an empty page with the full layout and the page's own statements without Django, which are planned
    each time.
    """
    client = Client(HTTP_HOST=urlsplit(os.environ["BENCH_ADDRESS"]).netloc)
    client.cookies["sessionid"] = sign_in_session(person.email)

    def get() -> None:
        if (response := client.get(path)).status_code != OK:
            raise AssertionError(f"{path}: {response.status_code}")

    get()  # This fills the caches first.
    sql, browser = replay_statements(capture_statements(get)), BenchBrowser(person.email)

    def floor() -> None:
        browser.get(EMPTY_PAGE)
        sql()

    return CaseAndFloor(browser.getter(path), floor)


def replay_statements(statements: list[Statement]) -> Callable[[], object]:
    """Return the floor for reading: the same statements in one transaction, planned again each time as in a search."""
    there = bare_connection()

    def act() -> None:
        with there.transaction():
            for query, parameters in statements:
                done = there.execute(query, parameters or None, prepare=False)
                if done.description:
                    done.fetchall()

    return act


def bare_connection() -> psycopg.Connection[Any]:
    """Connect to the same database with the same role, without Django."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def prepared_query(query: str, parameters: Sequence[Any] = ()) -> Callable[[], object]:
    """Return the floor for a query: the same SQL as a prepared statement, with all rows fetched."""
    there = bare_connection()
    return lambda: there.execute(query, parameters, prepare=True).fetchall()


def capture_statements(act: Callable[[], object]) -> list[Statement]:
    """Run an action once and return its statements, without savepoints, so that the floor can repeat them."""
    sent: list[Statement] = []

    def listen(execute: Any, query: str, parameters: Any, many: bool, context: Any) -> Any:
        if not query.startswith(SAVEPOINT_STATEMENTS):
            sent.append((query, parameters))
        return execute(query, parameters, many, context)

    with connection.execute_wrapper(listen):
        act()
    return sent


_ONE_ROW = re.compile(
    r'INSERT INTO "(?P<table>\w+)" \((?P<columns>[^()]*)\) VALUES \((?P<values>.*)\) RETURNING "\w+"\."id"'
)


def rehearse(act: Callable[[], object]) -> list[Statement]:
    """Run an action, roll it back, and return its statements, so that they can be run once without a rollback.

    If the action created a row, that row later gets the same key as in the rehearsal, because later statements refer
    to it. No other row can take that key.
    """
    sent: list[Statement] = []

    def listen(execute: Any, query: str, parameters: Any, many: bool, context: Any) -> Any:
        result = execute(query, parameters, many, context)
        if query.startswith(SAVEPOINT_STATEMENTS):
            return result
        if made := _ONE_ROW.fullmatch(query):
            there = context["cursor"].connection.cursor()
            there.execute("SELECT currval(pg_get_serial_sequence(%s, 'id'))", [made["table"]])
            key = there.fetchone()[0]
            query = f'INSERT INTO "{made["table"]}" ("id", {made["columns"]}) VALUES (%s, {made["values"]})'  # noqa: S608
            parameters = (key, *parameters)
        sent.append((query, parameters))
        return result

    with suppress(RehearsalRolledBack), transaction.atomic():
        with connection.execute_wrapper(listen):
            act()
        raise RehearsalRolledBack
    return sent


class RehearsalRolledBack(Exception):
    """Raised to roll back an action that was only a rehearsal."""


def replay_durably(statements: Callable[[], Sequence[Statement]] | Sequence[Statement]) -> Callable[[], object]:
    """Return the floor for a write: the same statements in one transaction, which is committed to disk.

    If values can be used only once, pass a function that returns new statements for each action.
    """
    there = bare_connection()

    def act() -> None:
        with there.transaction():
            for query, parameters in statements() if callable(statements) else statements:
                done = there.execute(query, parameters, prepare=True)
                if done.description:
                    done.fetchall()

    return act
