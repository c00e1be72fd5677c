"""Requests that name the version they already have (RFC 9110, section 13): answered before anything is rendered."""

from typing import Any

from django.utils.cache import get_conditional_response

NOT_MODIFIED_STATUS = 304


def unchanged_response(request: Any, etag: str) -> Any | None:
    """Return a 304 response if a GET or HEAD request names this very ETag (in quotes), and otherwise None.

    `*`, and the conditions that answer 412, are for a record that exists and that may be shown. No one has found that
    out yet here, so they are left to the response itself (`get_conditional_response`).
    """
    if request.headers.get("If-None-Match", "").strip() == "*":
        return None
    response = get_conditional_response(request, etag)
    return response if response is not None and response.status_code == NOT_MODIFIED_STATUS else None
