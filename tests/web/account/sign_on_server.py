"""A sign-on server for tests, which responds like a real server but does everything in memory."""

import json
from urllib.parse import parse_qs, urlsplit

import jwt
from django.urls import include, path, reverse

from calloff.project.settings import sign_on
from calloff.web.account import sso
from calloff.web.account.adapter import SignOnAdapter

SIGN_ON_SERVERS = [
    {"name": "Borsetshire staff", "id": "x", "secret": "y", "server_url": "https://id.borsetshire.example/"}
]
PROVIDER = "borsetshire-staff"
SIGN_ON_HOME = "https://id.borsetshire.example"
OPENID_CONFIGURATION = {
    "issuer": SIGN_ON_HOME,
    "authorization_endpoint": f"{SIGN_ON_HOME}/authorize",
    "token_endpoint": f"{SIGN_ON_HOME}/token",
    "userinfo_endpoint": f"{SIGN_ON_HOME}/userinfo",
    "jwks_uri": f"{SIGN_ON_HOME}/keys",
    "token_endpoint_auth_methods_supported": ["client_secret_post"],
}


class SignOnAnswer:
    status_code = 200
    headers = {"content-type": "application/json"}

    def __init__(self, content):
        self.content = self.text = json.dumps(content)

    def json(self):
        return json.loads(self.text)

    def raise_for_status(self):
        pass


class SignOnServer:
    """The person who signs in next, and the requests that the service has sent to the server."""

    def __init__(self):
        self.claims, self.nonce, self.asked, self.tokens_asked = {}, None, {}, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def get(self, url, **_):
        return SignOnAnswer(self.claims if url.endswith("/userinfo") else OPENID_CONFIGURATION)

    def request(self, method, url, data=None, **_):
        self.tokens_asked.append(data)
        claims = {"iss": SIGN_ON_HOME, "aud": "x", "exp": 4_000_000_000, "nonce": self.nonce, **self.claims}
        return SignOnAnswer({"access_token": "a", "id_token": jwt.encode(claims, "k" * 40, algorithm="HS256")})

    def come_back(self, client, went, *, nonce=None):
        """Follow a browser to the server, let the person sign in there, and return with the server's response."""
        assert went.status_code == 302, went.content[:500]
        assert went.url.startswith(f"{SIGN_ON_HOME}/authorize?"), went.url
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(went.url).query).items()}
        self.nonce = self.asked.get("nonce") if nonce is None else nonce
        return client.get(f"/account/sso/{PROVIDER}/back?code=c&state={self.asked['state']}")

    def sign_in(self, client):
        return self.come_back(client, client.post(reverse("openid_connect_login", args=[PROVIDER])))


def install_sign_on_server(settings, monkeypatch, urls, name):
    """Set up the server in CALLOFF_OIDC, and let it respond to requests."""
    server = SignOnServer()
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": sign_on(SIGN_ON_SERVERS), "OAUTH_PKCE_ENABLED": True}
    }
    urls[:] = [path("account/", include(sso.allauth_urlpatterns())), path("", include("calloff.project.urls"))]
    settings.ROOT_URLCONF = name
    monkeypatch.setattr(SignOnAdapter, "get_requests_session", lambda self: server)
    return server
