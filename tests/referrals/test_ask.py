"""Tests for asking providers: who is asked, what they can read, and what prevents asking.

Scenarios 26, 27, 28 and 37.
"""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError

from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.partners.models import SchoolCoverage
from calloff.people.permissions import Role
from calloff.referrals import commands
from calloff.referrals.models import ExpressionOfInterest, Referral
from calloff.referrals.sections import InvitationChoice
from tests.concurrency import all_at_once
from tests.factories import NOW, SchoolOrganisationFactory, TeamFactory, person
from tests.factories_markets import AgreementFactory, MemberFactory, set_status
from tests.factories_placements import PartnershipFactory, PupilFactory
from tests.referrals.scenario import DRAFT_PICTURE, DRAFT_WANTED, REPLY_BY, ReferralScenario

pytestmark = pytest.mark.django_db

ALL = {"promises": {"invite_all": {"value": True, "citation": "This market's own rule"}}}


@pytest.fixture
def scene():
    return ReferralScenario()


def names(referral):
    return {one.provider for one in ExpressionOfInterest.objects.filter(referral=referral)}


def test_every_provider_in_the_category_is_asked_once_without_the_name_of_the_child_or_school(scene):
    for number in range(3):
        scene.ada(number)
    referral = scene.asked()
    assert referral.status == "asking"
    assert names(referral) == {one.provider for one in scene.members}
    for number in range(3):
        message = Message.objects.get(to=scene.ada(number))
        assert message.subject == f"Reply before 9am on Thursday 5 March 2026 ({referral.reference})"
        assert message.body == "A school has asked whether you have a place."
        whole = f"{message.subject} {message.body} {message.link}"
        assert not any(word in whole for word in ("Jasmine", "Thistlewood", scene.school.name, scene.pupil.reference))


def test_invitation_references_are_random(scene):
    referral = scene.asked()
    tails = [one.reference.removeprefix(f"{scene.market.code}-E-") for one in referral.interests.all()]
    assert len(set(tails)) == 3
    assert not any(tail.isdigit() and int(tail) < 100 for tail in tails)


def test_a_team_of_the_authority_can_ask_providers_without_a_partnership_agreement(scene):
    team = TeamFactory(host=scene.authority)
    scene.pupil = PupilFactory(buyer=team)
    scene.ruth = person(Role.COMMISSIONER, at=team)
    ada = scene.ada()
    scene.asked()
    assert Message.objects.get(to=ada).body == "A council team has asked whether you have a place."


@pytest.mark.parametrize("trait", ["unsigned", "to_countersign", "expired"])
def test_a_school_without_an_agreement_in_force_cannot_ask_and_sees_who_must_sign(scene, trait):
    other = SchoolOrganisationFactory(host=scene.authority)
    PartnershipFactory(market=scene.market, buyer=other, **{trait: True})
    person(Role.HEAD, at=other)
    ruth = person(Role.AP_LEAD, at=other)
    with pytest.raises(Refused, match=r"You cannot ask providers yet because .*(Helen|countersigned)"):
        commands.begin(PupilFactory(buyer=other), scene.lot, by=ruth, at=NOW)


def test_a_draft_cannot_be_sent_if_its_agreement_was_superseded_or_expired(scene):
    draft = scene.draft()
    person(Role.HEAD, at=scene.school)
    set_status(scene.partnership.agreement, "superseded")
    SchoolCoverage.objects.update(standing=SchoolCoverage.Standing.PAST)
    with pytest.raises(Refused, match="Helen"):
        commands.ask(draft, by=scene.ruth, at=NOW)
    assert not ExpressionOfInterest.objects.exists()


def test_if_a_markets_own_rule_requires_asking_everyone_the_refusal_says_how_many_were_left_out():
    scene = ReferralScenario(changes=ALL)
    draft = scene.draft(who=InvitationChoice(REPLY_BY, [scene.members[0].pk], "They know the school."))
    with pytest.raises(
        Refused,
        match=r"rules of this market say that you must ask every provider in category 1.* Add the 2 you left out",
    ):
        commands.ask(draft, by=scene.ruth, at=NOW)
    again = commands.amend(
        draft, who=InvitationChoice(REPLY_BY, [one.pk for one in scene.members]), by=scene.ruth, at=NOW
    )
    assert len(names(commands.ask(again, by=scene.ruth, at=NOW))) == 3


def test_a_dps_under_the_law_must_ask_everyone_and_give_ten_days_to_reply():
    scene = ReferralScenario(changes={"tool": "dps", "ruleset": "pcr-2015-dps", "promises": {}})
    draft = scene.draft(who=InvitationChoice(REPLY_BY, [scene.members[0].pk], "They know the school."))
    with pytest.raises(
        Refused, match=r"at least 10 days to reply \(PCR 2015 reg 34\), so enter Thursday 12 March 2026"
    ):
        commands.ask(draft, by=scene.ruth, at=NOW)
    later = NOW + timedelta(days=11)
    draft = commands.amend(
        draft, who=InvitationChoice(later, [scene.members[0].pk], "They know us."), by=scene.ruth, at=NOW
    )
    with pytest.raises(Refused, match=r"The law \(PCR 2015 reg 34\) says that you must ask every provider"):
        commands.ask(draft, by=scene.ruth, at=NOW)


def test_asking_only_a_shortlist_needs_a_reason_where_the_rules_allow_it(scene):
    draft = scene.draft(who=InvitationChoice(REPLY_BY, [scene.members[1].pk]))
    with pytest.raises(Refused, match="Enter a reason for not asking every provider"):
        commands.ask(draft, by=scene.ruth, at=NOW)
    draft = commands.amend(
        draft, who=InvitationChoice(REPLY_BY, [scene.members[1].pk], "The nearest."), by=scene.ruth, at=NOW
    )
    assert names(commands.ask(draft, by=scene.ruth, at=NOW)) == {scene.members[1].provider}


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda one: set_status(one.agreement, "to_sign"), "its agreement is not signed by both sides yet"),
        (lambda one: type(one).objects.filter(pk=one.pk).update(required_evidence=["public_liability"]), "has expired"),
    ],
)
def test_providers_that_cannot_be_invited_are_skipped_but_on_a_shortlist_they_are_refused(scene, spoil, why):
    spoil(scene.members[0])
    draft = scene.draft(who=InvitationChoice(REPLY_BY, [scene.members[0].pk], "They know us."))
    with pytest.raises(Refused, match=f"You cannot ask {scene.members[0].provider}, because .*{why}"):
        commands.ask(draft, by=scene.ruth, at=NOW)
    draft = commands.amend(draft, who=InvitationChoice(REPLY_BY), by=scene.ruth, at=NOW)
    assert names(commands.ask(draft, by=scene.ruth, at=NOW)) == {one.provider for one in scene.members[1:]}


def test_asking_a_member_of_another_category_or_market_is_refused(scene):
    stranger = MemberFactory()
    draft = scene.draft(who=InvitationChoice(REPLY_BY, [scene.members[0].pk, stranger.pk], "They know us."))
    with pytest.raises(Refused, match="no longer in this category"):
        commands.ask(draft, by=scene.ruth, at=NOW)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Jasmine enjoys animals.", "a name"),
        ("Lives at BN11 1LG.", "a postcode"),
        ("Born on 14 May 2012.", "a date"),
        ("Ring 01632 960001.", "a telephone number"),
        ("Write to ruth@school.example.", "an email address"),
    ],
)
def test_words_that_could_identify_the_child_prevent_sending_but_stay_in_the_draft(scene, words, why):
    draft = scene.draft(picture=DRAFT_PICTURE._replace(picture=words))
    with pytest.raises(
        Refused, match=f"Remove the marked words. A provider could work out who the pupil is from {why}"
    ):
        commands.ask(draft, by=scene.ruth, at=NOW)
    draft.refresh_from_db()
    assert (draft.status, draft.picture) == ("draft", words)


def test_outcomes_and_the_area_are_also_checked_for_identifying_words(scene):
    draft = scene.draft(wanted=DRAFT_WANTED._replace(outcomes=["Jasmine attends every day"]))
    with pytest.raises(Refused, match="from a name"):
        commands.ask(draft, by=scene.ruth, at=NOW)
    draft = commands.amend(
        draft, wanted=DRAFT_WANTED, picture=DRAFT_PICTURE._replace(area="BN11 1LG"), by=scene.ruth, at=NOW
    )
    with pytest.raises(Refused, match="who the pupil is from a postcode"):
        commands.ask(draft, by=scene.ruth, at=NOW)


def test_if_only_a_few_children_are_similar_asking_needs_confirmation(scene):
    draft = scene.draft(picture=DRAFT_PICTURE._replace(few=False))
    with pytest.raises(Refused, match="Fewer than 10 children"):
        commands.ask(draft, by=scene.ruth, at=NOW)
    PupilFactory.create_batch(9, buyer=scene.school)
    assert commands.ask(draft, by=scene.ruth, at=NOW).status == "asking"


@pytest.mark.postgres15
def test_all_missing_parts_of_a_referral_are_reported_together(scene):
    draft = commands.begin(scene.pupil, scene.lot, by=scene.ruth, at=NOW)
    with pytest.raises(Refused) as refusal:
        commands.ask(draft, by=scene.ruth, at=NOW)
    assert {one.where for one in refusal.value.problems} >= {"basis", "starts_on", "area", "picture", "reply_by"}


def test_a_reply_deadline_in_the_past_is_refused_both_when_saved_and_when_sent(scene):
    draft = scene.draft()
    with pytest.raises(Refused, match="The deadline to reply must be in the future"):
        commands.amend(draft, who=InvitationChoice(NOW), by=scene.ruth, at=NOW)
    with pytest.raises(Refused, match="The deadline to reply must be in the future"):
        commands.ask(draft, by=scene.ruth, at=REPLY_BY)


def test_a_referral_cannot_be_changed_once_it_has_been_sent(scene):
    referral = scene.asked()
    with pytest.raises(Refused, match="status is “Sent to providers”"):
        commands.amend(referral, picture=DRAFT_PICTURE, by=scene.ruth, at=NOW)
    with pytest.raises(DatabaseError, match="does not change"):
        Referral.objects.filter(pk=referral.pk).update(picture="Something else.")


def test_a_referral_for_a_child_who_left_before_it_was_sent_is_refused(scene):
    draft = scene.draft()
    set_status(scene.pupil, "left")
    with pytest.raises(Refused, match="This pupil has left"):
        commands.ask(draft, by=scene.ruth, at=NOW)


def test_asking_is_refused_if_there_is_no_provider_to_ask(scene):
    for one in scene.members:
        set_status(one.agreement, "to_sign")
    draft = scene.draft()
    with pytest.raises(Refused, match="You cannot ask any provider in this category at the moment"):
        commands.ask(draft, by=scene.ruth, at=NOW)


def test_only_placing_staff_of_the_buyer_can_ask_providers(scene):
    draft = scene.draft()
    strangers = [
        person(Role.AP_LEAD, at=SchoolOrganisationFactory()), person(Role.FINANCE, at=scene.school),
        person(Role.HEAD, at=scene.school), person(Role.CONTRACTS_OFFICER, at=scene.authority), scene.ada(),
    ]  # fmt: skip
    for somebody in strangers:
        with pytest.raises(PermissionDenied):
            commands.ask(draft, by=somebody, at=NOW)
    assert not ExpressionOfInterest.objects.exists()


def test_a_member_whose_agreement_ends_too_early_is_not_asked(scene):
    ended = AgreementFactory(
        authority=scene.authority, provider=scene.members[0].provider, ends_on=date(2026, 3, 1)
    )  # fmt: skip
    type(scene.members[0]).objects.filter(pk=scene.members[0].pk).update(agreement=ended)
    assert scene.members[0].provider not in names(scene.asked())


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_several_simultaneous_requests_ask_each_provider_once():
    scene = ReferralScenario()
    draft = scene.draft()
    results = all_at_once(lambda: commands.ask(draft, by=scene.ruth, at=NOW), times=4)
    assert results.count("done") == 1
    assert ExpressionOfInterest.objects.count() == 3
