"""Security headers on every response, and the address for browsers' policy reports."""

import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from calloff.rate_limits.limits import LimitName
from calloff.rate_limits.process_counts import sample
from calloff.web.permissions import public
from calloff.web.request import Request

LOG = logging.getLogger("calloff.csp")
REPORTS = "/csp-report"
KINDS = ("application/csp-report", "application/reports+json", "application/json")  # a form has been read by now
LONGEST_REPORT = 16 * 1024  # bytes
LONGEST_ADDRESS = 2000  # characters
REPORTS_AT_ONCE = 5
DIRECTIVES = frozenset(
    {
        "default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem",
        "style-src-attr", "img-src", "font-src", "connect-src", "media-src", "object-src", "frame-src", "child-src",
        "worker-src", "manifest-src", "base-uri", "form-action", "frame-ancestors",
    }
)  # fmt: skip
UNUSED = (  # what no page of ours asks a browser for
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "idle-detection", "magnetometer", "microphone", "midi", "payment", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
OURS = ("publickey-credentials-create", "publickey-credentials-get")  # security keys
HEADERS = {
    "Permissions-Policy": ", ".join([*(f"{name}=()" for name in UNUSED), *(f"{name}=(self)" for name in OURS)]),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Reporting-Endpoints": f'csp="{REPORTS}"',
}


def guard(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give every answer our headers, files and errors too: it stands outermost but for the clock."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


@csrf_exempt
@require_POST
@public
def report(request: Request) -> HttpResponse:
    """Log which directive stopped something, and on which kind of page: never an address, nor what was on the page."""
    if request.content_type in KINDS and int(request.headers.get("Content-Length") or 0) <= LONGEST_REPORT:
        for one in _told(request.body):
            if stands_for := sample(LimitName.POLICY_REPORT, at=request.now):
                more = f" (one of {stands_for} such reports)" if stands_for > 1 else ""
                LOG.warning("The browser blocked %s on %s%s", _directive(one), _page(one), more)
    return HttpResponse(content_type="text/plain")


def _told(body: bytes) -> list[dict[str, Any]]:
    """Read a report in either of the two forms that browsers send: one, or a list of them."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return []
    several = sent if isinstance(sent, list) else [sent]
    bodies = [one.get("body") or one.get("csp-report") for one in several[:REPORTS_AT_ONCE] if isinstance(one, dict)]
    return [one for one in bodies if isinstance(one, dict)]


def _directive(told: dict[str, Any]) -> str:
    names = ("effectiveDirective", "effective-directive", "violated-directive")
    word = next((str(told[name]) for name in names if told.get(name)), "").split(" ")[0]
    return word if word in DIRECTIVES else "a directive"


def _page(told: dict[str, Any]) -> str:
    """Name the page by the route that answers it, which holds nothing of what a person typed."""
    try:
        where = urlsplit(str(told.get("documentURL") or told.get("document-uri"))[:LONGEST_ADDRESS]).path
        return resolve(where).view_name or "a page"
    except (ValueError, Resolver404):
        return "a page"
