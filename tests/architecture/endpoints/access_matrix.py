"""Try an endpoint: find out what a person gets there, and whether the database has changed."""

import inspect
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLResolver, get_resolver, resolve, reverse

from calloff.web import permissions

# The headers that every response must have. The exception is a service's card, which any website can show in a frame.
REQUIRED_HEADERS = {
    "Permissions-Policy": "camera=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": ("same-origin", "no-referrer", "strict-origin"),
    "Content-Security-Policy": "frame-ancestors 'none'",
}
HEADERS_OF_FRAMED_PAGES = {
    "public:offer-card": ("X-Frame-Options", "Content-Security-Policy", "Cross-Origin-Resource-Policy")
}

# Tables that can change even if a person is refused: sessions, answers that were submitted too late, counts of
# attempts, submitted forms, and views of a child's record.
UNCOUNTED_TABLES = (
    "django_session", "web_cache", "web_keptpost", "accounts_homevisit", "pupils_read", "rate_limits_count",
    "history_oncekey", "accounts_session",
)  # fmt: skip
# There is one handler for everyone, because each new handler would read the static files again.
HANDLER = ClientHandler(enforce_csrf_checks=False)
ONCE_KEY = "a-key-drawn-with-the-page"
SIGN_IN_PATH, REAUTHENTICATE_PATH = "/account/sign-in", "/account/again"

COUNTED_TABLES_SQL = """
    SELECT array_agg(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)
"""
ROWS_WRITTEN_SQL = """
    SELECT sum(
        pg_stat_get_xact_tuples_inserted(one) + pg_stat_get_xact_tuples_updated(one)
        + pg_stat_get_xact_tuples_deleted(one)
    ) FROM unnest(%s::oid[]) one
"""
TABLES_SQL = """
    SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)
"""


@dataclass
class EndpointOutcome:
    """What one test person has got from an endpoint."""

    name: str
    status: int
    location: str
    changed: bool  # whether the database has changed
    error: str = ""
    unguarded: tuple[str, ...] = ()  # the required headers that the response does not have
    then: str = ""  # the problem that the function `then` has found

    @property
    def word(self):
        if self.unguarded and not self.error:
            return f"{self.status} without {', '.join(self.unguarded)}"
        return self.error or f"{self.status}{f' to {self.location}' if self.location else ''}"

    def got_through(self, door, public):
        if self.error or self.unguarded:
            return False
        moved = self.status in {302, 303} and (
            public or not self.location.startswith((SIGN_IN_PATH, REAUTHENTICATE_PATH))
        )
        return moved or (self.status == 200 and (door.method == "GET" or door.shows))

    def was_turned_away(self, door):
        if self.error or self.changed or self.unguarded:
            return False
        if self.name in door.elsewhere and self.status == 302:
            return True
        if self.name == "visitor" and self.status == 302:
            return self.location.startswith(SIGN_IN_PATH)
        if door.method == "POST" and door.sees:
            return self.status == (403 if self.name in door.sees else 404)
        return self.status in {401, 403, 404}  # The status is 401 if a key is required and none was sent.


def try_endpoint(world, door, name, *, recently=None, then=None):
    """Let a test person try an endpoint, return the outcome, and roll everything back.

    `then(attempt, answer)` is called before the rollback, and can do more at this endpoint.
    """
    recently = door.recently if recently is None else recently
    outcome, wrote = _try(world, door, name, recently=recently, look=False, then=then)
    # The count might include only rows that were rolled back, so the tables themselves are compared.
    if wrote and (door.method == "GET" or name not in door.who):
        told = outcome.then
        outcome, _ = _try(world, door, name, recently=recently, look=True)
        outcome.then = told
    return outcome


@dataclass
class Attempt:
    """What a test person sends to an endpoint. It can be sent more than once."""

    client: Client
    method: str
    path: str
    sends: dict[str, object]

    def send(self, **more):
        """Send the request, and read the whole response."""
        for value in self.sends.values():
            if hasattr(value, "seek"):
                value.seek(0)
        answer = self.client.post(self.path, self.sends | more) if self.method == "POST" else self.client.get(self.path)
        read_to_the_end(answer)
        return answer


def prepare(world, door, name, *, recently):
    """Sign in a test person, and do whatever an endpoint needs first."""
    client = client_of(world, name, recently=recently)
    where, sends = door.where(world), dict(door.sends(world)) if door.method == "POST" else {}
    if door.before:
        door.before(client, world, name)
    return Attempt(client, door.method, reverse(door.route, args=where) + door.query, sends)


@contextmanager
def put_back(world):
    """Undo everything that was done in this block, both in the database and in the cached roles of people."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)
        for somebody in world.people.values():
            if somebody:
                somebody.forget_roles()


def _try(world, door, name, *, recently, look, then=None):
    with put_back(world):
        attempt = prepare(world, door, name, recently=recently)
        if then and door.method == "POST":
            attempt.sends["once_key"] = ONCE_KEY
        before, written = database_digest() if look else None, rows_written()
        error, answer, told = "", None, ""
        try:
            answer = attempt.send()
        except PermissionDenied as refused:
            error = f"not caught: {refused}"
        # A page that raises an error is reported together with the other faults of the endpoint.
        except Exception as broken:
            error = f"{type(broken).__name__}: {broken}"[:300]
        wrote = rows_written() != written if not error else False
        changed = look and not error and database_digest() != before
        status = getattr(answer, "status_code", 0)
        location = answer.headers.get("Location", "") if answer else ""
        unguarded = missing_headers(door.route, answer)
        if then and answer is not None:
            told = then(attempt, answer)
        return EndpointOutcome(name, status, location, changed, error, unguarded, told or ""), wrote


def missing_headers(route, answer):
    """Return the headers that a response should have but does not have."""
    if answer is None:
        return ()
    left_out = HEADERS_OF_FRAMED_PAGES.get(route, ())
    return tuple(
        name for name, words in REQUIRED_HEADERS.items()
        if name not in left_out and not any(
            one in answer.headers.get(name, "") for one in ((words,) if isinstance(words, str) else words)
        )
    )  # fmt: skip


def client_of(world, name, *, recently=False):
    """Sign in a test person in one browser for all tests. Once is enough, because every attempt is rolled back."""
    client = Client()
    client.handler = HANDLER
    cookie = world.cookies.get((name, recently))
    if cookie:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return client


def sign_everybody_in(world):
    """Sign in each test person in two sessions: one from a while ago, and one in which they have just entered their
    password.
    """
    world.cookies = {}
    for name, person in world.people.items():
        if person:
            sign_in(world, name, person)


def sign_in(world, name, person):
    for recently in (False, True):
        client = Client()
        client.force_login(person)
        session = client.session
        proofs = [{"method": "mfa", "at": time.time() - 24 * 3600}]
        if recently:
            proofs.append({"method": "password", "at": time.time(), "reauthenticated": True})
        session["account_authentication_methods"] = proofs
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
        # This records the use of the session once, so that it is not recorded at every attempt.
        client.get(reverse("account:name"))
        world.cookies[name, recently] = client.cookies[settings.SESSION_COOKIE_NAME].value


def read_to_the_end(answer):
    """Read the content of a response as a browser does, because its file is closed only after that."""
    if answer.streaming:
        b"".join(answer)


def rows_written():
    """Count the rows that this transaction has written so far, including those that it rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS_WRITTEN_SQL, [counted_tables()])
        return cursor.fetchone()[0]


@cache
def counted_tables():
    """Return the keys of the tables to which an attempt must not write if it is refused."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED_TABLES_SQL, [list(UNCOUNTED_TABLES)])
        return cursor.fetchone()[0]


def database_digest():
    """Return a checksum of all rows in each table."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES_SQL, [list(UNCOUNTED_TABLES)])
        parts = [
            f"SELECT '{table}', md5(string_agg(row::text, chr(10) ORDER BY row::text)) FROM \"{table}\" row"
            for (table,) in cursor.fetchall()
        ]
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def view_of(route):
    """Return the view of a route, whatever arguments its URL has."""
    *namespaces, name = route.split(":")
    found = get_resolver()
    for namespace in namespaces:
        found = next(one for one in found.url_patterns if isinstance(one, URLResolver) and one.namespace == namespace)
    return next(one.callback for one in found.url_patterns if getattr(one, "name", None) == name)


def routes(resolver=None, namespace="", prefix=""):
    """Yield each URL of the service: its pattern, and the names of the routes that lead to it."""
    found = {}
    for one in (resolver or get_resolver()).url_patterns:
        where = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            for pattern, names in routes(one, inner, where).items():
                found.setdefault(pattern, set()).update(names)
        else:
            found.setdefault(where, set()).add(f"{namespace}{one.name}")
    return found


def all_views(resolver=None, namespace=""):
    """Return the view of each route.

    Routes that share a view have the same view here, whichever function created it for them.
    """
    found = {}
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            found |= all_views(one, f"{namespace}{one.namespace}:" if one.namespace else namespace)
        else:
            view = inspect.unwrap(one.callback)
            route, made_for_each = f"{namespace}{one.name}", view.__qualname__.endswith((".view", ".dispatch"))
            found[route] = route if made_for_each else f"{view.__module__}.{view.__qualname__}"
    return found


def is_public(door, world):
    """Return whether everyone can open a page. If so, a redirect to the sign-in page counts as any other response."""
    declared = permissions.access_of(resolve(reverse(door.route, args=door.where(world))).func)
    return declared is not None and declared.who == "public"


def endpoint_faults(door, outcomes, public):
    """Return a table of the results that each person should get, with the faults marked, or "" if there are none."""
    lines, wrong = [], False
    for one in outcomes:
        should = one.name in door.who
        fine = one.got_through(door, public) if should else one.was_turned_away(door)
        if should and door.method == "GET" and one.changed and not door.writes:
            fine = False
        fine &= not one.then
        wrong |= not fine
        lines.append(
            f"  {one.name:<10} {'in' if should else 'out':<4} {one.word:<60.120} "
            f"{'changed' if one.changed else '':<8}{'' if fine else '<-- wrong'} {one.then}".rstrip()
        )
    return "\n".join([f"\n{door}", *lines]) if wrong else ""
