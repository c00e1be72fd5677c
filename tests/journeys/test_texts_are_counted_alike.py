"""Tests that the browser and the server count the remaining characters and words in the same way."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from calloff.questions.kinds.text import WORD_PATTERN
from calloff.web.components import component
from calloff.web.forms_ui.clean_input import clean_text
from calloff.web.forms_ui.forms import BrowserLengthValidator
from tests.journeys.conftest import CHROMIUM_FLAGS, CHROMIUM_PATH

pytestmark = pytest.mark.browser

SCRIPT = settings.BASE_DIR / "calloff/web/static/govuk-frontend-6.3.0/govuk-frontend.min.js"
TEXTS = (
    "", "a", "one two", "one\ntwo\n\nthree", "Zo\u00eb \u0141ukasz", "\U0001f40e horse \U0001f40e\U0001f40e", "e\u0301",
    "\U0001f469\u200d\U0001f3eb teaches", "a\u00a0b", "a\ufeffb \ufeff c", "a\u200bb", "a\u202eb", "a\tb", " \n ",
    "a\u2003b\u2028c",
)  # fmt: skip


@pytest.fixture(scope="module")
def page():
    if not CHROMIUM_PATH:
        pytest.skip("no Chromium here: apt install chromium, or set CALLOFF_CHROMIUM")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM_PATH, args=CHROMIUM_FLAGS)
        yield browser.new_page()
        browser.close()


def left(page, limit, text):
    """Type text in a field as our pages render it, and return how much more can be typed."""
    box = component("character-count", {"id": "box", "name": "box", "label": {"text": "Box"}} | limit)
    page.set_content(f'<body class="js-enabled govuk-frontend-supported">{box}</body>')
    page.evaluate(
        "async ([code, text]) => {"
        "const made = URL.createObjectURL(new Blob([code], {type: 'text/javascript'}));"
        "const {CharacterCount} = await import(made);"
        "new CharacterCount(document.querySelector('[data-module=govuk-character-count]'));"
        "const area = document.querySelector('textarea'); area.value = text;"
        "area.dispatchEvent(new Event('input')); await new Promise(done => setTimeout(done, 50)); }",
        [SCRIPT.read_text(), text],
    )
    words = page.locator(".govuk-character-count__status").inner_text()
    number = int(re.search(r"[\d,]+", words)[0].replace(",", ""))
    return -number if "too many" in words else number


def as_sent(text):
    """Encode text as a browser does, and decode it as our pages do."""
    return clean_text(text.replace("\n", "\r\n"))


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_the_page_and_the_server_count_characters_in_the_same_way(page, text):
    assert 20 - left(page, {"maxlength": 20}, text) == BrowserLengthValidator(20).clean(as_sent(text))


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_the_page_and_the_server_count_words_in_the_same_way(page, text):
    assert 20 - left(page, {"maxwords": 20}, text) == len(WORD_PATTERN.findall(as_sent(text)))
