"""“Signing in and security”: how a person proves who they are, and where they are signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_safe

from calloff.web.account import sso
from calloff.web.account.adapter import KeyLost
from calloff.web.http import Request


@require_safe
def security(request: Request) -> HttpResponse:
    page = {"authenticators": _authenticators(request), "sign_on_links": sso.linked(request.user)}
    return render(request, "mfa/index.html", page)


def readable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer with a page that gives the reason where a secret was written under a key that is no longer here."""

    @wraps(view)
    def reading(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response
        except KeyLost as lost:
            page = {"sentences": lost.messages, "back": ("Back to security", resolve_url("account:security"))}
            return render(request, "layouts/refused.html", page, status=409)

    return reading


def _authenticators(request: Request) -> dict[str, Any]:
    """Return what the person has set up, by kind; of security keys a list."""
    found: dict[str, Any] = {}
    for one in Authenticator.objects.filter(user=request.user).order_by("pk"):
        if one.type == Authenticator.Type.WEBAUTHN:
            found.setdefault(one.type, []).append(one)
        else:
            found[one.type] = one
    return found
