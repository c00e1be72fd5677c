"""Show the telephone numbers in text as links, so that one tap on a phone calls the number."""

import re
from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# A UK number with its area code: “01903 555010”, “+44 (0)1903 555010”. Shorter numbers such as 999 do not match, so
# that no one calls them by accident.
_NUMBER = re.compile(
    r"""(?<![\w/+-])
        (?: (?:\+|00)[1-9][0-9]{0,2} (?:[ ().-]{0,2}[0-9]){9,11} | 0 (?:[ ().-]{0,2}[0-9]){9,10} )
        (?!\w)""",
    re.VERBOSE,
)


def telephone_links(text: str) -> SafeString:
    """Escape some text, and turn each telephone number in it into a link."""
    return format_html_join("", "{}{}", _parts(text))


def find_telephone(text: str) -> str:
    """Return the first telephone number in some text, or nothing."""
    number = _NUMBER.search(text)
    return number.group() if number else ""


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text before each number and the number's link, and then the rest of the text."""
    end = 0
    for number in _NUMBER.finditer(text):
        dialled = re.sub(r"[^0-9+]", "", number.group().replace("(0)", ""))
        link = format_html('<a class="govuk-link calloff-reference" href="tel:{}">{}</a>', dialled, number.group())
        yield text[end : number.start()], link
        end = number.end()
    yield text[end:], ""
