"""Tests for screen readers and keyboards on the main page of each of the ten jobs.

`read_aloud/` has one file for each page. It contains Chromium's accessibility tree, which screen readers read out,
with every digit as 0. If a page has changed, run this test with CALLOFF_WRITE_READ_ALOUD=1, and read the change before
you commit it.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from factory.django import DjangoModelFactory
from playwright.sync_api import sync_playwright

from calloff.kernel import clock
from tests.architecture.endpoints import fixtures as worlds
from tests.architecture.endpoints.access_matrix import prepare, sign_everybody_in
from tests.factories import NOW
from tests.journeys.conftest import CHROMIUM_FLAGS, CHROMIUM_PATH
from tools.addresses import rows
from tools.screenshots.browser import OVERFLOW_SCRIPT

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.browser]

FOLDER = Path(__file__).with_name("read_aloud")
SITE = "http://calloff.example"
MAX_TABS = 150
# the job, a page on which people do it, and who does it
JOBS = {
    "find-a-place": ("GET public:directory?words=farm&need=SEMH&free=on", "visitor"),
    "apply-to-a-market": ("GET provider:application-section", "ada"),
    "mark-an-application": ("GET authority:application-mark", "esme"),
    "decide-an-application": ("GET authority:application-decide", "anwar"),
    "sign-an-agreement": ("GET provider:agreement-sign", "sian"),
    "record-a-pupil": ("GET buyer:pupil-record", "ruth"),
    "refer-a-pupil": ("GET buyer:referral", "ruth"),
    "reply-to-a-referral": ("GET provider:invitation", "ada"),
    "take-the-register": ("GET provider:register", "ben"),
    "see-what-is-due": ("GET buyer:home", "ruth"),
}
# WCAG 1.4.12: nothing must be lost if a reader increases the space in text.
SPACED_OUT = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
# This finds the element that has the focus, and whether people can see this: the element is visible, and something
# shows that it has the focus.
FOCUS = """() => {
    const here = document.activeElement
    if (!here || here === document.body) return null
    const marked = element => {
        const style = getComputedStyle(element)
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none"
    }
    // GOV.UK's radio buttons and checkboxes are drawn by their label
    const label = here.labels && here.labels[0]
    const drawn = label ? [getComputedStyle(label, "::before")] : []
    const seen = marked(here) || drawn.some(style => style.boxShadow !== "none" || style.outlineStyle !== "none")
    const box = here.getBoundingClientRect()
    here.dataset.reached = "yes"
    return {html: here.outerHTML.slice(0, 120), seen, onScreen: box.bottom > 0 && box.top < innerHeight}
}"""
# This finds what a mouse can use and the keyboard has not reached. It leaves out what is closed, hidden or in a group
# of radio buttons.
MISSED = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter(element =>
    element.checkVisibility({visibilityProperty: true}) && !element.dataset.reached && !element.disabled
    && element.tabIndex >= 0 && element.type !== "hidden"
    && !(element.type === "radio" && document.querySelector(`[name="${element.name}"][data-reached]`))
).map(element => element.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def answers(django_db_setup, django_db_blocker):
    """Return the page for each job, with all style sheets, scripts and pictures that the pages name."""
    with pytest.MonkeyPatch.context() as held, django_db_blocker.unblock(), transaction.atomic():
        held.setattr(clock, "now", lambda: NOW)
        number_from_zero(DjangoModelFactory)
        world = worlds.make_world()
        sign_everybody_in(world)
        doors = {str(door): door for door in rows.all_addresses()}
        found = {}
        for job, (door, name) in JOBS.items():
            attempt = prepare(world, doors[door], name, recently=doors[door].recently)
            found[f"/{job}"] = attempt.send()
            assert found[f"/{job}"].status_code == 200, job
        client, named = Client(), {path for answer in found.values() for path in names_in(answer.content.decode())}
        while named:
            path = named.pop()
            found[path] = client.get(path)
            if path.endswith(".css"):
                named |= names_in(b"".join(found[path]).decode()) - found.keys()
                found[path] = client.get(path)
        transaction.set_rollback(True)
    return {path: (answer.headers["Content-Type"], read(answer)) for path, answer in found.items()}


def number_from_zero(factory):
    """Reset the factories' name sequences, as in a new process.

    Otherwise, lists could be in a different order after other tests have run.
    """
    for one in factory.__subclasses__():
        number_from_zero(one)
        if not one._meta.abstract:
            one.reset_sequence(0, force=True)


def names_in(text):
    return set(re.findall(r"/static/[\w./-]+", text))


def read(answer):
    return b"".join(answer) if answer.streaming else answer.content


@pytest.fixture(scope="module")
def browser(answers):
    if not CHROMIUM_PATH:
        missing = pytest.fail if os.environ.get("CALLOFF_REQUIRE_BROWSER") == "1" else pytest.skip
        missing("no Chromium here: apt install chromium, or set CALLOFF_CHROMIUM")
    with pytest.MonkeyPatch.context() as held, sync_playwright() as playwright:
        held.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs an event loop in this thread.
        running = playwright.chromium.launch(executable_path=CHROMIUM_PATH, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(answers, browser):
    def answer(route):
        content_type, body = answers.get(urlsplit(route.request.url).path, ("text/plain", b""))
        route.fulfill(content_type=content_type, body=body)

    context = browser.new_context(base_url=SITE, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.route("**/*", answer)
    yield context.new_page()
    context.close()


def without_numbers(tree):
    """Return the tree without URLs, digits, and codes such as TABC, in which letters take the place of numbers."""
    tree = re.sub(r"(:?)\n +- /url: .*", "", tree)
    return re.sub(r"[0-9]+", "0", re.sub(r"\bT[A-Z]{3}\b", "TTTT", tree))


@pytest.mark.parametrize("job", JOBS)
def test_a_screen_reader_reads_the_page_as_recorded(job, page):
    page.goto(f"/{job}")
    told = without_numbers(page.locator("body").aria_snapshot()) + "\n"
    file = FOLDER / f"{job}.yml"
    if os.environ.get("CALLOFF_WRITE_READ_ALOUD") == "1":
        file.write_text(told)
    assert told == file.read_text(), "read the change, and run again with CALLOFF_WRITE_READ_ALOUD=1"


@pytest.mark.parametrize("job", JOBS)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(job, page):
    page.goto(f"/{job}")
    unseen = []
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        if here is None:
            break
        if not here["seen"] or not here["onScreen"]:
            unseen.append(here["html"])
    assert not unseen
    assert not page.evaluate(MISSED)


@pytest.mark.parametrize("job", JOBS)
def test_nothing_is_lost_at_400_per_cent_with_spaced_text_or_in_forced_colours(job, page):
    # This is what a page of 1280 pixels looks like at 400 per cent.
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"/{job}")
    assert not page.evaluate(OVERFLOW_SCRIPT)
    page.add_style_tag(content=SPACED_OUT)
    assert not page.evaluate(OVERFLOW_SCRIPT)
    page.emulate_media(forced_colors="active")
    assert not page.evaluate(OVERFLOW_SCRIPT)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["seen"]
