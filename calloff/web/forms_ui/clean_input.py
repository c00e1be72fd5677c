"""Clean what people type in one place, so that no form or query has to do so.

Characters that no keyboard can type (NUL, other control characters, unpaired surrogates) are removed, because the
database refuses some of them and people cannot read any of them. Each line break becomes one character. Browsers
submit two characters for a line break, but the counter on the page counts one.
"""

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from calloff.web import errors
from calloff.web.session import double_submission

UNREADABLE_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_ENDINGS = re.compile("\r\n?")
EXEMPT_PATHS = ("/api/", "/oruk/")  # These views themselves refuse input that cannot be read.
NEEDS_CLEANING_PATTERN = re.compile(f"{UNREADABLE_CHARACTERS.pattern}|\r")


def clean_text(text: str) -> str:
    """Return text without unreadable characters, and with one character for each line break."""
    return UNREADABLE_CHARACTERS.sub("", LINE_ENDINGS.sub("\n", text))


class CleanInputMiddleware:
    """Middleware that cleans the query string and the form before any view reads them.

    A path with unreadable characters gives 404. This runs after the CSRF check, which reads the form first. It also
    moves the once-only key of the form to the request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if request.path.startswith(EXEMPT_PATHS):
            return self.get_response(request)
        if UNREADABLE_CHARACTERS.search(request.path) or "\r" in request.path:
            return errors.not_found(request)
        if needs_cleaning(request.GET):
            request.GET = clean_query(request.GET)
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        request.once_key = ""
        if request.method == "POST":
            key = request.POST.get(double_submission.ONCE_KEY_FIELD, "")
            request.once_key = key if double_submission.ONCE_KEY_PATTERN.fullmatch(key) else ""
            if double_submission.ONCE_KEY_FIELD in request.POST or needs_cleaning(request.POST):
                request.POST = clean_query(request.POST)
        return None


def needs_cleaning(sent: QueryDict) -> bool:
    return any(
        NEEDS_CLEANING_PATTERN.search(name) or any(NEEDS_CLEANING_PATTERN.search(value) for value in values)
        for name, values in sent.lists()
    )


def clean_query(sent: QueryDict) -> QueryDict:
    """Return the submitted data, cleaned and without the once-only key of the form.

    Fields with unreadable names are left out.
    """
    made = QueryDict(mutable=True, encoding=sent.encoding)
    for name, values in sent.lists():
        if name != double_submission.ONCE_KEY_FIELD and not NEEDS_CLEANING_PATTERN.search(name):
            made.setlist(name, [clean_text(value) for value in values])
    made._mutable = False
    return made
