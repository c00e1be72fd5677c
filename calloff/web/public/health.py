"""Health check for proxies, monitors and service files."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from calloff.outbox import queries as outbox
from calloff.web.permissions import public
from calloff.web.request import Request


@require_safe
@never_cache
@public
def health(request: Request) -> HttpResponse:
    """Return 200 if the database responds, otherwise 503. The response contains no names or figures."""
    answers = outbox.is_database_answering()
    words = ("ok", 200) if answers else ("The database is not responding.", 503)
    return HttpResponse(f"{words[0]}\n", status=words[1], content_type="text/plain; charset=utf-8")
