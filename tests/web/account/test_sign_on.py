"""Tests for signing in through an organisation's own server, if there is one."""

import pytest
from allauth.socialaccount.models import SocialLogin
from django.test import RequestFactory
from django.urls import include, path, reverse

from calloff.people.models import User
from calloff.project.settings import sign_on
from calloff.web import permissions
from calloff.web.account import sso
from calloff.web.account.adapter import SignOnAdapter

SERVERS = [{"name": "Borsetshire staff", "id": "x", "secret": "y", "server_url": "https://id.borsetshire.example/"}]
urlpatterns = [path("", include("calloff.project.urls"))]


def test_there_is_no_sign_on_page_if_no_server_is_configured():
    assert sso.allauth_urlpatterns() == []


@pytest.mark.django_db
def test_configuring_a_sign_on_server_adds_a_button_and_its_urls(client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": sign_on(SERVERS)}}
    urlpatterns[:] = [path("account/", include(sso.allauth_urlpatterns())), path("", include("calloff.project.urls"))]
    settings.ROOT_URLCONF = __name__
    page = client.get(reverse("account:sign-in")).content.decode()
    assert "Sign in with your organisation" in page
    assert 'action="/account/sso/borsetshire-staff"' in page
    assert client.get("/account/sso/borsetshire-staff").status_code == 200
    assert all(permissions.access_of(one.callback) for one in sso.allauth_urlpatterns())


def test_a_new_user_gets_their_name_from_the_sign_on_server():
    names = {"email": "ada@example.org", "first_name": "Ada", "last_name": "Okafor"}
    login = SocialLogin(user=User())
    assert SignOnAdapter().populate_user(RequestFactory().get("/"), login, names).name == "Ada Okafor"
