"""Pages that belong to no authority: home, help, accessibility, privacy, cookies and the demonstration's messages."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.outbox.models import Message
from calloff.people import queries
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
    return render(
        request,
        "public/home.html",
        {"authorities": queries.find_authorities_by_name(words), "form": form, "words": words},
    )


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
    """Show messages sent to invented people, so that the demonstration's visitors can find sign-in codes."""
    if not settings.DEMONSTRATION:
        raise Http404
    return render(
        request,
        "public/messages.html",
        {"messages": Message.objects.order_by("-queued_at", "-pk")[:MAX_MESSAGES_SHOWN]},
    )
