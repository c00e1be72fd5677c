"""Finding the record of an address, and the shape that every page of a verb has: GET asks, POST does, then 303.

What a person may not see is not there (404). What they see but may not do is 403, naming who may. What cannot be done
now says why, in the words of the refusal.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from calloff.agreements import queries as agreements
from calloff.agreements.models import Agreement
from calloff.applications import queries as applications
from calloff.applications.models import Application
from calloff.kernel.states import SELF, Refused
from calloff.markets import queries as markets
from calloff.markets.models import Market
from calloff.members import queries as members
from calloff.members.models import Member
from calloff.people.models import Organisation
from calloff.web.access import NotYours

View = Callable[..., HttpResponse]


class SeeOther(HttpResponseRedirect):
    """The answer to a POST that did its work: the browser fetches the page with GET, and may be reloaded safely."""

    status_code = 303


def asks(view: View) -> View:
    """Let a page of a verb be asked (GET) and answered (POST), and show a refusal as a page that says why."""

    @wraps(view)
    def asking(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            sentences = [problem.sentence for problem in refusal.problems]
            return render(request, "authority/cannot.html", {"sentences": sentences}, status=409)

    return require_http_methods(["GET", "POST"])(asking)


def must(request: Any, record: Any, verb: str) -> None:
    """Raise NotYours unless the person may ever do this here; on GET, Refused where the record is not so far."""
    needs = {move.needs for move in record.LIFECYCLE.moves if move.verb == verb} - {SELF}
    if not any(request.user.can(one, at=record.authority, when=request.now, record=record) for one in needs):
        raise NotYours(*sorted(needs))
    if request.method == "GET":
        record.LIFECYCLE.find(verb, record.status)


def done(request: Any, words: str, route: str, *args: Any) -> HttpResponse:
    """Say what has been done, once, on the page that is seen next."""
    messages.success(request, words)
    return SeeOther(reverse(route, args=[request.organisation.slug, *args]))


def back_to(request: Any, route: str) -> str:
    """Return the list from which a record was opened, with the filters that were on it then."""
    filters = QueryDict(request.GET.get("back", ""))
    kept = [(key, value) for key, value in filters.items() if key.isidentifier()]
    path = reverse(route, args=[request.organisation.slug])
    return f"{path}?{urlencode(kept)}" if kept else path


def application(request: Any, reference: str) -> Application:
    seen = applications.queue(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, reference=reference)


def agreement(request: Any, reference: str) -> Agreement:
    seen = agreements.of_authority(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, reference=reference)


def member(request: Any, reference: str) -> Member:
    seen = members.overseen(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, reference=reference)


def market(request: Any, slug: str) -> Market:
    seen = markets.of_authority(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen.select_related("agreement", "questions"), slug=slug)


def provider(request: Any, slug: str) -> Organisation:
    return get_object_or_404(members.providers_known_to(request.organisation), slug=slug)
