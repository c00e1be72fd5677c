"""Cache public pages in browsers and revalidate them by ETag: 304 if nothing has changed.

    @require_safe
    @etag_page("offer")       above the access decorator, so that a 304 does not even load the authority
    @public_at_authority
    def offer(request, slug): ...

This is for anonymous visitors only. A page for someone who has a session may contain their own data (a place, a
shortlist, a message), so it is rendered each time and never cached. If a request has no cookie and no query string, the
server caches the page too, by its ETag, because rendering it again would give the same page.
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
# removed, because everyone gets the same cached page
_ONCE_KEY = re.compile(b'<input type="hidden" name="once_key" value="[^"]*">')
_A_TOKEN = b"\x00"  # replaces the CSRF token in a cached page. A page that contains this byte itself is not cached
# the maximum length of a query string, in characters. Pages with longer ones are not cached
MAX_CACHED_QUERY_LENGTH = 500


def etag_page(page: str) -> Callable[[View], View]:
    """Cache one service's page. One query reads the service's state before anything is rendered."""

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
    """Let browsers cache a page that must be rendered before we know whether it has changed.

    This saves bandwidth, but the server still renders the page each time.
    """

    @wraps(view)
    def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        keeps = is_anonymous(request) and response.status_code == OK
        mark = hashlib.sha256(response.content).hexdigest()[:32] if keeps else ""
        return _conditional(request, _answered(request, response, mark))

    return answer


def cache_page_until_change(asked: Collection[str]) -> Callable[[View], View]:
    """Render a directory page once for all anonymous visitors, until the directory changes.

    The page must depend only on its path, on the query parameters in `asked` and on the day. With any other parameter,
    the page is rendered again each time. The CSRF token is inserted for each visitor, so browsers must not cache the
    page.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            def draw() -> bytes:
                response: HttpResponse = view(request, *args, **kwargs)
                if response.status_code != OK or response.cookies or _A_TOKEN in response.content:
                    raise _ForOne(response)
                return _TOKEN.sub(_A_TOKEN, _ONCE_KEY.sub(b"", response.content))

            # the query string exactly as it was sent, because Django treats different spellings as the same query
            query = request.META.get("QUERY_STRING", "")
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
    """Raised with a response that must not be cached."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def is_anonymous(request: Any) -> bool:
    """Return whether this visitor sees the same page as every other anonymous visitor.

    Only the cookies are checked, so that no session has to be loaded.
    """
    return not any(name in request.COOKIES for name in PERSONAL_COOKIES)


def _conditional(request: Any, response: HttpResponse) -> HttpResponse:
    """Respond to a conditional request (RFC 9110, section 13) for a page with an ETag."""
    if "ETag" not in response:
        return response
    return get_conditional_response(request, response["ETag"], response=response) or response


def _answered(request: Any, response: HttpResponse, mark: str) -> HttpResponse:
    """Add the caching headers to a response.

    A page for one visitor only (because it has a form's token or a cookie) is never cached.
    """
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
