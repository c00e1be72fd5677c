"""Asking to join, and being answered: nothing is granted until a person approves. Scenario 47."""

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
    """A provider that is only on an authority's list: no one can act for it yet."""
    return ProviderFactory(recorded=True, host=AuthorityFactory())


def asked(provider, zed, **given):
    return ask_to_join(provider, by=zed, at=NOW, said="I began on Monday: ask Ada.", **given)


def test_asking_grants_nothing_and_tells_those_who_answer(zed):
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    request = asked(provider, zed)
    assert request.answerable == provider
    assert not zed.roles_at(provider, NOW)
    message = Message.objects.get()
    assert message.to == ada
    assert "Monday" not in message.body


def test_while_nobody_there_can_answer_the_host_does(zed, listed):
    olivia = person(Role.CONTRACTS_OFFICER, at=listed.host)
    assert asked(listed, zed).answerable == listed.host
    assert Message.objects.get().to == olivia


def test_the_first_person_of_a_printed_name_claims_it_and_may_sign(zed, listed):
    request = asked(listed, zed)
    approve_join(request, by=person(Role.CONTRACTS_OFFICER, at=listed.host), at=NOW)
    listed.refresh_from_db()
    zed.forget_roles()
    assert listed.status == OrganisationStatus.REGISTERED
    assert zed.roles_at(listed, NOW) == {Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY}


def test_a_later_one_gets_the_role_that_was_asked_for(zed):
    provider = ProviderFactory()
    approve_join(asked(provider, zed, role=Role.PROVIDER_STAFF), by=person(Role.PROVIDER_LEAD, at=provider), at=NOW)
    zed.forget_roles()
    assert zed.roles_at(provider, NOW) == {Role.PROVIDER_STAFF}


def test_no_role_of_an_authority_or_a_school_can_be_asked_for(zed):
    for role in (Role.APPROVER, Role.ADMINISTRATOR, Role.AP_LEAD):
        with pytest.raises(Refused, match="Ask your organisation"):
            asked(ProviderFactory(), zed, role=role)


def test_refuses_to_ask_twice_and_to_ask_where_one_acts_already(zed):
    provider = ProviderFactory()
    request = asked(provider, zed)
    with pytest.raises(Refused, match="already asked"):
        asked(provider, zed)
    withdraw_join(request, by=zed, at=NOW)
    assert asked(provider, zed)
    with pytest.raises(Refused, match="act for"):
        asked(provider, person(Role.PROVIDER_STAFF, at=provider))


def test_nobody_approves_their_own_request(listed):
    olivia = person(Role.CONTRACTS_OFFICER, at=listed.host)
    request = asked(listed, olivia)
    with pytest.raises(PermissionDenied, match="own request"):
        approve_join(request, by=olivia, at=NOW)
    assert not RoleGrant.objects.filter(organisation=listed).exists()


def test_only_those_who_answer_may_answer(zed):
    provider = ProviderFactory(host=AuthorityFactory())
    person(Role.PROVIDER_LEAD, at=provider)
    request = asked(provider, zed)
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


def test_declining_needs_a_reason_which_the_person_can_read_and_the_message_does_not_carry(zed):
    provider = ProviderFactory()
    ada, request = person(Role.PROVIDER_LEAD, at=provider), asked(provider, zed)
    with pytest.raises(Refused, match="Enter a reason"):
        decline_join(request, by=ada, at=NOW, reason=" ")
    decline_join(request, by=ada, at=NOW, reason="We do not know you.")
    request.refresh_from_db()
    assert (request.status, request.reason) == (JoinRequestStatus.DECLINED, "We do not know you.")
    assert "know you" not in Message.objects.get(to=zed).body


def test_an_answer_is_final(zed):
    provider = ProviderFactory()
    ada, request = person(Role.PROVIDER_LEAD, at=provider), asked(provider, zed)
    decline_join(request, by=ada, at=NOW, reason="No.")
    with pytest.raises(Refused, match="Declined"):
        approve_join(request, by=ada, at=NOW)
    with pytest.raises(Refused, match="Declined"):
        withdraw_join(request, by=zed, at=NOW)


def test_only_the_person_withdraws_what_they_asked(zed):
    provider = ProviderFactory()
    request = asked(provider, zed)
    with pytest.raises(PermissionDenied):
        withdraw_join(request, by=person(Role.PROVIDER_LEAD, at=provider), at=NOW)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_of_many_answers_at_once_one_counts():
    provider, zed = ProviderFactory(), UserFactory()
    ada, request = person(Role.PROVIDER_LEAD, at=provider), asked(provider, zed)
    assert all_at_once(lambda: approve_join(request, by=ada, at=NOW), times=4).count("done") == 1
    assert RoleGrant.objects.filter(person=zed).count() == 1


def test_once_somebody_there_can_answer_they_answer_those_who_asked_before(zed, listed):
    officer = person(Role.CONTRACTS_OFFICER, at=listed.host)
    yan = UserFactory(name="Yan")
    first, second = asked(listed, zed), ask_to_join(listed, by=yan, at=NOW, said="I too.")
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
def test_of_two_whom_the_host_lets_in_at_once_one_is_the_first():
    listed = ProviderFactory(recorded=True, host=AuthorityFactory())
    officer = person(Role.CONTRACTS_OFFICER, at=listed.host)
    requests = iter([asked(listed, UserFactory()), asked(listed, UserFactory())])

    def approve():
        try:
            approve_join(next(requests), by=officer, at=NOW)
        except PermissionDenied as refused:
            raise Refused("denied") from refused

    assert all_at_once(approve, times=2) == ["denied", "done"]


@pytest.mark.postgres15
def test_nobody_asks_more_than_five_at_once(zed):
    for _ in range(5):
        last = asked(ProviderFactory(), zed)
    with pytest.raises(Refused, match="You already have 5 requests waiting for an answer"):
        asked(ProviderFactory(), zed)
    withdraw_join(last, by=zed, at=NOW)
    asked(ProviderFactory(), zed)


def test_nobody_lets_themselves_in_by_a_second_account():
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    ada.email = "ada@example.org"
    ada.save()
    request = asked(provider, UserFactory(email="ada+2@example.org"), role=Role.PROVIDER_LEAD)
    with pytest.raises(Refused, match="your own email address"):
        approve_join(request, by=ada, at=NOW)
    request.refresh_from_db()
    assert request.status == JoinRequestStatus.ASKED


def colleague(provider):
    return RoleGrantFactory(organisation=provider, role=Role.PROVIDER_LEAD).person


def test_where_a_second_person_manages_people_they_confirm_before_anything_is_given(zed):
    provider = ProviderFactory()
    ada, ben = person(Role.PROVIDER_LEAD, at=provider), colleague(provider)
    request = asked(provider, zed, role=Role.PROVIDER_LEAD)
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


def test_a_second_account_of_who_approves_is_no_second_person(zed):
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    RoleGrantFactory(person__email="+2@".join(ada.email.split("@")), organisation=provider, role=Role.PROVIDER_LEAD)
    approve_join(asked(provider, zed, role=Role.PROVIDER_LEAD), by=ada, at=NOW)
    zed.forget_roles()
    assert zed.roles_at(provider, NOW) == {Role.PROVIDER_LEAD}


def test_who_has_closed_their_account_is_not_let_in(zed):
    provider = ProviderFactory()
    request = asked(provider, zed)
    zed.is_active = False
    zed.save()
    with pytest.raises(Refused, match="closed their account"):
        approve_join(request, by=person(Role.PROVIDER_LEAD, at=provider), at=NOW)
    assert not RoleGrant.objects.filter(person=zed).exists()


def test_one_person_asks_so_often_in_a_day_however_often_they_withdraw(zed):
    provider = ProviderFactory()
    person(Role.PROVIDER_LEAD, at=provider)
    for _ in range(8):
        withdraw_join(asked(provider, zed), by=zed, at=NOW)
    with pytest.raises(Refused, match=r"asked to join too many times. Wait 24 hours"):
        asked(provider, zed)
    assert Message.objects.count() == 8
    assert ask_to_join(provider, by=zed, at=NOW + timedelta(days=1), said="I began on Monday.")


def test_beyond_so_many_requests_in_a_day_one_email_says_that_more_are_waiting(settings):
    settings.RATE_LIMITS = {"join-request-email": (2,)}
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    for _ in range(5):
        asked(provider, UserFactory())
    subjects = list(Message.objects.filter(to=ada).order_by("pk").values_list("subject", flat=True))
    each, more = f"Someone has asked to join {provider}", f"More requests to join are waiting for {provider}"
    assert subjects == [each, each, more]
    assert requests_to_answer(ada, NOW).count() == 5
    ask_to_join(provider, by=UserFactory(), at=NOW + timedelta(days=1), said="I began on Monday.")
    assert Message.objects.filter(to=ada).latest("pk").subject == each


def test_after_a_refusal_one_asks_again_a_week_later(zed):
    provider = ProviderFactory()
    decline_join(asked(provider, zed), by=person(Role.PROVIDER_LEAD, at=provider), at=NOW, reason="Not ours.")
    week = timedelta(days=7)
    with pytest.raises(Refused, match=r"declined your request. You can ask again from"):
        ask_to_join(provider, by=zed, at=NOW + week - timedelta(microseconds=1), said="It is me.")
    asked(ProviderFactory(), zed)  # another organisation does not wait
    assert ask_to_join(provider, by=zed, at=NOW + week, said="It is me.")
