"""The people who act for a provider, and what it says of itself."""

import pytest
from django.urls import reverse

from calloff.people.models import Grant
from calloff.people.permissions import Role
from calloff.people.states import GrantStatus
from tests.factories import GrantFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_colleague_with_an_account_is_added_and_told(signed_in, to, provider):
    cai = UserFactory(email="cai@example.org", name="Cai")
    assert signed_in.post(to("people-appoint"), {"email": "Cai@example.org", "role": "provider_staff"}).url == to(
        "people"
    )
    assert Grant.objects.get(person=cai).role == Role.PROVIDER_STAFF
    assert "Cai" in signed_in.get(to("people")).content.decode()


def test_without_an_account_one_reads_what_to_do(signed_in, to):
    page = signed_in.post(to("people-appoint"), {"email": "cai@example.org", "role": "provider_staff"}).content.decode()
    assert "Nobody has an account with this address" in page
    assert 'value="cai@example.org"' in page


def test_a_role_of_the_council_cannot_be_given(signed_in, to):
    UserFactory(email="cai@example.org")
    page = signed_in.post(to("people-appoint"), {"email": "cai@example.org", "role": "approver"}).content.decode()
    assert "There is a problem" in page
    assert not Grant.objects.filter(role="approver").exists()


def test_the_same_role_twice_is_refused_in_words(signed_in, to, ben):
    page = signed_in.post(to("people-appoint"), {"email": ben.email, "role": "provider_staff"}).content.decode()
    assert "They hold this role already." in page


def test_a_role_is_ended_but_never_the_last_that_manages(signed_in, to, ada, ben):
    staff = Grant.objects.get(person=ben)
    signed_in.post(to("role-end", staff.pk))
    staff.refresh_from_db()
    assert staff.status == GrantStatus.ENDED
    page = signed_in.post(to("role-end", Grant.objects.get(person=ada).pk)).content.decode()
    assert "Somebody must be able to manage people" in page


def test_a_role_at_another_organisation_is_not_there(signed_in, to):
    assert signed_in.get(to("role-end", GrantFactory().pk)).status_code == 404


def test_a_suspended_role_can_be_given_back_by_a_colleague(signed_in, to, provider):
    held = GrantFactory(organisation=provider, role=Role.PROVIDER_STAFF, status=GrantStatus.SUSPENDED)
    assert reverse("account:role-reapprove", args=[held.pk]) in signed_in.get(to("people")).content.decode()


def test_details_are_changed(signed_in, to, provider):
    answers = {"address": "Mill Lane\nFelpersham", "telephone": "01632 960001", "website": "https://windmill.example"}
    assert signed_in.post(to("details-amend"), answers).url == to("details")
    provider.refresh_from_db()
    assert provider.website == "https://windmill.example"
    assert "01632 960001" in signed_in.get(to("details")).content.decode()


def test_staff_read_who_is_there_and_change_nothing(client, ben, to):
    client.force_login(ben)
    assert client.get(to("people")).status_code == 200
    assert client.get(to("people-appoint")).status_code == 403
    assert client.get(to("details-amend")).status_code == 403


def test_go_to_finds_a_record_by_its_reference(signed_in, to, draft):
    assert signed_in.post(reverse("account:go-to"), {"words": draft.reference.lower()}).url == to(
        "application", draft.reference
    )


def test_the_account_page_gathers_the_work(signed_in, draft):
    page = signed_in.get(reverse("account:home")).content.decode()
    assert "Finish the application" in page
