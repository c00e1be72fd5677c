"""The security headers of all responses, and the URL to which browsers report violations of the policy."""

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
from calloff.rate_limits.process_counts import sample_occurrence
from calloff.web.permissions import public
from calloff.web.request import Request

LOG = logging.getLogger("calloff.csp")
CSP_REPORT_PATH = "/csp-report"
REPORT_CONTENT_TYPES = (
    "application/csp-report",
    "application/reports+json",
    "application/json",
)  # The content type of forms is not in this list, because Django would already have read the body.
MAX_REPORT_BYTES = 16 * 1024
MAX_ADDRESS_LENGTH = 2000
MAX_REPORTS_PER_REQUEST = 5
KNOWN_CSP_DIRECTIVES = frozenset(
    {
        "default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem",
        "style-src-attr", "img-src", "font-src", "connect-src", "media-src", "object-src", "frame-src", "child-src",
        "worker-src", "manifest-src", "base-uri", "form-action", "frame-ancestors",
    }
)  # fmt: skip
FORBIDDEN_FEATURES = (  # browser features that none of our pages use
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "idle-detection", "magnetometer", "microphone", "midi", "payment", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
ALLOWED_FEATURES = ("publickey-credentials-create", "publickey-credentials-get")  # Security keys need these.
SECURITY_HEADERS = {
    "Permissions-Policy": ", ".join(
        [*(f"{name}=()" for name in FORBIDDEN_FEATURES), *(f"{name}=(self)" for name in ALLOWED_FEATURES)]
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Reporting-Endpoints": f'csp="{CSP_REPORT_PATH}"',
}


def add_security_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Add our security headers to all responses, including files and errors.

    This must be outside all other middleware, except for the reference and the clock.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


@csrf_exempt
@require_POST
@public
def log_csp_report(request: Request) -> HttpResponse:
    """Log which directive has blocked something, and on which route, but never a URL or any content."""
    if (
        request.content_type in REPORT_CONTENT_TYPES
        and int(request.headers.get("Content-Length") or 0) <= MAX_REPORT_BYTES
    ):
        for report in _told(request.body):
            if stands_for := sample_occurrence(LimitName.POLICY_REPORT, at=request.now):
                more = f" (one of {stands_for} such reports)" if stands_for > 1 else ""
                LOG.warning("The browser blocked %s on %s%s", _directive(report), _page(report), more)
    return HttpResponse(content_type="text/plain")


def _told(body: bytes) -> list[dict[str, Any]]:
    """Parse a report in either of the two forms that browsers use: a single report, or a list of reports."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return []
    reports = sent if isinstance(sent, list) else [sent]
    bodies = [
        report.get("body") or report.get("csp-report")
        for report in reports[:MAX_REPORTS_PER_REQUEST]
        if isinstance(report, dict)
    ]
    return [report for report in bodies if isinstance(report, dict)]


def _directive(report: dict[str, Any]) -> str:
    names = ("effectiveDirective", "effective-directive", "violated-directive")
    word = next((str(report[name]) for name in names if report.get(name)), "").split(" ")[0]
    return word if word in KNOWN_CSP_DIRECTIVES else "a directive"


def _page(report: dict[str, Any]) -> str:
    """Return the route of the page, which contains nothing that a person typed."""
    try:
        where = urlsplit(str(report.get("documentURL") or report.get("document-uri"))[:MAX_ADDRESS_LENGTH]).path
        return resolve(where).view_name or "a page"
    except (ValueError, Resolver404):
        return "a page"
