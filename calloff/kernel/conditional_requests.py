"""Conditional requests, which name the version of a page that the client already has (RFC 9110, section
13).

We answer them before we render anything.
"""

from typing import Any

from django.utils.cache import get_conditional_response

NOT_MODIFIED_STATUS = 304


def unchanged_response(request: Any, etag: str) -> Any | None:
    """Return a 304 response if a GET or HEAD request names exactly this ETag (in quotes), otherwise None.

    `*`, and the conditions that lead to a 412 response, apply only to a record that exists and that the
    person can see. That is not known yet, so `get_conditional_response` checks these conditions once there
    is a response.
    """
    if request.headers.get("If-None-Match", "").strip() == "*":
        return None
    response = get_conditional_response(request, etag)
    return response if response is not None and response.status_code == NOT_MODIFIED_STATUS else None
