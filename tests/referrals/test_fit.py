"""Tests for warnings that a service might not suit a child, and for the reason that the buyer must then give."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from calloff.buying.models import Offer
from calloff.directory.models.services import Gender
from calloff.directory.opening_hours import OpenPeriod, week_rows
from calloff.kernel.lifecycles import Refused
from calloff.kernel.time_of_day import parse_time
from calloff.people.permissions import Role
from calloff.referrals import commands
from calloff.referrals.fit import (
    OfferedTerms,
    find_misfits,
    find_misfits_for_buyer,
    service_limits,
    suits_ages,
    unsuited,
)
from calloff.referrals.models import ExpressionOfInterest
from calloff.referrals.sections import InvitationChoice
from tests.factories import NOW, person
from tests.factories_markets import set_status
from tests.referrals.scenario import DRAFT_PICTURE, REPLY_BY, ReferralScenario
from tests.timetables import typed, week

pytestmark = pytest.mark.django_db
KS4 = DRAFT_PICTURE._replace(key_stage="ks4", needs=["SEMH"])
AGES = "takes ages 6 to 14. This pupil is in key stage 4 (years 10 and 11), ages 14 to 16."
REASON = "The group is small and she knows the staff."


@pytest.fixture
def scene():
    made = ReferralScenario()
    for service in made.services[:2]:
        service.age_from, service.age_to = 6, 14
        service.save()
    made.services[2].age_from, made.services[2].age_to = 11, 16
    made.services[2].save()
    return made


@pytest.mark.parametrize(
    ("low", "high", "stage", "suits"),
    [(6, 14, "ks4", False), (6, 14, "ks3", True), (11, 16, "ks4", True), (14, 16, "ks4", True), (15, 16, "ks4", False),
     (11, 16, "ks5", False), (16, 25, "ks5", True), (6, 14, "", True)],
)  # fmt: skip
def test_a_service_suits_a_key_stage_if_it_accepts_all_the_ages_in_it(scene, low, high, stage, suits):
    service = scene.services[0]
    service.age_from, service.age_to = low, high
    assert suits_ages(service, stage) is suits


def test_both_sides_see_warnings_about_ages_needs_and_places_but_only_the_buyer_sees_one_about_sex(scene):
    service, draft = scene.services[0], scene.draft(picture=KS4._replace(needs=["SEMH", "SLCN"]))
    service.places, service.gender = 0, Gender.GIRLS
    draft.pupil.sex = "M"
    told = [one.sentence for one in find_misfits(service, draft)]
    assert told == [
        f"{service.name} {AGES}",
        f"{service.name} does not list Speech, language and communication needs among the needs it supports.",
        f"{service.name}’s page shows no places available.",
    ]
    sex = f"{service.name} is for girls only. This pupil is recorded as male."
    assert [one.sentence for one in find_misfits_for_buyer(service, draft)] == [told[0], sex, *told[1:]]
    assert service_limits(service, draft) == [told[0], sex]


def test_facts_that_are_not_recorded_cause_no_warning(scene):
    service, draft = scene.services[2], scene.draft(picture=KS4)
    service.needs, service.places = [], None
    assert find_misfits_for_buyer(service, draft) == []


def test_a_member_is_suitable_if_one_of_its_services_is(scene):
    draft = scene.draft(picture=KS4)
    scene.services[1].withdrawn_at = NOW
    set_status(scene.services[1], "withdrawn")
    assert unsuited(draft, scene.members) == {scene.members[0].pk: [f"{scene.services[0].name} {AGES}"]}


def test_an_offer_outside_a_limit_needs_a_reason_which_is_stored_with_the_warning(scene):
    referral = scene.replied(picture=KS4)
    with pytest.raises(Refused, match="takes ages 6 to 14") as refusal:
        scene.offer(referral)
    assert [problem.where for problem in refusal.value.problems] == ["fit_reason"]
    assert not Offer.objects.exists()
    made = scene.offer(referral, fit_reason=f" {REASON} ")
    assert (made.misfits, made.fit_reason) == ([f"{scene.services[0].name} {AGES}"], REASON)


def test_an_offer_within_the_limits_needs_no_extra_reason(scene):
    made = scene.offer(scene.replied(picture=KS4), 2)
    assert (made.misfits, made.fit_reason) == ([], "")


def test_the_database_refuses_an_offer_outside_a_limit_without_a_reason(scene):
    made = scene.offer(scene.replied(picture=KS4), 2)
    with pytest.raises(IntegrityError, match="offer_past_a_limit_has_a_reason"), transaction.atomic():
        Offer.objects.filter(pk=made.pk).update(misfits=["It takes ages 6 to 14."])


def test_adding_an_unsuitable_provider_to_the_shortlist_needs_a_reason(scene):
    everybody = [one.pk for one in scene.members]
    draft = scene.draft(picture=KS4, who=InvitationChoice(REPLY_BY, everybody))
    with pytest.raises(Refused, match=f"Enter a reason for asking {scene.members[0].provider}") as refusal:
        commands.ask(draft, by=scene.ruth, at=NOW)
    assert {problem.where for problem in refusal.value.problems} == {"reason"}
    draft = commands.amend(draft, who=InvitationChoice(REPLY_BY, everybody, REASON), by=scene.ruth, at=NOW)
    result = commands.ask(draft, by=scene.ruth, at=NOW)
    kept = dict(ExpressionOfInterest.objects.filter(referral=result).values_list("member", "fit_reason"))
    assert kept == {everybody[0]: REASON, everybody[1]: REASON, everybody[2]: ""}


def test_asking_every_provider_does_not_need_a_reason(scene):
    asked = scene.asked(picture=KS4)
    assert set(asked.interests.values_list("fit_reason", flat=True)) == {""}


def test_asking_another_provider_needs_a_reason_if_it_is_unsuitable(scene):
    asked = scene.asked(picture=KS4, who=InvitationChoice(REPLY_BY, [scene.members[2].pk], "It is the nearest."))
    more = {"members": [scene.members[0]], "by": scene.ruth, "at": NOW}
    with pytest.raises(Refused, match="takes ages 6 to 14"):
        commands.ask_more(asked, **more)
    commands.ask_more(asked, **more, reason=REASON)
    assert scene.interest(asked, 0).fit_reason == REASON


def test_the_provider_sees_the_warnings_before_replying_and_can_still_reply(client, scene):
    referral = scene.asked(picture=KS4)
    interest, provider = scene.interest(referral), scene.members[0].provider
    client.force_login(scene.ada())
    address = reverse("provider:invitation-interested", args=[provider.slug, interest.reference])
    sent = {
        "price": scene.prices[0].pk, "message": "In a small group.", **typed("mon", "tue"),
        "start_on-day": "10", "start_on-month": "3", "start_on-year": "2026",
    }  # fmt: skip
    page = client.post(address, sent).content.decode()
    assert AGES in page
    assert client.post(address, {**sent, "checked": "yes"}).status_code == 303


@pytest.mark.parametrize(
    ("hours", "days", "told"),
    [
        (
            [("mon", "9:30", "12:30"), ("tue", "9:30", "14:30")],
            ["mon", "tue"],
            "other times: Monday, 12:30pm to 2:30pm.",
        ),
        ([("mon", "9:30", "14:30"), ("tue", "9:00", "12:00")], ["mon", "wed"], "Wednesday, 9:30am to noon and 12:30pm"),
        ([("mon", "9:00", "12:00"), ("mon", "12:00", "15:00")], ["mon"], ""),
        ([("mon", None, None)], ["mon"], ""),
        ([], ["mon"], ""),
    ],
)
def test_sessions_offered_outside_opening_hours_cause_a_warning(scene, hours, days, told):
    service, draft = scene.services[2], scene.draft()
    service.week = week_rows(
        OpenPeriod(day, *map(parse_time, (starts, ends))) if starts else OpenPeriod(day) for day, starts, ends in hours
    )
    offered = OfferedTerms(week(*days), date(2026, 3, 10), Decimal(15))
    said = [one.sentence for one in find_misfits(service, draft, offered) if one.about == "times"]
    assert len(said) == bool(told)
    assert told in "".join(said)
    assert said == [one.sentence for one in find_misfits_for_buyer(service, draft, offered) if one.about == "times"]


@pytest.mark.parametrize(("hours", "told"), [("6", "6 of the 15"), ("14.5", "14.5 of the 15"), ("15", ""), ("20", "")])
def test_offering_fewer_hours_than_requested_causes_a_warning_but_other_differences_do_not(scene, hours, told):
    offered = OfferedTerms(week("mon"), date(2026, 3, 10), Decimal(hours))
    draft = scene.draft()
    said = [one.sentence for one in find_misfits(scene.services[2], draft, offered) if one.about == "hours"]
    assert said == ([f"The reply offers {told} hours a week requested."] if told else [])
    assert service_limits(scene.services[2], draft) == []


def test_a_reply_without_sessions_causes_a_warning_even_before_it_is_checked(client, scene):
    referral = scene.asked()
    interest, provider = scene.interest(referral), scene.members[0].provider
    client.force_login(scene.ada())
    address = reverse("provider:invitation-interested", args=[provider.slug, interest.reference])
    sent = {
        "price": scene.prices[0].pk, "message": "In a small group.",
        "start_on-day": "10", "start_on-month": "3", "start_on-year": "2026",
    }  # fmt: skip
    page = client.post(address, sent).content.decode()
    assert "Select the sessions in the week" in page
    assert "Check your reply" not in page
    assert "In a small group." in page
    times = client.post(address, sent | {"sessions": ["mon-am"]}).content.decode()
    assert "Enter when the morning session starts and ends" in times
    checked = client.post(address, {**sent, **typed("mon")}).content.decode()
    assert "Check your reply" in checked
    assert "The reply offers 4.5 of the 15 hours a week requested." in checked


def test_the_buyer_sees_the_warnings_with_the_reply_and_before_making_the_offer(client, scene):
    referral = scene.replied(picture=KS4)
    client.force_login(scene.ruth)
    replies = client.get(reverse("buyer:referral-replies", args=[scene.school.slug, referral.reference]))
    page = replies.content.decode()
    assert page.count(AGES) == 2
    assert page.count("ay not suit the child.") + page.count("Might not suit the pupil.") == 3
    assert page.count("for 13.5 of the 15 hours you wanted") == 3
    interest = scene.interest(referral)
    page = reverse("buyer:referral-offer", args=[scene.school.slug, referral.reference, interest.reference])
    text = client.get(page).content.decode()
    assert AGES in text
    assert "Why does this service suit the pupil?" in text
    suits = scene.interest(referral, 2).reference
    within = reverse("buyer:referral-offer", args=[scene.school.slug, referral.reference, suits])
    assert "Why does this service suit the pupil?" not in client.get(within).content.decode()


def test_the_buyer_sees_warnings_before_asking_but_providers_never_see_the_buyers_reason(client, scene):
    draft = scene.draft(picture=KS4, who=InvitationChoice(REPLY_BY, [scene.members[0].pk], REASON))
    client.force_login(scene.ruth)
    page = client.get(reverse("buyer:referral-ask", args=[scene.school.slug, draft.reference])).content.decode()
    assert AGES in page
    result = commands.ask(draft, by=scene.ruth, at=NOW)
    client.force_login(person(Role.PROVIDER_LEAD, at=scene.members[0].provider))
    shown = reverse("provider:invitation", args=[scene.members[0].provider.slug, scene.interest(result).reference])
    assert REASON not in client.get(shown).content.decode()


def test_the_page_for_asking_another_provider_shows_its_warnings_and_asks_for_the_reason(client, scene):
    asked = scene.asked(picture=KS4, who=InvitationChoice(REPLY_BY, [scene.members[2].pk], "It is the nearest."))
    client.force_login(scene.ruth)
    page = reverse("buyer:referral-ask-more", args=[scene.school.slug, asked.reference])
    assert AGES in client.get(page).content.decode()
    day = {
        "reply_by-day": REPLY_BY.day,
        "reply_by-month": REPLY_BY.month,
        "reply_by-year": REPLY_BY.year,
        "clock": "17:00",
    }
    sent = {"members": [scene.members[0].pk], **day}
    refused = client.post(page, sent).content.decode()
    assert f"Enter a reason for asking {scene.members[0].provider}" in refused
    assert 'href="#id_reason"' in refused
    assert client.post(page, {**sent, "reason": REASON}).status_code == 303
    assert scene.interest(asked, 0).fit_reason == REASON
