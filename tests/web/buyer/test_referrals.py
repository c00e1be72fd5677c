"""Tests for the pages of a referral: writing a draft, checking it, sending it, comparing replies and making an
offer.
"""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from calloff.buying.models import Offer
from calloff.directory.models import Price
from calloff.kernel.clock import local_day
from calloff.kernel.codes import format_sen_provision
from calloff.people.permissions import Role
from calloff.pupils.models import RecordAccess
from calloff.referrals import legal_bases
from calloff.referrals.models import EducationBasis, ExpressionOfInterest, Referral, ReferralQuestion
from calloff.referrals.queries import facts_shown_to_all
from calloff.web.buyer.pupil_forms import PupilNeedsForm
from calloff.web.buyer.referral_forms import PictureForm
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.factories_placements import PupilContactFactory
from tests.referrals.scenario import ReferralScenario
from tests.timetables import typed

pytestmark = pytest.mark.django_db
NAMES = ("Jasmine", "Thistlewood")


def day(name, on):
    year, month, day_of = on.split("-")
    return {f"{name}-day": str(int(day_of)), f"{name}-month": str(int(month)), f"{name}-year": year}


PARTS = {
    "basis": {**day("basis_on", "2026-02-26")},
    "wanted": {**day("starts_on", "2026-03-09"), **day("ends_on", "2026-07-17"), "hours": "15",
               "outcomes": "Attends every day\nPasses English", "travel": "school", "miles": "15",
               "weekly_budget": "600"},
    "picture": {"key_stage": "ks3", "needs": ["SEMH"], "sen_provision": "K", "hazards": ["absconding"],
                "area": "Worthing", "picture": "Enjoys animals.", "few": "on"},
    "who": {"whom": "all", **day("reply_by", "2026-03-05"), "clock": "12:00"},
}  # fmt: skip
REPLY = {
    **day("start_on", "2026-03-10"), **typed("mon", "tue", "wed"), "message": "In a small group.",
}  # fmt: skip


class Pages:
    """A person with a browser who uses the pages of one organisation."""

    def __init__(self, user, root, slug):
        self.browser, self.root, self.slug = Client(), root, slug
        self.browser.force_login(user)

    def to(self, route, *args):
        return reverse(f"{self.root}:{route}", args=[self.slug, *args])

    def get(self, route, *args, status=200, **query):
        answer = self.browser.get(self.to(route, *args), query)
        assert answer.status_code == status, (route, answer.status_code)
        return answer.content.decode()

    def post(self, route, *args, status=303, **sends):
        answer = self.browser.post(self.to(route, *args), sends)
        said = answer.content.decode()
        assert answer.status_code == status, (route, answer.status_code, said[said.find("error-summary") :][:900])
        return said if status == 200 else answer.url


@pytest.fixture
def scene():
    return ReferralScenario()


@pytest.fixture
def ruth(scene):
    return Pages(scene.ruth, "buyer", scene.school.slug)


def ada(scene, number=0):
    return Pages(scene.ada(number), "provider", scene.members[number].provider.slug)


def written(scene, ruth):
    ruth.post("referral-begin", pupil=scene.pupil.reference, lot=scene.lot.pk, basis="s19")
    one = Referral.objects.latest("pk")
    ruth.post("referral-choose-basis", one.reference, basis="s19")
    ruth.post("referral-basis", one.reference, "s19", **PARTS["basis"])
    for part in ("wanted", "picture", "who"):
        ruth.post(f"referral-{part}", one.reference, **PARTS[part])
    return one


def sent_referral(scene, ruth):
    one = written(scene, ruth)
    ruth.post("referral-ask", one.reference)
    one.refresh_from_db()
    return one


def invitation(one, number, scene):
    return ExpressionOfInterest.objects.get(referral=one, provider=scene.members[number].provider)


def test_a_referral_can_be_completed_from_a_task_list_and_sent(scene, ruth):
    assert "Start a referral" in ruth.get("referrals")
    assert "JT, Year 9" in ruth.get("referral-begin")
    one = written(scene, ruth)
    for route in ("referral", "referral-choose-basis", "referral-wanted", "referral-picture", "referral-preview",
                  "referral-who", "referral-ask", "referral-history"):  # fmt: skip
        page = ruth.get(route, one.reference)
        assert not any(name in page for name in NAMES)
    assert "Friday 6 March 2026" in ruth.get("referral", one.reference)
    assert "straight line" in ruth.get("referral-who", one.reference) or "cannot show distances" in ruth.get(
        "referral-who", one.reference
    )
    ruth.post("referral-ask", one.reference)
    assert "3 providers" in ruth.get("referral-ask-done", one.reference)
    assert "3 asked, 0 seen, 0 replied" in ruth.get("referrals")
    assert one.reference in ruth.browser.get(ruth.to("referrals-export")).content.decode()


def test_identifying_words_are_highlighted_and_kept_and_prevent_sending(scene, ruth):
    one = written(scene, ruth)
    ruth.post("referral-picture", one.reference, **PARTS["picture"] | {"picture": "Jasmine likes BN11 1LG."})
    shown = ruth.get("referral-preview", one.reference)
    assert "<mark>Jasmine" in shown
    assert "A provider could work out who the pupil is from a name and a postcode." in shown
    said = ruth.post("referral-ask", one.reference, status=200)
    assert "Remove the marked words. A provider could work out who the pupil is from a name and a postcode." in said
    assert Referral.objects.get(pk=one.pk).status == "draft"


def test_the_missing_parts_of_a_referral_are_listed_with_links(scene, ruth):
    ruth.post("referral-begin", pupil=scene.pupil.reference, lot=scene.lot.pk, basis="s19")
    one = Referral.objects.get()
    assert "Cannot start yet" in ruth.get("referral", one.reference)
    said = ruth.post("referral-ask", one.reference, status=200)
    assert "Select the legal basis" in said
    said = ruth.post("referral-basis", one.reference, "s100", status=200, **PARTS["basis"])
    assert "How many school days does the suspension last?" in said


def test_a_provider_can_read_the_pen_picture_without_the_childs_or_schools_name(scene, ruth):
    one = sent_referral(scene, ruth)
    mine, provider = invitation(one, 0, scene), ada(scene)
    assert one.reference in provider.get("invitations")
    page = provider.get("invitation", mine.reference)
    assert "Enjoys animals." in page
    assert scene.school.name not in page
    assert not any(name in page for name in (*NAMES, "Felpersham"))
    mine.refresh_from_db()
    assert mine.seen_at == NOW
    assert "1 seen" in ruth.get("referrals")
    ben = Pages(person(Role.PROVIDER_STAFF, at=scene.members[0].provider), "provider", scene.members[0].provider.slug)
    ben.get("invitations", status=403)
    ada(scene, 1).get("invitation", mine.reference, status=404)


def test_a_reply_can_be_checked_sent_and_compared_and_the_provider_offered_the_place(scene, ruth):
    one = sent_referral(scene, ruth)
    for number in (0, 1):
        provider, mine = ada(scene, number), invitation(one, number, scene)
        provider.get("invitation-interested", mine.reference)
        sends = REPLY | {"price": scene.prices[number].pk}
        checking = provider.post("invitation-interested", mine.reference, status=200, **sends)
        assert "Check your reply" in checking
        assert invitation(one, number, scene).status == "asked"
        provider.post("invitation-interested", mine.reference, **sends, checked="yes")
        assert "Reply sent" in provider.get("invitation-interested-done", mine.reference)
    ada(scene, 2).post("invitation-decline", invitation(one, 2, scene).reference, reason="full", note="In May.")
    page = ruth.get("referral-replies", one.reference)
    assert "£360.00" in page, "15 hours at £120 a day of five hours"
    assert "In May." in page
    chosen = invitation(one, 0, scene).reference
    ruth.get("referral-offer", one.reference, chosen)
    ruth.post("referral-offer", one.reference, chosen, reason="The closest fit.", thanks="Another was closer.",
              **day("confirm_by", "2026-03-09"), clock="17:00")  # fmt: skip
    assert Offer.objects.get().status == "made"
    assert "has the conditional offer" in ruth.get("referral", one.reference)
    ruth.get("referral-replies", one.reference)


def test_only_the_buyer_sees_a_warning_that_a_reply_may_name_the_child(scene, ruth):
    one = sent_referral(scene, ruth)
    scene.reply(one, message=f"Is it {one.pupil.given_name}?")
    assert "might name the pupil" in ruth.get("referral-replies", one.reference)
    mine = ada(scene, 0).get("invitation", invitation(one, 0, scene).reference)
    assert "might name" not in mine
    scene.reply(one, message="A small group with animals.")
    assert "might name the pupil" not in ruth.get("referral-replies", one.reference)


def offered(scene):
    return scene.offer(scene.replied())


def test_only_the_provider_with_the_offer_can_open_the_full_pack_and_attempts_are_logged(scene):
    offer = offered(scene)
    chosen, other = offer.interest, invitation(offer.referral, 1, scene)
    page = ada(scene).get("invitation", chosen.reference)
    assert scene.school.name in page
    pack = ada(scene).get("invitation-pack", chosen.reference)
    assert "Jasmine" in pack
    assert "Confidential: information about a child" in pack
    assert RecordAccess.objects.filter(by=scene.ada(), what=RecordAccess.What.PACK).count() == 1
    ada(scene, 1).get("invitation-pack", other.reference, status=404)
    ada(scene, 1).get("invitation-pack", chosen.reference, status=404)
    assert RecordAccess.objects.filter(by=scene.ada(1), what=RecordAccess.What.REFUSED).count() == 2


def test_only_the_safeguarding_lead_can_see_child_protection_information_in_a_pack(scene):
    offer = offered(scene)
    provider = scene.members[0].provider
    petra = Pages(person(Role.PROVIDER_SAFEGUARDING, at=provider), "provider", provider.slug)
    assert "Child protection information" in petra.get("invitation-protection", offer.interest.reference)
    petra.get("invitation", offer.interest.reference)
    ada(scene).get("invitation-protection", offer.interest.reference, status=404)
    petra.get("invitation-withdraw", offer.interest.reference, status=403)


def test_a_provider_that_withdraws_after_meeting_the_child_loses_access(scene):
    offer = offered(scene)
    provider = ada(scene)
    provider.post("invitation-meet", offer.interest.reference, **day("on", "2026-03-02"))
    assert "You met the child" in provider.get("invitation", offer.interest.reference)
    provider.post("invitation-withdraw", offer.interest.reference, reason="")
    provider.get("invitation-pack", offer.interest.reference, status=404)
    assert "Enjoys animals" not in provider.get("invitation", offer.interest.reference)
    provider.get("invitation-withdraw", offer.interest.reference, status=409)


def test_after_one_provider_confirms_the_others_see_why_they_were_not_chosen(scene):
    offer = offered(scene)
    provider = ada(scene)
    provider.get("invitation-confirm", offer.interest.reference)
    provider.post("invitation-confirm", offer.interest.reference)
    offer.refresh_from_db()
    assert offer.status == "confirmed"
    page = ada(scene, 1).get("invitation", invitation(offer.referral, 1, scene).reference)
    assert "Another provider was a better match" in page
    assert "Enjoys animals" not in page


def test_before_an_offer_providers_do_not_see_the_buyer_in_the_history(scene, ruth):
    one = sent_referral(scene, ruth)
    mine = invitation(one, 1, scene)
    told = ada(scene, 1).get("invitation-history", mine.reference)
    assert "Asked for a place" in told
    assert scene.school.name not in told
    scene.reply(one, 0)
    offer = scene.offer(Referral.objects.get(pk=one.pk))
    ada(scene).post("invitation-confirm", offer.interest.reference)
    told = ada(scene, 1).get("invitation-history", mine.reference)
    assert "Another provider was chosen" in told
    assert scene.school.name not in told
    assert str(scene.members[0].provider) not in told
    assert "The closest fit to the outcomes." not in told
    told = ruth.get("referral-history", one.reference)
    assert "Conditional offer made" in told
    assert "The closest fit to the outcomes." in told


def test_the_buyer_can_withdraw_or_remind_or_ask_more_providers_or_close_the_referral(scene, ruth):
    offer = offered(scene)
    one = offer.referral
    ruth.get("referral-take-back", one.reference)
    ruth.post("referral-take-back", one.reference, reason="The parent prefers another.")
    assert "The parent prefers another." in ada(scene).get("invitation", offer.interest.reference)
    ruth.post("referral-nudge", one.reference, status=200)
    sends = {**day("reply_by", "2026-03-06"), "clock": "17:00"}
    ruth.get("referral-ask-more", one.reference)
    ruth.post("referral-ask-more", one.reference, **sends)
    ruth.get("referral-close", one.reference)
    ruth.post("referral-close", one.reference, reason="Nobody fits.")
    assert "No provision found" in ruth.get("referral", one.reference)
    ruth.get("referral-withdraw", one.reference, status=409)
    assert "closed and no provider was chosen" in ada(scene).get("invitation", offer.interest.reference)


def test_questions_and_answers_go_to_all_providers(scene, ruth):
    one = sent_referral(scene, ruth)
    mine = invitation(one, 0, scene)
    ada(scene).get("invitation-ask-question", mine.reference)
    ada(scene).post("invitation-ask-question", mine.reference, text="By bus?")
    assert "By bus?" in ruth.get("referral-questions", one.reference)
    question = ReferralQuestion.objects.get()
    assert "By bus?" in ruth.get("referral-answer-question", one.reference, question.pk)
    refused = ruth.post("referral-answer-question", one.reference, question.pk, status=200, answer="Ask Jasmine.")
    assert "from a name" in refused
    ruth.post("referral-answer-question", one.reference, question.pk, answer="Yes.", restated="")
    page = ada(scene, 1).get("invitation", invitation(one, 1, scene).reference)
    assert "By bus?" in page
    assert str(scene.members[0].provider) not in page


def test_the_home_page_lists_tasks_that_are_due(scene, ruth):
    one = sent_referral(scene, ruth)
    assert "Reply to a request for a place" in ada(scene).get("home")
    offered_to = scene.interest(one)
    scene.reply(one)
    scene.offer(Referral.objects.get(pk=one.pk))
    assert "Confirm the place you have been offered" in ada(scene).get("home")
    assert offered_to.reference in ada(scene).get("home")
    assert "Open referrals" in ruth.get("home")


def test_people_at_other_organisations_get_404_for_a_referral(scene, ruth):
    one = sent_referral(scene, ruth)
    elsewhere = SchoolOrganisationFactory()
    stranger = Pages(person(Role.AP_LEAD, at=elsewhere), "buyer", elsewhere.slug)
    for route in ("referral", "referral-ask", "referral-replies", "referral-preview"):
        stranger.get(route, one.reference, status=404)
    fay = Pages(person(Role.FINANCE, at=scene.school), "buyer", scene.school.slug)
    assert "JT, Year" not in fay.get("referral", one.reference)
    fay.get("referral-withdraw", one.reference, status=403)


def test_the_list_and_its_export_can_be_filtered_by_date(scene, ruth):
    one = sent_referral(scene, ruth)
    assert one.reference in ruth.get("referrals", **{"from": "6 3 2026", "to": "6/3/2026"})
    assert one.reference not in ruth.get("referrals", **{"from": "7 3 2026"})
    said = ruth.get("referrals", **{"from": "31 2 2026", "to": "6 3 2026"})
    assert "First day must be a real date, like 27 11 2026" in said
    assert one.reference in said
    file = ruth.browser.get(ruth.to("referrals-export"), {"to": "5 3 2026", "state": "all"}).content.decode()
    assert one.reference not in file


def test_before_asking_the_buyer_sees_how_the_referral_differs_from_the_record(scene, ruth):
    one, pupil = written(scene, ruth), scene.pupil
    pupil.needs, pupil.sen_provision = ["SEMH"], "K"
    pupil.save()
    assert "different from the pupil’s record" not in ruth.get("referral-ask", one.reference)
    pupil.needs, pupil.sen_provision = [], ""
    pupil.save()
    page = ruth.get("referral-ask", one.reference)
    assert "These needs are different from the pupil’s record, which shows: Not recorded. Needs: not recorded." in page
    assert f'href="{ruth.to("pupil-amend", pupil.reference, "needs")}"' in page


def test_a_referral_shows_not_recorded_until_someone_answers_the_question(scene, ruth):
    scene.pupil.sen_provision = ""
    scene.pupil.save()
    ruth.post("referral-begin", pupil=scene.pupil.reference, lot=scene.lot.pk, basis="s19")
    one = Referral.objects.latest("pk")
    [chosen] = re.findall(
        r'name="sen_provision" type="radio" value="(\w*)" checked', ruth.get("referral-picture", one.reference)
    )
    assert chosen == ""
    ruth.post("referral-picture", one.reference, **PARTS["picture"] | {"sen_provision": ""})
    one.refresh_from_db()
    assert one.sen_provision == ""
    assert ("Special educational needs", "Not recorded") in facts_shown_to_all(one)


def test_needs_are_required_unless_the_child_has_no_special_educational_needs(scene, ruth):
    one = written(scene, ruth)
    for answer in ("K", ""):
        page = ruth.post(
            "referral-picture", one.reference, status=200,
            **PARTS["picture"] | {"needs": [], "sen_provision": answer},
        )  # fmt: skip
        assert page.count("Select at least one need") >= 2  # The error is shown in the summary and next to the field.
    ruth.post("referral-picture", one.reference, **PARTS["picture"] | {"needs": [], "sen_provision": "N"})
    one.refresh_from_db()
    assert one.needs == []
    assert ("Needs", "None recorded") in facts_shown_to_all(one)
    ruth.post("referral-ask", one.reference)
    one.refresh_from_db()
    assert one.status == "asking"


def test_the_referral_and_the_record_use_the_same_wording():
    ours, record = PictureForm.base_fields["sen_provision"], PupilNeedsForm.base_fields["sen_provision"]
    assert ours.label == record.label
    assert ours.choices == [*record.choices, ("", format_sen_provision(""))]


def test_the_preview_shows_what_a_pack_will_say_about_the_home_and_contacts(scene, ruth):
    one = written(scene, ruth)
    shown = ruth.get("referral-preview", one.reference)
    assert "date of birth, home address, attendance" in shown
    assert "No contacts are recorded yet." in shown
    PupilContactFactory(pupil=scene.pupil, address_withheld="refuge")
    PupilContactFactory(pupil=scene.pupil, name="Joost Crane", do_not_contact=True, do_not_contact_reason="The police")
    shown = ruth.get("referral-preview", one.reference)
    assert "home address, attendance" not in shown
    assert "The home address is withheld." in shown
    assert "The name and telephone number of 1 person the provider can call." in shown
    assert (
        "The name of 1 person the provider must not contact, with any limits on contact. No telephone number is shown."
        in shown
    )
    assert "Joost Crane" not in shown


def test_all_missing_details_of_a_legal_basis_are_reported_together(scene, ruth):
    ruth.post("referral-begin", pupil=scene.pupil.reference, lot=scene.lot.pk, basis="s19")
    one = Referral.objects.get()
    for key in EducationBasis.values:
        row = legal_bases.find_duty(key, local_day(NOW))
        said = ruth.post("referral-basis", one.reference, key, status=200)
        for fact in row.facts:
            assert not fact.required or html.escape(fact.empty) in said, (key, fact.key)
        assert f"Enter the {row.day_name}" in said, key


def test_all_missing_details_in_a_reply_or_an_offer_are_reported_together(scene, ruth):
    one = sent_referral(scene, ruth)
    mine = invitation(one, 0, scene)
    provider = ada(scene)
    empty = provider.post("invitation-interested", mine.reference, status=200)
    for sentence in (
        "Select a service and price", "Enter the start date", "Select the sessions in the week",
        "Enter how you would meet",
    ):  # fmt: skip
        assert sentence in empty
    wrong = day("start_on", "2026-03-01") | {"sessions": ["mon-am"], "pm_to": "12 or so"}
    said = provider.post("invitation-interested", mine.reference, status=200, **wrong)
    assert "The first day must be today or later" in said
    assert "Enter when the morning session starts and ends" in said
    assert "End of afternoons must be a time" in said
    for number in (0, 1):
        sent = REPLY | {"price": Price.objects.get(service__provider=scene.members[number].provider).pk}
        theirs = invitation(one, number, scene)
        ada(scene, number).post("invitation-interested", theirs.reference, **sent, checked="yes")
    chosen = invitation(one, 0, scene).reference
    said = ruth.post("referral-offer", one.reference, chosen, status=200, **day("confirm_by", "2026-03-09"), clock="")
    for sentence in ("Enter why you are choosing", "Select the latest time to confirm", "explain why this is urgent"):
        assert sentence in said
    said = ruth.post("referral-offer", one.reference, chosen, status=200, clock="17:00",
                     **day("confirm_by", "2026-03-09"))  # fmt: skip
    for sentence in ("Enter why you are choosing", "explain why this is urgent"):
        assert sentence in said
