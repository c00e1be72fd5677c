"""Tests for the officer's list of schools: signatures, reminders, paper agreements, joining, and teams."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from calloff.agreements.models import Agreement
from calloff.outbox.models import Message
from calloff.partners.commands import ask_to_join, require_anew
from calloff.partners.queries import count_by_kind, schools_of
from calloff.people.models import Invitation, Organisation, RoleGrant
from calloff.people.permissions import Role
from tests.documents.sample_files import pdf
from tests.factories import NOW, AuthorityFactory, UserFactory, person, rewrite
from tests.partners.scenario import binding, closed, market, olivia, registered, school, signed, taken_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _here(settings, tmp_path):
    settings.FILES = tmp_path / "files"
    settings.DEMONSTRATION = True  # In a demonstration, people need no second step.


@pytest.fixture
def ours():
    return AuthorityFactory(la_code="938", name="Borsetshire County Council")


@pytest.fixture
def one(ours):
    return market(ours)


@pytest.fixture
def officer(client, ours, one):
    client.force_login(olivia(ours))
    return client


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def page(client, ours, query=""):
    return words(client.get(f"/authorities/{ours.slug}/schools{query}"))


def in_each_state(ours, one):
    """Return one school with each status, and one school of another council."""
    registered(138000, "Nobody Joined School")
    closed(138009, "Closed School", after=138000)
    registered(138010, "Elsewhere School", la_code="850")
    person(Role.HEAD, at=school(138001, name="Joined School", host=ours))
    taken_up(school(138002, name="Taken Up School", host=ours), one)
    signed(school(138003, name="Signed Once School", host=ours), one)
    binding(school(138004, name="In Force School", host=ours), one)
    binding(school(138005, name="Expired School", host=ours), one, at=NOW - timedelta(1200))
    soon = binding(school(138006, name="Nearly Over School", host=ours), one).agreement
    rewrite(Agreement.objects.filter(pk=soon.pk), ends_on=NOW.date() + timedelta(20))
    over = binding(school(138007, name="Superseded School", host=ours), one)
    require_anew(over, by=olivia(ours), at=NOW, reason="New words.")
    return school(138008, name="Loamshire School", la_code="850", host=ours)


def test_every_open_school_is_listed_with_the_status_of_its_agreement(officer, ours, one):
    in_each_state(ours, one)
    everything = page(officer, ours)
    assert "1 to 9 of 9 schools" in everything
    for gone in ("Closed School", "Elsewhere School"):
        assert gone not in everything
    order = ["Signed Once", "Taken Up School", "Expired School", "Superseded School", "Loamshire", "Nobody Joined"]
    places = [everything.index(name) for name in [*order, "Nearly Over"]]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("standing", "name"),
    [
        ("not_joined", "Nobody Joined School"),
        ("to_sign", "Taken Up School"),
        ("to_countersign", "Signed Once School"),
        ("signed", "In Force School"),
        ("expired", "Expired School"),
        ("expires_soon", "Nearly Over School"),
        ("over", "Superseded School"),
    ],
)
def test_filters_and_exports_include_exactly_the_schools_with_that_status(officer, ours, one, standing, name):
    in_each_state(ours, one)
    shown = page(officer, ours, f"?standing={standing}")
    assert "1 to 1 of 1 school" in shown
    assert name in shown
    exported = officer.get(f"/authorities/{ours.slug}/schools.csv?standing={standing}").content.decode().splitlines()
    assert len(exported) == 2
    assert name in exported[1]


def test_schools_can_be_filtered_by_kind_or_name_or_urn(officer, ours):
    registered(138001, "Alpha School", kind="Community school")
    registered(138002, "Beta School", kind="Academy converter")
    assert "Alpha" not in page(officer, ours, "?kind=Academy+converter")
    assert "Beta" not in page(officer, ours, "?words=alph")
    assert "Alpha" not in page(officer, ours, "?words=138002")
    assert "No schools match" in page(officer, ours, "?words=%25_%27")
    assert "Alpha" in page(officer, ours, "?words=%00")


def test_one_click_sends_a_reminder_and_the_page_then_shows_its_date(officer, ours, one):
    buyer = school(host=ours)
    head = person(Role.HEAD, at=buyer)
    address = f"/authorities/{ours.slug}/schools/{one.code}/138001/remind"
    assert f'action="{address}' in page(officer, ours)
    done = officer.post(address, follow=True)
    assert "We have reminded the people who can sign for Felpersham School." in words(done)
    assert "Reminded 2 Mar 2026" in words(done)
    assert f'action="{address}' not in words(done)
    assert Message.objects.get().to == head
    assert "already been reminded today" in words(officer.post(address, follow=True))


def test_a_school_without_a_signatory_is_marked_as_one_to_call(officer, ours):
    school(host=ours)
    registered(138002, "Nobody Joined School")
    shown = page(officer, ours)
    assert "No one can sign yet. Call <a" in shown
    assert 'href="tel:01632960010">01632960010</a>' in shown
    assert shown.count(">01632960010</a>") == 2  # The number of the school that has not joined is also a link.
    assert "/remind" not in shown


def test_requests_to_join_are_shown_above_the_list_of_schools(officer, ours):
    registered()
    ask_to_join(138001, by=UserFactory(name="Zed"), at=NOW, role=Role.HEAD, said="I am the head.")
    assert "Zed" in page(officer, ours)


def test_another_authoritys_schools_return_404(officer, ours, one):
    other = AuthorityFactory(la_code="850")
    school(138001, la_code="850", host=other)
    assert "Felpersham" not in page(officer, ours)
    assert officer.post(f"/authorities/{ours.slug}/schools/{one.code}/138001/remind").status_code == 404
    theirs = market(other)
    assert officer.post(f"/authorities/{ours.slug}/schools/{theirs.code}/138001/remind").status_code == 404


def test_paper_agreements_are_previewed_first_and_then_imported(officer, ours, one):
    registered()
    address = f"/authorities/{ours.slug}/schools/import"

    def send(do, line="138001,Helen,01/09/2025,Version 3,31/08/2028,copy.pdf"):
        table = f"URN,Signatory,Signed on,Version,Ends on,PDF\r\n{line}\r\n".encode()
        copies = [SimpleUploadedFile("copy.pdf", pdf()), SimpleUploadedFile("other.pdf", pdf())]
        form = {"market": one.code, "file": SimpleUploadedFile("paper.csv", table), "pdfs": copies, "do": do}
        return officer.post(address, form, follow=True)

    assert "Import agreements" in words(officer.get(address))
    bad = words(send("import", "x,Helen,soon,Version 3,,"))
    assert "paper.csv, line 2, column URN" in bad
    assert "paper.csv, line 2, column Signed on" in bad
    checked = words(send("check"))
    assert "1 agreement would be imported" in checked
    assert not Agreement.objects.exists()
    assert "1 agreement imported. 0 were already imported." in words(send("import"))
    made = Agreement.objects.get()
    assert made.paper.name == "copy.pdf"
    assert "1 agreement already imported. Nothing changed." in words(send("import"))
    assert "Signed on paper by Helen" in words(officer.get(f"/authorities/{ours.slug}/agreements/{made.reference}"))


def test_a_form_submitted_without_its_table_is_shown_again(officer, ours, one):
    shown = words(officer.post(f"/authorities/{ours.slug}/schools/import", {"market": one.code, "do": "import"}))
    assert "Upload the table" in shown


def test_the_list_of_agreements_shows_both_kinds_and_can_be_filtered(officer, ours, one):
    made = binding(school(host=ours), one)
    shown = words(officer.get(f"/authorities/{ours.slug}/agreements?kind=partnership&words=felper"))
    assert made.agreement.reference in shown
    assert made.agreement.reference not in words(officer.get(f"/authorities/{ours.slug}/agreements?kind=provider"))


def test_an_officer_can_request_a_new_agreement_or_end_one_with_a_reason(officer, ours, one):
    made = binding(school(host=ours), one)
    at = f"/authorities/{ours.slug}/agreements/{made.agreement.reference}"
    shown = words(officer.get(at))
    assert "Ask for new signatures" in shown
    assert "The governing body of Felpersham School" in shown
    assert "Enter a reason" in words(officer.post(f"{at}/require-anew", {"reason": ""}))
    assert "replaced. We have told" in words(officer.post(f"{at}/require-anew", {"reason": "New."}, follow=True))
    assert officer.get(f"{at}/dissolve").status_code == 409
    again = signed(Organisation.objects.get(urn=138001), one)
    ended = f"/authorities/{ours.slug}/agreements/{again.agreement.reference}/dissolve"
    assert "ended" in words(officer.post(ended, {"reason": "The wrong entity."}, follow=True))
    assert "Ended by the authority" in words(officer.get(ended.replace("/dissolve", "/history")))


def test_creating_a_team_also_invites_its_first_person(officer, ours):
    cora = UserFactory(name="Cora", email="cora@example.org")
    form = {"name": "Virtual school", "email": "cora@example.org", "role": "commissioner"}
    done = words(officer.post(f"/authorities/{ours.slug}/teams/found-team", form, follow=True))
    assert "Virtual school added. We have invited the first person." in done
    team = Organisation.objects.get(kind="team")
    assert (team.slug, team.host) == (f"virtual-school-{ours.slug}", ours)
    invitation = Invitation.objects.get(organisation=team)
    assert (invitation.email, invitation.status) == (cora.email, "sent")
    assert set(invitation.roles) == {Role.COMMISSIONER, Role.BUYER_ADMINISTRATOR}
    assert not RoleGrant.objects.filter(person=cora).exists(), "nothing is granted before they accept"
    again = words(officer.post(f"/authorities/{ours.slug}/teams/found-team", form))
    assert "There is already a team with this name." in again
    itself = form | {"name": "Another", "email": olivia(ours).email}
    assert "You cannot give yourself a role" in words(
        officer.post(f"/authorities/{ours.slug}/teams/found-team", itself)
    )


def test_agreements_to_countersign_are_tasks_for_the_officer(officer, ours, one):
    made = signed(school(host=ours), one)
    shown = words(officer.get(f"/authorities/{ours.slug}/"))
    assert "Countersign the agreement with Felpersham School" in shown
    assert made.agreement.reference in shown


def test_the_number_of_schools_of_each_kind_is_shown_by_status(officer, ours, one):
    in_each_state(ours, one)
    registered(138020, "An Academy", kind="Academy converter")
    rows = {row.kind: row[1:5] for row in count_by_kind(schools_of(ours, one, at=NOW))}
    assert rows == {"Community school": (2, 2, 4, 1), "Academy converter": (0, 0, 0, 1)}
    assert "By type of school" in page(officer, ours)
