"""Tests for requests to join, which give no access until a person approves them (scenario 47)."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.commands import (
    accept_invitation,
    approve_join,
    ask_to_join,
    confirm_invitation,
    decline_join,
    withdraw_join,
)
from calloff.people.models import Invitation, JoinRequest, RoleGrant
from calloff.people.permissions import Role
from calloff.people.queries import requests_to_answer
from calloff.people.states import InvitationStatus, JoinRequestStatus, OrganisationStatus
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def zed():
    return UserFactory(name="Zed")


@pytest.fixture
def listed():
    """Return a provider that is only on the list of an authority, so that no one can act for it yet."""
    return ProviderFactory(recorded=True, host=AuthorityFactory())


def request_to_join(provider, zed, **given):
    return ask_to_join(provider, by=zed, at=NOW, said="I began on Monday: ask Ada.", **given)


def test_asking_to_join_gives_no_access_and_notifies_the_people_who_can_answer(zed):
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    request = request_to_join(provider, zed)
    assert request.answerable == provider
    assert not zed.roles_at(provider, NOW)
    message = Message.objects.get()
    assert message.to == ada
    assert "Monday" not in message.body


def test_the_host_answers_requests_while_no_one_at_the_organisation_can(zed, listed):
    olivia = person(Role.CONTRACTS_OFFICER, at=listed.host)
    assert request_to_join(listed, zed).answerable == listed.host
    assert Message.objects.get().to == olivia


def test_the_first_person_to_join_a_provider_from_a_printed_list_can_sign_for_it(zed, listed):
    request = request_to_join(listed, zed)
    approve_join(request, by=person(Role.CONTRACTS_OFFICER, at=listed.host), at=NOW)
    listed.refresh_from_db()
    zed.forget_roles()
    assert listed.status == OrganisationStatus.REGISTERED
    assert zed.roles_at(listed, NOW) == {Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY}


def test_a_later_person_gets_the_role_they_requested(zed):
    provider = ProviderFactory()
    approve_join(
        request_to_join(provider, zed, role=Role.PROVIDER_STAFF), by=person(Role.PROVIDER_LEAD, at=provider), at=NOW
    )
    zed.forget_roles()
    assert zed.roles_at(provider, NOW) == {Role.PROVIDER_STAFF}


def test_roles_at_authorities_and_schools_cannot_be_requested_by_asking_to_join_a_provider(zed):
    for role in (Role.APPROVER, Role.ADMINISTRATOR, Role.AP_LEAD):
        with pytest.raises(Refused, match="Ask your organisation"):
            request_to_join(ProviderFactory(), zed, role=role)


def test_asking_to_join_twice_or_where_the_person_already_has_a_role_is_refused(zed):
    provider = ProviderFactory()
    request = request_to_join(provider, zed)
    with pytest.raises(Refused, match="already asked"):
        request_to_join(provider, zed)
    withdraw_join(request, by=zed, at=NOW)
    assert request_to_join(provider, zed)
    with pytest.raises(Refused, match="act for"):
        request_to_join(provider, person(Role.PROVIDER_STAFF, at=provider))


def test_people_cannot_approve_their_own_request_to_join(listed):
    olivia = person(Role.CONTRACTS_OFFICER, at=listed.host)
    request = request_to_join(listed, olivia)
    with pytest.raises(PermissionDenied, match="own request"):
        approve_join(request, by=olivia, at=NOW)
    assert not RoleGrant.objects.filter(organisation=listed).exists()


def test_only_the_people_responsible_can_answer_a_request_to_join(zed):
    provider = ProviderFactory(host=AuthorityFactory())
    person(Role.PROVIDER_LEAD, at=provider)
    request = request_to_join(provider, zed)
    strangers = [
        person(Role.PROVIDER_STAFF, at=provider),
        person(Role.PROVIDER_LEAD, at=ProviderFactory()),
        person(Role.CONTRACTS_OFFICER, at=provider.host),
        person(Role.CONTRACTS_OFFICER, at=AuthorityFactory()),
    ]
    for somebody in strangers:
        with pytest.raises(PermissionDenied):
            approve_join(request, by=somebody, at=NOW)
        with pytest.raises(PermissionDenied):
            decline_join(request, by=somebody, at=NOW, reason="No.")
        assert request not in JoinRequest.objects.visible_to(somebody, NOW)
    assert not RoleGrant.objects.filter(person=zed).exists()


def test_declining_a_request_needs_a_reason_which_is_shown_but_not_emailed(zed):
    provider = ProviderFactory()
    ada, request = person(Role.PROVIDER_LEAD, at=provider), request_to_join(provider, zed)
    with pytest.raises(Refused, match="Enter a reason"):
        decline_join(request, by=ada, at=NOW, reason=" ")
    decline_join(request, by=ada, at=NOW, reason="We do not know you.")
    request.refresh_from_db()
    assert (request.status, request.reason) == (JoinRequestStatus.DECLINED, "We do not know you.")
    assert "know you" not in Message.objects.get(to=zed).body


def test_an_answer_to_a_request_to_join_is_final(zed):
    provider = ProviderFactory()
    ada, request = person(Role.PROVIDER_LEAD, at=provider), request_to_join(provider, zed)
    decline_join(request, by=ada, at=NOW, reason="No.")
    with pytest.raises(Refused, match="Declined"):
        approve_join(request, by=ada, at=NOW)
    with pytest.raises(Refused, match="Declined"):
        withdraw_join(request, by=zed, at=NOW)


def test_only_the_person_who_asked_can_withdraw_a_request_to_join(zed):
    provider = ProviderFactory()
    request = request_to_join(provider, zed)
    with pytest.raises(PermissionDenied):
        withdraw_join(request, by=person(Role.PROVIDER_LEAD, at=provider), at=NOW)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_answers_to_a_request_counts():
    provider, zed = ProviderFactory(), UserFactory()
    ada, request = person(Role.PROVIDER_LEAD, at=provider), request_to_join(provider, zed)
    assert all_at_once(lambda: approve_join(request, by=ada, at=NOW), times=4).count("done") == 1
    assert RoleGrant.objects.filter(person=zed).count() == 1


def test_a_new_administrator_can_answer_requests_made_before_their_role_started(zed, listed):
    officer = person(Role.CONTRACTS_OFFICER, at=listed.host)
    yan = UserFactory(name="Yan")
    first, second = request_to_join(listed, zed), ask_to_join(listed, by=yan, at=NOW, said="I too.")
    approve_join(first, by=officer, at=NOW)
    zed.forget_roles()
    assert list(requests_to_answer(zed, NOW)) == [second]
    assert not requests_to_answer(officer, NOW).exists()
    assert Message.objects.filter(to=zed, subject__startswith="Someone has asked to join").exists()
    with pytest.raises(PermissionDenied):
        approve_join(second, by=officer, at=NOW)
    approve_join(second, by=zed, at=NOW)
    yan.forget_roles()
    assert yan.roles_at(listed, NOW) == {Role.PROVIDER_LEAD}


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_two_people_are_approved_at_the_same_moment_only_one_becomes_the_first_person():
    listed = ProviderFactory(recorded=True, host=AuthorityFactory())
    officer = person(Role.CONTRACTS_OFFICER, at=listed.host)
    requests = iter([request_to_join(listed, UserFactory()), request_to_join(listed, UserFactory())])

    def approve():
        try:
            approve_join(next(requests), by=officer, at=NOW)
        except PermissionDenied as refused:
            raise Refused("denied") from refused

    assert all_at_once(approve, times=2) == ["denied", "done"]


@pytest.mark.postgres15
def test_a_person_can_have_up_to_five_open_requests_to_join(zed):
    for _ in range(5):
        last = request_to_join(ProviderFactory(), zed)
    with pytest.raises(Refused, match="You already have 5 requests waiting for an answer"):
        request_to_join(ProviderFactory(), zed)
    withdraw_join(last, by=zed, at=NOW)
    request_to_join(ProviderFactory(), zed)


def test_people_cannot_approve_a_request_made_from_their_own_second_account():
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    ada.email = "ada@example.org"
    ada.save()
    request = request_to_join(provider, UserFactory(email="ada+2@example.org"), role=Role.PROVIDER_LEAD)
    with pytest.raises(Refused, match="your own email address"):
        approve_join(request, by=ada, at=NOW)
    request.refresh_from_db()
    assert request.status == JoinRequestStatus.ASKED


def colleague(provider):
    return RoleGrantFactory(organisation=provider, role=Role.PROVIDER_LEAD).person


def test_a_second_administrator_must_confirm_before_access_is_given(zed):
    provider = ProviderFactory()
    ada, ben = person(Role.PROVIDER_LEAD, at=provider), colleague(provider)
    request = request_to_join(provider, zed, role=Role.PROVIDER_LEAD)
    approve_join(request, by=ada, at=NOW)
    assert not RoleGrant.objects.filter(person=zed).exists()
    invitation = Invitation.objects.get()
    assert (invitation.status, invitation.email) == (InvitationStatus.TO_CONFIRM, zed.email)
    assert Message.objects.filter(to=ben, subject__icontains="confirm").exists()
    with pytest.raises(PermissionDenied):
        confirm_invitation(invitation, by=ada, at=NOW)
    accept_invitation(confirm_invitation(invitation, by=ben, at=NOW), by=zed, at=NOW)
    zed.forget_roles()
    assert zed.roles_at(provider, NOW) == {Role.PROVIDER_LEAD}


def test_a_second_account_of_the_approver_does_not_count_as_a_second_person(zed):
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    RoleGrantFactory(person__email="+2@".join(ada.email.split("@")), organisation=provider, role=Role.PROVIDER_LEAD)
    approve_join(request_to_join(provider, zed, role=Role.PROVIDER_LEAD), by=ada, at=NOW)
    zed.forget_roles()
    assert zed.roles_at(provider, NOW) == {Role.PROVIDER_LEAD}


def test_a_request_from_a_person_with_a_closed_account_cannot_be_approved(zed):
    provider = ProviderFactory()
    request = request_to_join(provider, zed)
    zed.is_active = False
    zed.save()
    with pytest.raises(Refused, match="closed their account"):
        approve_join(request, by=person(Role.PROVIDER_LEAD, at=provider), at=NOW)
    assert not RoleGrant.objects.filter(person=zed).exists()


def test_the_daily_limit_of_requests_to_join_includes_withdrawn_ones(zed):
    provider = ProviderFactory()
    person(Role.PROVIDER_LEAD, at=provider)
    for _ in range(8):
        withdraw_join(request_to_join(provider, zed), by=zed, at=NOW)
    with pytest.raises(Refused, match=r"asked to join too many times. Wait 24 hours"):
        request_to_join(provider, zed)
    assert Message.objects.count() == 8
    assert ask_to_join(provider, by=zed, at=NOW + timedelta(days=1), said="I began on Monday.")


def test_once_the_limit_is_reached_one_email_says_that_more_requests_are_waiting(settings):
    settings.RATE_LIMITS = {"join-request-email": (2,)}
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    for _ in range(5):
        request_to_join(provider, UserFactory())
    subjects = list(Message.objects.filter(to=ada).order_by("pk").values_list("subject", flat=True))
    each, more = f"Someone has asked to join {provider}", f"More requests to join are waiting for {provider}"
    assert subjects == [each, each, more]
    assert requests_to_answer(ada, NOW).count() == 5
    ask_to_join(provider, by=UserFactory(), at=NOW + timedelta(days=1), said="I began on Monday.")
    assert Message.objects.filter(to=ada).latest("pk").subject == each


def test_a_person_whose_request_was_declined_can_ask_again_after_a_week(zed):
    provider = ProviderFactory()
    decline_join(request_to_join(provider, zed), by=person(Role.PROVIDER_LEAD, at=provider), at=NOW, reason="Not ours.")
    week = timedelta(days=7)
    with pytest.raises(Refused, match=r"declined your request. You can ask again from"):
        ask_to_join(provider, by=zed, at=NOW + week - timedelta(microseconds=1), said="It is me.")
    request_to_join(ProviderFactory(), zed)  # The limit for one organisation does not affect another organisation.
    assert ask_to_join(provider, by=zed, at=NOW + week, said="It is me.")
