"""How the feed answers: to everybody, from any other site, with JSON, an ETag and when it last changed."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from calloff.kernel.lifecycles import Refused
from calloff.oruk import queries, query_params
from calloff.oruk.query_params import Asked
from calloff.oruk.schema import Problem
from calloff.people.view_access import Access
from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import take
from calloff.rate_limits.headers import NAMES, tell
from calloff.rate_limits.limits import LimitName

METHODS = "GET, HEAD, OPTIONS"
NOT_THERE, NOT_ALLOWED, WRONG, SAME, TOO_MANY = 404, 405, 400, 304, 429
PREFLIGHT_LASTS = 24 * 3600  # seconds for which a browser need not ask again whether it may ask

Answer = Callable[..., Any]  # (asked, at, *arguments of the address); nothing: no such record


class Missing(Exception):
    """There is no record of this id. Carries the sentence that says so."""


def open_to_all(answer: Answer, known: tuple[str, ...] = query_params.NONE) -> Callable[..., HttpResponse]:
    """Make the view of an address of the feed: anybody may read it, from anywhere, and it tells everybody the same."""

    @login_not_required
    def view(request: HttpRequest, *where: str) -> HttpResponse:
        if request.method == "OPTIONS":
            return _allowed(HttpResponse(status=204))
        if request.method not in {"GET", "HEAD"}:
            return _allowed(_problem(NOT_ALLOWED, f"The feed is only read: use one of {METHODS}."))
        return _from_anywhere(_within_limit(request, answer, known, where))

    view.access = Access("public", before_second_factor=True)  # type: ignore[attr-defined]
    return view


def _within_limit(request: Any, answer: Answer, known: tuple[str, ...], where: tuple[str, ...]) -> HttpResponse:
    """Limit requests from one IP address, and send everyone the number they have left."""
    taken = take(LimitName.FEED, client_address(request), at=request.now)
    if taken.allowed:
        response = _answer(request, answer, known, where)
    else:
        most, wait = taken.window.times, taken.resets_in
        response = _problem(TOO_MANY, f"That is more than {most} questions in a minute. Ask again in {wait} seconds.")
    tell(response, taken)
    return response


def _answer(request: Any, answer: Answer, known: tuple[str, ...], where: tuple[str, ...]) -> HttpResponse:
    try:
        asked: Asked = query_params.read(dict(request.GET.lists()), known)
        body = msgspec.json.encode(answer(asked, request.now, *where))
    except Refused as refusal:
        return _problem(WRONG, " ".join(problem.sentence for problem in refusal.problems))
    except Missing as missing:
        return _problem(NOT_THERE, str(missing))
    return _fresh(request, body, queries.changed_at(request.now))


def _fresh(request: Any, body: bytes, changed: queries.Changed) -> HttpResponse:
    """Answer, or say that nothing changed. An ETag is asked before a date (RFC 9110, 13.2.2)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if "If-None-Match" in request.headers:
        known = parse_etags(request.headers["If-None-Match"])
        same = "*" in known or etag in {one.removeprefix("W/") for one in known}
    else:
        since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
        same = since is not None and since >= changed.settled.timestamp()
    response = HttpResponse(status=SAME) if same else HttpResponse(body, content_type="application/json")
    if same:
        del response.headers["Content-Type"]
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(_whole_seconds(changed, request.now))
    return response


def _whole_seconds(changed: queries.Changed, at: datetime) -> int:
    """Return when the feed is said to have changed: once it has settled, that instant; never one to come."""
    return int((changed.settled if changed.settled <= at else min(changed.at, at)).timestamp())


def _problem(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(Problem(sentence)), content_type="application/json", status=status)


def _allowed(response: HttpResponse) -> HttpResponse:
    response.headers["Allow"] = METHODS
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_LASTS)
    return _from_anywhere(response)


def _from_anywhere(response: HttpResponse) -> HttpResponse:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = ", ".join(("ETag", "Last-Modified", *NAMES))
    patch_cache_control(response, no_cache=True, public=True)
    return response
