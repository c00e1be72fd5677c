"""Respond to feed requests with JSON, ETag and Last-Modified headers, and CORS headers for every origin."""

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
PREFLIGHT_MAX_AGE = 24 * 3600  # how many seconds a browser can reuse the response to a preflight request

FeedEndpoint = Callable[..., Any]  # called with the query, the current time and the arguments from the URL


class FeedRecordNotFound(Exception):
    """Raised if there is no record with the given id. The message is a sentence for the caller to read."""


def feed_view(
    answer: FeedEndpoint, parameters: tuple[str, ...] = query_params.NO_PARAMETERS
) -> Callable[..., HttpResponse]:
    """Return the view of an endpoint, which is public, open to every origin and the same for everyone."""

    @login_not_required
    def view(request: HttpRequest, *arguments: str) -> HttpResponse:
        if request.method == "OPTIONS":
            return _with_allowed_methods(HttpResponse(status=204))
        if request.method not in {"GET", "HEAD"}:
            return _with_allowed_methods(
                _problem_response(METHOD_NOT_ALLOWED_STATUS, f"The feed is read-only. Use one of {ALLOWED_METHODS}.")
            )
        return _with_cors_headers(_answer_within_limit(request, answer, parameters, arguments))

    view.access = ViewAccess("public", before_second_factor=True)  # type: ignore[attr-defined]
    return view


def _answer_within_limit(
    request: Any, answer: FeedEndpoint, parameters: tuple[str, ...], arguments: tuple[str, ...]
) -> HttpResponse:
    """Limit the requests from one IP address, and add the rate limit headers to every response."""
    limit = count_attempt(LimitName.FEED, client_address(request), at=request.now)
    if limit.allowed:
        response = _answer(request, answer, parameters, arguments)
    else:
        allowed, wait = limit.window.times, limit.resets_in
        response = _problem_response(
            TOO_MANY_REQUESTS_STATUS,
            f"You have made more than {allowed} requests in a minute. Try again in {wait} seconds.",
        )
    set_rate_limit_headers(response, limit)
    return response


def _answer(
    request: Any, answer: FeedEndpoint, parameters: tuple[str, ...], arguments: tuple[str, ...]
) -> HttpResponse:
    try:
        query: FeedQuery = query_params.read_feed_query(dict(request.GET.lists()), parameters)
        body = msgspec.json.encode(answer(query, request.now, *arguments))
    except Refused as refusal:
        return _problem_response(BAD_REQUEST_STATUS, " ".join(problem.sentence for problem in refusal.problems))
    except FeedRecordNotFound as not_found:
        return _problem_response(NOT_FOUND_STATUS, str(not_found))
    return _conditional_response(request, body, queries.last_change(request.now))


def _conditional_response(request: Any, body: bytes, changed: queries.FeedLastChange) -> HttpResponse:
    """Return the response, or 304 if the client's version is current.

    `If-Modified-Since` is compared with the time when the last change settled, and not with the Last-Modified header
    that we sent.
    """
    response = HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Last-Modified"] = http_date(_last_modified_seconds(changed, request.now))
    settled = int(changed.settled.timestamp())
    return get_conditional_response(request, response["ETag"], settled, response) or response


def _last_modified_seconds(changed: queries.FeedLastChange, at: datetime) -> int:
    """Return the Last-Modified time in whole seconds.

    This is the time when the last change settled or, until then, the time of the change.
    """
    return int((changed.settled if changed.settled <= at else min(changed.at, at)).timestamp())


def _problem_response(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(FeedProblem(sentence)), content_type="application/json", status=status)


def _with_allowed_methods(response: HttpResponse) -> HttpResponse:
    response.headers["Allow"] = ALLOWED_METHODS
    response.headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_MAX_AGE)
    return _with_cors_headers(response)


def _with_cors_headers(response: HttpResponse) -> HttpResponse:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = ", ".join(("ETag", "Last-Modified", *RATE_LIMIT_HEADER_NAMES))
    patch_cache_control(response, no_cache=True, public=True)
    return response
