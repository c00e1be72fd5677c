"""Tests for registering a provider, for asking to join a provider, and for answering these requests."""

import pytest
from django.test import override_settings
from django.urls import reverse

from calloff.people.models import JoinRequest, Organisation, RoleGrant
from calloff.people.permissions import Role
from calloff.people.states import JoinRequestStatus
from tests.factories import AuthorityFactory, ProviderFactory, UserFactory, person
from tests.web.sign_in import has_given_their_password

pytestmark = pytest.mark.django_db


@pytest.fixture
def zed(client):
    zed = UserFactory(name="Zed", email="zed@example.org")
    client.force_login(zed)
    return zed


def test_a_person_who_registers_a_new_provider_becomes_its_lead(client, zed):
    answers = {"name": "Ash Barn Learning Ltd", "form": "company", "company_number": "1234567"}
    response = client.post(reverse("account:join"), answers)
    assert response.status_code == 302
    provider = Organisation.objects.get()
    assert provider.company_number == "01234567"
    assert {grant.role for grant in RoleGrant.objects.all()} == {Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY}


@pytest.mark.parametrize(
    ("answers", "words", "field"),
    [
        ({"form": "company"}, "Enter the company number", "id_company_number"),
        ({"form": "charity"}, "Enter the charity number", "id_charity_number"),
        ({"form": "company", "company_number": "1AB2"}, "Company number must be 8 characters", "id_company_number"),
        ({"form": ""}, "Select the kind of organisation", "id_form"),
    ],
)
def test_missing_or_wrong_details_are_reported_next_to_their_fields(client, zed, answers, words, field):
    page = client.post(reverse("account:join"), {"name": "Ash Barn"} | answers).content.decode()
    assert words in page
    assert f'href="#{field}"' in page
    assert 'value="Ash Barn"' in page
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("name", ["Windmill Hill Ltd", "windmill hill limited", "The Windmill Hill"])
def test_registering_an_existing_name_leads_to_asking_to_join_and_gives_no_role(client, zed, name):
    provider = ProviderFactory(name="Windmill Hill Ltd", slug="windmill-hill")
    response = client.post(reverse("account:join"), {"name": name, "form": "sole_trader"})
    assert response.url == reverse("account:ask", args=[provider.slug])
    assert not RoleGrant.objects.exists()


def test_registering_an_existing_number_leads_to_asking_to_join(client, zed):
    provider = ProviderFactory(company_number="01234567")
    answers = {"name": "Quite another", "form": "company", "company_number": "01234567"}
    assert client.post(reverse("account:join"), answers).url == reverse("account:ask", args=[provider.slug])
    assert not RoleGrant.objects.exists()


def asked_by(client, provider):
    client.post(reverse("account:ask", args=[provider.slug]), {"said": "Ask Ada: I began on Monday."})
    return JoinRequest.objects.get()


def test_a_person_who_asks_to_join_gets_no_role_and_sees_who_will_answer(client, zed):
    provider = ProviderFactory()
    person(Role.PROVIDER_LEAD, at=provider)
    request = asked_by(client, provider)
    page = client.get(reverse("account:request", args=[request.pk])).content.decode()
    assert "Waiting for approval" in page
    assert "Approve" not in page
    assert not RoleGrant.objects.filter(person=zed).exists()


def test_asking_to_join_needs_a_message(client, zed):
    provider = ProviderFactory()
    page = client.post(reverse("account:ask", args=[provider.slug]), {"said": ""}).content.decode()
    assert "Enter how the organisation knows you" in page


def test_an_administrator_can_approve_a_request_to_join(client, zed):
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    request = asked_by(client, provider)
    client.force_login(ada)
    has_given_their_password(client, ada)
    assert "Zed has asked to join" in client.get(reverse("account:home")).content.decode()
    assert client.get(reverse("account:request-approve", args=[request.pk])).status_code == 200
    assert not RoleGrant.objects.filter(person=zed).exists()
    client.post(reverse("account:request-approve", args=[request.pk]))
    assert RoleGrant.objects.get(person=zed).role == Role.PROVIDER_LEAD


def test_the_host_answers_requests_for_a_provider_that_was_only_on_a_list(client, zed):
    authority = AuthorityFactory()
    provider = ProviderFactory(recorded=True, host=authority)
    request = asked_by(client, provider)
    olivia = person(Role.CONTRACTS_OFFICER, at=authority)
    client.force_login(olivia)
    has_given_their_password(client, olivia)
    with override_settings(DEMONSTRATION=True):
        client.post(reverse("account:request-approve", args=[request.pk]))
    provider.refresh_from_db()
    assert provider.has_people
    assert RoleGrant.objects.filter(person=zed).count() == 2


def test_declining_a_request_to_join_needs_a_reason_which_the_person_can_see(client, zed):
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    request = asked_by(client, provider)
    client.force_login(ada)
    where = reverse("account:request-decline", args=[request.pk])
    assert "Enter a reason for the person to read" in client.post(where, {"reason": " "}).content.decode()
    client.post(where, {"reason": "Nobody here knows you."})
    request.refresh_from_db()
    assert request.status == JoinRequestStatus.DECLINED
    client.force_login(zed)
    assert "Nobody here knows you." in client.get(reverse("account:request", args=[request.pk])).content.decode()


def test_a_person_can_withdraw_their_request_to_join(client, zed):
    request = asked_by(client, ProviderFactory(host=AuthorityFactory()))
    client.post(reverse("account:request-withdraw", args=[request.pk]))
    request.refresh_from_db()
    assert request.status == JoinRequestStatus.WITHDRAWN


@pytest.mark.parametrize("verb", ["approve", "decline", "withdraw"])
def test_a_person_with_the_same_role_at_another_organisation_cannot_find_the_request(client, zed, verb):
    provider = ProviderFactory()
    person(Role.PROVIDER_LEAD, at=provider)
    request = asked_by(client, provider)
    client.force_login(person(Role.PROVIDER_LEAD, at=ProviderFactory()))
    response = client.post(reverse(f"account:request-{verb}", args=[request.pk]), {"reason": "x"})
    assert response.status_code == 404
    request.refresh_from_db()
    assert request.status == JoinRequestStatus.ASKED


def test_the_person_who_asked_cannot_approve_their_own_request(client, zed):
    provider = ProviderFactory(host=AuthorityFactory())
    request = asked_by(client, provider)
    response = client.post(reverse("account:request-approve", args=[request.pk]))
    assert response.status_code == 403
    assert "You cannot do this" in response.content.decode()
    assert not RoleGrant.objects.filter(person=zed).exists()


def test_go_to_finds_only_organisations_where_the_person_has_a_role(client):
    provider = ProviderFactory(name="Windmill Hill")
    ada = person(Role.PROVIDER_LEAD, at=provider)
    client.force_login(ada)
    response = client.post(reverse("account:go-to"), {"words": "Ambridge"})
    assert response.status_code == 404
    assert "We could not find “Ambridge”" in response.content.decode()
