"""Telephone numbers in a text as links: on a phone, one tap calls."""

import re
from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# A number as people write it in Britain, with its area code: “01903 555010”, “+44 (0)1903 555010”. Shorter numbers, 999
# among them, are left alone: no one should call those by touching a page.
_NUMBER = re.compile(
    r"""(?<![\w/+-])
        (?: (?:\+|00)[1-9]\d{0,2} (?:[ ().-]{0,2}\d){9,11} | 0 (?:[ ().-]{0,2}\d){9,10} )
        (?!\w)""",
    re.VERBOSE,
)


def telephone_links(text: str) -> SafeString:
    """Escape a text, and make a link of each telephone number in it."""
    return format_html_join("", "{}{}", _parts(text))


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each number, and its link; last what stands behind them all."""
    end = 0
    for found in _NUMBER.finditer(text):
        dialled = re.sub(r"[^\d+]", "", found.group().replace("(0)", ""))
        link = format_html('<a class="govuk-link calloff-reference" href="tel:{}">{}</a>', dialled, found.group())
        yield text[end : found.start()], link
        end = found.end()
    yield text[end:], ""
