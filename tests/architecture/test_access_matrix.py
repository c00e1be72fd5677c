"""Tests that try every endpoint as one person from each group that the endpoint treats differently.

People who have permission must succeed. Everyone else must be refused, and no row in the database must change. A new
URL that has no row in tools/addresses fails here. `representatives.py` decides who tries which URL.
"""

import html
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from calloff.agreements.models import Agreement
from calloff.applications.models import Application
from calloff.history.models import OnceKey
from calloff.kernel import clock
from calloff.markets.models import Market, MarketGrant
from calloff.members.models import Member
from calloff.people.models import Organisation
from calloff.people.permissions import Role
from calloff.web import permissions
from tests.architecture.endpoints import fixtures as worlds
from tests.architecture.endpoints.access_matrix import (
    client_of,
    endpoint_faults,
    is_public,
    prepare,
    put_back,
    read_to_the_end,
    routes,
    rows_written,
    sign_everybody_in,
    sign_in,
    try_endpoint,
    view_of,
)
from tests.architecture.endpoints.page_headings import PageHeading, heading_fault, names_shared, read_heading
from tests.architecture.endpoints.representatives import representatives, roles_of_everybody
from tests.factories import NOW, RoleGrantFactory, UserFactory
from tools.addresses import CASEWORK, EVERYBODY, rows

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DOORS = rows.all_addresses()
ROUTES = routes()
MARKET_ROLES = (Role.CONTRACTS_OFFICER, Role.EVALUATOR, Role.APPROVER, Role.QUALITY_OFFICER)


@pytest.fixture(scope="module")
def _one_instant():
    """Stop the clock during all these tests, because the test data is made before the fixtures of single tests."""
    with pytest.MonkeyPatch.context() as held:
        held.setattr(clock, "now", lambda: NOW)
        yield


@pytest.fixture(scope="module")
def world(_one_instant, django_db_setup, django_db_blocker):
    """Make the test data once. Every attempt is rolled back, so no endpoint affects another."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = worlds.make_world()
        sign_everybody_in(made)
        made.roles = roles_of_everybody(made)
        made.kinds = dict(Organisation.objects.values_list("pk", "kind"))
        check_constraints_now()
        yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _a_slow_walk_is_no_fault(settings):
    settings.MFA_TOTP_TOLERANCE = 10  # Testing with many people takes longer than a code is valid.
    # On a slow machine, it also takes longer than the time for which a password that was entered counts.
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600


@pytest.fixture(scope="module")
def crowded(world):
    """Add sixty more rows of each kind to the test data, for counting queries."""
    worlds.grow_lists(world)
    check_constraints_now()
    return world


def check_constraints_now():
    """Check the foreign keys of the test data once.

    Otherwise, the pending checks would run again at the end of every test.
    """
    connection.check_constraints()


@dataclass
class Seen:
    """What was found when a page was first opened, so that all tests together render it only once."""

    name: str  # the name of the person who opened the page
    queries: list[str]
    filters: list[tuple[str, str]]
    ways: list[str]
    heading: PageHeading | None  # None if the response is not a page


@dataclass
class WalkFindings:
    """The results of earlier attempts, which later tests use."""

    seen: dict[str, Seen] = field(default_factory=dict)
    tried: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@pytest.fixture(scope="module")
def walk():
    return WalkFindings()


def rightful(door, names):
    """Return one person who can open an endpoint, for tests that need only one.

    If possible, this person has an account.
    """
    return min(set(names) & (door.who - {"visitor"}) or set(names) & door.who, default="")


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_only_the_people_listed_for_an_endpoint_can_open_it(door, world, walk):
    """For one person, the form is also submitted twice, which must be processed only once, and queries are counted."""
    assert door.who <= EVERYBODY
    public, names = is_public(door, world), representatives(world, door)
    opens = rightful(door, names)

    def then(attempt, answer):
        if attempt.method == "POST":
            return sent_again(door, attempt, answer)
        walk.seen[str(door)] = look_at(attempt, answer, opens)
        return ""

    outcomes = [try_endpoint(world, door, name, then=then if name == opens else None) for name in names]
    walk.tried[door.route.partition(":")[0]].update(names)
    told = endpoint_faults(door, outcomes, public)
    assert not told, told


# These sign-in pages prevent a second submission themselves, as those from allauth do.
ANSWER_FOR_THEMSELVES = {"account:pin", "account:close", "account:reset"}


def sent_again(door, attempt, first):
    """Submit a form a second time, and return what is wrong.

    The response must be the same, and nothing must be written. An endpoint that changes who is signed in must itself
    prevent a second submission.
    """
    path = attempt.path.split("?")[0]
    if door.route.startswith("api:") or resolve(path).func.__module__.startswith("allauth."):
        return ""
    written = rows_written()
    second = attempt.send()
    if second.status_code >= 500:
        return f"sent twice: {second.status_code}"
    if door.route in ANSWER_FOR_THEMSELVES:
        return ""
    if rows_written() != written:
        return "sent twice: the second wrote something"
    if first.status_code in {302, 303} and OnceKey.objects.exists():
        there, again = first.headers["Location"], second.headers.get("Location")
        return "" if there == again else f"sent twice: first to {there}, then to {again}"
    return ""


@pytest.mark.parametrize("door", [door for door in DOORS if door.recently], ids=str)
def test_an_endpoint_that_needs_a_recent_password_asks_for_the_password_again(door, world):
    for name in sorted(door.who - {"visitor"})[:1]:
        outcome = try_endpoint(world, door, name, recently=False)
        assert (outcome.status, outcome.location.split("?")[0]) == (302, reverse("account:again")), outcome.word
        assert not outcome.changed


OF_ONE_MARKET = [
    door
    for door in DOORS
    if door.route.startswith("authority:")
    and not door.who & CASEWORK
    and (access := permissions.access_of(view_of(door.route)))
    and access.market_roles
]


@pytest.fixture(scope="module")
def in_another_market(world):
    """Give an SEN officer every role in a market in which nothing has happened, and sign them in."""
    otto = UserFactory(name="Otto Marsh")
    RoleGrantFactory(person=otto, organisation=world.authority, role=Role.SEN_OFFICER)
    for role in MARKET_ROLES:
        MarketGrant.objects.create(
            authority=world.authority, market=world.market2, person=otto, role=role, starts_at=NOW - timedelta(days=1)
        )
    world.people["otto"] = otto
    sign_in(world, "otto", otto)
    records = (Application, Member, Agreement)
    return {one.reference for kind in records for one in kind.objects.all()} | {
        f"/markets/{market.slug}" for market in Market.objects.exclude(pk=world.market2.pk)
    }


@pytest.mark.parametrize("door", OF_ONE_MARKET, ids=str)
def test_a_role_in_one_market_shows_nothing_of_the_others(door, world, in_another_market):
    """The person must get 403 or 404 for the records of another market.

    A list that opens must not contain these records.
    """
    shown = []

    def then(attempt, answer):
        text = "" if answer.streaming else html.unescape(answer.content.decode(errors="replace"))
        shown.extend(sorted(word for word in in_another_market if word in text))

    outcome = try_endpoint(world, door, "otto", then=then)
    assert not outcome.error
    if door.method == "POST" or outcome.status != 200:
        assert outcome.was_turned_away(door), outcome.word
    assert not shown


def test_every_url_has_a_row_in_the_table_of_endpoints():
    registered = {door.route for door in DOORS}
    missing = sorted(min(names) for names in ROUTES.values() if not names & registered)
    assert not missing, "add a row in tools/addresses: " + ", ".join(missing)


def test_every_endpoint_in_the_table_exists():
    assert {door.route for door in DOORS} <= set().union(*ROUTES.values())


@pytest.mark.parametrize("pattern", sorted(ROUTES))
def test_a_method_that_is_not_registered_returns_405(pattern, world):
    """A URL must return 405 for POST if it has no endpoint for POST, and 405 for GET if it has none for GET."""
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


GETS = [door for door in DOORS if door.method == "GET" and door.who]


def look_at(attempt, answer, name):
    """Return the filters and back links of a page that was opened, and its queries once the caches are full."""
    text = "" if answer.streaming else answer.content.decode(errors="replace")
    heading = read_heading(answer)
    return Seen(name, queries_of(attempt), list(filters_of(text)), WAY.findall(text), heading)


def queries_of(attempt):
    with CaptureQueriesContext(connection) as queries:
        attempt.send()
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


def seen_of(world, walk, door):
    """Return what was found on a page. If this test runs alone, open the page now."""
    if str(door) not in walk.seen:
        name = rightful(door, representatives(world, door))
        with put_back(world):
            attempt = prepare(world, door, name, recently=door.recently)
            walk.seen[str(door)] = look_at(attempt, attempt.send(), name)
    return walk.seen[str(door)]


def shape(sql):
    """Return a query without its values, so that repetitions of the query can be counted."""
    return re.sub(r"\d+|'[^']*'", "?", sql)[:400]


WAY = re.compile(r'<nav[^>]*(?:class="calloff-way"|govuk-breadcrumbs).*?</nav>', re.S)
FILTER = re.compile(r'class="calloff-filter__form".*?</form>', re.S)
FIELDS = re.compile(r'<select[^>]* name="(\w+)".*?</select>|<input[^>]* name="(\w+)"', re.S)
CHOICES = re.compile(r'class="calloff-picks".*?</nav>', re.S)
CHOICE = re.compile(r'href="[^"]*\?(\w+)=([^"&]+)')
VALUE = re.compile(r'<option value="([^"]+)"')


def filters_of(page):
    """Yield the filters of a list, each with one of its possible values."""
    for form in FILTER.findall(page):
        for found in FIELDS.finditer(form):
            values = VALUE.findall(found[0])
            yield found[1] or found[2], html.unescape(values[0]) if values else "Oak"
    for links in CHOICES.findall(page):
        yield from CHOICE.findall(links)


def test_a_filtered_list_has_the_same_back_links_as_the_full_list(world, walk):
    """The breadcrumbs or the Back link must be the same as for the list without filters, and must lead to pages
    that exist.
    """
    filtered = set()
    for door in GETS:
        seen = seen_of(world, walk, door)
        if not seen.filters:
            continue
        with put_back(world):
            client = client_of(world, seen.name, recently=True)
            path = reverse(door.route, args=door.where(world))
            for name, value in seen.filters:
                ways = WAY.findall(client.get(path, {name: value}).content.decode())
                assert ways == seen.ways, f"{path}?{name}={value}"
                for href in re.findall(r'href="([^"]*)"', "".join(ways)):
                    assert href.startswith("/"), f"{path}?{name}={value}: {href}"
                    resolve(href.split("?")[0])
                filtered.add(door.route)
    assert {"authority:placements", "authority:referrals", "provider:services", "buyer:referrals"} <= filtered


# On these pages, the h1 names a child. The browser history must not contain that name.
HEADING_HIDDEN = {"authority:pupil", "buyer:pupil", "buyer:pupil-held", "provider:placement"}
WITHOUT_LAYOUT = {"public:offer-card"}  # This is a card that other sites show in a frame.
ALIKE = {
    ("public:offer", "public:service"),  # These show the same service, to families and to buyers.
    # These ask the same question, which can be answered in three ways.
    ("account:again", "account:again-code", "account:again-key"),
}


@pytest.fixture(scope="module")
def headings(world, walk):
    """Return the title and headings of every page, by endpoint."""
    found = {door: seen_of(world, walk, door).heading for door in GETS}
    return {door: heading for door, heading in found.items() if heading and door.route not in WITHOUT_LAYOUT}


def test_every_page_has_one_heading_and_a_title_that_starts_with_it(headings):
    faults = {
        str(door): heading_fault(heading, hidden=door.route in HEADING_HIDDEN) for door, heading in headings.items()
    }
    assert not any(faults.values()), "\n".join(f"{door} {fault}" for door, fault in faults.items() if fault)
    assert len(faults) > 300


def test_no_two_pages_for_the_same_audience_have_the_same_title(headings):
    shared = names_shared((door.route, heading) for door, heading in headings.items())
    faults = [f"{name}: {', '.join(routes)}" for name, routes in shared if routes not in ALIKE]
    assert not faults, "\n" + "\n".join(faults)


@pytest.fixture(scope="module")
def few(world, walk):
    """Return what each page queries while its lists are short."""
    return {str(door): seen_of(world, walk, door) for door in GETS}


@pytest.mark.parametrize("door", GETS, ids=str)
def test_longer_lists_do_not_add_queries_to_a_page(door, few, crowded):
    """A longer list can also need fewer queries, because a query is skipped if there are no rows of the kind that
    it is for.
    """
    seen = few[str(door)]
    with put_back(crowded):
        attempt = prepare(crowded, door, seen.name, recently=door.recently)
        many = queries_of(attempt)
        # The caches might have been empty during this count. They were full during the earlier count, of the second
        # rendering.
        if len(many) > len(seen.queries):
            many = queries_of(attempt)
    shapes = Counter(shape(sql) for sql in many) - Counter(shape(sql) for sql in seen.queries)
    assert len(many) <= len(seen.queries), "\n".join(f"{times} more: {sql}" for sql, times in shapes.items())


def test_the_test_people_try_endpoints_for_every_audience(world, walk):
    """One person from each group tries a URL. They take turns, so that everyone opens pages of every kind."""
    for audience in ("public", "account", "provider", "buyer", "authority"):
        doors = [door for door in DOORS if door.route.startswith(f"{audience}:")]
        names = walk.tried[audience] or {name for door in doors for name in representatives(world, door)}
        assert names == EVERYBODY, audience
