"""The page that a person sees where the database itself refused what they sent, and no command said it first."""

from collections.abc import Callable
from typing import Any

from django.db import DataError, IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from calloff.history.constraint_errors import status_and_sentence


class DatabaseErrors:
    """Answer a breach of a constraint with 409, and what does not fit its column with 400: in words, never 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: Any, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DataError | IntegrityError):
            return None
        status, sentence = status_and_sentence(error, path=request.path)
        page = {"sentences": [sentence], "back": ("Back", request.path)}
        return render(request, "layouts/refused.html", page, status=status)
