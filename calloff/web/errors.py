"""Error pages, each of which says what happened and what to do."""

import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader

from calloff.kernel import request_reference
from calloff.kernel.connection_errors import is_connection_error
from calloff.kernel.formatting import format_wait
from calloff.rate_limits.counts import RateLimitResult
from calloff.rate_limits.headers import set_rate_limit_headers
from calloff.web.permissions import ConflictOfInterest, format_who_may

TOO_LARGE_ERRORS: dict[type[Exception], tuple[str, str]] = {
    TooManyFilesSent: (
        "You selected too many files",
        f"You can send up to {settings.DATA_UPLOAD_MAX_NUMBER_FILES} files at a time. Go back and select fewer. "
        "Send the others afterwards.",
    ),
    RequestDataTooBig: (
        "You entered too much text",
        f"The answers on one page can be up to {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2} MB in all. "
        "Go back and shorten them.",
    ),
    TooManyFieldsSent: (
        "You sent too many answers",
        "There are too many answers to send together. Go back and send them in smaller groups.",
    ),
}
RECORD_BUSY_SENTENCE = "Someone else was changing the same record, so we could not save this. Try again."
BUSY_RETRY_SECONDS = 5
DATABASE_RETRY_SECONDS = 60
TURN_RETRY_SECONDS = 3
UNREADABLE_SENTENCES = ("We could not read what you sent", "Go back, reload the page and try again.")


def bad_request(request: Any, exception: Any = None) -> HttpResponse:
    """Render 400: the request could not be read, or was too large.

    Django has not read the form, so the answers are lost.
    """
    heading, words = TOO_LARGE_ERRORS.get(type(exception), UNREADABLE_SENTENCES)
    return render(request, "400.html", {"title": heading, "words": words}, status=400)


def permission_denied(request: Any, exception: Any = None) -> HttpResponse:
    """Render 403: the person can see the record but is not allowed to do this.

    The page lists the roles that are allowed.
    """
    if isinstance(exception, ConflictOfInterest):
        return render(request, "parts/conflict.html", {"conflict": exception}, status=403)
    who_may = format_who_may(exception, getattr(request, "organisation", None))
    return render(request, "403.html", {"who_may": who_may}, status=403)


def not_found(request: Any, exception: Any = None) -> HttpResponse:
    """Render 404.

    The page does not reveal whether the URL is wrong or the person is not allowed to see the record.
    """
    return render(request, "404.html", status=404)


def server_error(request: Any) -> HttpResponse:
    """Render 500 without using the request, because the same failure could happen again.

    If the database cannot be reached, it renders 503 instead.
    """
    error, page = sys.exception(), {"request_reference": request_reference.current()}
    if isinstance(error, DatabaseError) and is_connection_error(error):
        away = HttpResponse(loader.get_template("503.html").render(page), status=503)
        away["Retry-After"] = str(DATABASE_RETRY_SECONDS)
        return away
    return HttpResponse(loader.get_template("500.html").render(page), status=500)


def too_many_requests(request: Any, taken: RateLimitResult) -> HttpResponse:
    """Render 429, with the time to wait in words for people and in headers for programs."""
    response = render(request, "429.html", {"wait": format_wait(taken.resets_in)}, status=429)
    set_rate_limit_headers(response, taken)
    return response


def no_password_turn(request: Any, sentence: str, status: int) -> HttpResponse:
    """Render 429 or 503 because too many passwords are being checked.

    Nothing was done, and no wrong password was counted.
    """
    page = {"sentences": [sentence], "back": ("Back", request.path)}
    response = render(request, "layouts/refused.html", page, status=status)
    response["Retry-After"] = str(TURN_RETRY_SECONDS)
    return response


def conflict(request: Any) -> HttpResponse:
    """Render 409 because another request changed the same records at the same moment.

    The refused request did nothing.
    """
    response = render(
        request,
        "layouts/refused.html",
        {"sentences": [RECORD_BUSY_SENTENCE], "back": ("Back", request.path)},
        status=409,
    )
    response["Retry-After"] = str(BUSY_RETRY_SECONDS)
    return response


def csrf_failure(request: Any, reason: str = "") -> HttpResponse:
    """Render 403 for a failed CSRF check.

    The person signed in again after the page was loaded, or cookies are turned off.
    """
    return render(request, "csrf.html", status=403)
