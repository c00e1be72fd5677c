"""What people see when something is not to be had: each page says what happened and what to do."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader

from calloff.web.access import who_may


def not_yours(request: Any, exception: Any = None) -> HttpResponse:
    """403: they see it, but it is not theirs to do. Name who may."""
    return render(request, "403.html", {"who_may": who_may(exception)}, status=403)


def not_found(request: Any, exception: Any = None) -> HttpResponse:
    """404: it is not there, or not for them to see. Which of the two is not said."""
    return render(request, "404.html", status=404)


def went_wrong(request: Any) -> HttpResponse:
    """500: drawn without the request, since whatever broke may break again."""
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def too_many(request: Any) -> HttpResponse:
    return render(request, "429.html", status=429)


def too_old(request: Any, reason: str = "") -> HttpResponse:
    """403 of the CSRF check: the page was loaded before the person signed in again, or cookies are off."""
    return render(request, "csrf.html", status=403)
