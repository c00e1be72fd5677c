"""Sign in through an organisation's own sign-on server, if the installation has any (CALLOFF_OIDC).

A person who already has an account links it under “Signing in and security”, or the first time they come from the
server with the same email address. In both cases, they must first give their password. Each request to the server
contains a nonce from this session, which the response must also contain. So a response made for another session is
refused. PKCE is enabled in the settings.
"""

import secrets
import time
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount import views as social
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal.flows import connect
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from calloff.people.models import User
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.permissions import public, signed_in, step_up
from calloff.web.request import Request

NONCES_SESSION_KEY = "sign_on_nonces"  # session key: the nonces of requests without a response so far
MAX_NONCES = 5
# session key: a sign-on with the email address of an account that already exists
PENDING_SESSION_KEY = "sign_on_to_link"
PENDING_SECONDS = 15 * 60

get_or_post = require_http_methods(["GET", "POST"])


class NonceAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's adapter, changed to accept only a token with a nonce from this session."""

    def complete_login(self, request: Any, app: Any, token: Any, **kwargs: Any) -> Any:
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("the response has no id_token")
        return super().complete_login(request, app, token, **kwargs)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        claims: dict[str, Any] = super()._decode_id_token(app, id_token)
        known = self.request.session.get(NONCES_SESSION_KEY, [])
        if claims.get("nonce") not in known:
            raise OAuth2Error("the nonce does not match this session")
        self.request.session[NONCES_SESSION_KEY] = [nonce for nonce in known if nonce != claims["nonce"]]
        return claims


def login(request: Any, provider_id: str) -> HttpResponse:
    """Ask the person to confirm (GET), then redirect to the server (POST)."""
    if request.method != "POST":
        return render(request, "socialaccount/login.html", {"provider": _provider(request, provider_id)})
    return _go(request, provider_id, AuthProcess.LOGIN, next_url=get_next_redirect_url(request))


def callback(request: Any, provider_id: str) -> HttpResponse:
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(NonceAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return answer


@get_or_post
@step_up
@signed_in
def link(request: Request, provider_id: str) -> HttpResponse:
    """Link the account to the person's identity at the server.

    GET asks the person to confirm, and POST redirects to the server.
    """
    if request.method != "POST":
        page = {"form": ConfirmForm.of(request), "name": _provider(request, provider_id).name}
        return render(request, "account/sign_on_confirm.html", page)
    return _go(request, provider_id, AuthProcess.CONNECT, next_url=reverse("account:security"))


@get_or_post
@step_up
@signed_in
def unlink(request: Request, pk: int) -> HttpResponse:
    """Unlink a sign-on server from the account, if the person has another way to sign in."""
    account = get_object_or_404(SocialAccount, pk=pk, user=request.user)
    form = ConfirmForm.of(request)
    if form.is_valid():
        try:
            connect.validate_disconnect(request, account)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            connect.disconnect(request, account)
            return redirect("account:security")
    page = {"form": form, "name": account.get_provider().name}
    return render(request, "account/sign_on_unlink.html", page)


@get_or_post
@step_up
@signed_in
def confirm(request: Request) -> HttpResponse:
    """Link an account to the person's identity at the server, after they signed in with a password."""
    waiting = pending_sign_on(request)
    if waiting is None or not _is_theirs(waiting, request.user):
        request.session.pop(PENDING_SESSION_KEY, None)
        messages.info(request, "There is no organisation sign-in waiting to be linked.")
        return redirect("account:security")
    form = ConfirmForm.of(request)
    if form.is_valid():
        request.session.pop(PENDING_SESSION_KEY, None)
        return connect.connect(request, waiting)  # type: ignore[no-any-return]
    return render(request, "account/sign_on_confirm.html", {"form": form, "name": waiting.provider.name})


@require_safe
def match(request: Any) -> HttpResponse:
    """Say that an account already has this address, and that signing in with the password links the two."""
    waiting = pending_sign_on(request)
    if waiting is None:
        return redirect("account:sign-in")
    to = f"{reverse('account:sign-in')}?next={reverse('account:sign-on-confirm')}"
    return render(request, "account/sign_on_match.html", {"name": waiting.provider.name, "sign_in": to})


def offer_to_link(request: Any, sociallogin: SocialLogin) -> None:
    """Stop a sign-on that would create a second account for a verified address, and offer to link the two.

    Raises ImmediateHttpResponse with a redirect to the page that explains this.
    """
    if sociallogin.is_existing or sociallogin.state.get("process") != AuthProcess.LOGIN:
        return
    addresses = [address.email.lower() for address in sociallogin.email_addresses if address.verified]
    if not User.objects.filter(email__in=addresses, is_active=True).exists():
        return
    request.session[PENDING_SESSION_KEY] = {"login": sociallogin.serialize(), "at": time.time()}
    raise ImmediateHttpResponse(redirect("account:sign-on-match"))


def pending_sign_on(request: Any) -> SocialLogin | None:
    """Return the sign-on that still needs a sign-in with a password, for up to 15 minutes, or None."""
    kept = request.session.get(PENDING_SESSION_KEY)
    if not kept or not 0 <= time.time() - kept["at"] < PENDING_SECONDS:
        return None
    try:
        return SocialLogin.deserialize(kept["login"])
    except (ValueError, SocialApp.DoesNotExist):
        return None


def linked_servers(user: User) -> list[dict[str, Any]]:
    """Return every sign-on server with its name and its link to the person's account, if any."""
    links = {account.provider: account for account in SocialAccount.objects.filter(user=user).order_by("pk")}
    apps: Any = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return [{"name": app["name"], "id": app["provider_id"], "link": links.get(app["provider_id"])} for app in apps]


def allauth_urlpatterns() -> list[URLPattern]:
    """Return the URL patterns that allauth looks up by its own route names."""
    if not settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]:
        return []
    return [
        path("sso/<str:provider_id>", public(login), name="openid_connect_login"),
        path("sso/<str:provider_id>/back", public(callback), name="openid_connect_callback"),
        path("sso-sign-up", public(social.signup), name="socialaccount_signup"),
        path("sso-cancelled", public(social.login_cancelled), name="socialaccount_login_cancelled"),
        path("sso-failed", public(social.login_error), name="socialaccount_login_error"),
    ]


urlpatterns = [  # our own pages, which exist even without a sign-on server
    path("security/sign-on/match", public(match), name="sign-on-match"),
    path("security/sign-on/confirm", confirm, name="sign-on-confirm"),
    path("security/sign-on/<str:provider_id>/link", link, name="sign-on-link"),
    path("security/sign-on/<int:pk>/unlink", unlink, name="sign-on-unlink"),
]


def _provider(request: Any, provider_id: str) -> Any:
    try:
        return get_adapter(request).get_provider(request, provider_id)
    except SocialApp.DoesNotExist:
        raise Http404 from None


def _go(request: Any, provider_id: str, process: str, *, next_url: str | None) -> HttpResponse:
    provider = _provider(request, provider_id)
    nonce = secrets.token_urlsafe(24)
    request.session[NONCES_SESSION_KEY] = [*request.session.get(NONCES_SESSION_KEY, []), nonce][-MAX_NONCES:]
    asked = provider.get_auth_params() | {"nonce": nonce}
    # the server must ask for the password again (see step_up)
    if request.user.is_authenticated and process == AuthProcess.LOGIN:
        asked |= {"prompt": "login"}
    answer: HttpResponse = provider.redirect(request, process, next_url=next_url, auth_params=asked)
    return answer


def _is_theirs(waiting: SocialLogin, user: User) -> bool:
    """Return whether the server has verified the address that the person uses to sign in here."""
    return user.email.lower() in {address.email.lower() for address in waiting.email_addresses if address.verified}
