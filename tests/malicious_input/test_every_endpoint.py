"""Tests for malicious input to every URL and field, which must never cause an internal error (500).

The input must be either refused with a message, or accepted and shown. All tests use the same data, and each attempt
is rolled back. Not every value is tried in every field. The URL decides which value a field gets first (`seed_of`), so
each value is tried on each kind of page, and every run is the same.
"""

import re
from datetime import timedelta
from urllib.parse import quote, urlencode
from zlib import crc32

import pytest
from django import forms
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.urls import reverse

from calloff.kernel import clock
from calloff.web.forms_ui.forms import BrowserLengthValidator
from tests.architecture.endpoints import fixtures as worlds
from tests.architecture.endpoints.access_matrix import (
    all_views,
    client_of,
    read_to_the_end,
    routes,
    sign_everybody_in,
)
from tests.factories import NOW
from tests.malicious_input.recorded_answers import fields_of, forms_checked, forms_made, names_read
from tools.addresses import rows

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# The text includes right-to-left text, invisible text, invalid characters, four-byte characters, markup, and text
# that templates and formats interpret.
NASTY = "A\u202e\u200b\x00 🐎'\"<b>{{7*7}}%s\\"
LONG = "x" * 10_000
IN_A_QUERY = (f"\x00{NASTY}", LONG, "0001-01-01", "9999-12-31", "9" * 30, "-1", "[NaN")
ORGANISATIONS = ("providers/", "buyers/", "authorities/")
IN_AN_ADDRESS = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "int": "9" * 30,
    "slug": LONG,
    "authority": LONG,
    "str": f"\u202e🐎{LONG}",
}
ALWAYS = ("page", "after", "before", "kept", "next")
WRITTEN = {route: pattern for pattern, names in routes().items() for route in names}


def one_of_each_view(doors):
    """Return one endpoint for each view, because audiences share views, and lists have an endpoint for each filter."""
    views = all_views()
    return list({(views[door.route], door.method): door for door in doors if door.who}.values())


DOORS = one_of_each_view(rows.all_addresses())
GETS = [door for door in DOORS if door.method == "GET"]
FORMS = [door for door in DOORS if door.method == "POST" and not door.route.startswith("api:")]
VIEWS = all_views()
# The test of a form opens the page of the form, and finds its fields there.
PAGES_OF_FORMS = {VIEWS[form.route]: door for form in FORMS for door in GETS if VIEWS[door.route] == VIEWS[form.route]}
OTHER_GETS = [door for door in GETS if VIEWS[door.route] not in PAGES_OF_FORMS]
BY_PATTERN = {WRITTEN[door.route]: door for door in DOORS if "<" in WRITTEN[door.route]}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as held:
        held.setattr(clock, "now", lambda: NOW)
        made = worlds.make_world()
        sign_everybody_in(made)
        yield made
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def usual(world):
    """Return the names that every page reads from its request, and the forms on every page."""
    with names_read() as names, forms_made() as made:
        client_of(world, "ada").get("/account/")
        client_of(world, "ada").get("/account/security")
    return frozenset(names) | frozenset(made)


@pytest.fixture(autouse=True)
def _as_often_as_one_likes(settings):
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600
    settings.RATE_LIMITS = {"search": (10**6,), "search-of-person": (10**6,), "feed": (10**6,), "api": (10**6,)}


def seed_of(door):
    """Return an index into a list of values, which is always the same for the same URL."""
    return crc32(f"{door.method} {door.route}".encode())


def fault(answer):
    """Return the errors in a response and where they happened, or an empty string if there are none."""
    read_to_the_end(answer)
    if answer.status_code < 500:
        return ""
    kind, error, trace = answer.exc_info or (None, None, None)
    ours = ""
    while trace:
        name = trace.tb_frame.f_code.co_filename
        if "/calloff/" in name:
            ours = f"{name.rsplit('/calloff/', 1)[1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{kind.__name__ if kind else answer.status_code}: {str(error)[:120]!r} at {ours}"


def visitor_of(world, door):
    """Sign in a person who can use an endpoint, after doing what the endpoint needs."""
    name = min(door.who - {"visitor"}, default="visitor")
    client = client_of(world, name, recently=True)
    client.raise_request_exception = False
    if door.before:
        door.before(client, world, name)
    return client


def in_groups(doors, size=20):
    """Divide the endpoints into groups, each for one audience.

    If each endpoint had its own test, the start of a test would take longer than its request.
    """
    groups = {}
    for door in doors:
        groups.setdefault(door.route.partition(":")[0], []).append(door)
    return [
        pytest.param(several[first : first + size], id=f"{audience} {first // size + 1}")
        for audience, several in groups.items()
        for first in range(0, len(several), size)
    ]


def told_of(broken, doors, *given):
    """Fail with a list of the endpoints that have errors."""
    return [f"{door}: {told}" for door in doors for told in broken(door, *given) if told]


def put_back(world, act):
    """Run a function, then roll everything back."""
    before = transaction.savepoint()
    try:
        return act()
    finally:
        transaction.savepoint_rollback(before)
        for somebody in world.people.values():
            if somebody:
                somebody.forget_roles()


@pytest.mark.parametrize("doors", in_groups(OTHER_GETS))
def test_no_query_string_makes_a_page_fail(doors, world, usual):
    """Each name that the page reads gets a value. The next name gets the next value."""
    assert not told_of(broken_by_queries, doors, world, usual)


def broken_by_queries(door, world, usual):
    path = reverse(door.route, args=door.where(world))

    def opened(names, turn):
        values = {name: IN_A_QUERY[(turn + place) % len(IN_A_QUERY)] for place, name in enumerate(names)}
        return put_back(world, lambda: fault(visitor_of(world, door).get(f"{path}?{urlencode(values)}")))

    with names_read() as names:
        found = [opened(ALWAYS, seed_of(door))]
    own = sorted(names - usual - {"csrfmiddlewaretoken"})
    return found + ([opened(own, seed_of(door) + 1)] if set(own) - set(ALWAYS) else [])


@pytest.mark.parametrize("doors", in_groups(BY_PATTERN.values()))
def test_no_url_makes_a_page_fail(doors, world):
    """Each part of a URL gets a value that is too long or too large."""
    assert not told_of(broken_by_addresses, doors, world)


def broken_by_addresses(door, world):
    pattern = WRITTEN[door.route]
    args, found = door.where(world), []
    for place, kind in enumerate(re.findall(r"<(?:(\w+):)?\w+>", pattern)):
        if place == 0 and pattern.startswith(ORGANISATIONS) and pattern.count("<") > 1:
            continue  # All pages of an organisation are found in the same way, so only its home page is tested.
        parts = [IN_AN_ADDRESS[kind or "str"] if at == place else one for at, one in enumerate(args)]
        path = "/" + re.sub(r"<[^>]+>", lambda _: quote(str(parts.pop(0)), safe=""), pattern)  # noqa: B023
        found.append(put_back(world, lambda: fault(getattr(visitor_of(world, door), door.method.lower())(path))))  # noqa: B023
    return found


EDGE = str(NOW.date() + timedelta(days=365 * 5 - 1))  # Most fields accept this date.
NUMBERS = (forms.IntegerField, forms.DecimalField)


def of_its_kind(field, place):
    """Return an extreme value that this kind of field accepts, so that the command receives it."""
    match field:
        case forms.DateField():
            return EDGE
        case forms.IntegerField() | forms.DecimalField():
            digits = (getattr(field, "max_digits", None) or 30) - (getattr(field, "decimal_places", None) or 0)
            return str(field.max_value) if field.max_value is not None else "9" * digits
        case forms.CharField() if not isinstance(field, forms.EmailField | forms.URLField | forms.RegexField):
            return NASTY
    return None


def too_much(field, place):
    """Return a date in another century, or a very long string or number."""
    match field:
        case forms.FileField() | forms.BooleanField():
            return None
        case forms.DateField():
            return ("0001-01-01", "9999-12-31")[place % 2]
    return "-" + "9" * 400 if isinstance(field, NUMBERS) else LONG


def of_another_kind(field, place):
    """Return a value that is not a date, a number or a choice."""
    if isinstance(field, forms.FileField | forms.BooleanField) or type(field) is forms.CharField:
        return None
    return (NASTY, "[NaN", "1e400")[place % 3]


def beyond_its_kind(field, place):
    """Return one of two values.

    The field refuses either value before the command runs, and the page shows both again in the same way.
    """
    first, second = (too_much, of_another_kind) if place % 2 else (of_another_kind, too_much)
    sent = first(field, place // 2)
    return second(field, place // 2) if sent is None else sent


TURNS = (of_its_kind, beyond_its_kind)


@pytest.mark.parametrize("doors", in_groups(FORMS))
def test_no_field_value_makes_a_form_fail(doors, world, usual):
    """A refusal must have a message, and values that are accepted must be shown on the next page.

    A field that refuses its value gets its usual value the next time, so that the command receives the other values.
    First, the page of the form is opened with a malicious query string.
    """
    assert not told_of(broken_by_fields, doors, world, usual)


def broken_by_fields(door, world, usual):
    found, fields = fields_on_page(door, world, usual)
    tried, known = set(), dict(fields)
    if not fields:  # The form has no page, or its page is not shown in this status.
        told, met = put_back(world, lambda: sent_to(door, world, {}, drawn=False))
        found.append(told)
        known |= met.fields
    while set(known) - tried:  # A form can have more fields when it is submitted than on its page.
        new = {name: field for name, field in known.items() if name not in tried}
        tried |= set(new)
        told, more = broken_by_values(door, world, new)
        found += told + [f"{name} is not counted as its page counts" for name in wrongly_counted(new)]
        known |= more
    return found


def fields_on_page(door, world, usual):
    """Return what is wrong with the page of a form, and the fields of the form.

    Both are empty if the form has no page.
    """
    page = PAGES_OF_FORMS.get(VIEWS[door.route])
    if page is None:
        return [], {}
    with forms_made() as made:
        found = broken_by_queries(page, world, usual)
    return found, fields_of(form for kind, form in made.items() if kind not in usual)


def sent_to(door, world, hostile, drawn=True):
    """Submit a form with some malicious values in it.

    Return what is wrong with the responses, and which values the form accepted.
    """
    path = reverse(door.route, args=door.where(world)) + door.query
    client, sends = visitor_of(world, door), dict(door.sends(world))
    with forms_checked() as checked:
        answer = client.post(path, in_boxes(sends, hostile))
    # The test of all endpoints covers the page after a normal submission.
    follows = drawn and answer.status_code in {302, 303}
    told = fault(answer) or (fault(client.get(answer.url)) if follows else "")
    return told, checked


def broken_by_values(door, world, fields):
    """Return what is wrong after each round, and any further fields of the form."""
    found, more = [], {}
    for turn in TURNS:
        values = {name: turn(field, place) for place, (name, field) in enumerate(fields.items(), seed_of(door))}
        hostile = {name: value for name, value in values.items() if value is not None}
        for _ in range(2 if hostile and turn is of_its_kind else bool(hostile)):
            told, met = put_back(world, lambda: sent_to(door, world, hostile))  # noqa: B023
            found.append(told)
            more |= met.fields
            hostile = {name: value for name, value in hostile.items() if name not in met.refused}
            if not met.refused or not hostile:
                break
    return found, more


def wrongly_counted(fields):
    """Return the text areas whose length the browser and the server would count differently."""
    return [
        name for name, field in fields.items()
        if isinstance(field.widget, forms.Textarea)
        and any(isinstance(one, MaxLengthValidator) and not isinstance(one, BrowserLengthValidator)
                for one in field.validators)
    ]  # fmt: skip


def in_boxes(sends, hostile):
    """Return the data of a form with other values in some fields of the page."""
    made = dict(sends)
    for name, value in hostile.items():
        day = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", value)
        if f"{name}-year" in sends or (day and name not in sends):
            year, month, of_month = day.groups() if day else (value, value, value)
            made |= {f"{name}-year": year, f"{name}-month": month, f"{name}-day": of_month}
        else:
            made[name] = value
    return made
