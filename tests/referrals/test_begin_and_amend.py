"""Tests for writing a draft: the legal basis and its facts, the sixth school day, and what is required."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from calloff.kernel.lifecycles import Refused
from calloff.kernel.school_days import SchoolCalendar
from calloff.people.permissions import Role
from calloff.referrals import commands, legal_bases
from calloff.referrals.models import EducationBasis, ExpressionOfInterest, Referral
from calloff.referrals.sections import LegalBasis
from calloff.registers.models import SchoolTerm
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.factories_markets import set_status
from tests.referrals.scenario import DRAFT_WANTED, ReferralScenario

pytestmark = pytest.mark.django_db

CALENDAR = SchoolCalendar([(date(2026, 2, 23), date(2026, 3, 27))], [date(2026, 3, 6)])  # the last date is an INSET day


@pytest.fixture
def scene():
    return ReferralScenario()


def write(scene, **parts):
    draft = commands.begin(scene.pupil, scene.lot, by=scene.ruth, at=NOW)
    return commands.amend(draft, **parts, by=scene.ruth, at=NOW)


def test_a_draft_referral_copies_only_needs_and_hazards_from_the_childs_record(scene):
    draft = commands.begin(scene.pupil, scene.lot, by=scene.ruth, at=NOW)
    assert (draft.key_stage, draft.needs, draft.hazards, draft.sen_provision) == (
        "ks3", ["SEMH", "SLCN"], ["absconding"], "K",
    )  # fmt: skip
    assert (draft.picture, draft.area) == ("", "")
    assert draft.reference == f"{scene.market.code}-R-0001"


def test_a_provider_cannot_see_a_draft_referral(scene):
    draft = scene.draft()
    for number in range(3):
        assert not ExpressionOfInterest.objects.visible_to(scene.ada(number), NOW).exists()
        assert not Referral.objects.visible_to(scene.ada(number), NOW).exists()
    assert Referral.objects.visible_to(scene.ruth, NOW).get() == draft
    watcher = person(Role.CONTRACTS_OFFICER, at=scene.authority)
    assert not Referral.objects.visible_to(watcher, NOW).exists()


def test_a_child_can_have_one_open_referral_in_each_category(scene):
    commands.begin(scene.pupil, scene.lot, by=scene.ruth, at=NOW)
    with pytest.raises(Refused, match="already an open referral"):
        commands.begin(scene.pupil, scene.lot, by=scene.ruth, at=NOW)


def test_a_child_who_has_left_cannot_be_referred(scene):
    set_status(scene.pupil, "left")
    with pytest.raises(Refused, match="has left"):
        commands.begin(scene.pupil, scene.lot, by=scene.ruth, at=NOW)


def test_only_placing_staff_of_the_buyer_can_start_or_amend_a_draft(scene):
    draft = scene.draft()
    for somebody in (person(Role.AP_LEAD, at=SchoolOrganisationFactory()), person(Role.FINANCE, at=scene.school)):
        with pytest.raises(PermissionDenied):
            commands.amend(draft, wanted=DRAFT_WANTED, by=somebody, at=NOW)


@pytest.mark.parametrize(
    ("basis", "on", "facts", "due"),
    [
        (
            EducationBasis.SECTION_19,
            date(2026, 2, 26),
            {},
            date(2026, 3, 9),
        ),  # the days are 27 February, 2 to 5 March and, after the INSET day, 9 March
        (
            EducationBasis.SECTION_100,
            date(2026, 2, 26),
            {"days": 10},
            date(2026, 3, 5),
        ),  # the sixth day, counting the first day
        (EducationBasis.SECTION_100, date(2026, 2, 28), {"days": 10}, date(2026, 3, 10)),  # a Saturday
        (EducationBasis.OFF_SITE, date(2026, 3, 3), {"notice_on": "2026-03-04"}, date(2026, 3, 9)),
        (EducationBasis.MEDICAL, date(2026, 2, 23), {}, date(2026, 3, 16)),
        (EducationBasis.MEDICAL, date(2026, 2, 23), {"clear_on": "2026-03-02"}, date(2026, 3, 2)),
        (EducationBasis.EHC_PLAN, date(2026, 2, 1), {}, None),
        (EducationBasis.CHILDREN_ACT, date(2026, 2, 1), {"section": "17"}, None),
    ],
)
def test_the_due_date_is_counted_in_school_days_of_that_school(basis, on, facts, due):
    assert legal_bases.due_on(legal_bases.find_duty(basis, on), on, facts, CALENDAR) == due


@pytest.mark.parametrize("row", legal_bases.LEGAL_DUTIES, ids=lambda row: row.basis)
def test_every_duty_has_a_citation_and_a_first_day(row):
    assert row.citation
    assert row.valid_from
    assert legal_bases.find_duty(row.basis, row.valid_from) == row
    with pytest.raises(LookupError):
        legal_bases.find_duty(row.basis, date(1980, 1, 1))


def test_every_legal_basis_has_a_legal_duty():
    assert {row.basis for row in legal_bases.LEGAL_DUTIES} == set(EducationBasis)


def test_the_sixth_school_day_is_calculated_from_the_schools_terms(scene):
    assert write(scene, basis=LegalBasis(EducationBasis.SECTION_19, date(2026, 2, 26))).due_on == date(2026, 3, 6)


def test_if_there_are_no_term_dates_the_person_enters_the_date(scene):
    SchoolTerm.objects.all().delete()
    draft = commands.begin(scene.pupil, scene.lot, by=scene.ruth, at=NOW)
    basis = LegalBasis(EducationBasis.SECTION_19, date(2026, 2, 26))
    with pytest.raises(Refused, match="do not know the school’s term dates") as refusal:
        commands.amend(draft, basis=basis, by=scene.ruth, at=NOW)
    assert refusal.value.problems[0].where == "due_on"
    result = commands.amend(draft, basis=basis._replace(due_on=date(2026, 3, 6)), by=scene.ruth, at=NOW)
    assert result.due_on == date(2026, 3, 6)


@pytest.mark.parametrize(
    ("basis", "words", "where"),
    [
        (
            LegalBasis(EducationBasis.SECTION_100, date(2026, 2, 26)),
            "Enter how many school days the suspension lasts",
            "days",
        ),
        (LegalBasis(EducationBasis.SECTION_100, date(2026, 2, 26), {"days": 5}), "must be 6 or more", "days"),
        (LegalBasis(EducationBasis.OFF_SITE, date(2026, 3, 3), {"objectives": "Calm"}), "written notice", "notice_on"),
        (
            LegalBasis(EducationBasis.CHILDREN_ACT, date(2026, 2, 26), {"section": "a" * 301}),
            "Section must be 300 characters or fewer",
            "section",
        ),
        (LegalBasis(EducationBasis.SECTION_100, date(2026, 2, 26), {"days": 366}), "must be 365 or less", "days"),
        (LegalBasis(EducationBasis.SECTION_19, date(2026, 3, 3)), "today or in the past", "basis_on"),
        (LegalBasis(EducationBasis.SECTION_19, date(1999, 3, 3)), "was in force", "basis_on"),
        (
            LegalBasis(EducationBasis.SECTION_19, date(2026, 2, 26), {}, date(2026, 2, 25)),
            "must be the same as or after the first day",
            "due_on",
        ),
    ],
)
def test_the_form_asks_for_the_details_that_each_legal_basis_needs(scene, basis, words, where):
    with pytest.raises(Refused, match=words) as refusal:
        write(scene, basis=basis)
    assert refusal.value.problems[0].where == where


def test_an_off_site_direction_can_start_only_after_its_notice_period(scene):
    facts = {"notice_on": date(2026, 3, 9), "objectives": "Calmer mornings"}
    draft = write(scene, basis=LegalBasis(EducationBasis.OFF_SITE, date(2026, 3, 2), facts))
    assert draft.due_on == date(2026, 3, 11)
    with pytest.raises(Refused, match="first day must be Wednesday 11 March 2026 or later"):
        commands.amend(draft, wanted=DRAFT_WANTED, by=scene.ruth, at=NOW)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"starts_on": date(2026, 3, 1)}, "today or later"),
        ({"ends_on": date(2026, 3, 8)}, "The last day must be the same as or after the first day"),
        ({"hours": Decimal(41)}, "no more than 40"),
        ({"outcomes": []}, "at least one outcome"),
        ({"travel": ""}, "how the pupil will travel"),
    ],
)
def test_impossible_requirements_in_a_referral_are_refused(scene, change, words):
    with pytest.raises(Refused, match=words):
        write(scene, wanted=DRAFT_WANTED._replace(**change))


def test_education_by_agreement_needs_an_end_date_and_a_review_before_it(scene):
    day = date(2026, 2, 26)
    with pytest.raises(Refused, match="End of the agreement must be after"):
        facts = {"ends_on": day, "review_on": day}
        write(scene, basis=LegalBasis(EducationBasis.AGREEMENT, day, facts))
    draft = commands.amend(
        Referral.objects.latest("pk"), by=scene.ruth, at=NOW,
        basis=LegalBasis(EducationBasis.AGREEMENT, day, {"ends_on": date(2026, 5, 22), "review_on": date(2026, 4, 17)}),
    )  # fmt: skip
    assert draft.basis_facts == {"ends_on": "2026-05-22", "review_on": "2026-04-17"}
    assert draft.due_on is None


@pytest.mark.parametrize(
    "basis",
    [EducationBasis.SECTION_19_OTHERWISE, EducationBasis.AGREEMENT, EducationBasis.POST_16, EducationBasis.EHC_PLAN],
)
def test_a_legal_basis_to_which_the_sixth_school_day_does_not_apply_has_no_deadline(basis):
    row = legal_bases.find_duty(basis, date(2026, 2, 26))
    assert row.clock is legal_bases.SchoolDayCount.NONE
    assert legal_bases.due_on(row, date(2026, 2, 26), {}, CALENDAR) is None
    assert basis not in legal_bases.SIXTH_DAY_BASES
