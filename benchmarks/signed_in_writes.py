"""Cases for what people record each day, and for signing in.

The floor of each case is the same statements, or a password check.
"""

import http.client
from itertools import count
from urllib.parse import urlencode

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password
from django.urls import reverse

from benchmarks import placements as placing
from benchmarks import runner
from benchmarks.fixtures import CSRF_TOKEN, BenchBrowser, Statement, rehearse, replay_durably
from benchmarks.runner import ACTS_PER_FLOOR, CaseAndFloor, bench_case
from benchmarks.signed_in_pages import CHILDREN, happened
from calloff.kernel import clock
from calloff.people.models import User
from calloff.placements import commands as placements
from calloff.placements.models import Attendance, DayNote, Placement

PASSWORD = "a long password for the figures"  # noqa: S105  (of nobody)
FOUND = 302


@bench_case("day-note.record", spare=ACTS_PER_FLOOR)
def day_note_record() -> CaseAndFloor:
    """Record a daily note of a provider and tell the school, for each of 30 children in turn."""
    place = placing.register_of(CHILDREN)
    placed = list(Placement.objects.filter(service=place.service).order_by("pk"))
    turns = count(DayNote.objects.filter(provider=place.service.provider).count())
    next_statements: list[Statement] = []

    def record() -> None:
        turn = next(turns)
        placement = placed[turn % len(placed)]
        placements.provider_record_note(placement, happened=happened(turn), by=place.lead, at=clock.now())

    def ready_bare() -> None:
        next_statements[:] = rehearse(record)

    return CaseAndFloor(record, replay_durably(lambda: next_statements), before_floor=ready_bare)


@bench_case("register.take", spare=ACTS_PER_FLOOR)
def register_take() -> CaseAndFloor:
    """Mark the register of 30 children for a morning.

    Each time, each child is late by a different number of minutes, so that every mark changes.
    """
    place = placing.register_of(CHILDREN)
    placed = list(Placement.objects.filter(service=place.service).order_by("pk"))
    turns = count()
    next_statements: list[Statement] = []

    def take() -> None:
        at, late, minutes = clock.now(), Attendance.Mark.LATE, next(turns) % 300 + 1
        marks = [placements.RegisterEntry(placement, Attendance.Session.AM, late, minutes) for placement in placed]
        placements.take_register(place.service.provider, day=at.date(), marks=marks, by=place.lead, at=at)

    def ready_bare() -> None:
        next_statements[:] = rehearse(take)

    return CaseAndFloor(take, replay_durably(lambda: next_statements), before_floor=ready_bare)


@bench_case("sign-in")
def sign_in() -> CaseAndFloor:
    """Sign in over the web with the right password, and with all rate limits in force.

    The floor is a password check and a page.
    """
    person = User.objects.filter(email="ivy@sign-in.example").first() or User.objects.create_user(
        "ivy@sign-in.example", name="Ivy", password=PASSWORD
    )
    EmailAddress.objects.get_or_create(user=person, email=person.email, primary=True, verified=True)
    encoded, browser, path = person.password, BenchBrowser(), reverse("account:sign-in")
    form = urlencode({"login": person.email, "password": PASSWORD, "csrfmiddlewaretoken": CSRF_TOKEN})
    headers = {
        **browser.headers, "Cookie": f"csrftoken={CSRF_TOKEN}", "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip
    there: http.client.HTTPConnection = browser.connection

    def act() -> None:
        there.request("POST", path, form, headers)
        answer = there.getresponse()
        answer.read()
        runner.told_by_server(answer.headers[runner.QUERIES])
        if answer.status != FOUND:
            raise AssertionError(f"{path}: {answer.status}")

    def floor() -> None:
        browser.get("/bench/open")
        assert check_password(PASSWORD, encoded)

    return CaseAndFloor(act, floor)
