from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

EMPTY = """{% extends "layouts/page.html" %}{% block content %}<h1 class="govuk-heading-l">Empty</h1>{% endblock %}"""


def empty(request: HttpRequest) -> HttpResponse:
    """Serve a signed-in page with the full layout and nothing on it: no page can cost less."""
    return HttpResponse(engines["jinja2"].from_string(EMPTY).render({"title": "Empty"}, request))


urlpatterns = [path("bench/empty", empty), path("", include("calloff.project.urls"))]
