"""Tests for the letter to a parent and the notice of an off-site direction: what they say, and who can get them."""

import io
import re
from datetime import timedelta
from html import unescape

import pgtrigger
import pytest
from django.urls import reverse
from pypdf import PdfReader

from calloff.kernel import clock
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.placements import commands, parent_letters
from calloff.placements.models import Placement, PreStartCheck
from calloff.pupils.models import RecordAccess
from calloff.referrals.models import ExpressionOfInterest, Referral
from calloff.registers.models import School
from tests.factories import person, rewrite
from tests.factories_placements import PupilContactFactory
from tests.placements import scenario

pytestmark = pytest.mark.django_db
ANSWERS = {"reasons": "A smaller group.", "report_to": "Reception", "on-day": "2", "on-month": "3", "on-year": "2026"}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: scenario.on(2))


def words(answer):
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


@pytest.fixture
def placement():
    return scenario.confirmed()


@pytest.fixture
def directed():
    return scenario.confirmed(**scenario.DIRECTED)


def parent(placement, **more):
    known = {"name": "Ottilie Vale", "responsibility": "yes", "order": "no", "lives_with_child": "yes"}
    return PupilContactFactory(pupil=placement.pupil, **known | more)


def at(placement, route, *more):
    return reverse(f"buyer:{route}", args=[placement.buyer.slug, placement.reference, *more])


def text_of(answer):
    assert answer.status_code == 200, answer.content[:500]
    assert answer["Content-Type"] == "application/pdf"
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split())


def test_the_letter_to_a_parent_says_where_and_when_from_what_is_already_recorded(client, placement):
    contact = parent(placement)
    client.force_login(scenario.ruth(placement))
    assert "Download letter for Ottilie Vale (PDF)" in words(client.get(at(placement, "placement-tell-parent")))
    letter = text_of(client.get(at(placement, "placement-letter", "parent", contact.pk)))
    pupil, site = placement.pupil, placement.site
    for said in (f"{pupil.given_name} {pupil.family_name}", "Ottilie Vale", str(placement.provider), site.postcode):
        assert said in letter
    assert "First day" in letter
    assert RecordAccess.objects.filter(pupil=pupil, purpose="To write to the parents about a placement").exists()


@pytest.mark.parametrize(
    ("about", "why"),
    [
        (
            {"order": "yes", "order_what": "No calls"},
            "Do not tell Ottilie Vale about this placement. A court order limits contact",
        ),
        ({"responsibility": "no"}, "Do not send the letter to Ottilie Vale. Ottilie Vale does not have parental"),
        ({"lives_with_child": "no"}, "The home address is withheld, and Ottilie Vale is not recorded as living with"),
    ],
)
def test_no_letter_is_made_for_a_contact_who_must_not_get_it(client, placement, about, why):
    contact = parent(placement, **about)
    placement.pupil.address_withheld = "yes"
    placement.pupil.save()
    client.force_login(scenario.ruth(placement))
    assert why in words(client.get(at(placement, "placement-tell-parent")))
    assert client.get(at(placement, "placement-letter", "parent", contact.pk)).status_code == 404


def test_people_who_cannot_see_pupils_get_no_letter(client, placement):
    contact = parent(placement)
    client.force_login(person(Role.FINANCE, at=placement.buyer))
    assert client.get(at(placement, "placement-letter", "parent", contact.pk)).status_code == 403


def test_views_that_parents_have_already_given_are_not_asked_for_again(client, placement):
    parent(placement, relation="Mother", views="Would like a phone call each week.")
    client.force_login(scenario.ruth(placement))
    page = words(client.get(at(placement, "placement-tell-parent")))
    assert "Ottilie Vale, mother: Would like a phone call each week." in page


def test_the_notice_asks_only_for_reasons_and_is_previewed_before_it_is_recorded(client, directed):
    contact = parent(directed)
    client.force_login(scenario.ruth(directed))
    page = at(directed, "placement-give-direction")
    shown = words(client.get(page))
    assert "He learns to stay calm." in shown
    assert "After you record the notice, you can download the copy for Ottilie Vale." in shown
    assert "Preview the notice to Ottilie Vale (PDF)" in shown
    preview = text_of(client.post(page, ANSWERS | {"preview": contact.pk}))
    assert "Ottilie Vale" in preview
    assert not PreStartCheck.objects.get(placement=directed, kind="direction").made_at
    assert client.post(page, ANSWERS).status_code == 303
    notice = text_of(client.get(at(directed, "placement-letter", "direction", contact.pk)))
    for said in ("Notice of an off-site direction", "A smaller group.", "Reception", "He learns to stay calm.", "2002"):
        assert said in notice
    assert "Download notice for Ottilie Vale (PDF)" in words(client.get(at(directed, "placement-before-start")))


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("Local authority maintained schools", "has decided that Jay must go to"),
        ("Academies", "We follow the rules that maintained schools must follow"),
        (None, "We follow the rules that maintained schools must follow"),
    ],
)
def test_the_notice_requires_a_pupil_to_go_only_if_the_law_binds_the_school(directed, group, said):
    if group:
        known = {"name": "Felpersham School", "kind": "", "la_code": "938", "la_name": "Borchester", "standing": "Open"}
        directed.buyer.urn = School.objects.create(urn=938001, group=group, **known).urn
    names = parent_letters.LetterNames("Ottilie Vale", "Jay", "Jay", scenario.ruth(directed))
    notice = parent_letters.direction_notice(directed, [], names, on=scenario.TODAY)
    assert said in notice.decision[0]
    assert ("Jay must go" in notice.decision[0]) == (group == "Local authority maintained schools")
    assert "at least 6 days before it" in notice.next[1]


@pytest.mark.parametrize("about", [{"order": "yes", "order_what": "No calls"}, {"lives_with_child": "no"}])
def test_no_notice_is_previewed_for_a_contact_who_must_not_get_it(client, directed, about):
    contact = parent(directed, **about)
    directed.pupil.address_withheld = "yes"
    directed.pupil.save()
    client.force_login(scenario.ruth(directed))
    page = at(directed, "placement-give-direction")
    assert "Preview the notice" not in words(client.get(page))
    for value in (contact.pk, "1", ""):
        refused = client.post(page, ANSWERS | {"preview": value})
        assert refused["Content-Type"].startswith("text/html")
        assert "You cannot preview a notice to this person" in words(refused)
    assert not PreStartCheck.objects.get(placement=directed, kind="direction").made_at


def test_a_notice_that_is_printed_again_is_signed_by_the_person_who_recorded_it(client, directed):
    contact, ruth = parent(directed), scenario.ruth(directed)
    client.force_login(ruth)
    client.post(at(directed, "placement-give-direction"), ANSWERS)
    colleague = scenario.helen(directed)
    client.force_login(colleague)
    notice = text_of(client.get(at(directed, "placement-letter", "direction", contact.pk)))
    assert str(ruth) in notice
    assert str(colleague) not in notice


def test_a_notice_without_reasons_is_neither_previewed_nor_recorded(client, directed):
    contact = parent(directed)
    client.force_login(scenario.ruth(directed))
    page = at(directed, "placement-give-direction")
    on = {"on-day": "2", "on-month": "3", "on-year": "2026", "report_to": ""}
    for more in ({"preview": contact.pk}, {}):
        shown = words(client.post(page, on | more))
        assert "Enter the reasons for the direction" in shown
        assert "Enter who the pupil should report to on the first day" in shown


def test_the_recorded_notice_has_every_fact_that_the_law_requires(directed):
    ruth = scenario.ruth(directed)
    check = commands.give_direction(
        directed, on=scenario.TODAY, report_to="Reception", reasons="A group.\nA quiet room.", by=ruth, at=scenario.NOW
    )
    facts = dict(parent_letters.read_facts(check.said))
    assert set(facts) == set(parent_letters.NOTICE_LABELS)
    assert facts["Reasons"] == "A group.\nA quiet room."


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        ("objectives", "The request does not say what the direction should achieve"),
        ("timetable", "The provider’s reply does not give days and times"),
        ("days", "No school days with a session are left before the last day"),
    ],
)
def test_a_notice_without_a_fact_that_the_law_requires_is_refused_with_what_to_do(client, directed, lost, sentence):
    ruth = scenario.ruth(directed)
    if lost == "objectives":
        rewrite(Referral.objects.filter(pk=directed.referral_id), basis_facts={"objectives": " "})
    elif lost == "timetable":
        with pgtrigger.ignore("referrals.OfferedSession:sessions_stay_once_offered"):
            directed.interest.sessions.all().delete()
        rewrite(ExpressionOfInterest.objects.filter(pk=directed.interest_id), timetable="")
    else:
        rewrite(Referral.objects.filter(pk=directed.referral_id), ends_on=scenario.TODAY)
    directed = Placement.objects.get(pk=directed.pk)
    with pytest.raises(Refused, match=sentence):
        commands.give_direction(
            directed, on=scenario.TODAY, report_to="Reception", reasons="A group.", by=ruth, at=scenario.NOW
        )
    contact = parent(directed)
    client.force_login(ruth)
    page = at(directed, "placement-give-direction")
    refused = client.get(page)
    assert refused.status_code == 409
    assert sentence in words(refused)
    for more in ({}, {"preview": contact.pk}):
        assert sentence in words(client.post(page, ANSWERS | more))
    assert not PreStartCheck.objects.get(placement=directed, kind="direction").made_at


def test_an_older_notice_that_someone_typed_has_no_facts():
    assert parent_letters.read_facts("We sent a letter.\nIt was complete.") == []
    assert parent_letters.read_facts("We sent a letter.\nAddress: 1 High Street") == []
    assert parent_letters.read_facts("Provider: Kite\nAddress: 1 High Street") == []


def test_a_line_of_the_reasons_that_starts_like_a_fact_stays_in_the_reasons():
    facts = [(label, f"A {label}") for label in parent_letters.NOTICE_LABELS]
    facts[parent_letters.NOTICE_LABELS.index("Reasons")] = ("Reasons", "A group.\nObjectives: none\n\nQuiet.")
    assert parent_letters.read_facts(parent_letters.store_facts(facts)) == facts


def test_a_notice_that_differs_from_the_agreement_is_shown_as_out_of_date_until_a_new_one_is_given(client):
    checked = scenario.checked(**scenario.DIRECTED)
    placement = scenario.drawn(checked, ends_on=scenario.LAST + timedelta(days=3))
    client.force_login(scenario.ruth(placement))
    for page in ("placement", "placement-before-start"):
        assert "The notice to the parents is out of date" in words(client.get(at(placement, page)))
    shown = words(client.get(at(placement, "placement-before-start")))
    assert "it is now “Monday 30 March 2026”" in shown
    assert "Give a new notice" in shown
    assert "Record another visit" not in shown
    page = at(placement, "placement-give-direction")
    assert "These details come from the agreement and the referral." in words(client.get(page))
    assert client.post(page, ANSWERS).status_code == 303
    for page in ("placement", "placement-before-start"):
        assert "out of date" not in words(client.get(at(placement, page)))
