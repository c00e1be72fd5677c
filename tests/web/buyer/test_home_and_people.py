"""Tests for the home page of a buyer, its people and details, and its old URL."""

import re

import pytest

from calloff.partners.commands import ask_to_join as ask
from calloff.people.commands import accept_invitation, ask_to_join
from calloff.people.models import Invitation, RoleGrant
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, TeamFactory, UserFactory, person
from tests.partners.scenario import closed, registered, school
from tests.web.sign_in import has_given_their_password

pytestmark = pytest.mark.django_db


def sign_in(client, user):
    client.force_login(user)
    has_given_their_password(client, user)


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_only_people_at_the_school_can_open_its_pages(client, ruth, to):
    client.force_login(ruth)
    page = words(client.get(to("home")))
    assert "Monday 2 March 2026" in page
    assert "Our school" in page
    client.force_login(person(Role.PROVIDER_LEAD, at=ProviderFactory()))
    assert client.get(to("home")).status_code == 404


def test_the_home_page_links_to_pupils_off_site_if_the_person_can_see_pupils(client, ruth, to, buyer):
    client.force_login(ruth)
    assert f'href="{to("off-site-now")}"' in words(client.get(to("home")))
    client.force_login(person(Role.FINANCE, at=buyer))
    assert "off-site-now" not in words(client.get(to("home")))


def test_the_pages_of_a_team_say_our_team_instead_of_our_school(client):
    team = TeamFactory()
    client.force_login(person(Role.COMMISSIONER, at=team))
    page = words(client.get(f"/buyers/{team.slug}/"))
    assert "Our team" in page
    assert "Our school" not in page


def test_an_old_url_redirects_only_people_with_a_role_at_the_school(client, ruth, buyer):
    closed(138000, "Felpersham Boys", after=138001)
    sign_in(client, ruth)
    answer = client.get("/buyers/felpersham-boys-138000/people?after=x")
    assert (answer.status_code, answer.url) == (302, f"/buyers/{buyer.slug}/people?after=x")
    assert client.post("/buyers/felpersham-boys-138000/people/invite").status_code == 404
    client.force_login(UserFactory())
    assert client.get("/buyers/felpersham-boys-138000/people").status_code == 404


def test_the_people_administrator_can_invite_a_colleague_and_end_their_role(client, bea, to, buyer):
    sign_in(client, bea)
    assert "Commissioner" not in words(client.get(to("people-invite")))
    page = client.post(to("people-invite"), {"email": "FAY@example.org", "roles": ["finance"]}, follow=True)
    assert "Invitation sent to fay@example.org." in words(page)
    fay = UserFactory(name="Fay", email="fay@example.org")
    accept_invitation(Invitation.objects.get(), by=fay, at=NOW)
    grant = RoleGrant.objects.get(person=fay, organisation=buyer)
    page = client.post(to("role-end", grant.pk), follow=True)
    assert "Fay no longer has the role of “Finance”." in words(page)


def test_a_role_that_can_see_pupils_must_be_confirmed_by_the_head(client, bea, to, buyer):
    helen = person(Role.HEAD, at=buyer)
    sign_in(client, bea)
    page = client.post(to("people-invite"), {"email": "saul@example.org", "roles": ["safeguarding_lead"]}, follow=True)
    assert "Another administrator must confirm it before we send it." in words(page)
    invitation = Invitation.objects.get()
    assert client.get(to("people-invitation-confirm", invitation.pk)).status_code == 200
    refused = client.post(to("people-invitation-confirm", invitation.pk))
    assert refused.status_code == 403
    sign_in(client, helen)
    assert "wants to invite saul@example.org. Confirm or withdraw" in words(client.get("/account/"))
    page = client.post(to("people-invitation-confirm", invitation.pk), follow=True)
    assert "Invitation sent to saul@example.org." in words(page)


def test_a_role_meant_for_teams_is_refused_at_a_school(client, bea, to):
    sign_in(client, bea)
    refused = words(client.post(to("people-invite"), {"email": "fay@example.org", "roles": ["commissioner"]}))
    assert "Select roles from the list" in refused


def test_an_ap_lead_can_see_the_people_but_not_manage_them(client, ruth, to, buyer):
    client.force_login(ruth)
    assert "Invite a colleague" not in words(client.get(to("people")))
    sign_in(client, ruth)
    assert client.get(to("people-invite")).status_code == 403


def test_ending_a_role_at_another_school_returns_404(client, bea, to):
    other = RoleGrantFactory(organisation=school(138002, name="Penny Hassett"), role=Role.FINANCE)
    client.force_login(bea)
    assert client.get(to("role-end", other.pk)).status_code == 404


def test_details_come_from_the_schools_register_and_can_be_edited(client, bea, to):
    client.force_login(bea)
    assert "The Am Vale Trust" in words(client.get(to("details")))
    form = {"address": "New Road", "telephone": "01632 960011", "website": ""}
    assert "New Road" in words(client.post(to("details-amend"), form, follow=True))


def test_a_request_to_join_is_a_task_for_people_who_can_approve_it(client, bea, to, buyer):
    ask_to_join(buyer, by=UserFactory(name="Zed"), at=NOW, said="I am new.", role=Role.FINANCE)
    client.force_login(bea)
    assert "Answer Zed’s request to join your organisation" in words(client.get(to("home")))
    assert "Zed" in words(client.get(to("people")))


def test_a_person_can_find_a_school_to_join_by_name_or_urn_or_through_a_closed_school(client):
    AuthorityFactory(la_code="938")
    zed = UserFactory(name="Zed", email="zed@felpersham.example")
    registered()
    closed(138000, "Felpersham Boys", after=138001)
    client.force_login(zed)
    assert "138001" in words(client.get("/account/join-school?words=felper"))
    offered = words(client.get("/account/join-school?words=138000"))
    assert "you cannot join it" in offered
    assert "/account/join-school/138001" in offered
    assert "No open school" in words(client.get("/account/join-school?words=xyz"))
    refused = words(client.post("/account/join-school/138000", {"role": "head", "said": "I am the head."}))
    assert "Join the school that replaced it" in refused
    assert "I am the head." in refused
    done = client.post("/account/join-school/138001", {"role": "head", "said": "I am the head."}, follow=True)
    assert "We will email you when someone answers your request." in words(done)
    assert client.get("/buyers/felpersham-school-138001/").status_code == 404


def test_an_officer_sees_whether_the_email_address_has_the_schools_domain(client, settings):
    settings.DEMONSTRATION = True  # In a demonstration, no second step is needed.
    host = AuthorityFactory(la_code="938")
    registered()
    zed = UserFactory(name="Zed", email="zed@felpersham.example")
    asked = ask(138001, by=zed, at=NOW, role=Role.HEAD, said="I am the head.")
    client.force_login(person(Role.CONTRACTS_OFFICER, at=host))
    page = words(client.get(f"/account/requests/{asked.pk}"))
    assert "Yes. The school’s website in the register is www.felpersham.example" in page
    assert "does not prove that they work there" in page
    confirm = words(client.get(f"/account/requests/{asked.pk}/approve"))
    assert (
        "Head or signatory and People administrator. They will be the first person to act for this organisation"
        in confirm
    )
    client.force_login(zed)
    assert "own domain" not in words(client.get(f"/account/requests/{asked.pk}"))
