"""Signing in through an organisation's own sign-on server: only where the installation names one (CALLOFF_OIDC)."""

from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.conf import settings
from django.urls import URLPattern, path

from calloff.web.access import public


def addresses() -> list[URLPattern]:
    if not settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]:
        return []
    return [
        path("sso/<str:provider_id>", public(openid.login), name="openid_connect_login"),
        path("sso/<str:provider_id>/back", public(openid.callback), name="openid_connect_callback"),
        path("sso-sign-up", public(social.signup), name="socialaccount_signup"),
        path("sso-cancelled", public(social.login_cancelled), name="socialaccount_login_cancelled"),
        path("sso-failed", public(social.login_error), name="socialaccount_login_error"),
    ]
