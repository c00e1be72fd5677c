"""Requests that give the version they already have (RFC 9110, section 13), which are answered before anything is
rendered.
"""

from typing import Any

from django.utils.cache import get_conditional_response

NOT_MODIFIED_STATUS = 304


def unchanged_response(request: Any, etag: str) -> Any | None:
    """Return a 304 response if a GET or HEAD request has exactly this ETag (in quotes), and otherwise None.

    `*`, and the conditions answered with 412, apply only to a record that exists and that the person can see. That is
    not known yet here, so `get_conditional_response` handles them once there is a response.
    """
    if request.headers.get("If-None-Match", "").strip() == "*":
        return None
    response = get_conditional_response(request, etag)
    return response if response is not None and response.status_code == NOT_MODIFIED_STATUS else None
