"""Pages that a browser keeps and asks about each time: 304 where nothing has changed, and a new page the moment it has.

@require_safe
    @fresh("offer")                       above the declaration of who may come: a 304 needs not even the authority
    @public_at_authority
    def offer(request, slug): ...

For visitors who are no one in particular. Who has a session may be told something of their own (their place, their
shortlist, a message): to them the page is drawn, and kept by no one. For who brings nothing at all, neither a cookie
nor a query, a page is drawn once and kept here under its mark: no one could tell it from one that is drawn again.
"""

import hashlib
import re
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import (
    add_never_cache_headers,
    get_conditional_response,
    patch_cache_control,
    patch_vary_headers,
)
from django.utils.http import quote_etag

from calloff.directory import page_etags, result_cache
from calloff.kernel.conditional_requests import unchanged_response

View = Callable[..., Any]
PERSONAL_COOKIES = (settings.SESSION_COOKIE_NAME, "messages", "calloff_place")
OK = 200
_TOKEN = re.compile(b'(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]+(?=")')
_ONCE_KEY = re.compile(b'<input type="hidden" name="once_key" value="[^"]*">')  # one page for all has no key of one
_A_TOKEN = b"\x00"  # stands where one goes; a page that has this is not kept
MAX_CACHED_QUERY_LENGTH = 500  # characters of a query whose page is kept


def etag_page(page: str) -> Callable[[View], View]:
    """Let a page of one service be kept: what it is made of is asked in one query, before anything is drawn."""

    def declare(view: View) -> View:
        @wraps(view)
        def answer(request: Any, authority: str, slug: str) -> HttpResponse:
            made_of = page_etags.page_state(authority, slug, request.now) if is_anonymous(request) else None
            mark = f"{page}-{made_of}" if made_of else ""
            if mark and (unchanged := unchanged_response(request, quote_etag(mark))):
                return _kept(unchanged, mark)
            drawn, bare = caches["drawn"], not request.COOKIES and not request.GET
            if mark and bare and (known := drawn.get(mark)):
                return _conditional(request, _kept(HttpResponse(known), mark))
            response: HttpResponse = _answered(request, view(request, authority, slug), mark)
            if mark and bare and "ETag" in response:
                drawn.set(mark, response.content)
            return _conditional(request, response)

        return answer

    return declare


def etag_rendered_page(view: View) -> View:
    """Let a page be kept that has to be drawn to know whether it changed: it spares the line, and not the work."""

    @wraps(view)
    def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        keeps = is_anonymous(request) and response.status_code == OK
        mark = hashlib.sha256(response.content).hexdigest()[:32] if keeps else ""
        return _conditional(request, _answered(request, response, mark))

    return answer


def cache_page_until_change(asked: Collection[str]) -> Callable[[View], View]:
    """Draw a page of a directory once for everyone who is no one in particular, until a directory changes.

    What it shows may depend on its address, with what is `asked` there, and on the day, and on nothing else: an address
    with anything besides is drawn again. The token of its forms is put in for each visitor; so no browser keeps it.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            def draw() -> bytes:
                response: HttpResponse = view(request, *args, **kwargs)
                if response.status_code != OK or response.cookies or _A_TOKEN in response.content:
                    raise _ForOne(response)
                return _TOKEN.sub(_A_TOKEN, _ONCE_KEY.sub(b"", response.content))

            query = request.META.get("QUERY_STRING", "")  # as it was sent: Django makes two ways of writing one
            if (
                not is_anonymous(request)
                or len(query) > MAX_CACHED_QUERY_LENGTH
                or not query.isascii()
                or request.GET.keys() - asked
            ):
                anew: HttpResponse = view(request, *args, **kwargs)
                return anew
            try:
                page = result_cache.cached_until_change(f"page {request.path}?{query}", request.now, draw)
            except _ForOne as other:
                return other.response
            return HttpResponse(page.replace(_A_TOKEN, get_token(request).encode()) if _A_TOKEN in page else page)

        return answer

    return declare


class _ForOne(Exception):
    """Raised to hand on what is not to be kept."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def is_anonymous(request: Any) -> bool:
    """Say whether a page tells this visitor what it tells everyone. No session is read to find out."""
    return not any(name in request.COOKIES for name in PERSONAL_COOKIES)


def _conditional(request: Any, response: HttpResponse) -> HttpResponse:
    """Answer the conditions of a request (RFC 9110, section 13), of a page that may be kept."""
    if "ETag" not in response:
        return response
    return get_conditional_response(request, response["ETag"], response=response) or response


def _answered(request: Any, response: HttpResponse, mark: str) -> HttpResponse:
    """Send what was drawn. What is for one visitor alone (a form's token, a cookie) is kept by no one."""
    own = response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    if mark and response.status_code == OK and not own:
        return _kept(response, mark)
    add_never_cache_headers(response)
    return response


def _kept(response: HttpResponse, mark: str) -> HttpResponse:
    response.headers["ETag"] = quote_etag(mark)
    patch_cache_control(response, no_cache=True)
    patch_vary_headers(response, ["Cookie"])
    return response
