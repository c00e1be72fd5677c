"""Tests for linking an account to the sign-on server of its organisation, with consent and proof of identity."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as installation
from django.core.cache import cache
from django.urls import include, path, reverse

from calloff.outbox.models import Message
from calloff.people.models import User
from tests.web.account.people import PASSWORD, able_to_sign_in, age_proofs, sign_in
from tests.web.account.sign_on_server import PROVIDER, install_sign_on_server

pytestmark = pytest.mark.django_db
urlpatterns = [path("", include("calloff.project.urls"))]

ADA = {"sub": "s-1", "email": "ada@example.org", "email_verified": True, "name": "Ada Okafor"}


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


@pytest.fixture
def server(settings, monkeypatch):
    made = install_sign_on_server(settings, monkeypatch, urlpatterns, __name__)
    made.claims = ADA
    return made


@pytest.fixture
def ada():
    return able_to_sign_in(email="ada@example.org", name="Ada Okafor")


def link(client, server):
    return server.come_back(client, client.post(reverse("account:sign-on-link", args=[PROVIDER])))


def test_a_person_can_link_single_sign_on_in_security_settings_and_then_use_it(client, server, ada):
    sign_in(client, ada)
    assert "Link Borsetshire staff" in client.get(reverse("account:security")).content.decode()
    assert link(client, server).url == reverse("account:security")
    assert SocialAccount.objects.get().user == ada
    assert Message.objects.get(address=ada.email).subject == "Your organisation’s sign-in was linked to your account"

    client.post(reverse("account:sign-out"))
    assert server.sign_in(client).url == reverse("account:home")
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert User.objects.count() == 1


def test_linking_asks_for_the_password_again_if_it_was_confirmed_too_long_ago(client, server, ada):
    sign_in(client, ada)
    age_proofs(client, installation.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    went = client.post(reverse("account:sign-on-link", args=[PROVIDER]))
    assert went.url.startswith(reverse("account:again"))
    assert not SocialAccount.objects.exists()


def test_if_the_address_has_an_account_the_person_is_offered_a_link_but_nothing_is_linked_yet(client, server, ada):
    assert server.sign_in(client).url == reverse("account:sign-on-match")
    page = client.get(reverse("account:sign-on-match")).content.decode()
    assert "You already have a Calloff account" in page
    assert "_auth_user_id" not in client.session
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1


def test_the_account_is_linked_after_the_password_is_entered_and_the_person_confirms(client, server, ada):
    server.sign_in(client)
    to = f"{reverse('account:sign-in')}?next={reverse('account:sign-on-confirm')}"
    assert client.post(to, {"login": ada.email, "password": PASSWORD}).url == reverse("account:sign-on-confirm")
    assert "Link Borsetshire staff to your account" in client.get(reverse("account:sign-on-confirm")).content.decode()
    assert not SocialAccount.objects.exists()
    client.post(reverse("account:sign-on-confirm"))
    assert SocialAccount.objects.get().user == ada


def test_the_link_is_not_offered_to_another_person_who_signs_in_afterwards(client, server, ada):
    server.sign_in(client)
    sign_in(client, able_to_sign_in(email="ben@example.org"))
    assert client.post(reverse("account:sign-on-confirm")).url == reverse("account:security")
    assert not SocialAccount.objects.exists()


def test_the_offer_to_link_an_account_expires_after_15_minutes(client, server, ada):
    server.sign_in(client)
    session = client.session
    session["sign_on_to_link"] |= {"at": session["sign_on_to_link"]["at"] - 15 * 60}
    session.save()
    sign_in(client, ada)
    client.post(reverse("account:sign-on-confirm"))
    assert not SocialAccount.objects.exists()


def test_an_unverified_email_address_does_not_match_any_account(client, server, ada):
    server.claims = ADA | {"email_verified": False}
    assert server.sign_in(client).url != reverse("account:sign-on-match")
    assert "_auth_user_id" not in client.session
    assert not SocialAccount.objects.exists()


def test_the_request_includes_pkce_and_a_nonce_that_the_response_must_match(client, server, ada):
    sign_in(client, ada)
    link(client, server)
    assert server.asked["code_challenge_method"] == "S256"
    assert len(server.asked["nonce"]) >= 32
    assert server.tokens_asked[-1]["code_verifier"]


@pytest.mark.parametrize("nonce", ["", "of-another-session"])
def test_a_response_without_the_nonce_of_this_session_signs_no_one_in(client, server, ada, nonce):
    SocialAccount.objects.create(user=ada, provider=PROVIDER, uid="s-1")
    went = client.post(reverse("openid_connect_login", args=[PROVIDER]))
    answer = server.come_back(client, went, nonce=nonce)
    assert "did not respond" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_sign_on_response_can_be_used_only_once(client, server, ada):
    SocialAccount.objects.create(user=ada, provider=PROVIDER, uid="s-1")
    server.sign_in(client)
    client.post(reverse("account:sign-out"))
    went = client.post(reverse("openid_connect_login", args=[PROVIDER]))
    assert "did not respond" in server.come_back(client, went, nonce=server.nonce).content.decode()


def test_unlinking_sign_on_leaves_the_password_unchanged(client, server, ada):
    sign_in(client, ada)
    link(client, server)
    where = reverse("account:sign-on-unlink", args=[SocialAccount.objects.get().pk])
    assert "Unlink Borsetshire staff" in client.get(where).content.decode()
    client.post(where)
    assert not SocialAccount.objects.exists()


def test_the_only_sign_in_method_cannot_be_unlinked(client, server):
    server.sign_in(client)  # This creates an account that has no password.
    account = SocialAccount.objects.get()
    page = client.post(reverse("account:sign-on-unlink", args=[account.pk])).content.decode()
    assert "Set a password first" in page
    assert SocialAccount.objects.exists()


def test_a_person_without_a_password_confirms_their_identity_through_the_sign_on_server(client, server):
    server.sign_in(client)
    age_proofs(client, installation.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    asked = client.get(reverse("account:email"))
    assert asked.url.startswith(reverse("account:again"))
    there = client.get(asked.url).url
    assert there.split("?")[0] == reverse("openid_connect_login", args=[PROVIDER])
    back = server.come_back(client, client.post(there))
    assert server.asked["prompt"] == "login"
    assert back.url == reverse("account:email")
    assert client.get(back.url).status_code == 200


def test_the_link_of_another_person_returns_404(client, server, ada):
    other = SocialAccount.objects.create(user=able_to_sign_in(), provider=PROVIDER, uid="s-2")
    sign_in(client, ada)
    assert client.post(reverse("account:sign-on-unlink", args=[other.pk])).status_code == 404
    assert SocialAccount.objects.filter(pk=other.pk).exists()
