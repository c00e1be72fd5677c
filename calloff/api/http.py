"""How the API speaks: JSON from named structures, one sentence for what is wrong, and an ETag."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from calloff.kernel.states import Refused
from calloff.people.access import Access

Query = TypeVar("Query", bound=msgspec.Struct)


class Request(HttpRequest):
    now: datetime  # read once for each request


class Problem(msgspec.Struct):
    """What was wrong with the request, in a sentence."""

    problem: str


def open_to_all(query: type[Query], answer: Callable[[Query, datetime], Any]) -> Callable[[HttpRequest], HttpResponse]:
    """Make the view of an operation: anybody may read it, and it tells everybody the same."""

    @login_not_required
    @require_safe
    def view(request: Any) -> HttpResponse:
        try:
            asked = read(query, request.GET.dict())
            return fresh(request, msgspec.json.encode(answer(asked, request.now)))
        except Refused as refusal:
            body = msgspec.json.encode(Problem(" ".join(problem.sentence for problem in refusal.problems)))
            return HttpResponse(body, content_type="application/json", status=400)

    view.access = Access("public", before_second_factor=True)  # type: ignore[attr-defined]
    return view


def read(query: type[Query], sent: dict[str, str]) -> Query:
    """Read a query. Raises Refused, which says what is wrong with it."""
    known = query.__struct_fields__
    for name in sent:
        if name not in known:
            raise Refused(f"There is no “{name[:50]}” to ask by. There is: {', '.join(known)}.", "")
    try:
        return msgspec.convert({name: value for name, value in sent.items() if value}, query, strict=False)
    except msgspec.ValidationError as wrong:
        raise Refused(f"The query cannot be read. {wrong}.") from wrong


def fresh(request: Any, body: bytes) -> HttpResponse:
    """Answer with an ETag, so that who has it is told so. They ask each time: a suspension counts at once."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    same = etag in {one.removeprefix("W/") for one in known} or "*" in known
    response = HttpResponseNotModified() if same else HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = etag
    patch_cache_control(response, no_cache=True, public=True)
    return response
