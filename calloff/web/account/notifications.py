"""Notification settings: when a person gets each kind of message, and the page that stops their digest."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from calloff.outbox import commands, queries
from calloff.outbox.digest_links import person_of_link
from calloff.outbox.models import MessageChoice, MessageKind
from calloff.people.models import Organisation, User
from calloff.web.account.calendar import calendar_context
from calloff.web.forms_ui.field_errors import choice_errors
from calloff.web.forms_ui.forms import ConfirmForm, PageForm
from calloff.web.permissions import public, signed_in
from calloff.web.request import Request

Kind = Organisation.Kind
BUYERS, EVERYONE = (Kind.SCHOOL, Kind.TEAM), tuple(Kind)
# the kinds of message, each with the kinds of organisation whose people get them and what they are about
KINDS_SHOWN: dict[MessageKind, tuple[tuple[str, ...], str]] = {
    MessageKind.REPLIES: (
        (*BUYERS, Kind.PROVIDER), "A reply to a request, an answer to a question, or an answer to an order",
    ),
    MessageKind.PLACEMENTS: (
        (*BUYERS, Kind.PROVIDER), "A withdrawn change, a recorded review, an exit report or confirmed staff checks",
    ),
    MessageKind.ASSESSMENT: (
        (Kind.AUTHORITY,),
        "A withdrawn application, an answer to a condition, or a document that was promised",
    ),
    MessageKind.SERVICES: (
        (Kind.PROVIDER, Kind.AUTHORITY), "A change to check, an approved change, or places available to update",
    ),
    MessageKind.EXPIRIES: ((*BUYERS, Kind.PROVIDER), "A reminder 60, 30 and 7 days before the last day"),
    MessageKind.SEARCHES: (BUYERS, "New services that match one of your saved searches"),
    MessageKind.COLLEAGUES: (EVERYONE, "A request to join, or an answer to an invitation that you sent"),
}  # fmt: skip


def _choice_field(kind: MessageKind, error: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=kind.label,
        choices=[(choice.value, choice.label) for choice in queries.allowed_choices(kind)],
        widget=forms.RadioSelect({"class": "govuk-radios--inline"}),
        help_text=" ".join(filter(None, (f"{KINDS_SHOWN[kind][1]}.", queries.NEVER_OFF.get(kind)))),
        error_messages=choice_errors(error),
    )


class NotificationsForm(PageForm):
    replies = _choice_field(MessageKind.REPLIES, "Select when to email you about replies, questions and orders")
    placements = _choice_field(MessageKind.PLACEMENTS, "Select when to email you about changes and reviews")
    assessment = _choice_field(MessageKind.ASSESSMENT, "Select when to email you about assessing applications")
    services = _choice_field(MessageKind.SERVICES, "Select when to email you about services and prices")
    expiries = _choice_field(MessageKind.EXPIRIES, "Select when to email you about documents that expire")
    searches = _choice_field(MessageKind.SEARCHES, "Select when to email you about saved searches")
    colleagues = _choice_field(MessageKind.COLLEAGUES, "Select when to email you about colleagues who join")

    def __init__(self, *args: Any, shown: list[MessageKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS_SHOWN:
            if kind not in shown:
                del self.fields[kind.value]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: Request) -> HttpResponse:
    """Show and save when the person gets each kind of message, and show their calendar."""
    chosen = queries.choices_of(request.user.pk)
    kinds = Organisation.objects.filter(pk__in=request.user.organisation_keys(request.now)).values_list(
        "kind", flat=True
    )
    there = set(kinds)
    shown = [kind for kind, (of, _) in KINDS_SHOWN.items() if there & set(of)]
    initial = {kind.value: chosen.get(kind, MessageChoice.AT_ONCE) for kind in shown}
    form = NotificationsForm.of(request, shown=shown, initial=initial)
    if form.attempt(_save, request.user):
        messages.success(request, "Email choices saved.")
        return redirect("account:notifications")
    page = {"form": form, "kinds": shown} | calendar_context(request)
    return render(request, "account/notifications.html", page)


@csrf_exempt  # mail programs send the POST defined in RFC 8058, which has no cookie
@require_http_methods(["GET", "HEAD", "POST"])
@public
def stop_digest(request: Request) -> HttpResponse:
    """Stop a person's digest, using the signed link in its headers.

    A GET only asks for confirmation, because mail scanners open links.
    """
    person = person_of_link(request.GET.get("key", ""))
    if person is None:
        raise Http404
    if request.method == "POST":
        commands.stop_digest(person)
        return render(request, "account/digest_stopped.html", {"never_off": list(queries.NEVER_OFF)})
    return render(request, "account/digest_stop.html", {"form": ConfirmForm.of(request)})


def _save(person: User, **choices: str) -> None:
    commands.choose_delivery(person, choices)
