"""A person with a browser, and actions that use the words on the page."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connections
from playwright.sync_api import expect

from calloff.cli.demo import marker
from calloff.outbox.models import Message

AXE_SCRIPT = Path(__file__).with_name("axe.min.js")
NOT_FOUND = 404
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# This returns the elements and attributes of a page. Any text becomes x, and each id becomes its number.
STRUCTURE_SCRIPT = """() => {
    const ids = [...document.querySelectorAll("[id]")].map(element => element.id)
    const numbered = value => value.split(" ").map(part => ids.indexOf(part)).join(" ")
    const [dropped, filled] = [() => "", value => value.trim() ? "x" : ""]
    const values = {id: numbered, for: numbered, href: dropped, name: dropped, value: dropped, action: dropped,
                    "aria-label": filled, title: filled, alt: filled}
    const drawn = node => {
        if (node.nodeType === Node.TEXT_NODE) return node.textContent.trim() ? "x" : ""
        if (node.nodeType !== Node.ELEMENT_NODE || node.tagName === "SCRIPT") return ""
        const attributes = [...node.attributes].filter(one => !one.name.startsWith("data-")).map(({name, value}) => {
            const reading = values[name] || (name.startsWith("aria-") && ids.includes(value.split(" ")[0]) && numbered)
            return ` ${name}="${reading ? reading(value) : value.replace(/[0-9]+/g, "0")}"`
        })
        return `<${node.tagName}${attributes.join("")}>${[...node.childNodes].map(drawn).join("")}</>`
    }
    return `${innerWidth} ${drawn(document.documentElement)}`
}"""
checked_structures = set()  # the structures of pages in which axe has found no fault


class BrowserUser:
    def __init__(self, page, email=""):
        self.page, self.email = page, email

    def sign_in(self):
        self.go("/account/sign-in")
        self.fill("Email address", self.email)
        self.fill("Password", self.password)
        self.press("Sign in")
        return self

    @property
    def password(self):
        return marker.demo_password(self.email)

    def confirm(self):
        """Enter the password again, which is necessary to sign and to approve."""
        self.sees("Confirm that it is you")
        self.fill("Password", self.password)
        self.press("Continue")

    def proves_for(self, heading):
        """Wait for the page with this heading. If the site asks for the password first, enter it again."""
        asked = "Confirm that it is you"
        here = self.page.get_by_role("heading", level=1, name=re.compile(f"{re.escape(heading)}|{asked}"))
        expect(here).to_be_visible()
        if here.inner_text() == asked:
            self.confirm()
        self.sees(heading)

    @property
    def mail(self):
        """Return the last message that was sent to this person."""
        return mail_to(self.email)

    def sign_out(self):
        open_account_menu(self.page)
        self.page.get_by_role("button", name="Sign out").click()

    def go(self, path):
        self.page.goto(path)
        return self

    def follow(self, words):
        self.page.get_by_role("main").get_by_role("link", name=words).first.click()

    def press(self, words):
        """Select a button, or a link that looks like a button."""
        main = self.page.get_by_role("main")
        main.get_by_role("button", name=words).first.click()

    def fill(self, label, words):
        self.page.get_by_label(label, exact=True).fill(words)

    def choose(self, words):
        self.page.get_by_role("main").get_by_label(words, exact=True).check()

    def write(self, **answers):
        """Fill in fields and lists by their labels, including labels that are long or say “optional”."""
        for name, words in answers.items():
            box = self.page.locator(f'[name="{name}"]')
            if box.evaluate("one => one.tagName") == "SELECT":
                box.select_option(words)
            else:
                box.fill(words)

    def tick(self, name, *values):
        """Select radio buttons or checkboxes in a question."""
        for value in values:
            self.page.locator(f'[name="{name}"][value="{value}"]').check()

    def refused(self, path):
        """Return whether this person gets “not found” for a URL, without opening the URL in their browser."""
        answer = self.page.request.get(path)
        if "/account/again" in answer.url:  # Visitors are first asked to sign in, whether or not the page exists.
            here = self.page.url
            self.go("/account/again?next=/account/")
            self.confirm()
            self.go(here)
            answer = self.page.request.get(path)
        return answer.status == NOT_FOUND

    def date(self, name, day):
        for part in ("day", "month", "year"):
            self.page.locator(f'[name="{name}-{part}"]').fill(str(getattr(day, part)))

    def sees(self, heading):
        check_accessibility(self.page, heading)

    def reads(self, *words):
        for one in words:
            expect(self.page.get_by_role("main")).to_contain_text(one)

    def does_not_read(self, *words):
        for one in words:
            expect(self.page.get_by_role("main")).not_to_contain_text(one)

    @property
    def path(self):
        return re.sub(r"^https?://[^/]+", "", self.page.url)


def open_account_menu(page):
    """Open the menu under the person's name, which contains their account and Sign out."""
    page.locator(".calloff-account > summary").click()


def check_accessibility(page, heading):
    """Wait for the page with a heading, and check that the page meets WCAG 2.2 AA.

    If a page differs only in its text from a page that was already checked, it is not checked again.
    """
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    structure = page.evaluate(STRUCTURE_SCRIPT)
    if structure in checked_structures:
        return
    page.evaluate(AXE_SCRIPT.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", AXE_RULES)
    problems = [(violation["id"], violation["nodes"][0]["html"]) for violation in found["violations"]]
    assert not problems, f"{page.url}: {problems}"
    checked_structures.add(structure)


def run_in_thread(work, *args, **kwargs):
    """Run the worker's jobs in a separate thread, because Playwright runs an event loop in this thread."""

    def done():
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as worker:
        return worker.submit(done).result()


def mail_to(email):
    """Return the last message that was sent to an address."""
    return Message.objects.filter(address=email).order_by("-pk")[0]


def code_in(message):
    """Return the code in a message: letters and digits on a separate line, or six digits."""
    alone = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", message.body, re.MULTILINE)
    return alone.group(1) if alone else re.findall(r"\b[0-9]{6}\b", message.body)[0]


class KeyboardUser:
    """A person who uses only the keyboard: Tab to move, Space and Enter to select, and other keys to type."""

    FARTHEST = 150  # how many times a person can press Tab. If more were needed, the page would be unusable

    def __init__(self, page):
        self.page = page

    def to(self, role, words):
        """Press Tab until the element has the focus, and check that people can see the focus."""
        wanted = self.page.get_by_role(role, name=words).first
        expect(wanted).to_be_visible()
        for _ in range(self.FARTHEST):
            if wanted.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"No way by keyboard to {role} “{words}” on {self.page.url}")

    def enter(self, role, words):
        """Follow a link or select a button, and wait for the next page."""
        self.to(role, words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, label, words):
        self.to("textbox", label)
        self.page.keyboard.type(words)

    def choose(self, words):
        """Press Space on a radio button.

        Tab moves to the first button in a group, and the arrow keys move to the others.
        """
        wanted = self.page.get_by_role("radio", name=words).first
        group = self.page.locator(f'[name="{wanted.get_attribute("name")}"]')
        for _ in range(self.FARTHEST):
            if group.evaluate_all("all => all.includes(document.activeElement)"):
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"No way by keyboard to choose “{words}” on {self.page.url}")

    def dates(self, name, day):
        """Type a date in its three fields."""
        box = self.page.locator(f'[name="{name}-day"]')
        for _ in range(self.FARTHEST):
            if box.evaluate("one => one === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        for part in ("day", "month", "year"):
            self.page.keyboard.type(str(getattr(day, part)))
            self.page.keyboard.press("Tab")
