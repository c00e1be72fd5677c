"""Tests for the pages of a child's record: completing it, searching with POST, hiding the name, and logging views."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from calloff.kernel.codes import upn_check_letter
from calloff.people.permissions import Can, Role
from calloff.placements import commands
from calloff.pupils.models import ProtectionInformation, Pupil, PupilContact, RecordAccess
from calloff.pupils.states import DisclosureStage
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.factories_placements import (
    ExpressionOfInterestFactory,
    PupilContactFactory,
    PupilFactory,
    ReferralFactory,
    contact,
    disclose,
)
from tests.placements import scenario

pytestmark = pytest.mark.django_db

NEW = {
    "given_name": "Jasmine", "family_name": "Thistlewood", "born_on-day": "14", "born_on-month": "5",
    "born_on-year": "2012", "sex": "F", "year_group": "9", "postcode": "BN11 1AA", "address_withheld": "no",
}  # fmt: skip


@pytest.fixture
def child(buyer):
    made = PupilFactory(buyer=buyer, family_name="Thistlewood", postcode="BN11 1AA")
    PupilContactFactory(pupil=made, rank=1)
    return made


def titles(page):
    return re.findall(r"<title>.*?</title>", page.content.decode(), re.S)[0]


def reads():
    return list(RecordAccess.objects.order_by("pk").values_list("by__name", "what"))


@pytest.mark.parametrize("section", ["identity", "needs", "care", "attendance", "risks"])
def test_the_record_has_a_link_to_the_form_for_each_section(client, ruth, to, child, section):
    client.force_login(ruth)
    page = client.get(to("pupil", child.reference)).content.decode()
    assert f'href="{to("pupil-amend", child.reference, section)}"' in page


def test_a_pupil_can_be_added_and_completed_section_by_section(client, ruth, to):
    client.force_login(ruth)
    assert client.get(to("pupil-record")).status_code == 200
    answer = client.post(to("pupil-record"), NEW)
    made = Pupil.objects.get()
    needs = to("pupil-amend", made.reference, "needs")
    assert (answer.status_code, answer.url) == (303, f"{needs}?new=1")
    said = {"sen_provision": "E", "needs": "SEMH", "second": "SLCN", "third": ""}
    plan = {"ehc_plan_on-day": "1", "ehc_plan_on-month": "9", "ehc_plan_on-year": "2025"}
    assert client.post(to("pupil-amend", made.reference, "needs"), said | plan).status_code == 303
    risks = {"hazards": ["absconding", "fire"], "risks": "Runs.", "medical": "", "communication": ""}
    assert client.post(to("pupil-amend", made.reference, "risks"), risks).status_code == 303
    assert client.post(to("pupil-note-views", made.reference), {"child_views": "Dogs."}).status_code == 303
    told = {"told_on-day": "1", "told_on-month": "3", "told_on-year": "2026"}
    assert client.post(to("pupil-contact-add", made.reference), contact(name="Marigold") | told).status_code == 303
    made.refresh_from_db()
    assert (made.needs, made.hazards, made.child_views) == (["SEMH", "SLCN"], ["absconding", "fire"], "Dogs.")
    assert PupilContact.objects.get().responsibility == "yes"
    page = client.get(to("pupil", made.reference)).content.decode()
    assert "Marigold" in page
    assert "1 September 2025" in page


def test_errors_are_shown_next_to_their_fields_and_typed_answers_are_kept(client, ruth, child, to):
    client.force_login(ruth)
    bad = NEW | {"upn": "Z938400112345", "year_group": "4"}
    page = client.post(to("pupil-amend", child.reference, "identity"), bad).content.decode()
    assert "There is a problem" in page
    assert "first letter does not match" in page
    assert "usually in year 9" in page
    assert 'value="Z938400112345"' in page
    needs = {"sen_provision": "K", "needs": "SEMH", "second": "SEMH", "third": ""}
    page = client.post(to("pupil-amend", child.reference, "needs"), needs).content.decode()
    assert 'href="#id_needs">You have chosen the same need twice' in page


def test_opening_a_list_of_initials_is_logged_as_one_view(client, ruth, child, to):
    ReferralFactory(buyer=child.buyer, pupil=child)
    client.force_login(ruth)
    answer = client.get(to("pupils"))
    page = answer.content.decode()
    assert "Confidential: information about a pupil" in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert child.reference in page
    assert "JT" in page
    assert "Sent to providers" in page
    assert "Thistlewood" not in page
    assert reads() == [("Ruth", "initials")]


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"status": "asking", "reply_by": NOW + timedelta(days=1)}, "Referral {}: waiting for replies"),
        ({"status": "asking", "reply_by": NOW}, "Referral {}: replies closed"),
        ({"status": "draft", "reply_by": None}, "Referral {}: draft"),
        ({"status": "placed"}, "{school}"),
        ({"status": "none_found"}, "{school}"),
    ],
)
def test_the_list_shows_what_a_referral_or_the_school_needs_next(client, ruth, child, said, where):
    one = ReferralFactory(buyer=child.buyer, pupil=child, **said)
    client.force_login(ruth)
    page = client.get(reverse("buyer:pupils", args=[child.buyer.slug])).content.decode()
    cell = page[page.index("Current place</span>") :].partition("</td>")[0]
    shown = " ".join(re.sub(r"<[^>]+>", " ", cell).split())
    assert shown == f"Current place {where.format(one.reference, school=child.buyer)}"


def test_a_pupil_can_be_found_by_name_and_the_name_is_not_in_the_url(client, ruth, child, to):
    client.force_login(ruth)
    assert client.get(to("pupils-find")).status_code == 200
    answer = client.post(to("pupils-find"), {"words": "thistle"})
    assert child.reference in answer.content.decode()
    assert "Jasmine Thistlewood" not in answer.content.decode()
    assert "No pupils match" in client.post(to("pupils-find"), {"words": "nobody"}).content.decode()
    assert child.reference not in client.get(f"{to('pupils-find')}?words=thistle").content.decode()


def test_the_name_is_on_the_pupils_page_but_not_in_its_title_or_url(client, ruth, child, to):
    client.force_login(ruth)
    answer = client.get(to("pupil", child.reference))
    assert "Jasmine Thistlewood" in answer.content.decode()
    assert "Confidential: information about a pupil" in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert reads() == [("Ruth", "pack")]
    routes = ["pupil", "pupil-reads", "pupil-history", "pupil-held", "pupil-leave", "pupil-hold", "pupil-note-views"]
    for route in routes:
        page = client.get(to(route, child.reference))
        assert page.status_code == 200, route
        assert "Confidential: information about a pupil" in page.content.decode()
        assert not re.search("Jasmine|Thistlewood", titles(page)), route


def test_opening_the_log_of_views_is_not_logged_as_a_view(client, ruth, helen, child, to):
    client.force_login(helen)
    client.get(to("pupil", child.reference))
    disclose(
        child,
        to=child.buyer.host,
        needs=Can.KNOW_CHILD,
        stage=DisclosureStage.TOLD,
        purpose="EHC plan",
        source="L-1",
        at=NOW,
    )
    client.force_login(ruth)
    page = client.get(to("pupil-reads", child.reference)).content.decode()
    assert "Helen" in page
    assert "Full details" in page
    assert "EHC plan" in page
    assert "Jasmine" not in page
    assert reads() == [("Helen", "pack")]


def test_the_history_shows_actions_but_none_of_their_text(client, ruth, child, to):
    client.force_login(ruth)
    client.post(to("pupil-hold", child.reference), {"reason": "A claim is open"})
    page = client.get(to("pupil-history", child.reference)).content.decode()
    assert "Legal hold placed" in page
    assert "claim" not in page


def test_only_the_safeguarding_lead_can_see_child_protection_information(client, buyer, ruth, child, to):
    ProtectionInformation.objects.create(pupil=child, concerns="Neglect.", kept_at=NOW)
    saul = person(Role.SAFEGUARDING_LEAD, at=buyer)
    client.force_login(saul)
    assert "Neglect." in client.get(to("pupil-protection", child.reference)).content.decode()
    said = {"social_care": "cp", "concerns": "Less.", "plan": "", "social_worker": ""}
    assert client.post(to("pupil-keep-protection", child.reference), said).status_code == 303
    assert ProtectionInformation.objects.get().concerns == "Less."
    client.force_login(ruth)
    assert client.get(to("pupil-protection", child.reference)).status_code == 403
    assert client.post(to("pupil-keep-protection", child.reference), said).status_code == 403
    for route in ("pupil", "pupil-held"):
        assert "Less." not in client.get(to(route, child.reference)).content.decode()


def test_a_pupil_can_be_marked_as_having_left_and_later_as_having_returned(client, ruth, child, to):
    client.force_login(ruth)
    day = {"left_on-day": "1", "left_on-month": "3", "left_on-year": "2026"}
    assert client.post(to("pupil-leave", child.reference), day).status_code == 303
    assert client.get(to("pupil-amend", child.reference, "risks")).status_code == 409
    assert "You have not added any pupils yet" in client.get(to("pupils")).content.decode()
    assert child.reference in client.get(f"{to('pupils')}?state=left").content.decode()
    assert client.post(to("pupil-come-back", child.reference)).status_code == 303
    child.refresh_from_db()
    assert child.status == "on_roll"


def test_a_person_who_can_only_read_the_record_sees_who_can_edit_it(client, helen, child, to):
    client.force_login(helen)
    assert client.get(to("pupil", child.reference)).status_code == 200
    answer = client.get(to("pupil-amend", child.reference, "risks"))
    assert answer.status_code == 403
    assert "AP lead" in answer.content.decode()


def test_people_at_other_organisations_cannot_find_a_pupil(client, buyer, bea, child, to):
    client.force_login(bea)
    assert client.get(to("pupils")).status_code == 403
    other = SchoolOrganisationFactory()
    client.force_login(person(Role.AP_LEAD, at=other))
    assert client.get(to("pupil", child.reference)).status_code == 404
    assert client.get(reverse("buyer:pupil", args=[other.slug, child.reference])).status_code == 404
    assert not RecordAccess.objects.exists()


def test_an_unknown_section_returns_404(client, ruth, child, to):
    client.force_login(ruth)
    assert client.get(to("pupil-amend", child.reference, "shoes")).status_code == 404


def test_the_printed_copy_includes_registers_reviews_the_end_and_the_log_of_views(client):
    one = scenario.running()
    review = one.reviews.get()
    commands.hold_review(
        review, held_on=scenario.FIRST, present="AP lead and mother", found="A good start.",
        child_views="I like the goats.", outcomes={"0": "partly"}, decision="go_on", by=scenario.ruth(one),
        at=scenario.on(9, 15),
    )  # fmt: skip
    scenario.mark(one, mark="late", minutes=12, reason="The bus", at=scenario.on(9, 16))
    scenario.ended(one)
    client.force_login(scenario.ruth(one))
    client.get(reverse("buyer:pupil", args=[one.buyer.slug, one.pupil.reference]))
    page = client.get(reverse("buyer:pupil-held", args=[one.buyer.slug, one.pupil.reference])).content.decode()
    for words in ("A good start.", "I like the goats.", "Late, 12 minutes: The bus", "Before ", "The outcomes are met.",
                  "Calm and well staffed", "View log", "To keep the pupil"):  # fmt: skip
        assert words in page, words


def test_a_unique_pupil_number_can_be_entered_in_lower_case_and_with_spaces(client, ruth, to):
    number = upn_check_letter("938400112345") + "938400112345"
    spaced = f" {number[0].lower()} {number[1:5]} {number[5:9]} {number[9:]} "
    client.force_login(ruth)
    page = client.post(to("pupil-record"), NEW | {"upn": spaced})
    assert page.status_code == 303, page.content.decode()
    assert Pupil.objects.get().upn == number


def test_a_probable_duplicate_is_shown_as_a_link_and_can_be_confirmed_as_another_pupil(client, ruth, to):
    client.force_login(ruth)
    client.post(to("pupil-record"), NEW)
    first = Pupil.objects.get()
    page = client.post(to("pupil-record"), NEW).content.decode()
    assert Pupil.objects.count() == 1
    assert f'href="{to("pupil", first.reference)}"' in page
    assert "already recorded" in page
    assert "This is a different pupil, for example a twin" in page
    assert client.post(to("pupil-record"), NEW | {"is_another": "on"}).status_code == 303
    assert Pupil.objects.count() == 2
    other = Pupil.objects.exclude(pk=first.pk).get()
    page = client.post(to("pupil-amend", other.reference, "identity"), NEW | {"known_as": "Jazz"})
    assert page.status_code == 303, "who the child is has not changed, so no providers have been asked again"


def test_children_whose_needs_are_not_recorded_are_listed_separately(client, ruth, to):
    client.force_login(ruth)
    client.post(to("pupil-record"), NEW)
    made, other = Pupil.objects.get(), PupilFactory(buyer=Pupil.objects.get().buyer)
    page = client.get(f"{to('pupils')}?state=no-sen").content.decode()
    assert made.reference in page
    assert other.reference not in page
    page = client.get(to("pupil-amend", made.reference, "needs")).content.decode()
    assert "checked" not in page, "no answer is given before somebody gives it"
    answer = client.post(to("pupil-amend", made.reference, "needs"), {"needs": "", "second": "", "third": ""})
    assert "Select what the school provides" in answer.content.decode()


@pytest.mark.postgres15
def test_all_missing_details_of_a_contact_are_reported_together(client, ruth, child, to):
    client.force_login(ruth)
    page = client.post(to("pupil-contact-add", child.reference), {}).content.decode()
    for sentence in (
        "Enter the contact’s name", "Enter how the contact is related to the pupil",
        "Enter a telephone number or an email address", "Select whether this person has parental responsibility",
        "Select whether the pupil lives with this person", "Select whether this person’s address must be withheld",
        "Select whether a court order limits this person’s contact",
    ):  # fmt: skip
        assert page.count(sentence) == 2, sentence
    assert PupilContact.objects.filter(pupil=child).count() == 1


def test_errors_about_a_court_order_and_its_reason_include_the_contacts_name(client, ruth, child, to):
    client.force_login(ruth)
    said = {"order": "yes", "do_not_contact": "on", "telephone": "ring me"}
    page = client.post(to("pupil-contact-add", child.reference), said).content.decode()
    for sentence in (
        "Enter the contact’s name", "Enter what the court order does not allow", "Telephone number must be digits",
        "Enter why this person must not be contacted", "Select whether the pupil lives with this person",
    ):  # fmt: skip
        assert page.count(sentence) == 2, sentence


def test_the_record_shows_the_replies_to_a_referral_and_leads_to_them(client, ruth, child, to):
    referral = ReferralFactory(pupil=child, buyer=child.buyer, status="asking")
    ExpressionOfInterestFactory(referral=referral, interested=True)
    ExpressionOfInterestFactory(referral=referral)
    client.force_login(ruth)
    page = " ".join(client.get(to("pupil", child.reference)).content.decode().split())
    assert "1 waiting for a reply, 1 interested." in page
    assert page.count('class="govuk-button') == 1
    assert reverse("buyer:referral-replies", args=[child.buyer.slug, referral.reference]) in page
