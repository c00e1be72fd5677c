"""The error page for database errors for which no command raised a refusal."""

from collections.abc import Callable
from typing import Any

from django.db import DataError, IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from calloff.history.constraint_errors import http_status_and_message
from calloff.history.once_keys import is_deadlock, is_lock_time_out
from calloff.web.errors import conflict


class DatabaseErrorMiddleware:
    """Middleware that responds with 409 to a violated constraint or a deadlock, and with 400 to a value that is too
    long.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: Any, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError) and (is_deadlock(error) or is_lock_time_out(error)):
            return conflict(request)
        if not isinstance(error, DataError | IntegrityError):
            return None
        status, sentence = http_status_and_message(error, path=request.path)
        page = {"sentences": [sentence], "back": ("Back", request.path)}
        return render(request, "layouts/refused.html", page, status=status)
