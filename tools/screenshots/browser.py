"""Open pages in Chromium at a wide width, at a narrow width and as in print, and check them with axe.

There is one browser, with a context for each person.
"""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

WINDOW_WIDTHS = (1280, 320)
REAUTHENTICATE_PATH = "/account/again"
PAPER_WIDTH = 794  # the width of an A4 page in pixels
WINDOW_HEIGHT = 900
OK = 200
PAGE_TIMEOUT_MS = 10_000  # milliseconds
# the greatest distance of the h1 from the top of the page on a phone (docs/guides/pages.md)
PHONE_HEADING_PIXELS = 120
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_SCRIPT = settings.BASE_DIR / "tests" / "journeys" / "axe.min.js"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
OVERFLOW_SCRIPT = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const sticks = [...document.body.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > room + 1);
    const inner = sticks.filter(one => !sticks.some(other => other !== one && one.contains(other)));
    return (inner.length ? inner : [document.body]).slice(0, 3).map(one =>
        one.tagName.toLowerCase() + (one.className ? "." + String(one.className).split(" ")[0] : "") +
        " “" + (one.textContent || "").trim().replace(/\\s+/g, " ").slice(0, 40) + "”");
}"""


HEADING_SCRIPT = """() => {
    if (document.querySelector("main .govuk-error-summary, main .govuk-notification-banner")) return 0;
    return Math.round(document.querySelector("h1")?.getBoundingClientRect().top ?? 0);
}"""


class NoBrowser(Exception):
    """Raised if no browser can be used. The message says what must be installed."""


class ScreenshotVisitor(NamedTuple):
    """The visitor to a page: a person with an account, or an anonymous visitor."""

    name: str = "a visitor"
    email: str = ""
    password: str = ""


class PageVisit(NamedTuple):
    """A page to visit."""

    name: str  # the name of the screenshot's file
    path: str
    visitor: ScreenshotVisitor
    status: int = OK
    press: str = ""  # a button that is selected while the form is empty, to show the errors on the page


@dataclass
class PageReport:
    """The problems found on one page."""

    sight: PageVisit
    title: str = ""
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0


class ScreenshotBrowser:
    """A browser with a separate context for each person, who signs in once on the sign-in page."""

    def __init__(self, browser: Any, address: str, folder: Path) -> None:
        self.browser, self.address, self.folder = browser, address, folder
        self.axe = AXE_SCRIPT.read_text()
        self.pages: dict[ScreenshotVisitor, Any] = {}
        self.complaints: list[str] = []

    def look(self, sight: PageVisit) -> PageReport:
        """Take screenshots of a page at each width and as in print, and return what is wrong with the page."""
        began = time.monotonic()
        seen = PageReport(sight)
        page = self.page_of(sight.visitor)
        self.complaints.clear()
        page.set_viewport_size({"width": WINDOW_WIDTHS[0], "height": WINDOW_HEIGHT})
        response = page.goto(sight.path, wait_until="load")
        if urlsplit(page.url).path == REAUTHENTICATE_PATH and urlsplit(sight.path).path != REAUTHENTICATE_PATH:
            response = self.give_the_password_again(page, sight.visitor)
        if response.status != sight.status:
            seen.findings.append(f"answers {response.status}, not {sight.status}")
        elif urlsplit(page.url).path != urlsplit(sight.path).path:
            seen.findings.append(f"leads to {urlsplit(page.url).path}")
        if sight.press:
            with page.expect_navigation():
                page.get_by_role("main").get_by_role("button", name=sight.press, exact=True).first.click()
        seen.title = page.title()
        for width in WINDOW_WIDTHS:
            page.set_viewport_size({"width": width, "height": WINDOW_HEIGHT})
            self.picture(page, seen, width)
            self.hold_to_the_rules(page, seen, width)
        self.in_print(page, seen)
        unexpected = [one for one in self.complaints if sight.status == OK or "status of" not in one]
        seen.findings += [f"the browser complains: {one}" for one in unexpected]
        seen.seconds = time.monotonic() - began
        return seen

    def page_of(self, visitor: ScreenshotVisitor) -> Any:
        if visitor not in self.pages:
            context = self.browser.new_context(base_url=self.address, reduced_motion="reduce")
            page = context.new_page()
            page.set_default_timeout(PAGE_TIMEOUT_MS)
            page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda problem: self.complaints.append(str(problem)))
            if visitor.email:
                self.sign_in(page, visitor)
            self.pages[visitor] = page
        return self.pages[visitor]

    def sign_in(self, page: Any, visitor: ScreenshotVisitor) -> None:
        page.goto("/account/sign-in")
        page.get_by_label("Email address").fill(visitor.email)
        page.get_by_label("Password", exact=True).fill(visitor.password)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "sign-in" not in url)

    def give_the_password_again(self, page: Any, visitor: ScreenshotVisitor) -> Any:
        """Enter the password or second step that a page requires before a signature or decision."""
        page.get_by_label("Password", exact=True).fill(visitor.password)
        with page.expect_navigation() as arriving:
            page.get_by_role("main").get_by_role("button", name="Continue").click()
        return arriving.value

    def picture(self, page: Any, seen: PageReport, width: int) -> None:
        page.screenshot(path=self.folder / f"{seen.sight.name}-{width}.png", full_page=True)
        if sticking_out := page.evaluate(OVERFLOW_SCRIPT):
            seen.findings.append(f"wider than {width} pixels: {'; '.join(sticking_out)}")
        if width == min(WINDOW_WIDTHS) and (top := page.evaluate(HEADING_SCRIPT)) > PHONE_HEADING_PIXELS:
            seen.findings.append(f"the heading starts {top} pixels from the top of a phone")

    def hold_to_the_rules(self, page: Any, seen: PageReport, width: int) -> None:
        page.evaluate(self.axe)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", AXE_RULES)
        for violation in found["violations"]:
            where = "; ".join(node["html"][:160] for node in violation["nodes"][:2])
            seen.findings.append(f"{violation['id']} at {width}: {violation['help']}: {where}")

    def in_print(self, page: Any, seen: PageReport) -> None:
        page.emulate_media(media="print")
        page.set_viewport_size({"width": PAPER_WIDTH, "height": WINDOW_HEIGHT})
        if sticking_out := page.evaluate(OVERFLOW_SCRIPT):
            seen.findings.append(f"wider than paper: {'; '.join(sticking_out)}")
        page.pdf(path=self.folder / f"{seen.sight.name}.pdf", format="A4")
        page.emulate_media(media="screen")


def photograph_pages(sights: Sequence[PageVisit], address: str, folder: Path) -> Iterator[PageReport]:
    """Visit the pages one after another, person by person."""
    with _browser() as browser:
        looker = ScreenshotBrowser(browser, address, folder)
        for sight in sights:
            try:
                yield looker.look(sight)
            # If a page cannot be visited, this is reported as a fault, and the other pages are still visited.
            except Exception as problem:
                yield PageReport(sight, findings=[f"cannot be looked at: {str(problem).splitlines()[0]}"])


def find_chromium() -> str | None:
    """Return the path of the browser: CALLOFF_CHROMIUM, Debian's Chromium without windows, or the full Chromium."""
    named = os.environ.get("CALLOFF_CHROMIUM")
    return named or shutil.which("chromium-headless-shell") or shutil.which("chromium")


@contextmanager
def _browser() -> Iterator[Any]:
    chromium = find_chromium()
    if not chromium:
        raise NoBrowser("There is no Chromium here: apt install chromium, or set CALLOFF_CHROMIUM.")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  (only developers of Calloff install these)
    except ImportError as missing:
        raise NoBrowser("Playwright is not installed here: look is for a clone of the code.") from missing
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        try:
            yield browser
        finally:
            browser.close()
