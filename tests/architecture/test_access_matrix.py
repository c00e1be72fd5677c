"""Every door, tried by everyone: the cast, the same roles elsewhere, a rival, and a visitor.

The rightful get through. Everyone else is turned away, and every row of the database is as it was. Who registers no
door for a new address fails here.
"""

import html
import re
from collections import Counter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from calloff.history.models import OnceKey
from calloff.kernel import clock
from tests.architecture.endpoints import EVERYBODY
from tests.architecture.endpoints import fixtures as worlds
from tests.architecture.endpoints.access_matrix import (
    all_endpoints,
    client_of,
    endpoint_faults,
    everybody,
    is_public,
    read_to_the_end,
    routes,
    rows_written,
    sign_everybody_in,
    try_endpoint,
)
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DOORS = all_endpoints()
ROUTES = routes()


@pytest.fixture(scope="module")
def _one_instant():
    """Hold the clock for the whole walk: the world is older than the fixtures of single tests."""
    with pytest.MonkeyPatch.context() as held:
        held.setattr(clock, "now", lambda: NOW)
        yield


@pytest.fixture(scope="module")
def world(_one_instant, django_db_setup, django_db_blocker):
    """Build the world once. Every try is put back, so no door knows of another."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = worlds.make_world()
        sign_everybody_in(made)
        check_constraints_now()
        yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _a_slow_walk_is_no_fault(settings):
    settings.MFA_TOTP_TOLERANCE = 10  # a walk of many people takes longer than a code is shown
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600  # and, on a slow machine, longer than a password stays fresh


@pytest.fixture(scope="module")
def crowded(world):
    """Build the same world with sixty rows more of everything, for as long as the doors are counted."""
    worlds.grow_lists(world)
    check_constraints_now()
    return world


def check_constraints_now():
    """Check the foreign keys of the world once: left pending, they would be checked again at the end of every test."""
    connection.check_constraints()


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_door_opens_to_the_rightful_and_to_nobody_else(door, world):
    assert door.who <= EVERYBODY
    public = is_public(door, world)
    outcomes = [try_endpoint(world, door, name) for name in everybody()]
    told = endpoint_faults(door, outcomes, public)
    assert not told, told


@pytest.mark.parametrize("door", [door for door in DOORS if door.recently], ids=str)
def test_behind_a_step_up_the_rightful_give_their_password_again(door, world):
    for name in sorted(door.who - {"visitor"})[:1]:
        outcome = try_endpoint(world, door, name, recently=False)
        assert (outcome.status, outcome.location.split("?")[0]) == (302, reverse("account:again")), outcome.word
        assert not outcome.changed


def test_no_address_is_without_a_door():
    registered = {door.route for door in DOORS}
    missing = sorted(min(names) for names in ROUTES.values() if not names & registered)
    assert not missing, "register them in tests/architecture/endpoints/: " + ", ".join(missing)


def test_no_door_leads_nowhere():
    assert {door.route for door in DOORS} <= set().union(*ROUTES.values())


@pytest.mark.parametrize("pattern", sorted(ROUTES))
def test_what_is_not_registered_is_not_allowed(pattern, world):
    """An address without a door for POST refuses POST, and one without a door for GET refuses GET: 405."""
    here = [door for door in DOORS if door.route in ROUTES[pattern]]
    if not here or {"GET", "POST"} <= {door.method for door in here}:
        return
    door = here[0]
    client = client_of(world, min(door.who, default="visitor"), recently=True)
    with transaction.atomic():
        path = reverse(door.route, args=door.where(world))
        answer = client.get(path) if door.method == "POST" else client.post(path, {})
        read_to_the_end(answer)
        transaction.set_rollback(True)
    assert answer.status_code == 405, f"{path} answers {answer.status_code} to a method that no door is registered for"


ANSWER_FOR_THEMSELVES = {"account:pin", "account:close", "account:reset"}  # of signing in, as allauth's own
POSTS = [door for door in DOORS if door.method == "POST" and door.who and not door.route.startswith("api:")]


@pytest.mark.parametrize("door", POSTS, ids=str)
def test_a_form_that_is_sent_twice_is_done_once(door, world):
    """The second is answered as the first was, and writes nothing. What changes who is signed in answers for itself."""
    put_back = transaction.savepoint()
    try:
        name = min(door.who - {"visitor"}, default="visitor")
        client, path = client_of(world, name, recently=True), reverse(door.route, args=door.where(world)) + door.query
        sends = dict(door.sends(world)) | {"once_key": "a-key-drawn-with-the-page"}
        if door.before:
            door.before(client, world, name)
        first = client.post(path, dict(sends))
        read_to_the_end(first)
        for sent in sends.values():
            if hasattr(sent, "seek"):
                sent.seek(0)
        written = rows_written()
        if resolve(path.split("?")[0]).func.__module__.startswith("allauth."):
            return
        second = client.post(path, dict(sends))
        read_to_the_end(second)
        assert second.status_code < 500
        if door.route in ANSWER_FOR_THEMSELVES:
            return
        assert rows_written() == written, "the second wrote something"
        if OnceKey.objects.exists() and first.status_code in {302, 303}:
            assert second.headers["Location"] == first.headers["Location"]
    finally:
        transaction.savepoint_rollback(put_back)
        for somebody in world.people.values():
            if somebody:
                somebody.forget_roles()


GETS = [door for door in DOORS if door.method == "GET" and door.who]


def queries_of(world, door):
    """Count the queries of a page, once it is warm."""
    put_back = transaction.savepoint()
    client = client_of(world, min(door.who - {"visitor"}, default="visitor"), recently=True)
    path = reverse(door.route, args=door.where(world)) + door.query
    if door.before:
        door.before(client, world, min(door.who - {"visitor"}, default="visitor"))
    read_to_the_end(client.get(path))
    with CaptureQueriesContext(connection) as queries:
        read_to_the_end(client.get(path))
    transaction.savepoint_rollback(put_back)
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


def shape(sql):
    """Return a query without its values, to tell which one is asked more often."""
    return re.sub(r"\d+|'[^']*'", "?", sql)[:400]


WAY = re.compile(r'<nav[^>]*(?:class="calloff-way"|govuk-breadcrumbs).*?</nav>', re.S)
FILTER = re.compile(r'class="calloff-filter__form".*?</form>', re.S)
FIELDS = re.compile(r'<select[^>]* name="(\w+)".*?</select>|<input[^>]* name="(\w+)"', re.S)
VALUE = re.compile(r'<option value="([^"]+)"')


def filters_of(page):
    """Find the filters of a list, each with a value that it may have."""
    for form in FILTER.findall(page):
        for found in FIELDS.finditer(form):
            values = VALUE.findall(found[0])
            yield found[1] or found[2], html.unescape(values[0]) if values else "Oak"


def test_a_filtered_list_leads_back_as_the_whole_list_does(world):
    """Its breadcrumbs or Back link are those of the list without a filter, and lead to addresses that there are."""
    filtered = set()
    for door in GETS:
        client = client_of(world, min(door.who - {"visitor"}, default="visitor"), recently=True)
        path = reverse(door.route, args=door.where(world))
        put_back = transaction.savepoint()
        page = client.get(path + door.query)
        text = "" if page.streaming else page.content.decode(errors="replace")
        read_to_the_end(page)
        for name, value in filters_of(text):
            narrowed = client.get(path, {name: value}).content.decode()
            ways = WAY.findall(narrowed)
            assert ways == WAY.findall(text), f"{path}?{name}={value}"
            for href in re.findall(r'href="([^"]*)"', "".join(ways)):
                assert href.startswith("/"), f"{path}?{name}={value}: {href}"
                resolve(href.split("?")[0])
            filtered.add(door.route)
        transaction.savepoint_rollback(put_back)
    assert {"authority:placements", "authority:referrals", "provider:services", "buyer:referrals"} <= filtered


@pytest.fixture(scope="module")
def few(world):
    """Count the queries of every page while its lists are short."""
    return {str(door): queries_of(world, door) for door in GETS}


@pytest.mark.parametrize("door", GETS, ids=str)
def test_a_page_asks_no_more_queries_however_long_its_lists(door, few, crowded):
    """It may ask fewer: a look-up for rows of one kind is spared where none of them is on the first page."""
    many = queries_of(crowded, door)
    shapes = Counter(shape(sql) for sql in many) - Counter(shape(sql) for sql in few[str(door)])
    assert len(many) <= len(few[str(door)]), "\n".join(f"{times} more: {sql}" for sql, times in shapes.items())
