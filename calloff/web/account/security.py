"""“Signing in and security”: how a person signs in, and where they are signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calloff.accounts import commands, queries
from calloff.kernel.formatting import pluralise
from calloff.people.queries import roles_of as held_roles
from calloff.web.account import sso
from calloff.web.account.adapter import SecretKeyLost
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.permissions import signed_in, step_up, while_setting_up
from calloff.web.request import Request
from calloff.web.session import second_step


@require_safe
@while_setting_up
def security(request: Request) -> HttpResponse:
    person, at = request.user, request.now
    register = queries.reads_only_the_register(person, at)
    page = {
        "authenticators": _authenticators(request), "sign_on_links": sso.linked_servers(person),
        "sessions": queries.sessions_of(person), "this_session": request.session.session_key,
        "needed": queries.needs_second_step(person, at), "email_codes": queries.may_use_email_codes(person, at),
        "takes_register": register, "pins": queries.devices_with_pin(person, at) if register else [],
    }  # fmt: skip
    return render(request, "mfa/index.html", page)


@require_POST
@signed_in
def end_session(request: Request, pk: int) -> HttpResponse:
    """Sign out another browser. This browser has the ordinary sign-out button."""
    session = get_object_or_404(queries.sessions_of(request.user), pk=pk)
    if session.session_key != request.session.session_key:
        commands.end_session(session)
        messages.success(request, f"{session.device} has been signed out.")
    return redirect("account:security")


@require_POST
@signed_in
def end_other_sessions(request: Request) -> HttpResponse:
    ended = commands.end_sessions(request.user, but=request.session.session_key or "")
    messages.success(request, f"{pluralise(ended, 'other browser')} signed out.")
    return redirect("account:security")


@require_POST
@signed_in
def remove_pin(request: Request, pk: int) -> HttpResponse:
    commands.remove_pin(get_object_or_404(queries.devices_with_pin(request.user, request.now), pk=pk))
    messages.success(request, "PIN removed.")
    return redirect("account:security")


@require_http_methods(["GET", "POST"])
@step_up
@signed_in
def close(request: Request) -> HttpResponse:
    """Close the person's own account, and sign them out."""
    form = ConfirmForm.of(request)
    if form.attempt(commands.close_account, request.user, by=request.user, at=request.now):
        logout(request)
        request.signed_out = True  # type: ignore[attr-defined]
        messages.success(request, "Your account has been closed.")
        return redirect("public:home")
    return render(request, "account/close.html", {"form": form, "held": held_roles(request.user, request.now)})


def count_set_up_as_given(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Treat a second step that was just set up as used, because the person has shown that they have it."""

    @wraps(view)
    def setting_up(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        before = Authenticator.objects.filter(user=request.user).count()
        response = view(request, *args, **kwargs)
        if request.method == "POST" and Authenticator.objects.filter(user=request.user).count() > before:
            second_step.record_proof(request, "mfa")
        return response

    return setting_up


def explain_lost_key(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show a page that explains a secret encrypted with a key that we no longer have."""

    @wraps(view)
    def reading(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response
        except SecretKeyLost as lost:
            page = {"sentences": lost.messages, "back": ("Back to security", resolve_url("account:security"))}
            return render(request, "layouts/refused.html", page, status=409)

    return reading


def _authenticators(request: Request) -> dict[str, Any]:
    """Return the person's authenticators by kind. Security keys are in a list."""
    authenticators: dict[str, Any] = {}
    for authenticator in Authenticator.objects.filter(user=request.user).order_by("pk"):
        if authenticator.type == Authenticator.Type.WEBAUTHN:
            authenticators.setdefault(authenticator.type, []).append(authenticator)
        else:
            authenticators[authenticator.type] = authenticator
    return authenticators
