"""The last minute before a market closes. Everyone submits over the web at the same moment, and some submit twice."""

import math
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.urls import reverse

from benchmarks import dataset, row_cloning, runner
from benchmarks.fixtures import ButtonPress, PressResult, press_button, rehearse, replay_durably, sign_in_session
from calloff.applications import commands as applications
from calloff.applications.models import Application, SubmittedVersion
from calloff.history.models import EventSubject
from calloff.history.transitions import announce_verb
from calloff.kernel import clock
from calloff.markets.models import Market
from calloff.people.models import User

APPLICANTS = 1000
DOUBLE_PRESSES = 50  # how many people submit twice at the same moment
PRESS_PROCESSES, PRESS_THREADS = 2, 40
LAST_MINUTE_SECONDS = 60.0
WAIT_AFTERWARDS_SECONDS = 2.0  # how many seconds after the deadline people still submit
FLOOR_APPLICATIONS = 50
DECLARATION_POSTED = {"name": "Ada Okafor", "role": "Director", "agreed": "on"}
CLOSED_HEADING, ALREADY_SENT_TEXT = "Applications closed", "has been sent already"


class SurgeAnswer(NamedTuple):
    path: str
    what: str
    seconds: float


def run_deadline_surge() -> runner.BenchFigure:
    """Let everyone submit, and compare the responses with the records in the database.

    Raises AssertionError if the responses and the records do not match.
    """
    market = dataset.open_market("SURGE")
    template = dataset.write_application(market)
    drafts_needed = APPLICANTS + FLOOR_APPLICATIONS
    drafts = row_cloning.clone_applications(
        template.pk, [f"U{n}" for n in range(drafts_needed)], [market.pk] * drafts_needed
    )
    row_cloning.analyse_tables()
    floor = _floor(drafts[APPLICANTS:])
    people = [_at_the_page(pk) for pk in drafts[:APPLICANTS]]
    begins = time.time() + 5
    # The deadline is changed directly, because it must be a minute from now and an officer can choose only a date.
    with transaction.atomic():
        announce_verb("extend")
        closes_at = clock.now() + timedelta(seconds=5 + LAST_MINUTE_SECONDS)
        Market.objects.filter(pk=market.pk).update(closes_at=closes_at)
    spread = (LAST_MINUTE_SECONDS + WAIT_AFTERWARDS_SECONDS) / APPLICANTS
    presses = [
        ButtonPress(begins + n * spread, session, path, DECLARATION_POSTED) for n, (session, path) in enumerate(people)
    ]
    presses += presses[:: APPLICANTS // DOUBLE_PRESSES]
    presses.sort(key=lambda press: press.at)
    shares = [presses[start::PRESS_PROCESSES] for start in range(PRESS_PROCESSES)]
    answers = [
        answer for some in runner.run_in_processes(press_all, shares, processes=PRESS_PROCESSES) for answer in some
    ]
    _hold(drafts[:APPLICANTS], answers, len(presses), closes_at)
    took = [answer.seconds for answer in answers]
    return runner.make_figure("surge", took, floor, LAST_MINUTE_SECONDS + WAIT_AFTERWARDS_SECONDS)


def press_all(presses: list[ButtonPress]) -> list[SurgeAnswer]:
    with ThreadPoolExecutor(PRESS_THREADS) as crowd:
        return list(crowd.map(_answered, presses))


def _answered(press: ButtonPress) -> SurgeAnswer:
    pressed = press_button(press)
    return SurgeAnswer(press.path, _what(pressed), pressed.seconds)


def _what(pressed: PressResult) -> str:
    if pressed.leads and pressed.location.endswith("/done"):
        return "accepted"
    if CLOSED_HEADING in pressed.words:
        return "late"
    if ALREADY_SENT_TEXT in pressed.words or pressed.leads:
        return "sent already"
    return f"answered {pressed.status}"


def _hold(drafts: list[int], answers: list[SurgeAnswer], sent: int, closes_at: Any) -> None:
    counts = Counter(answer.what for answer in answers)
    print(f"surge: {dict(counts)} of {sent} sent", flush=True)
    accepted = [answer.path for answer in answers if answer.what == "accepted"]
    versions = list(SubmittedVersion.objects.filter(application__in=drafts).select_related("application"))
    there = {version.application.reference for version in versions}
    events = EventSubject.objects.filter(verb="submit", record_id__in=[version.application_id for version in versions])
    assert sum(counts.values()) == sent, "an answer is missing"
    assert set(counts) <= {"accepted", "late", "sent already"}, counts
    assert min(counts["accepted"], counts["late"]) > 0, "the minute was too long or too short to try both"
    assert len(accepted) == len(set(accepted)) == len(versions) == len(there), "lost or double"
    assert {path.split("/")[-2] for path in accepted} == there, "another one than was said"
    assert events.filter(record_type="applications.Application").count() == len(versions), "the history differs"
    assert all(version.submitted_at < closes_at for version in versions), "late"


def _at_the_page(pk: int) -> tuple[str, str]:
    application = Application.objects.select_related("provider").get(pk=pk)
    lead = User.objects.get(grants__organisation=application.provider, grants__role="provider_lead")
    path = reverse("provider:application-submit", args=[application.provider.slug, application.reference])
    return sign_in_session(lead.email), path


def _floor(drafts: list[int]) -> list[float]:
    """Time the same statements in one durable transaction, without any other load."""
    took = []
    statements: list[Any] = []
    bare = replay_durably(lambda: statements)
    for pk in drafts:
        application = Application.objects.get(pk=pk)
        lead = User.objects.get(grants__organisation=application.provider, grants__role="provider_lead")

        def send(application: Application = application, lead: User = lead) -> None:
            applications.submit(application, by=lead, at=clock.now(), name="Ada Okafor", role="Director")

        statements[:] = rehearse(send)
        took.append(runner.time_client(bare, 1).wall[0])
    return sorted(took) or [math.nan]
