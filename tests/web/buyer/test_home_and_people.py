"""A buyer's home, its people, its details, and where its address leads once it has changed."""

import re

import pytest

from calloff.partners.commands import ask_to_join as ask
from calloff.people.commands import ask_to_join
from calloff.people.models import Grant
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, GrantFactory, ProviderFactory, TeamFactory, UserFactory, person
from tests.partners.story import closed, registered, school

pytestmark = pytest.mark.django_db


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_school_s_people_come_in_and_nobody_else_does(client, ruth, to):
    client.force_login(ruth)
    page = words(client.get(to("home")))
    assert "Work due" in page
    assert "Our school" in page
    client.force_login(person(Role.PROVIDER_LEAD, at=ProviderFactory()))
    assert client.get(to("home")).status_code == 404


def test_a_team_reads_our_team(client):
    team = TeamFactory()
    client.force_login(person(Role.COMMISSIONER, at=team))
    page = words(client.get(f"/buyers/{team.slug}/"))
    assert "Our team" in page
    assert "Our school" not in page


def test_an_old_address_leads_on_only_for_who_acts_there(client, ruth, buyer):
    closed(138000, "Felpersham Boys", after=138001)
    client.force_login(ruth)
    answer = client.get("/buyers/felpersham-boys-138000/people?after=x")
    assert (answer.status_code, answer.url) == (302, f"/buyers/{buyer.slug}/people?after=x")
    assert client.post("/buyers/felpersham-boys-138000/people/add").status_code == 404
    client.force_login(UserFactory())
    assert client.get("/buyers/felpersham-boys-138000/people").status_code == 404


def test_the_people_administrator_adds_a_colleague_and_ends_a_role(client, bea, to, buyer):
    fay = UserFactory(name="Fay", email="fay@example.org")
    client.force_login(bea)
    assert "Commissioner" not in words(client.get(to("people-appoint")))
    page = client.post(to("people-appoint"), {"email": "FAY@example.org", "role": "finance"}, follow=True)
    assert "Fay is Finance now, and is told." in words(page)
    grant = Grant.objects.get(person=fay, organisation=buyer)
    page = client.post(to("role-end", grant.pk), follow=True)
    assert "Fay is no longer Finance." in words(page)


def test_a_role_of_a_team_or_a_stranger_s_address_is_refused(client, bea, to):
    client.force_login(bea)
    UserFactory(email="fay@example.org")
    refused = words(client.post(to("people-appoint"), {"email": "fay@example.org", "role": "commissioner"}))
    assert "There is a problem" in refused
    unknown = words(client.post(to("people-appoint"), {"email": "nobody@example.org", "role": "finance"}))
    assert "Nobody has an account with this address." in unknown


def test_an_ap_lead_sees_people_and_manages_none(client, ruth, to, buyer):
    client.force_login(ruth)
    assert "Add a colleague" not in words(client.get(to("people")))
    assert client.get(to("people-appoint")).status_code == 403


def test_somebody_of_another_school_is_not_there(client, bea, to):
    other = GrantFactory(organisation=school(138002, name="Penny Hassett"), role=Role.FINANCE)
    client.force_login(bea)
    assert client.get(to("role-end", other.pk)).status_code == 404


def test_details_come_from_the_register_and_may_be_kept(client, bea, to):
    client.force_login(bea)
    assert "The Am Vale Trust" in words(client.get(to("details")))
    form = {"address": "New Road", "telephone": "01632 960011", "website": ""}
    assert "New Road" in words(client.post(to("details-amend"), form, follow=True))


def test_who_asks_to_join_is_work_for_who_lets_people_in(client, bea, to, buyer):
    ask_to_join(buyer, by=UserFactory(name="Zed"), at=NOW, said="I am new.", role=Role.FINANCE)
    client.force_login(bea)
    assert "Answer Zed, who asks to join you" in words(client.get(to("home")))
    assert "Zed" in words(client.get(to("people")))


def test_joining_by_name_by_urn_and_through_a_closed_one(client):
    AuthorityFactory(la_code="938")
    zed = UserFactory(name="Zed", email="zed@felpersham.example")
    registered()
    closed(138000, "Felpersham Boys", after=138001)
    client.force_login(zed)
    assert "138001" in words(client.get("/account/join-school?words=felper"))
    offered = words(client.get("/account/join-school?words=138000"))
    assert "nobody can join it" in offered
    assert "/account/join-school/138001" in offered
    assert "No open school" in words(client.get("/account/join-school?words=xyz"))
    refused = words(client.post("/account/join-school/138000", {"role": "head", "said": "I am the head."}))
    assert "Join what came after it" in refused
    assert "I am the head." in refused
    done = client.post("/account/join-school/138001", {"role": "head", "said": "I am the head."}, follow=True)
    assert "We write to you when it is answered." in words(done)
    assert client.get("/buyers/felpersham-school-138001/").status_code == 404


def test_an_officer_reads_whether_the_address_is_at_the_school_s_domain(client, settings):
    settings.DEMONSTRATION = True  # no second factor
    host = AuthorityFactory(la_code="938")
    registered()
    zed = UserFactory(name="Zed", email="zed@felpersham.example")
    asked = ask(138001, by=zed, at=NOW, role=Role.HEAD, said="I am the head.")
    client.force_login(person(Role.CONTRACTS_OFFICER, at=host))
    page = words(client.get(f"/account/requests/{asked.pk}"))
    assert "Yes: the school’s website in the register is www.felpersham.example" in page
    assert "proves nothing by itself" in page
    confirm = words(client.get(f"/account/requests/{asked.pk}/approve"))
    assert "Head or signatory and People administrator, and the first person who acts for it" in confirm
    client.force_login(zed)
    assert "own domain" not in words(client.get(f"/account/requests/{asked.pk}"))
