"""Tests for actions on several rows of a list, which show the result for each row."""

import re
from datetime import timedelta

import pytest
from django.http import Http404

from calloff.agreements.models import Agreement, Signature, SigningCode
from calloff.agreements.states import AgreementStatus
from calloff.history.models import Event
from calloff.outbox.models import Message
from calloff.partners.models import SigningReminder
from calloff.people.models import Invitation
from calloff.people.permissions import Role
from calloff.referrals.models import ExpressionOfInterest
from tests.agreements import scenario as agreements
from tests.factories import NOW, RoleGrantFactory, person
from tests.factories_markets import AgreementFactory, MarketFactory
from tests.factories_placements import PupilFactory
from tests.partners import scenario as partners
from tests.referrals.scenario import ReferralScenario
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db
ENTRY = {"name": "Olivia Marsh", "role": "Head of contracts", "authority": "Scheme of delegation 4.2"}
KEY = {"once_key": "a-key-of-the-form-0001"}


@pytest.fixture(autouse=True)
def _here(settings, tmp_path):
    settings.FILES = tmp_path / "files"
    settings.DEMONSTRATION = True  # In a demonstration, people need no second step.


@pytest.fixture
def authority():
    return MarketFactory().authority


@pytest.fixture
def officer(authority):
    return browser(person(Role.CONTRACTS_OFFICER, at=authority))


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def at(authority, page):
    return f"/authorities/{authority.slug}/{page}"


def signed_by_provider(authority):
    agreement = AgreementFactory(authority=authority, to_countersign=True)
    Signature.objects.create(
        agreement=agreement,
        side="provider",
        person=agreements.sian(agreement),
        name="Sian Bevan",
        role="Director",
        authority="The board",
        text_sha256=agreement.text.sha256,
        signed_at=NOW,
    )
    return agreement


def send_code(officer, authority, chosen):
    sent = officer.post(at(authority, "agreements/send-code"), {"chosen": chosen}, follow=True)
    return sent, Message.objects.filter(secret=True).order_by("pk").last().body.split()[1]


def test_a_list_has_a_tick_box_only_for_rows_for_which_something_is_possible(officer, authority):
    waiting, done = signed_by_provider(authority), AgreementFactory(authority=authority, status="in_force")
    page = words(officer.get(at(authority, "agreements")))
    assert f'value="{waiting.reference}" form="bulk"' in page
    assert f'value="{done.reference}" form="bulk"' not in page
    assert 'form="bulk" id="chosen-' in page
    assert " checked" not in page
    assert re.search(r'name="chosen"[^>]* checked', words(officer.get(at(authority, "agreements?tick=all"))))


def test_an_officer_countersigns_several_agreements_with_one_code(officer, authority):
    several = [signed_by_provider(authority) for _ in range(3)]
    chosen = [one.reference for one in several]
    page = words(officer.get(at(authority, "agreements/countersign"), {"chosen": chosen}))
    assert "Countersign 3 agreements" in page
    assert page.count("Signed by Sian Bevan, Director") == 3
    sent, code = send_code(officer, authority, chosen)
    assert all(f'name="chosen" value="{reference}"' in words(sent) for reference in chosen)
    assert Message.objects.filter(secret=True).count() == 1
    answer = officer.post(at(authority, "agreements/countersign"), {"chosen": chosen, "code": code} | ENTRY)
    assert "3 agreements countersigned" in words(answer)
    for one in several:
        one.refresh_from_db()
        assert (one.status, bool(one.paper)) == (AgreementStatus.IN_FORCE, True)
    assert Event.objects.filter(verb="countersign").count() == 3


def test_a_row_that_is_refused_does_not_stop_the_others(officer, authority):
    first, second = signed_by_provider(authority), signed_by_provider(authority)
    chosen = [first.reference, second.reference]
    _, code = send_code(officer, authority, chosen)
    agreements.countersign(first, by=RoleGrantFactory(organisation=authority, role=Role.CONTRACTS_OFFICER).person)
    answer = words(officer.post(at(authority, "agreements/countersign"), {"chosen": chosen, "code": code} | ENTRY))
    assert "1 agreement countersigned" in answer
    assert "1 agreement not countersigned" in answer
    assert "This agreement is not waiting for a signature. It is in force." in answer
    second.refresh_from_db()
    assert second.status == AgreementStatus.IN_FORCE


@pytest.mark.parametrize("error", [Http404("gone"), LookupError("gone"), Agreement.DoesNotExist("gone")])
@pytest.mark.parametrize("step", ["check_turn", "countersign"])
def test_a_row_whose_record_disappears_is_listed_and_the_others_are_done(officer, authority, monkeypatch, error, step):
    first, second = signed_by_provider(authority), signed_by_provider(authority)
    chosen = [first.reference, second.reference]
    _, code = send_code(officer, authority, chosen)
    command = getattr(agreements.commands, step)

    def lose(agreement, **given):
        if agreement == first:
            raise error
        return command(agreement, **given)

    monkeypatch.setattr(agreements.commands, step, lose)
    answer = officer.post(at(authority, "agreements/countersign"), {"chosen": chosen, "code": code} | ENTRY)
    assert answer.status_code == 200
    assert "1 agreement countersigned" in words(answer)
    assert "We cannot find this agreement, or you do not have access to it." in words(answer)
    statuses = [Agreement.objects.get(pk=one.pk).status for one in (first, second)]
    assert statuses == [AgreementStatus.TO_COUNTERSIGN, AgreementStatus.IN_FORCE]


def test_a_wrong_code_signs_nothing_and_counts_once_for_all_agreements(officer, authority):
    chosen = [signed_by_provider(authority).reference for _ in range(2)]
    _, code = send_code(officer, authority, chosen)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    path = at(authority, "agreements/countersign")
    answer = words(officer.post(path, {"chosen": chosen, "code": wrong} | ENTRY))
    assert "The code is wrong." in answer
    assert set(SigningCode.objects.values_list("attempts", flat=True)) == {1}
    for _ in range(4):
        officer.post(path, {"chosen": chosen[::-1], "code": wrong} | ENTRY)
    assert "Your code has expired." in words(officer.post(path, {"chosen": chosen, "code": code} | ENTRY))
    assert not Event.objects.filter(verb="countersign").exists()


def test_a_row_of_another_council_gives_the_same_answer_as_no_row(officer, authority):
    other = signed_by_provider(MarketFactory().authority)
    answer = officer.get(at(authority, "agreements/countersign"), {"chosen": [other.reference + "X", "IAP-G-9999"]})
    assert answer.status_code == 409
    assert words(answer).count("We cannot find this agreement, or you do not have access to it.") == 2
    answer = officer.get(at(authority, "agreements/remind"), {"chosen": [other.reference]})
    assert "We cannot find this organisation, or you do not have access to it." in words(answer)
    assert str(other.provider) not in words(answer)


def test_nothing_selected_and_too_many_rows_lead_back_to_the_list(officer, authority):
    path = at(authority, "agreements/remind")
    assert "Select at least one organisation" in words(officer.get(path, follow=True))
    many = officer.get(path, {"chosen": [f"X-{number}" for number in range(26)], "back": "status=to_sign"})
    assert many.url == at(authority, "agreements?status=to_sign")
    assert "Select up to 25 organisations at a time" in words(officer.get(many.url))


def test_a_form_that_is_submitted_twice_is_processed_once(officer, authority):
    agreement = AgreementFactory(authority=authority, unsigned=True)
    agreements.sian(agreement)
    sent = {"chosen": [agreement.reference]} | KEY
    assert "1 organisation reminded" in words(officer.post(at(authority, "agreements/remind"), sent))
    again = officer.post(at(authority, "agreements/remind"), sent, follow=True)
    assert "You have already submitted this form. 1 organisation reminded." in words(again)
    assert Message.objects.filter(address=agreements.sian(agreement).email).count() == 1


def test_a_provider_is_reminded_to_sign_once_a_day(officer, authority):
    agreement, nobody = (AgreementFactory(authority=authority, unsigned=True) for _ in range(2))
    agreements.sian(agreement)
    sent = {"chosen": [agreement.reference, nobody.reference]}
    answer = words(officer.post(at(authority, "agreements/remind"), sent))
    assert "1 organisation reminded" in answer
    assert f"No one at {nobody.provider} has the signatory role yet" in answer
    answer = words(officer.post(at(authority, "agreements/remind"), sent))
    assert "We have already emailed a reminder today." in answer


def test_schools_that_have_not_signed_are_reminded_together():
    ours = MarketFactory(authority__la_code="938").authority
    market = partners.market(ours)
    buyers = [partners.school(138001 + one, name=f"School {one}", host=ours) for one in range(2)]
    for buyer in buyers:
        partners.taken_up(buyer, market)
    partners.registered(138009, "Not Joined School")
    officer = browser(person(Role.CONTRACTS_OFFICER, at=ours))
    chosen = [str(buyer.urn) for buyer in buyers] + ["138009", "999999"]
    listed = officer.get(at(ours, "schools")).text  # If no market is selected, the list shows the latest market.
    assert [f'name="chosen" value="{buyer.urn}"' in listed for buyer in buyers] == [True, True]
    page = words(officer.get(at(ours, "schools/remind"), {"chosen": chosen, "market": market.code}))
    assert "Remind 2 schools" in page
    assert "This school has not joined yet. Invite it instead." in page
    for wrong in ({}, {"market": "no-such-market"}):
        answer = officer.post(at(ours, "schools/remind"), {"chosen": chosen} | wrong)
        assert answer.status_code == 409
        assert "Select a market in the list of schools first." in words(answer)
    answer = words(officer.post(at(ours, "schools/remind"), {"chosen": chosen, "market": market.code}))
    assert "2 schools reminded" in answer
    assert "2 schools not reminded" in answer
    assert SigningReminder.objects.count() == 2


def test_schools_that_have_not_joined_are_invited_by_typed_addresses():
    ours = MarketFactory(authority__la_code="938").authority
    several = [partners.registered(138001 + one, f"School {one}") for one in range(3)]
    officer = browser(person(Role.CONTRACTS_OFFICER, at=ours))
    chosen, path = [str(school.urn) for school in several], at(ours, "schools/invite")
    assert "Email address for School 2" in words(officer.get(path, {"chosen": chosen}))
    empty = words(officer.post(path, {"chosen": chosen, "role": "head"}))
    assert "Enter at least one email address" in empty
    typed = {"email-138001": "head@one.example", "email-138002": "no address", "role": "head"}
    assert "Email address for School 1 must be in the correct format" in words(
        officer.post(path, {"chosen": chosen} | typed)
    )
    typed["email-138002"] = "head@two.example"
    answer = words(officer.post(path, {"chosen": chosen} | typed))
    assert "2 schools invited" in answer
    assert "Not invited, because you did not enter an email address." in answer
    assert set(Invitation.objects.values_list("email", flat=True)) == {"head@one.example", "head@two.example"}


def test_a_provider_declines_several_requests_with_one_reason():
    scene = ReferralScenario(providers=1)
    first = scene.interest(scene.asked())
    scene.pupil = PupilFactory(buyer=scene.school)
    second = scene.interest(scene.asked())
    ada = browser(scene.ada())
    path = f"/providers/{first.provider.slug}/invitations/decline"
    chosen = {"chosen": [first.reference, second.reference]}
    page = words(ada.get(path, chosen))
    assert "Decline 2 requests" in page
    assert str(scene.school) not in page
    assert "Select why you are declining" in words(ada.post(path, chosen))
    assert not ExpressionOfInterest.objects.filter(status="declined").exists()
    assert "2 requests declined" in words(ada.post(path, chosen | {"reason": "full"}))
    assert set(ExpressionOfInterest.objects.values_list("status", "reason")) == {("declined", "full")}
    assert "You can no longer decline this request. Its status: Declined." in words(ada.get(path, chosen))


def test_one_code_is_for_at_most_as_many_agreements_as_a_page_shows(officer, authority):
    agreement = signed_by_provider(authority)
    chosen = [agreement.reference, *(f"none-{one}" for one in range(25))]
    answer = officer.post(at(authority, "agreements/send-code"), {"chosen": chosen}, follow=True)
    assert "Select up to 25 agreements at a time" in words(answer)
    assert not SigningCode.objects.exists()


def test_an_officer_who_has_a_role_at_the_provider_does_not_remind_it(authority):
    agreement = AgreementFactory(authority=authority, unsigned=True)
    agreements.sian(agreement)
    both = person(Role.CONTRACTS_OFFICER, at=authority)
    RoleGrantFactory(person=both, organisation=agreement.provider, role=Role.PROVIDER_SIGNATORY)
    answer = browser(both).post(at(authority, "agreements/remind"), {"chosen": [agreement.reference]})
    assert f"You also have a role at {agreement.provider}." in words(answer)
    assert not Event.objects.filter(verb="remind").exists()


def test_a_reminder_can_be_sent_again_the_next_day():
    agreement = AgreementFactory(unsigned=True)
    agreements.sian(agreement)
    by = agreements.olivia(agreement)
    agreements.commands.remind(agreement, by=by, at=NOW)
    agreements.commands.remind(agreement, by=by, at=NOW + timedelta(days=1))
    assert Message.objects.filter(subject__startswith="Please sign your agreement").count() == 2


@pytest.mark.parametrize(
    "page", ["agreements/countersign", "agreements/remind", "agreements/send-code", "schools/remind", "schools/invite"]
)
def test_keys_that_no_row_can_have_are_refused(officer, authority, page):
    odd = {"chosen": ["\x00", "'", "9" * 30, "٣", "-1", "x" * 5000], "market": "\x00", "back": "\x00"}
    for send in (officer.get, officer.post):
        assert send(at(authority, page), odd).status_code in {303, 405, 409}
