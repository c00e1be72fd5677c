from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

EMPTY_TEMPLATE = (
    """{% extends "layouts/page.html" %}{% block heading %}Empty{% endblock %}{% block content %}{% endblock %}"""
)


@cache
def page() -> Any:
    """Compile the template only once, as happens for templates in files."""
    return engines["jinja2"].from_string(EMPTY_TEMPLATE)


def empty(request: HttpRequest) -> HttpResponse:
    """Serve a signed-in page with the full layout and no content.

    No page can be faster than this page.
    """
    return HttpResponse(page().render({"title": "Empty"}, request))


urlpatterns = [
    path("bench/empty", empty),
    path("bench/open", login_not_required(empty)),
    path("", include("calloff.project.urls")),
]
