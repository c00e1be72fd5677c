"""Tests for the pages about invitations: links with or without an account, mail scanners, guesses, logs and
conflicts.
"""

import re

import pytest
from django.urls import reverse

from calloff.links.models import Link
from calloff.outbox.models import Message
from calloff.people.commands import invite_person, withdraw_invitation
from calloff.people.models import Invitation, RoleGrant, User
from calloff.people.permissions import Role
from calloff.people.states import InvitationStatus
from calloff.web.account import invitations as pages
from tests.factories import (
    NOW,
    AuthorityFactory,
    ProviderFactory,
    RoleGrantFactory,
    SchoolOrganisationFactory,
    UserFactory,
    person,
)

pytestmark = pytest.mark.django_db

ZED = "zed@example.org"
NOT_WORKING = "This link does not work"


@pytest.fixture
def provider():
    return ProviderFactory(name="Windmill Hill Learning", slug="windmill")


@pytest.fixture
def invitation(provider):
    ada = person(Role.PROVIDER_LEAD, at=provider)
    return invite_person(provider, email=ZED, roles=[Role.PROVIDER_STAFF], by=ada, at=NOW)


@pytest.fixture
def link(invitation):
    return Message.objects.get(address=ZED).link


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_invitation_page_shows_only_the_inviter_and_the_organisation(client, link):
    page = client.get(link)
    assert "Invitation to act for Windmill Hill Learning" in words(page)
    assert "Keeps evidence, sites, services" in words(page)
    assert ZED not in words(page)
    assert "Ada" not in words(page)


def test_opening_an_invitation_link_changes_nothing_however_often_it_is_opened(client, link):
    for _ in range(20):
        client.get(link)
        client.head(link)
    assert Link.objects.get().uses == 0
    assert Invitation.objects.get().status == InvitationStatus.SENT
    assert not client.cookies.get("sessionid")


def test_an_account_created_from_an_invitation_link_has_a_confirmed_address(client, link, invitation):
    page = client.post(link)
    assert client.post(link).url == page.url
    assert Link.objects.get().uses == 1
    assert page.url == f"/account/sign-up?next=%2Faccount%2Finvitations%2F{invitation.pk}"
    assert f'value="{ZED}"' in words(client.get(page.url))
    answer = f"/account/invitations/{invitation.pk}"
    done = client.post(page.url, {"name": "Zed", "email": ZED, "password1": "three other words", "next": answer})
    assert done.url == answer
    assert not RoleGrant.objects.filter(person__email=ZED).exists()
    assert "Accept invitation" in words(client.get(done.url))
    home = client.post(done.url)
    assert home.url == "/providers/windmill/"
    zed = User.objects.get(email=ZED)
    assert zed.emailaddress_set.get().verified
    assert zed.roles_at(invitation.organisation, NOW) == {Role.PROVIDER_STAFF}


def test_a_person_with_an_account_can_sign_in_and_answer_the_invitation(client, link, invitation):
    zed = UserFactory(email=ZED)
    assert f"/account/sign-in?next=/account/invitations/{invitation.pk}" in words(client.get(link))
    client.force_login(zed)
    assert client.get(link).url == f"/account/invitations/{invitation.pk}"
    assert "Answer the invitation to act for Windmill Hill Learning" in words(client.get("/account/"))
    client.post(f"/account/invitations/{invitation.pk}")
    assert zed.roles_at(invitation.organisation, NOW) == {Role.PROVIDER_STAFF}
    assert "You do not need to do anything." in words(client.get(f"/account/invitations/{invitation.pk}"))


def test_another_person_who_has_the_link_cannot_accept_the_invitation(client, link, invitation):
    client.force_login(UserFactory(email="yan@example.org"))
    assert "This invitation was sent to another email address" in words(client.get(link))
    assert client.post(link).status_code == 403
    for route in ("invitation-accept", "invitation-decline"):
        path = reverse(f"account:{route}", args=[invitation.pk])
        assert (client.get(path).status_code, client.post(path).status_code) == (404, 404)
    assert RoleGrant.objects.count() == 1


def test_declining_an_invitation_asks_for_confirmation_and_gives_no_role(client, invitation):
    client.force_login(UserFactory(email=ZED))
    path = f"/account/invitations/{invitation.pk}/decline"
    assert "We will tell the person who invited you" in words(client.get(path))
    assert Invitation.objects.get().status == InvitationStatus.SENT
    assert "declined" in words(client.post(path, follow=True))
    assert Invitation.objects.get().status == InvitationStatus.DECLINED


@pytest.mark.parametrize("how", ["unknown", "none", "withdrawn", "used up", "expired"])
def test_every_link_that_does_not_work_shows_the_same_page(client, link, invitation, how, monkeypatch):
    if how == "withdrawn":
        withdraw_invitation(invitation, by=invitation.invited_by, at=NOW)
    if how == "used up":
        Link.objects.update(uses=5, last_used_at=NOW)
    if how == "expired":
        monkeypatch.setattr("calloff.kernel.clock.now", lambda: invitation.expires_at)
    path = {"unknown": f"/account/invitation?key={'B' * 43}", "none": "/account/invitation"}.get(how, link)
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 404
        assert NOT_WORKING in words(answer)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_number_of_link_guesses_from_one_ip_address_is_limited(client, link, settings):
    settings.RATE_LIMITS = {"link": (3,)}
    answers = [client.get(f"/account/invitation?key={letter * 43}").status_code for letter in "ABCDE"]
    assert answers == [404, 404, 404, 429, 429]
    assert client.get(link).status_code == 200  # It does not count as a guess to open a link that works.


def test_the_page_behind_a_link_is_not_cached_and_sends_no_referrer(client, link):
    answer = client.get(link)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.content.decode())


def test_no_log_contains_the_token_of_a_link(client, link, caplog, monkeypatch):
    def broken(*args, **kwargs):
        raise ValueError("broken")

    monkeypatch.setattr(pages, "find_link", broken)
    client.raise_request_exception = False
    assert client.get(link).status_code == 500
    assert link.partition("key=")[2] not in caplog.text


def test_a_buyer_sees_before_accepting_that_they_will_lose_access_to_prices(client, invitation):
    zed = UserFactory(email=ZED)
    school = SchoolOrganisationFactory(name="Felpersham School")
    RoleGrantFactory(person=zed, organisation=school, role=Role.AP_LEAD)
    client.force_login(zed)
    path = f"/account/invitations/{invitation.pk}"
    page = words(client.get(path))
    assert "What will change for you" in page
    assert "You already act for Felpersham School." in page
    assert "cannot see other providers’ prices" in page
    assert "Confirm that you understand what will change" in words(client.post(path))
    assert not zed.roles_at(invitation.organisation, NOW)
    client.post(path, {"understood": "on"})
    zed.forget_roles()
    assert zed.roles_at(invitation.organisation, NOW) == {Role.PROVIDER_STAFF}


def test_a_council_decision_maker_sees_that_colleagues_will_take_over(client, invitation, settings):
    settings.DEMONSTRATION = True  # In a demonstration, this person needs no second step.
    zed = UserFactory(email=ZED)
    RoleGrantFactory(person=zed, organisation=AuthorityFactory(name="Borchester Council"), role=Role.APPROVER)
    client.force_login(zed)
    page = words(client.get(f"/account/invitations/{invitation.pk}"))
    assert "You cannot assess, approve or check Windmill Hill Learning for Borchester Council" in page


def test_people_can_end_their_own_role_on_their_account_page(client, provider):
    person(Role.PROVIDER_LEAD, at=provider)
    ben = person(Role.PROVIDER_STAFF, at=provider)
    grant = RoleGrant.objects.get(person=ben)
    client.force_login(ben)
    assert f"/account/roles/{grant.pk}/end" in words(client.get("/account/"))
    assert "End my role" in words(client.get(f"/account/roles/{grant.pk}/end"))
    assert "Your role “Provider staff”" in words(client.post(f"/account/roles/{grant.pk}/end", follow=True))
    assert not ben.roles_at(provider, NOW)


def test_a_person_with_the_link_can_decline_without_an_account(client, link, invitation):
    assert "You do not need an account to decline" in words(client.get(link))
    answer = client.post(link, {"do": "decline"})
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "strict-origin")
    assert "You have declined the invitation" in words(answer)
    invitation.refresh_from_db()
    assert invitation.declined_by_link_at is not None
    assert not User.objects.filter(email=ZED).exists()
    assert client.get(link).status_code == 404
    assert client.post(link, {"do": "decline"}).status_code == 404


def test_the_invitee_and_the_sender_see_that_a_second_person_must_confirm(client):
    school = SchoolOrganisationFactory(name="Weald Edge School")
    head, zed = person(Role.HEAD, at=school), UserFactory(email=ZED)
    sent = [
        invite_person(school, email=email, roles=[Role.AP_LEAD], by=head, at=NOW)
        for email in (ZED, "yan@example.org")
    ]  # fmt: skip
    person(Role.BUYER_ADMINISTRATOR, at=school)
    client.force_login(zed)
    done = client.post(reverse("account:invitation-accept", args=[sent[0].pk]), follow=True)
    assert done.redirect_chain == [(reverse("account:home"), 303)]
    assert "A second person at Weald Edge School must confirm your invitation before you can accept it" in words(done)
    assert "You now act for" not in words(done)
    client.force_login(head)
    resend = reverse("buyer:people-invitation-resend", args=[school.slug, sent[1].pk])
    assert "they must confirm the invitation before we send it" in words(client.get(resend))
    again = client.post(resend, follow=True)
    assert "Invitation to yan@example.org saved. Another administrator must confirm it" in words(again)
    assert not RoleGrant.objects.filter(role=Role.AP_LEAD).exists()
    assert {one.status for one in Invitation.objects.all()} == {InvitationStatus.TO_CONFIRM}
