"""Tests for scenario 38: who can see what, and the log of every view and every refused attempt."""

from datetime import timedelta

import pytest

from calloff.people.permissions import Can, Role
from calloff.pupils import queries
from calloff.pupils.contact_rules import PLACED_PACK_PLACE
from calloff.pupils.disclosure_grants import end_disclosures
from calloff.pupils.disclosure_policy import DISCLOSURE_FIELDS, PROTECTED_FIELDS, DisclosureReader, fields_for
from calloff.pupils.models import ProtectionInformation, Pupil, RecordAccess
from calloff.pupils.states import DisclosureStage
from tests.factories import NOW, ProviderFactory, SchoolOrganisationFactory, person
from tests.factories_placements import DisclosureGrantFactory, PupilFactory, disclose

WHY = "To decide whether to confirm the place"
LATER = NOW + timedelta(hours=1)


def reads():
    return list(RecordAccess.objects.order_by("pk").values_list("by__name", "what", "among"))


def pack(pupil, somebody, acting_for, at=NOW):
    return queries.pupil_pack(
        pupil, place=PLACED_PACK_PLACE, person=somebody, acting_for=acting_for, purpose=WHY, at=at
    )


def shown_rows(found):
    return {label: text for section in found.sections for label, text in section.rows}


def offered(pupil, cast, *needs):
    for one in needs:
        disclose(
            pupil, to=cast.provider, needs=one, stage=DisclosureStage.OFFERED, purpose=WHY, source="TST-R-0001", at=NOW
        )


def test_opening_a_list_of_initials_is_logged_as_one_view_for_each_child(cast, pupil, django_assert_num_queries):
    second = PupilFactory(buyer=cast.school, given_name="Olive", family_name="Marsh")
    stranger = PupilFactory()
    several = list(Pupil.objects.select_related("buyer"))
    cast.ruth.roles_at(cast.school, NOW)
    # For another school's child, the function looks for a disclosure and logs the view.
    with django_assert_num_queries(2):
        shown = queries.identify_pupils(several, person=cast.ruth, acting_for=cast.school, purpose="A list", at=NOW)
    assert {key: one.initials for key, one in shown.items()} == {pupil.pk: "JT", second.pk: "OM"}
    assert not any(one.name for one in shown.values())
    assert reads() == [("Ruth", "initials", 2), ("Ruth", "initials", 2)]
    assert stranger.pk not in shown


def test_showing_names_is_logged_as_a_separate_view(cast, pupil):
    shown = queries.identify_pupils(
        [pupil],
        person=cast.ruth,
        acting_for=cast.school,
        purpose="Off site now",
        at=NOW,
        what=RecordAccess.What.IDENTITY,
    )
    assert shown[pupil.pk].in_words == "Jasmine Thistlewood (Jazz)"
    assert reads() == [("Ruth", "identity", 1)]


def test_people_at_the_buyer_can_see_the_full_pack_but_finance_staff_cannot(cast, pupil):
    for somebody in (cast.ruth, cast.helen, cast.saul):
        assert shown_rows(pack(pupil, somebody, cast.school))["Home postcode"] == "BN11 1AA"
    for somebody in (cast.fay, cast.bea):
        assert pack(pupil, somebody, cast.school) is None
    assert [what for _, what, _ in reads()] == ["pack"] * 3 + ["refused"] * 2


def test_a_provider_without_an_offer_cannot_see_the_child_and_the_attempt_is_logged(cast, pupil):
    assert pack(pupil, cast.ada, cast.provider) is None
    tried = RecordAccess.objects.get()
    assert (tried.by, tried.what, tried.acting_for, tried.pupil) == (cast.ada, "refused", str(cast.provider), pupil)


def test_a_provider_with_an_offer_can_see_the_full_pack_except_the_upn(cast, pupil):
    Pupil.objects.update(upn="A123456789012")
    pupil.refresh_from_db()
    offered(pupil, cast, Can.ANSWER_REFERRALS)
    found = pack(pupil, cast.ada, cast.provider)
    assert (found.name, shown_rows(found)["Home postcode"]) == ("Jasmine Thistlewood (Jazz)", "BN11 1AA")
    assert [contact.name for contact in found.contacts] == ["Marigold Thistlewood"]
    assert "Unique pupil number" not in shown_rows(found)
    assert "A123456789012" not in str(found)
    assert reads() == [("Ada", "pack", 1)]


def test_a_disclosure_gives_access_only_to_people_with_the_right_permission(cast, pupil):
    offered(pupil, cast, Can.ANSWER_REFERRALS)
    rival = ProviderFactory()
    assert pack(pupil, cast.ben, cast.provider) is None
    assert pack(pupil, person(Role.PROVIDER_LEAD, at=rival), rival) is None
    assert pack(pupil, cast.ada, rival) is None


def test_a_disclosure_gives_access_only_to_people_who_act_for_its_organisation(cast, pupil):
    elsewhere = ProviderFactory()
    both = person(Role.PROVIDER_LEAD, at=elsewhere)
    offered(pupil, cast, Can.ANSWER_REFERRALS)
    assert pack(pupil, both, cast.provider) is None


def test_access_ends_at_the_exact_time_recorded(cast, pupil):
    offered(pupil, cast, Can.ANSWER_REFERRALS)
    assert pack(pupil, cast.ada, cast.provider, LATER - timedelta(microseconds=1))
    assert end_disclosures("TST-R-0001", at=LATER) == 1
    assert pack(pupil, cast.ada, cast.provider, LATER - timedelta(microseconds=1))
    assert pack(pupil, cast.ada, cast.provider, LATER) is None
    assert not Pupil.objects.visible_to(cast.ada, LATER).exists()


def test_a_school_that_accepts_the_child_can_see_the_upn_once_the_child_is_placed(cast, pupil):
    Pupil.objects.update(upn="A123456789012")
    pupil.refresh_from_db()
    school = ProviderFactory(urn=123456)
    lead = person(Role.PROVIDER_LEAD, at=school)
    given = {"to": school, "needs": Can.ANSWER_REFERRALS, "purpose": WHY, "source": "TST-L-0001", "at": NOW}
    disclose(pupil, stage=DisclosureStage.OFFERED, **given)
    assert "Unique pupil number" not in shown_rows(pack(pupil, lead, school))
    disclose(pupil, stage=DisclosureStage.PLACED, **given | {"at": LATER})
    assert shown_rows(pack(pupil, lead, school, LATER))["Unique pupil number"] == "A123456789012"


def test_provider_staff_can_see_only_what_they_need_for_the_day(cast, pupil):
    disclose(
        pupil, to=cast.provider, needs=Can.TAKE_REGISTER, stage=DisclosureStage.PLACED, purpose=WHY, source="L", at=NOW
    )
    found = pack(pupil, cast.ben, cast.provider)
    assert shown_rows(found)["Risks, triggers and what helps"] == "Runs when it is loud."
    assert not shown_rows(found).keys() & {
        "Date of birth",
        "Home address",
        "Home postcode",
        "Looked after by",
        "Attainment",
    }
    assert found.contacts


def protect(pupil):
    ProtectionInformation.objects.create(pupil=pupil, social_care="cp", concerns="Neglect.", kept_at=NOW)


def protection(pupil, somebody, acting_for):
    return queries.pupil_protection(pupil, person=somebody, acting_for=acting_for, purpose=WHY, at=NOW)


def test_only_safeguarding_leads_can_see_child_protection_information(cast, pupil):
    protect(pupil)
    offered(pupil, cast, Can.ANSWER_REFERRALS, Can.SAFEGUARD)
    assert ("Concerns", "Neglect.") in protection(pupil, cast.saul, cast.school).rows
    assert ("Concerns", "Neglect.") in protection(pupil, cast.petra, cast.provider).rows
    for somebody, place in ((cast.ruth, cast.school), (cast.helen, cast.school), (cast.ada, cast.provider)):
        assert protection(pupil, somebody, place) is None
        assert "Neglect" not in str(pack(pupil, somebody, place))
        assert not pack(pupil, somebody, place).has_protection
    assert pack(pupil, cast.petra, cast.provider).has_protection
    assert "Neglect" not in str(pack(pupil, cast.petra, cast.provider)), "it is read on a page of its own"
    found = (
        RecordAccess.objects.filter(what__in=["protection", "refused"]).order_by("pk").values_list("by__name", "what")
    )
    assert list(found) == [
        ("Saul", "protection"), ("Petra", "protection"), ("Ruth", "refused"), ("Helen", "refused"), ("Ada", "refused"),
    ]  # fmt: skip


def test_a_notified_authority_can_see_the_child_but_not_the_risks(cast, pupil):
    assert pack(pupil, cast.nina, cast.authority) is None
    disclose(
        pupil,
        to=cast.authority,
        needs=Can.KNOW_CHILD,
        stage=DisclosureStage.TOLD,
        purpose="EHC plan",
        source="L",
        at=NOW,
    )
    found = pack(pupil, cast.nina, cast.authority)
    assert "Special educational needs" in shown_rows(found)
    assert not shown_rows(found).keys() & {"Risks, triggers and what helps", "Medical", "Home address"}
    assert pack(pupil, cast.olivia, cast.authority) is None
    assert [one.pupil for one in queries.disclosures_to_authority(cast.authority, person=cast.nina, at=NOW)] == [pupil]
    assert not queries.disclosures_to_authority(cast.authority, person=cast.olivia, at=NOW)


def test_notifying_one_officer_does_not_give_access_to_another(cast, pupil):
    disclose(
        pupil,
        to=cast.authority,
        needs=Role.SEN_OFFICER,
        stage=DisclosureStage.TOLD,
        purpose="EHC plan",
        source="L",
        at=NOW,
    )
    assert pack(pupil, cast.nina, cast.authority)
    assert pack(pupil, cast.vera, cast.authority) is None
    assert Pupil.objects.visible_to(cast.nina, NOW).exists()
    assert not Pupil.objects.visible_to(cast.vera, NOW).exists()


def test_repeating_a_disclosure_changes_nothing_but_one_for_another_stage_replaces_it(cast, pupil):
    first = {"to": cast.provider, "needs": Can.ANSWER_REFERRALS, "purpose": WHY, "source": "X", "at": NOW}
    once, again = (disclose(pupil, stage=DisclosureStage.OFFERED, **first) for _ in range(2))
    assert once == again
    disclose(pupil, stage=DisclosureStage.PLACED, **first | {"at": LATER})
    once.refresh_from_db()
    assert once.ends_at == LATER
    assert [one.stage for one in queries.disclosures_of(pupil)] == ["placed", "offered"]
    assert queries.disclosures_to_provider([pupil], at=LATER)[pupil.pk].stage == "placed"


def test_ending_one_disclosure_does_not_end_the_others(cast, pupil):
    rival = ProviderFactory()
    for to in (cast.provider, rival):
        disclose(
            pupil, to=to, needs=Can.ANSWER_REFERRALS, stage=DisclosureStage.OFFERED, purpose=WHY, source="X", at=NOW
        )
    assert end_disclosures("X", at=LATER, to=rival) == 1
    assert pack(pupil, cast.ada, cast.provider, LATER)


@pytest.mark.parametrize(
    ("stage", "needs"), [(DisclosureStage.ASKED, Can.ANSWER_REFERRALS), (DisclosureStage.TOLD, Can.ANSWER_REFERRALS)]
)
def test_a_disclosure_that_is_not_in_the_table_cannot_be_made(cast, pupil, stage, needs):
    with pytest.raises(LookupError):
        disclose(pupil, to=cast.provider, needs=needs, stage=stage, purpose=WHY, source="X", at=NOW)


def test_the_disclosure_table_follows_the_rules_about_each_field():
    before_an_offer = fields_for([DisclosureReader.ASKED])
    assert before_an_offer == {
        "key_stage", "area", "hours", "outcomes", "picture", "needs", "sen_provision", "hazards",
    }  # fmt: skip
    for reader in DisclosureReader:
        safeguarding = "safeguarding" in reader.name.lower()
        assert bool(fields_for([reader]) & PROTECTED_FIELDS) == safeguarding
        if "provider" in reader:
            assert "upn" not in fields_for([reader])
    assert "upn" not in fields_for([DisclosureReader.OFFERED, DisclosureReader.OFFERED_SAFEGUARDING], is_school=True)
    assert len({field.name for field in DISCLOSURE_FIELDS}) == len(DISCLOSURE_FIELDS)
    assert all(len(field.cells) == len(DisclosureReader) for field in DISCLOSURE_FIELDS)


def test_a_search_finds_children_only_among_the_buyers_own_pupils_and_by_part_of_a_name(cast, pupil):
    PupilFactory(given_name="Jasmine", family_name="Elsewhere")
    ours = queries.of_buyer(cast.school, person=cast.ruth, at=NOW)
    assert list(queries.pupils_named("jas thistle", ours)) == [pupil]
    assert list(queries.pupils_named(pupil.reference.lower(), ours)) == [pupil]
    assert not queries.pupils_named("elsewhere", ours)
    assert not queries.pupils_named("  \x00 ", ours)
    assert not queries.of_buyer(cast.school, person=cast.fay, at=NOW)
    other = SchoolOrganisationFactory()
    assert not queries.of_buyer(cast.school, person=person(Role.AP_LEAD, at=other), at=NOW)


@pytest.mark.parametrize("typed", ["Lukasz", "obrien", "o'brien lukasz", "Łukasz O’Brien", "brien"])
def test_a_search_finds_children_in_spite_of_accents_and_apostrophes(cast, typed):
    child = PupilFactory(buyer=cast.school, given_name="Łukasz", family_name="O’Brien")
    ours = queries.of_buyer(cast.school, person=cast.ruth, at=NOW)
    assert list(queries.pupils_named(typed, ours)) == [child]


def test_a_disclosure_to_a_person_whose_role_has_ended_shows_nothing(cast, pupil):
    DisclosureGrantFactory(pupil=pupil, organisation=cast.provider, needs=Can.ANSWER_REFERRALS)
    cast.ada.grants.update(ends_at=LATER)
    cast.ada.forget_roles()
    assert pack(pupil, cast.ada, cast.provider, LATER) is None
