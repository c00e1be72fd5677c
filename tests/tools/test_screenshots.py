"""Tests for the screenshots tool: it leaves out no page, and it finds errors on pages."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import environ

import pytest
from django.core.management import CommandError, call_command

from calloff.cli import demo
from calloff.cli.management.commands.demo import Command as Demonstration
from tools.addresses import rows
from tools.screenshots import browser, command
from tools.screenshots.routes import every_route

pytestmark = pytest.mark.slow

CHROMIUM = browser.find_chromium()
SOUND = '<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>{}</main></html>'
WIDE = '<div style="width: 700px">A plank that is far too long</div>'
PALE = '<p style="color: #ccc; background: #fff">Pale words</p>'


def test_every_url_has_screenshots_or_a_reason_for_having_none():
    photos, reasons = rows.photos_by_route(), rows.reasons_without_photo()
    assert set(every_route()) == photos.keys() | reasons.keys(), "an address without either, or one that is gone"
    assert not photos.keys() & reasons.keys()
    assert all(reasons.values())


def test_each_screenshot_of_a_url_is_listed_in_one_of_its_rows():
    several = Counter(one.route for one in rows.all_addresses() if one.method == "GET" and one.photos)
    assert [route for route, times in several.items() if times > 1] == []


@pytest.mark.django_db
def test_an_unknown_page_name_raises_an_error(monkeypatch, tmp_path):
    monkeypatch.setattr(Demonstration, "prepare", lambda self, fresh: None)
    monkeypatch.setattr(demo, "accounts", list)
    words = r"No page is named home or hearth, and no page name starts with it\. Page names, for example buyer:home"
    with pytest.raises(CommandError, match=words):
        call_command(command.Command(), "home", "hearth", into=tmp_path)


def test_no_two_screenshots_are_saved_with_the_same_name():
    named = [(route, one.like, one.press) for route, several in rows.photos_by_route().items() for one in several]
    assert len(named) == len(set(named)) > 500


@pytest.fixture
def look(tmp_path):
    """Serve one page, and take a screenshot of it."""
    if not CHROMIUM:
        missing = pytest.fail if environ.get("CALLOFF_REQUIRE_BROWSER") == "1" else pytest.skip
        missing("no Chromium here: apt install chromium, or set CALLOFF_CHROMIUM")

    def at(body, *, status=200):
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(SOUND.format(body).encode())

            def log_message(self, *words):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            sight = browser.PageVisit("a-page", "/", browser.ScreenshotVisitor())
            [seen] = browser.photograph_pages([sight], f"http://127.0.0.1:{server.server_port}", tmp_path)
            server.shutdown()
        return seen.findings

    return at


def test_screenshots_of_a_page_without_faults_are_taken_wide_narrow_and_for_print(look, tmp_path):
    assert look("Words.") == []
    assert {file.name for file in tmp_path.iterdir()} == {"a-page-1280.png", "a-page-320.png", "a-page.pdf"}


def test_a_page_that_is_too_wide_for_a_phone_is_reported_with_the_element_at_fault(look):
    assert look(WIDE) == ["wider than 320 pixels: div “A plank that is far too long”"]


def test_text_with_low_contrast_is_reported(look):
    assert [finding.partition(":")[0] for finding in look(PALE)] == ["color-contrast at 1280", "color-contrast at 320"]


def test_a_page_that_returns_an_error_is_reported(look):
    assert "answers 500, not 200" in look("", status=500)
