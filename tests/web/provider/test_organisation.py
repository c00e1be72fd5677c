"""Tests for a provider's pages about its people and its details."""

import re

import pytest
from django.urls import reverse

from calloff.people.models import Invitation, RoleGrant
from calloff.people.permissions import Role
from calloff.people.states import RoleGrantStatus
from tests.factories import RoleGrantFactory, UserFactory
from tests.web.sign_in import has_given_their_password

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _just_now(signed_in, ada):
    has_given_their_password(signed_in, ada)


@pytest.mark.parametrize("known", [True, False])
def test_inviting_a_person_shows_the_same_page_whether_or_not_they_have_an_account(signed_in, to, known):
    if known:
        UserFactory(email="cai@example.org", name="Cai")
    form = {"email": "Cai@example.org", "roles": ["provider_staff"]}
    page = signed_in.post(to("people-invite"), form, follow=True).content.decode()
    assert (
        "Invitation sent to cai@example.org. The invitation can be accepted until the end of Monday 16 March 2026."
        in page
    )
    assert not re.search(r"\bCai\b", page)
    assert not RoleGrant.objects.filter(person__email="cai@example.org").exists()


def test_a_provider_cannot_offer_a_council_role(signed_in, to):
    page = signed_in.post(to("people-invite"), {"email": "cai@example.org", "roles": ["approver"]}).content.decode()
    assert "Select roles from the list" in page
    assert not Invitation.objects.exists()


def test_typed_answers_are_kept_after_an_error(signed_in, to):
    page = signed_in.post(to("people-invite"), {"email": "cai@example.org"}).content.decode()
    assert "Select at least one role" in page
    assert 'value="cai@example.org"' in page


def test_giving_a_role_that_the_person_already_has_is_refused(signed_in, to, ben):
    page = signed_in.post(to("people-invite"), {"email": ben.email, "roles": ["provider_staff"]}).content.decode()
    assert "This person already has this role." in page


def test_an_invitation_can_be_viewed_sent_again_and_withdrawn(signed_in, to):
    signed_in.post(to("people-invite"), {"email": "cai@example.org", "roles": ["provider_staff"]})
    invitation = Invitation.objects.get()
    assert "cai@example.org" in signed_in.get(to("people")).content.decode()
    again = signed_in.post(to("people-invitation-resend", invitation.pk), follow=True).content.decode()
    assert "Invitation sent again to cai@example.org." in again
    gone = signed_in.post(to("people-invitation-withdraw", invitation.pk), follow=True).content.decode()
    assert "Invitation to cai@example.org withdrawn." in gone
    assert signed_in.get(to("people-invitation-resend", invitation.pk)).status_code == 404


def test_any_role_can_be_ended_except_the_role_of_the_last_administrator(signed_in, to, ada, ben):
    staff = RoleGrant.objects.get(person=ben)
    signed_in.post(to("role-end", staff.pk))
    staff.refresh_from_db()
    assert staff.status == RoleGrantStatus.ENDED
    page = signed_in.post(to("role-end", RoleGrant.objects.get(person=ada).pk)).content.decode()
    assert "must have a people administrator" in page


def test_a_role_at_another_organisation_returns_404(signed_in, to):
    assert signed_in.get(to("role-end", RoleGrantFactory().pk)).status_code == 404


def test_there_is_a_page_where_a_colleague_can_approve_a_suspended_role_again(signed_in, to, provider):
    held = RoleGrantFactory(organisation=provider, role=Role.PROVIDER_STAFF, status=RoleGrantStatus.SUSPENDED)
    assert reverse("account:role-reapprove", args=[held.pk]) in signed_in.get(to("people")).content.decode()


def test_the_details_of_the_organisation_can_be_changed(signed_in, to, provider):
    answers = {"address": "Mill Lane\nFelpersham", "telephone": "01632 960001", "website": "https://windmill.example"}
    assert signed_in.post(to("details-amend"), answers).url == to("details")
    provider.refresh_from_db()
    assert provider.website == "https://windmill.example"
    assert "01632 960001" in signed_in.get(to("details")).content.decode()


def test_staff_can_see_their_colleagues_but_cannot_change_anything(client, ben, to):
    client.force_login(ben)
    assert client.get(to("people")).status_code == 200
    has_given_their_password(client, ben)
    assert client.get(to("people-invite")).status_code == 403
    assert client.get(to("details-amend")).status_code == 403


def test_go_to_finds_a_record_by_its_reference(signed_in, to, draft):
    assert signed_in.post(reverse("account:go-to"), {"words": draft.reference.lower()}).url == to(
        "application", draft.reference
    )


def test_the_account_page_lists_the_persons_tasks(signed_in, draft):
    page = signed_in.get(reverse("account:home")).content.decode()
    assert "Finish the application" in page


def test_the_pages_of_a_group_are_linked_below_the_navigation(signed_in, to):
    content = signed_in.get(to("evidence")).content.decode()
    group = content[content.index('aria-label="Our organisation"') : content.index("</header>")]
    for words in ("Our organisation", "Evidence", "Agreements", "People"):
        assert words in group
    assert 'aria-current="page">Evidence' in group
