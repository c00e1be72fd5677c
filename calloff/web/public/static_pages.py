"""Pages that belong to no authority: home, help, accessibility, privacy, cookies and the demonstration's messages."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.kernel.formatting import pluralise
from calloff.markets import queries as markets
from calloff.members import queries as members
from calloff.outbox.models import Message
from calloff.people import queries
from calloff.people.models import Organisation
from calloff.web.permissions import public
from calloff.web.public.forms import FindAuthorityForm
from calloff.web.request import Request
from calloff.web.session.idle_timeout import IDLE_LIMIT_LABELS

MAX_MESSAGES_SHOWN = 50  # the number of messages shown, newest first


@require_safe
@public
def home(request: Request) -> HttpResponse:
    form = FindAuthorityForm.of(request)
    form.is_valid()
    words = form.cleaned_data.get("words", "")
    authorities = list(queries.find_authorities_by_name(words))
    page = {"authorities": authorities, "form": form, "words": words, "facts": _facts(authorities, request.now)}
    return render(request, "public/home.html", page)


def _facts(authorities: Sequence[Organisation], at: datetime) -> dict[int, str]:
    """Describe what each authority has here, by its key, for example “2 markets, 31 approved providers”."""
    keys = [authority.pk for authority in authorities]
    running, listed = markets.count_public_markets(keys), members.count_listed_providers(keys, at)
    return {
        key: ", ".join(
            pluralise(number, noun)
            for number, noun in ((running.get(key, 0), "market"), (listed.get(key, 0), "approved provider"))
            if number
        )
        for key in keys
    }


@require_safe
@public
def help_(request: Request) -> HttpResponse:
    return render(request, "public/help.html")


@require_safe
@public
def accessibility(request: Request) -> HttpResponse:
    return render(request, "public/accessibility.html")


@require_safe
@public
def privacy(request: Request) -> HttpResponse:
    return render(request, "public/privacy.html")


@require_safe
@public
def cookies(request: Request) -> HttpResponse:
    return render(request, "public/cookies.html", {"lengths": list(IDLE_LIMIT_LABELS.values())})


@require_safe
@public
def messages(request: Request) -> HttpResponse:
    """Show the messages sent to invented people, so that visitors to the demonstration can find their
    sign-in codes.
    """
    if not settings.DEMONSTRATION:
        raise Http404
    return render(
        request,
        "public/messages.html",
        {"messages": Message.objects.order_by("-queued_at", "-pk")[:MAX_MESSAGES_SHOWN]},
    )
