"""The last minute before a market closes, with everybody in it: over the web, at once, some pressing twice."""

import math
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.urls import reverse

from benchmarks import dataset, row_cloning, runner
from benchmarks.fixtures import Press, Pressed, durable, press, rehearsed, session_of
from calloff.applications import commands as applications
from calloff.applications.models import Application, Version
from calloff.history.models import Subject
from calloff.history.transitions import name_verb
from calloff.kernel import clock
from calloff.markets.models import Market
from calloff.people.models import User

PEOPLE = 1000
TWICE = 50  # of them press twice at once
PROCESSES, THREADS = 2, 40
LAST_MINUTE = 60.0
AFTERWARDS = 2.0  # seconds in which some still press, too late
FLOOR = 50
SAID = {"name": "Ada Okafor", "role": "Director", "agreed": "on"}
LATE, TWO = "Applications closed", "has been sent already"


class Answer(NamedTuple):
    path: str
    what: str
    seconds: float


def last_minute() -> runner.Row:
    """Let everybody press; count what was said and what is there. Raises AssertionError where they do not agree."""
    market = dataset.open_market("SURGE")
    template = dataset.applicant(market)
    several = PEOPLE + FLOOR
    drafts = row_cloning.applications(template.pk, [f"U{n}" for n in range(several)], [market.pk] * several)
    row_cloning.settle()
    floor = _floor(drafts[PEOPLE:])
    people = [_at_the_page(pk) for pk in drafts[:PEOPLE]]
    begins = time.time() + 5
    with transaction.atomic():  # an officer could only move it to another day: the last minute must be this one
        name_verb("extend")
        closes_at = clock.now() + timedelta(seconds=5 + LAST_MINUTE)
        Market.objects.filter(pk=market.pk).update(closes_at=closes_at)
    spread = (LAST_MINUTE + AFTERWARDS) / PEOPLE
    presses = [Press(begins + n * spread, session, path, SAID) for n, (session, path) in enumerate(people)]
    presses += presses[:: PEOPLE // TWICE]
    presses.sort(key=lambda one: one.at)
    shares = [presses[start::PROCESSES] for start in range(PROCESSES)]
    answers = [one for some in runner.together(press_all, shares, processes=PROCESSES) for one in some]
    _hold(drafts[:PEOPLE], answers, len(presses), closes_at)
    took = [one.seconds for one in answers]
    return runner.row("surge", took, floor, LAST_MINUTE + AFTERWARDS)


def press_all(presses: list[Press]) -> list[Answer]:
    with ThreadPoolExecutor(THREADS) as crowd:
        return list(crowd.map(_answered, presses))


def _answered(one: Press) -> Answer:
    pressed = press(one)
    return Answer(one.path, _what(pressed), pressed.seconds)


def _what(pressed: Pressed) -> str:
    if pressed.leads and pressed.location.endswith("/done"):
        return "accepted"
    if LATE in pressed.words:
        return "late"
    if TWO in pressed.words or pressed.leads:
        return "sent already"
    return f"answered {pressed.status}"


def _hold(drafts: list[int], answers: list[Answer], sent: int, closes_at: Any) -> None:
    said = Counter(one.what for one in answers)
    print(f"surge: {dict(said)} of {sent} sent", flush=True)
    accepted = [one.path for one in answers if one.what == "accepted"]
    versions = list(Version.objects.filter(application__in=drafts).select_related("application"))
    there = {one.application.reference for one in versions}
    events = Subject.objects.filter(verb="submit", record_id__in=[one.application_id for one in versions])
    assert sum(said.values()) == sent, "an answer is missing"
    assert set(said) <= {"accepted", "late", "sent already"}, said
    assert min(said["accepted"], said["late"]) > 0, "the minute was too long or too short to try both"
    assert len(accepted) == len(set(accepted)) == len(versions) == len(there), "lost or double"
    assert {path.split("/")[-2] for path in accepted} == there, "another one than was said"
    assert events.filter(record_type="applications.Application").count() == len(versions), "the history differs"
    assert all(one.submitted_at < closes_at for one in versions), "late"


def _at_the_page(pk: int) -> tuple[str, str]:
    application = Application.objects.select_related("provider").get(pk=pk)
    lead = User.objects.get(grants__organisation=application.provider, grants__role="provider_lead")
    path = reverse("provider:application-submit", args=[application.provider.slug, application.reference])
    return session_of(lead.email), path


def _floor(drafts: list[int]) -> list[float]:
    """Time the same statements in one durable transaction, with nobody else about."""
    took = []
    statements: list[Any] = []
    bare = durable(lambda: statements)
    for pk in drafts:
        one = Application.objects.get(pk=pk)
        lead = User.objects.get(grants__organisation=one.provider, grants__role="provider_lead")

        def send(one: Application = one, lead: User = lead) -> None:
            applications.submit(one, by=lead, at=clock.now(), name="Ada Okafor", role="Director")

        statements[:] = rehearsed(send)
        took.append(runner.timed(bare, 1).wall[0])
    return sorted(took) or [math.nan]
