"""How the feed answers: to everyone, from any other site, with JSON, an ETag and when it last changed."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, quote_etag

from calloff.kernel.lifecycles import Refused
from calloff.oruk import queries, query_params
from calloff.oruk.query_params import FeedQuery
from calloff.oruk.schema import FeedProblem
from calloff.people.view_access import ViewAccess
from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.headers import RATE_LIMIT_HEADER_NAMES, set_rate_limit_headers
from calloff.rate_limits.limits import LimitName

ALLOWED_METHODS = "GET, HEAD, OPTIONS"
NOT_FOUND_STATUS, METHOD_NOT_ALLOWED_STATUS, BAD_REQUEST_STATUS, TOO_MANY_REQUESTS_STATUS = (
    404,
    405,
    400,
    429,
)
PREFLIGHT_MAX_AGE = 24 * 3600  # seconds for which a browser need not ask again whether it may ask

FeedEndpoint = Callable[..., Any]  # (asked, at, *arguments of the address); nothing: no such record


class FeedRecordNotFound(Exception):
    """There is no record of this id. Carries the sentence that says so."""


def feed_view(answer: FeedEndpoint, known: tuple[str, ...] = query_params.NO_PARAMETERS) -> Callable[..., HttpResponse]:
    """Make the view of an address of the feed: anyone may read it, from anywhere, and it tells everyone the same."""

    @login_not_required
    def view(request: HttpRequest, *where: str) -> HttpResponse:
        if request.method == "OPTIONS":
            return _allowed(HttpResponse(status=204))
        if request.method not in {"GET", "HEAD"}:
            return _allowed(
                _problem(METHOD_NOT_ALLOWED_STATUS, f"The feed is read-only. Use one of {ALLOWED_METHODS}.")
            )
        return _from_anywhere(_within_limit(request, answer, known, where))

    view.access = ViewAccess("public", before_second_factor=True)  # type: ignore[attr-defined]
    return view


def _within_limit(request: Any, answer: FeedEndpoint, known: tuple[str, ...], where: tuple[str, ...]) -> HttpResponse:
    """Limit requests from one IP address, and send everyone the number they have left."""
    taken = count_attempt(LimitName.FEED, client_address(request), at=request.now)
    if taken.allowed:
        response = _answer(request, answer, known, where)
    else:
        most, wait = taken.window.times, taken.resets_in
        response = _problem(
            TOO_MANY_REQUESTS_STATUS,
            f"You have made more than {most} requests in a minute. Try again in {wait} seconds.",
        )
    set_rate_limit_headers(response, taken)
    return response


def _answer(request: Any, answer: FeedEndpoint, known: tuple[str, ...], where: tuple[str, ...]) -> HttpResponse:
    try:
        asked: FeedQuery = query_params.read_feed_query(dict(request.GET.lists()), known)
        body = msgspec.json.encode(answer(asked, request.now, *where))
    except Refused as refusal:
        return _problem(BAD_REQUEST_STATUS, " ".join(problem.sentence for problem in refusal.problems))
    except FeedRecordNotFound as missing:
        return _problem(NOT_FOUND_STATUS, str(missing))
    return _conditional(request, body, queries.last_change(request.now))


def _conditional(request: Any, body: bytes, changed: queries.FeedLastChange) -> HttpResponse:
    """Answer, or say that nothing changed. The date that counts is when the change had settled, not the one sent."""
    response = HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Last-Modified"] = http_date(_whole_seconds(changed, request.now))
    settled = int(changed.settled.timestamp())
    return get_conditional_response(request, response["ETag"], settled, response) or response


def _whole_seconds(changed: queries.FeedLastChange, at: datetime) -> int:
    """Return when the feed is said to have changed: once it has settled, that instant; never one to come."""
    return int((changed.settled if changed.settled <= at else min(changed.at, at)).timestamp())


def _problem(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(FeedProblem(sentence)), content_type="application/json", status=status)


def _allowed(response: HttpResponse) -> HttpResponse:
    response.headers["Allow"] = ALLOWED_METHODS
    response.headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_MAX_AGE)
    return _from_anywhere(response)


def _from_anywhere(response: HttpResponse) -> HttpResponse:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = ", ".join(("ETag", "Last-Modified", *RATE_LIMIT_HEADER_NAMES))
    patch_cache_control(response, no_cache=True, public=True)
    return response
