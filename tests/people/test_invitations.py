"""Tests for invitations. They give no access until they are accepted, and reveal nothing about the invited person."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from calloff.kernel.lifecycles import Refused
from calloff.links.commands import make_link
from calloff.links.models import Link
from calloff.links.queries import find_link
from calloff.outbox.models import Message
from calloff.people.commands import (
    accept_invitation,
    confirm_invitation,
    decline_by_link,
    decline_invitation,
    end,
    found_team,
    invite_first_person,
    invite_person,
    resend_invitation,
    withdraw_invitation,
)
from calloff.people.commands.invitation_emails import INVITATION_LINK_PURPOSE
from calloff.people.commands.invitations import MAX_SENDINGS
from calloff.people.models import Invitation, RoleGrant
from calloff.people.permissions import (
    AUTHORITY_ROLES,
    BUYER_ROLES,
    NEEDS_TWO_PEOPLE,
    PERMISSIONS_BY_ROLE,
    PROVIDER_ROLES,
    SCHOOL_ROLES,
    TEAM_ROLES,
    Can,
    Role,
    needs_two_people,
)
from calloff.people.queries import invitations_to_answer, invitations_to_confirm
from calloff.people.states import InvitationStatus, OrganisationStatus, RoleGrantStatus
from calloff.rate_limits.limits import limit_windows
from tests.concurrency import all_at_once
from tests.factories import (
    NOW,
    AuthorityFactory,
    InvitationFactory,
    ProviderFactory,
    RoleGrantFactory,
    SchoolOrganisationFactory,
    TeamFactory,
    UserFactory,
    person,
    rewrite,
)

pytestmark = pytest.mark.django_db

ZED = "zed@example.org"
KINDS = [
    (AuthorityFactory, Role.ADMINISTRATOR, AUTHORITY_ROLES),
    (ProviderFactory, Role.PROVIDER_LEAD, PROVIDER_ROLES),
    (SchoolOrganisationFactory, Role.BUYER_ADMINISTRATOR, SCHOOL_ROLES),
    (TeamFactory, Role.BUYER_ADMINISTRATOR, TEAM_ROLES),
]


@pytest.fixture
def provider():
    return ProviderFactory(name="Windmill Hill Learning", checked_at=NOW)


@pytest.fixture
def ada(provider):
    return person(Role.PROVIDER_LEAD, at=provider)


@pytest.fixture
def zed():
    return UserFactory(name="Zed", email=ZED)


def invited(organisation, by, *, roles=(Role.PROVIDER_STAFF,), email=ZED, at=NOW):
    return invite_person(organisation, email=email, roles=roles, by=by, at=at)


def token_sent():
    return Message.objects.filter(address=ZED).latest("pk").link.partition("?key=")[2]


@pytest.mark.parametrize(("place", "manager", "fitting"), KINDS)
def test_only_roles_for_that_kind_of_organisation_can_be_given(place, manager, fitting):
    organisation = place()
    maud = person(manager, at=organisation)
    for number, role in enumerate(Role):
        if role in fitting:
            assert invited(organisation, maud, roles=[role], email=f"z{number}@example.org").roles == [role]
        else:
            with pytest.raises(Refused, match="cannot have this role"):
                invited(organisation, maud, roles=[role])


def test_an_invitation_gives_no_access_until_it_is_accepted(provider, ada, zed):
    invited(provider, ada, roles=[Role.PROVIDER_LEAD])
    assert not zed.roles_at(provider, NOW)
    assert not RoleGrant.objects.filter(person=zed).exists()


def test_only_people_administrators_can_invite_people(provider):
    for somebody in (person(Role.PROVIDER_STAFF, at=provider), person(Role.PROVIDER_LEAD, at=ProviderFactory())):
        with pytest.raises(PermissionDenied):
            invited(provider, somebody)


def test_the_inviter_sees_the_same_page_whether_or_not_the_address_has_an_account(provider, ada):
    UserFactory(email=ZED, name="Zed")
    asked = []
    for address in (ZED, "yan@example.org"):
        ada.forget_roles()
        with CaptureQueriesContext(connection) as queries:
            invitation = invited(provider, ada, email=address)
        asked.append([re.sub(r"\d+|'[^']*'", "?", query["sql"])[:60] for query in queries])
        message = Message.objects.latest("pk")
        assert (message.to, message.address, message.sender, message.secret) == (None, address, "", True)
        assert "Zed" not in message.body + message.subject + str(invitation)
    assert asked[0] == asked[1]


def test_a_person_gets_their_roles_when_they_accept_an_invitation(provider, ada, zed):
    invitation = invited(provider, ada, roles=[Role.PROVIDER_STAFF, Role.PROVIDER_SIGNATORY], email="ZED@example.org ")
    assert list(invitations_to_answer(zed, NOW)) == [invitation]
    accept_invitation(invitation, by=zed, at=NOW + timedelta(days=1))
    assert zed.roles_at(provider, NOW + timedelta(days=1)) == {Role.PROVIDER_STAFF, Role.PROVIDER_SIGNATORY}
    assert not zed.roles_at(provider, NOW)
    assert Message.objects.get(to=ada).subject.startswith("Invitation accepted")


def test_another_persons_invitation_cannot_be_accepted_or_declined(provider, ada):
    invitation = invited(provider, ada)
    for somebody in (UserFactory(), ada):
        with pytest.raises(PermissionDenied):
            accept_invitation(invitation, by=somebody, at=NOW)
        with pytest.raises(PermissionDenied):
            decline_invitation(invitation, by=somebody, at=NOW)


def test_a_declined_invitation_gives_no_access_and_does_not_name_anyone(provider, ada, zed):
    invitation = invited(provider, ada)
    decline_invitation(invitation, by=zed, at=NOW)
    assert "Zed" not in Message.objects.get(to=ada).body
    with pytest.raises(Refused, match="Declined"):
        accept_invitation(invitation, by=zed, at=NOW)
    assert not zed.roles_at(provider, NOW)


def test_an_invitation_can_be_accepted_until_the_end_of_the_14th_day(provider, ada, zed):
    invitation = invited(provider, ada)
    assert invitation.answer_by == (NOW + timedelta(days=14)).date()
    last = invitation.expires_at - timedelta(microseconds=1)
    assert list(invitations_to_answer(zed, last)) == [invitation]
    assert not invitations_to_answer(zed, invitation.expires_at).exists()
    with pytest.raises(Refused, match="expired"):
        accept_invitation(invitation, by=zed, at=invitation.expires_at)
    assert invitation.status_at(invitation.expires_at) == "Expired"
    accept_invitation(invitation, by=zed, at=last)


def test_sending_an_invitation_again_creates_a_new_link_that_lasts_14_more_days(provider, ada, zed):
    invitation = invited(provider, ada)
    first, later = token_sent(), NOW + timedelta(days=20)
    resend_invitation(invitation, by=ada, at=later)
    assert find_link(first, purpose=INVITATION_LINK_PURPOSE, at=NOW) is None
    assert find_link(token_sent(), purpose=INVITATION_LINK_PURPOSE, at=later).record_id == invitation.pk
    accept_invitation(invitation, by=zed, at=later + timedelta(days=13))


def test_an_invitation_can_be_sent_up_to_five_times(provider, ada):
    invitation = invited(provider, ada)
    for _ in range(MAX_SENDINGS - 1):
        invitation = resend_invitation(invitation, by=ada, at=NOW)
    with pytest.raises(Refused, match="already sent this invitation 5 times"):
        resend_invitation(invitation, by=ada, at=NOW)
    assert Message.objects.filter(address=ZED).count() == MAX_SENDINGS


def test_a_withdrawn_invitation_cannot_be_used(provider, ada, zed):
    invitation = invited(provider, ada)
    withdraw_invitation(invitation, by=ada, at=NOW)
    assert find_link(token_sent(), purpose=INVITATION_LINK_PURPOSE, at=NOW) is None
    with pytest.raises(Refused, match="Withdrawn"):
        accept_invitation(invitation, by=zed, at=NOW)
    assert invited(provider, ada).pk != invitation.pk


def test_a_person_with_the_link_can_decline_without_an_account(provider, ada, zed):
    invitation = invited(provider, ada)
    token = token_sent()
    decline_by_link(token, at=NOW)
    invitation.refresh_from_db()
    assert invitation.status_at(NOW) == "Declined"
    assert not invitations_to_answer(zed, NOW).exists()
    assert ZED in Message.objects.get(to=ada).body
    for again in (
        lambda: decline_by_link(token, at=NOW),
        lambda: accept_invitation(invitation, by=zed, at=NOW),
        lambda: resend_invitation(invitation, by=ada, at=NOW),
    ):
        with pytest.raises(Refused, match=r"does not work|was declined"):
            again()
    assert invited(provider, ada).pk != invitation.pk


def test_a_link_for_another_purpose_or_to_a_withdrawn_invitation_cannot_be_used_to_decline(provider, ada):
    invitation = invited(provider, ada)
    token = token_sent()
    other = make_link(invitation, purpose="some.other", expires_at=NOW + timedelta(days=1), at=NOW).token
    with pytest.raises(Refused, match="does not work"):
        decline_by_link(other, at=NOW)
    withdraw_invitation(invitation, by=ada, at=NOW)
    with pytest.raises(Refused, match="does not work"):
        decline_by_link(token, at=NOW)
    invitation.refresh_from_db()
    assert invitation.declined_by_link_at is None


def test_the_database_does_not_allow_an_accepted_invitation_to_be_declined(provider, ada, zed):
    invitation = invited(provider, ada)
    accept_invitation(invitation, by=zed, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(declined_by_link_at=NOW)


def test_the_link_to_an_invitation_stops_working_once_it_is_answered(provider, ada, zed):
    accept_invitation(invited(provider, ada), by=zed, at=NOW)
    assert not Link.objects.usable(NOW).exists()


def test_an_address_can_have_only_one_open_invitation(provider, ada):
    invited(provider, ada)
    with pytest.raises(Refused, match="already an invitation to this address"):
        invited(provider, ada, roles=[Role.PROVIDER_LEAD])


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_invitations_to_one_address_is_created():
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    assert all_at_once(lambda: invited(provider, ada), times=4).count("done") == 1
    assert Message.objects.filter(address=ZED).count() == 1


def test_another_invitation_can_be_made_after_one_expires(provider, ada):
    first = invited(provider, ada)
    second = invited(provider, ada, at=first.expires_at)
    first.refresh_from_db()
    assert (first.status, second.status) == (InvitationStatus.WITHDRAWN, InvitationStatus.SENT)


def test_a_role_that_the_person_already_has_is_not_offered_again(provider, ada):
    RoleGrantFactory(person=UserFactory(email=ZED), organisation=provider, role=Role.PROVIDER_STAFF)
    with pytest.raises(Refused, match="already has this role"):
        invited(provider, ada)


def test_each_organisation_has_a_daily_limit_on_invitations(provider, ada):
    for number in range(limit_windows("invitation")[0].times):
        invited(provider, ada, email=f"z{number}@example.org")
    with pytest.raises(Refused, match="today’s limit"):
        invited(provider, ada)
    assert invited(provider, ada, at=NOW + timedelta(days=1, seconds=1))


def test_each_person_has_a_limit_on_invitations_across_all_organisations(ada, settings):
    settings.RATE_LIMITS = {"invitation-of-person": (2,)}
    for number in range(3):
        place = ProviderFactory()
        RoleGrantFactory(person=ada, organisation=place)
        ada.forget_roles()
        if number == 2:
            with pytest.raises(Refused, match="today’s limit"):
                invited(place, ada, email="z2@example.org")
        else:
            invited(place, ada, email=f"z{number}@example.org")


def test_messages_from_one_organisation_to_one_mailbox_are_limited(provider, ada):
    """Every invitation counts, even if it is sent again, replaced, or sent to another spelling of the address."""
    first = invited(provider, ada)
    for _ in range(3):
        first = resend_invitation(first, by=ada, at=NOW)
    withdraw_invitation(first, by=ada, at=NOW)
    invited(provider, ada, email="zed+again@example.org")
    with pytest.raises(Refused, match=r"any more invitations to this address now. Wait 60 minutes, then"):
        invited(provider, ada, email="zed+third@example.org")
    assert invited(provider, ada, email="zed+third@example.org", at=NOW + timedelta(hours=1, seconds=1))


def test_unapproved_providers_do_not_use_up_the_limits_for_schools_and_councils():
    for _ in range(3):
        stranger = ProviderFactory()
        invited(stranger, person(Role.PROVIDER_LEAD, at=stranger))
    another = ProviderFactory()
    with pytest.raises(Refused, match=r"to this address now. Wait 24 hours, then"):
        invited(another, person(Role.PROVIDER_LEAD, at=another))
    council = AuthorityFactory()
    school = SchoolOrganisationFactory(host=council)
    assert invited(school, person(Role.HEAD, at=school), roles=[Role.FINANCE])
    assert invited(council, person(Role.ADMINISTRATOR, at=council), roles=[Role.EVALUATOR])
    on_list = ProviderFactory(host=council)
    assert invited(on_list, person(Role.PROVIDER_LEAD, at=on_list))


def test_an_accepted_invitation_that_now_needs_two_people_awaits_the_second_person():
    """When the invitation is sent, there is only one people administrator, but when it is accepted, there is a
    second one.
    """
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    head, zed = person(Role.HEAD, at=school), UserFactory(email=ZED)
    invitation = invited(school, head, roles=[Role.BUYER_ADMINISTRATOR])
    assert invitation.is_by_one_person
    colleague, link = person(Role.BUYER_ADMINISTRATOR, at=school), token_sent()
    later = invitation.expires_at - timedelta(minutes=1)
    waiting = accept_invitation(invitation, by=zed, at=later)
    assert waiting.status == InvitationStatus.TO_CONFIRM
    assert waiting.expires_at > later + timedelta(days=14)
    assert not RoleGrant.objects.filter(person=zed).exists()
    assert find_link(link, purpose=INVITATION_LINK_PURPOSE, at=later) is None
    messages = {one.to: one.subject for one in Message.objects.filter(to__in=[head, zed, colleague])}
    assert messages == {
        colleague: f"Confirm or withdraw an invitation to {school}",
        head: f"A second person must now confirm your invitation to {school}",
        zed: f"A second person must confirm your invitation to {school} before you can accept it",
    }
    with pytest.raises(PermissionDenied):
        accept_invitation(waiting, by=zed, at=later)
    with pytest.raises(PermissionDenied):
        confirm_invitation(waiting, by=head, at=later)
    confirmed = confirm_invitation(invitation, by=colleague, at=later)
    assert not confirmed.is_by_one_person
    assert accept_invitation(confirmed, by=zed, at=later).status == InvitationStatus.ACCEPTED
    assert RoleGrant.objects.get(person=zed).role == Role.BUYER_ADMINISTRATOR


def test_an_invitation_sent_again_also_needs_confirmation_by_a_second_person():
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    head, zed = person(Role.HEAD, at=school), UserFactory(email=ZED)
    invitation = invited(school, head, roles=[Role.BUYER_ADMINISTRATOR])
    colleague = person(Role.BUYER_ADMINISTRATOR, at=school)
    with pytest.raises(PermissionDenied):
        resend_invitation(invitation, by=person(Role.FINANCE, at=school), at=NOW)
    assert resend_invitation(invitation, by=head, at=NOW).status == InvitationStatus.TO_CONFIRM
    assert Message.objects.get(to=colleague).subject == f"Confirm or withdraw an invitation to {school}"
    first, why = Message.objects.filter(address=ZED).order_by("pk")
    assert find_link(first.link.partition("?key=")[2], purpose=INVITATION_LINK_PURPOSE, at=NOW) is None
    assert why.subject == "A second person must confirm your invitation to use Calloff"
    assert "the link in our earlier email no longer works" in why.body
    accept_invitation(confirm_invitation(invitation, by=colleague, at=NOW), by=zed, at=NOW)
    assert RoleGrant.objects.get(person=zed).role == Role.BUYER_ADMINISTRATOR


STARTING = [Role.BUYER_ADMINISTRATOR, Role.HEAD, Role.AP_LEAD, Role.SAFEGUARDING_LEAD, Role.FINANCE]


@pytest.mark.parametrize("turn", range(len(STARTING)))
def test_five_people_invited_to_a_new_school_can_accept_in_any_order(turn):
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    first = person(Role.BUYER_ADMINISTRATOR, at=school)
    order = STARTING[turn:] + STARTING[:turn]
    sent = {role: invited(school, first, roles=[role], email=f"{role}@school.example") for role in STARTING}
    invitees = {role: UserFactory(email=f"{role}@school.example") for role in STARTING}
    came = [role for role in order if accept_invitation(sent[role], by=invitees[role], at=NOW).status == "accepted"]
    assert order[0] in came
    for role in order:
        if role in came:
            continue
        second = next(
            person for person in invitees.values() if invitations_to_confirm(person, NOW).filter(pk=sent[role].pk)
        )
        accept_invitation(confirm_invitation(sent[role], by=second, at=NOW), by=invitees[role], at=NOW)
    assert {grant.role: grant.person for grant in RoleGrant.objects.exclude(person=first)} == invitees


def test_an_invitation_that_needs_two_people_cannot_be_accepted_in_the_week_after_a_colleague_left():
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    head = person(Role.HEAD, at=school)
    invitation = invited(school, head, roles=[Role.BUYER_ADMINISTRATOR])
    RoleGrantFactory(organisation=school, role=Role.BUYER_ADMINISTRATOR, status=RoleGrantStatus.ENDED, ends_at=NOW)
    with pytest.raises(Refused, match="A second person must confirm this role, but"):
        resend_invitation(invitation, by=head, at=NOW + timedelta(days=6))
    with pytest.raises(Refused, match=f"have changed. Ask {school} to send the invitation again"):
        accept_invitation(invitation, by=UserFactory(email=ZED), at=NOW + timedelta(days=6))
    assert resend_invitation(invitation, by=head, at=NOW + timedelta(days=7)).status == InvitationStatus.SENT


def test_sending_an_invitation_again_counts_towards_the_daily_limit(provider, ada, settings):
    settings.RATE_LIMITS = {"invitation": (2,)}
    invitation = invited(provider, ada)
    resend_invitation(invitation, by=ada, at=NOW)
    with pytest.raises(Refused, match="today’s limit"):
        resend_invitation(invitation, by=ada, at=NOW)


def test_a_subject_line_contains_no_words_from_the_inviter(ada):
    shop = ProviderFactory(name="Win money visit evil.example now")
    RoleGrantFactory(person=ada, organisation=shop)
    ada.forget_roles()
    invited(shop, ada)
    assert "evil" not in Message.objects.get(address=ZED).subject


@pytest.mark.parametrize("address", ["", "zed", "zed@example.org\n", "zed@exa\u200bmple.org", "zed@ex ample.org"])
def test_an_invalid_address_is_refused(provider, ada, address):
    if address.strip() == ZED:
        assert invited(provider, ada, email=address).email == ZED
        return
    with pytest.raises(Refused, match="correct format"):
        invited(provider, ada, email=address)


# --- people cannot give themselves a role


@pytest.mark.parametrize("written", ["{}", " {} ", "tag"])
def test_people_cannot_invite_themselves_by_email_address(provider, ada, written):
    own = ada.email.replace("@", "+other@") if written == "tag" else written.format(ada.email.upper())
    with pytest.raises(Refused, match="your own email address"):
        invited(provider, ada, email=own, roles=[Role.PROVIDER_SIGNATORY])


def test_people_cannot_accept_an_invitation_they_sent_to_an_address_that_became_their_own(provider, ada):
    invitation = invited(provider, ada)
    ada.email = ZED
    ada.save()
    with pytest.raises(Refused, match="cannot give a role to yourself"):
        accept_invitation(invitation, by=ada, at=NOW)


@pytest.mark.parametrize("field", ["confirmed_by", "answered_by"])
def test_the_database_requires_three_different_people_for_an_invitation_that_needs_two_people(
    provider, ada, zed, field
):
    invitation = invited(provider, ada)
    accept_invitation(invitation, by=zed, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        rewrite(Invitation.objects.filter(pk=invitation.pk), **{field: ada})
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(confirmed_by=zed)


# --- roles that make decisions or can see children need two people


def test_the_permissions_of_a_role_determine_whether_it_needs_two_people():
    assert {role for role in Role if needs_two_people(role)} == {
        role for role in Role if PERMISSIONS_BY_ROLE[role] & NEEDS_TWO_PEOPLE
    }
    assert {Can.DECIDE, Can.SEE_PUPILS, Can.KNOW_CHILD, Can.SAFEGUARD, Can.MANAGE_PEOPLE} <= NEEDS_TWO_PEOPLE
    assert not needs_two_people(Role.FINANCE)
    assert needs_two_people(Role.APPROVER)
    assert {role for role in BUYER_ROLES if not needs_two_people(role)} == {Role.FINANCE}


@pytest.fixture
def bea_and_helen():
    school = SchoolOrganisationFactory()
    return school, person(Role.BUYER_ADMINISTRATOR, at=school), person(Role.HEAD, at=school)


def test_a_role_that_needs_two_people_awaits_a_second_person_if_there_is_one(bea_and_helen, zed):
    school, bea, helen = bea_and_helen
    invitation = invited(school, bea, roles=[Role.SAFEGUARDING_LEAD])
    assert invitation.status == InvitationStatus.TO_CONFIRM
    assert not Message.objects.filter(address=ZED).exists()
    assert not invitations_to_answer(zed, NOW).exists()
    with pytest.raises(PermissionDenied):
        accept_invitation(invitation, by=zed, at=NOW)
    assert list(invitations_to_confirm(helen, NOW)) == [invitation]
    assert not invitations_to_confirm(bea, NOW).exists()
    confirm_invitation(invitation, by=helen, at=NOW)
    accept_invitation(Invitation.objects.get(), by=zed, at=NOW)
    assert zed.roles_at(school, NOW) == {Role.SAFEGUARDING_LEAD}


def test_a_confirmation_no_longer_counts_once_the_second_person_has_lost_their_role(bea_and_helen, zed):
    school, bea, helen = bea_and_helen
    invitation = invited(school, bea, roles=[Role.SAFEGUARDING_LEAD])
    confirm_invitation(invitation, by=helen, at=NOW)
    RoleGrantFactory(person=UserFactory(name="Theo"), organisation=school, role=Role.HEAD)
    rewrite(RoleGrant.objects.filter(person=helen, organisation=school), ends_at=NOW)
    with pytest.raises(Refused, match="The person who confirmed your invitation is no longer"):
        accept_invitation(Invitation.objects.get(), by=zed, at=NOW)
    with pytest.raises(Refused, match="The person who confirmed this invitation has left"):
        resend_invitation(Invitation.objects.get(), by=bea, at=NOW)
    assert not RoleGrant.objects.filter(person=zed).exists()
    withdraw_invitation(Invitation.objects.get(), by=bea, at=NOW)
    assert invited(school, bea, roles=[Role.SAFEGUARDING_LEAD]).status == InvitationStatus.TO_CONFIRM


def test_people_cannot_confirm_an_invitation_that_they_sent_or_received(bea_and_helen):
    school, bea, helen = bea_and_helen
    third = UserFactory(name="Theo")
    RoleGrantFactory(person=third, organisation=school, role=Role.HEAD)
    invitation = invited(school, bea, roles=[Role.SAFEGUARDING_LEAD], email=helen.email)
    with pytest.raises(PermissionDenied):
        confirm_invitation(invitation, by=bea, at=NOW)
    with pytest.raises(Refused, match="your own email address"):
        confirm_invitation(invitation, by=helen, at=NOW)
    confirm_invitation(invitation, by=third, at=NOW)


def test_only_people_administrators_can_confirm_an_invitation(bea_and_helen):
    school, bea, _ = bea_and_helen
    invitation = invited(school, bea, roles=[Role.AP_LEAD])
    with pytest.raises(PermissionDenied):
        confirm_invitation(invitation, by=person(Role.FINANCE, at=school), at=NOW)


def test_an_invitation_sent_without_a_second_person_is_marked_as_sent_alone(provider, ada):
    invitation = invited(provider, ada, roles=[Role.PROVIDER_LEAD])
    assert (invitation.status, invitation.alone) == (InvitationStatus.SENT, True)


def test_the_invited_person_cannot_be_the_second_person(bea_and_helen):
    school, bea, helen = bea_and_helen
    invitation = invited(school, bea, roles=[Role.AP_LEAD], email=helen.email)
    assert (invitation.status, invitation.alone) == (InvitationStatus.SENT, True)


@pytest.mark.postgres15
def test_an_invitation_to_a_role_without_access_to_children_or_decisions_is_sent_immediately(bea_and_helen):
    school, bea, _ = bea_and_helen
    invitation = invited(school, bea, roles=[Role.FINANCE])
    assert (invitation.status, invitation.alone) == (InvitationStatus.SENT, False)


def test_an_invitation_ends_when_the_role_of_its_sender_ends(bea_and_helen, zed):
    school, bea, helen = bea_and_helen
    invitation = invited(school, bea, roles=[Role.FINANCE])
    end(RoleGrant.objects.get(person=bea), by=helen, at=NOW)
    with pytest.raises(Refused, match="is no longer a people administrator"):
        accept_invitation(invitation, by=zed, at=NOW)
    with pytest.raises(Refused, match="has left"):
        resend_invitation(invitation, by=helen, at=NOW)
    assert not zed.roles_at(school, NOW)


# --- the first person at an organisation on a list


@pytest.fixture
def listed():
    return ProviderFactory(recorded=True, host=AuthorityFactory())


def test_an_officer_can_invite_the_first_person_to_an_organisation_without_people(listed, zed):
    olivia = person(Role.CONTRACTS_OFFICER, at=listed.host)
    invitation = invite_first_person(listed, email=ZED, by=olivia, at=NOW)
    listed.refresh_from_db()
    assert listed.status == OrganisationStatus.RECORDED
    accept_invitation(invitation, by=zed, at=NOW)
    listed.refresh_from_db()
    assert listed.status == OrganisationStatus.REGISTERED
    assert zed.roles_at(listed, NOW) == {Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY}


def test_only_the_host_can_invite_the_first_person_to_an_organisation(listed, zed):
    stranger = person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())
    with pytest.raises(PermissionDenied):
        invite_first_person(listed, email=ZED, by=stranger, at=NOW)
    olivia = person(Role.CONTRACTS_OFFICER, at=listed.host)
    invitation = invite_first_person(listed, email=ZED, by=olivia, at=NOW)
    other = invite_first_person(listed, email="yan@example.org", by=olivia, at=NOW)
    accept_invitation(invitation, by=zed, at=NOW)
    with pytest.raises(Refused, match="now has its own people"):
        accept_invitation(other, by=UserFactory(email="yan@example.org"), at=NOW)
    with pytest.raises(Refused, match="already has its own people"):
        invite_first_person(listed, email="x@example.org", by=olivia, at=NOW)


def test_the_first_person_at_a_school_becomes_its_people_administrator(zed):
    school = SchoolOrganisationFactory(host=AuthorityFactory(), status=OrganisationStatus.RECORDED)
    olivia = person(Role.CONTRACTS_OFFICER, at=school.host)
    accept_invitation(invite_first_person(school, email=ZED, roles=[Role.HEAD], by=olivia, at=NOW), by=zed, at=NOW)
    assert zed.roles_at(school, NOW) == {Role.HEAD, Role.BUYER_ADMINISTRATOR}


def test_a_team_has_no_people_until_its_first_person_accepts(zed):
    authority = AuthorityFactory()
    olivia = person(Role.CONTRACTS_OFFICER, at=authority)
    team = found_team(authority, name="Virtual school", email=ZED, role=Role.COMMISSIONER, by=olivia, at=NOW)
    assert not RoleGrant.objects.filter(organisation=team).exists()
    accept_invitation(Invitation.objects.get(organisation=team), by=zed, at=NOW)
    assert zed.roles_at(team, NOW) == {Role.COMMISSIONER, Role.BUYER_ADMINISTRATOR}


def test_officers_cannot_invite_themselves_as_an_organisations_first_person(listed):
    olivia = person(Role.CONTRACTS_OFFICER, at=listed.host)
    for let_in in (
        lambda: invite_first_person(listed, email=olivia.email, by=olivia, at=NOW),
        lambda: found_team(listed.host, name="T", email=olivia.email, role=Role.COMMISSIONER, by=olivia, at=NOW),
    ):
        with pytest.raises(Refused, match="your own email address"):
            let_in()


# --- people who act for both sides


def test_a_buyer_or_assessor_who_joins_a_provider_must_confirm_the_consequences(provider, ada, zed):
    RoleGrantFactory(person=zed, organisation=SchoolOrganisationFactory(), role=Role.AP_LEAD)
    invitation = invited(provider, ada)
    with pytest.raises(Refused, match="Confirm that you understand"):
        accept_invitation(invitation, by=zed, at=NOW)
    assert zed.is_buyer(NOW)
    accept_invitation(invitation, by=zed, at=NOW, understood=True)
    assert not zed.is_buyer(NOW)


def test_a_person_with_two_accounts_cannot_confirm_or_accept_their_own_invitation(provider, ada):
    ben, twin = (RoleGrantFactory(organisation=provider, role=Role.PROVIDER_LEAD).person for _ in range(2))
    invitation = invited(provider, ada, roles=[Role.PROVIDER_LEAD])
    twin.email = "+2@".join(ada.email.split("@"))
    twin.save()
    with pytest.raises(Refused, match="has the same email address as you"):
        confirm_invitation(invitation, by=twin, at=NOW)
    assert confirm_invitation(invitation, by=ben, at=NOW).status == InvitationStatus.SENT


def test_a_first_person_cannot_be_invited_while_a_role_awaits_approval_again(provider):
    provider.host = AuthorityFactory()
    provider.save()
    RoleGrantFactory(organisation=provider, role=Role.PROVIDER_LEAD, status=RoleGrantStatus.SUSPENDED)
    with pytest.raises(Refused, match="approve their role again"):
        invite_first_person(provider, email=ZED, by=person(Role.CONTRACTS_OFFICER, at=provider.host), at=NOW)
    assert not Invitation.objects.exists()


def test_a_second_person_at_the_authority_confirms_the_invitation_if_there_is_one(zed):
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    person(Role.FINANCE, at=school)
    olivia, roles = person(Role.CONTRACTS_OFFICER, at=school.host), [Role.HEAD]
    alone = invite_first_person(school, email="yan@example.org", roles=roles, by=olivia, at=NOW)
    assert alone.status == InvitationStatus.SENT
    maud = person(Role.ADMINISTRATOR, at=school.host)
    invitation = invite_first_person(school, email=ZED, roles=roles, by=olivia, at=NOW)
    assert invitation.status == InvitationStatus.TO_CONFIRM
    assert list(invitations_to_confirm(maud, NOW)) == [invitation]
    with pytest.raises(PermissionDenied):
        confirm_invitation(invitation, by=olivia, at=NOW)
    accept_invitation(confirm_invitation(invitation, by=maud, at=NOW), by=zed, at=NOW)
    zed.forget_roles()
    assert Role.BUYER_ADMINISTRATOR in zed.roles_at(school, NOW)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", [accept_invitation, withdraw_invitation, resend_invitation])
def test_declining_by_link_while_another_answer_is_saved_does_not_cause_a_deadlock(command):
    """Each answer first locks the invitation, and then its links.

    When one command used the opposite order, the database cancelled one of the two.
    """
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    for number in range(3):
        zed = UserFactory(email=f"zed{number}@example.org")
        invitation = InvitationFactory(organisation=provider, email=zed.email, invited_by=ada)
        by = {"accept": zed, "withdraw": ada, "resend": ada}[command.__name__.partition("_")[0]]
        token = make_link(
            invitation, purpose=INVITATION_LINK_PURPOSE, expires_at=invitation.expires_at, at=NOW, max_uses=5
        ).token
        decline = partial(decline_by_link, token, at=NOW)
        answer = partial(command, invitation, by=by, at=NOW)
        turns = iter([decline, answer, decline, answer])
        assert "done" in all_at_once(lambda turns=turns: next(turns)(), times=4)
        invitation.refresh_from_db()
        accepted = invitation.status == InvitationStatus.ACCEPTED
        assert not (accepted and invitation.declined_by_link_at)
        assert RoleGrant.objects.filter(person=zed, organisation=provider).exists() == accepted
