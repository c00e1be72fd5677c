"""Tests for year groups, which move up on 1 September, even for a child outside the usual year group."""

from datetime import UTC, date, datetime

import pytest

from calloff.kernel.key_stages import school_year
from calloff.kernel.lifecycles import Refused
from calloff.pupils import queries
from calloff.pupils.commands import amend, record
from calloff.pupils.contact_rules import PLACED_PACK_PLACE
from calloff.pupils.reidentification import count_similar_children
from calloff.referrals import commands as referrals
from tests.factories import NOW
from tests.factories_placements import PupilFactory
from tests.pupils.test_record import CHILD
from tests.referrals.scenario import ReferralScenario

pytestmark = pytest.mark.django_db
AUGUST = datetime(2026, 8, 31, 22, 30, tzinfo=UTC)  # 11:30pm on 31 August in London
SEPTEMBER = datetime(2026, 8, 31, 23, 30, tzinfo=UTC)  # 12:30am on 1 September in London


def shown_year(cast, child, at):
    return queries.identify_pupils([child], person=cast.ruth, acting_for=cast.school, purpose="x", at=at)[child.pk].year


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 8, 31), 2025), (date(2026, 9, 1), 2026), (date(2026, 12, 31), 2026), (date(2027, 1, 1), 2026)],
)
def test_the_school_year_starts_on_1_september(day, year):
    assert school_year(day) == year


def test_year_groups_move_up_at_midnight_in_london(cast):
    child = record(cast.school, **CHILD, by=cast.ruth, at=NOW)
    assert shown_year(cast, child, AUGUST) == "Year 9"
    assert shown_year(cast, child, SEPTEMBER) == "Year 10"
    pack = queries.pupil_pack(
        child, place=PLACED_PACK_PLACE, person=cast.ruth, acting_for=cast.school, purpose="x", at=SEPTEMBER
    )
    assert ("Year", "Year 10") in [row for section in pack.sections for row in section.rows]


@pytest.mark.parametrize(("year", "next_year"), [(8, "Year 9"), (10, "Year 11")])
def test_a_child_outside_the_usual_year_group_stays_the_same_number_of_years_from_it(cast, year, next_year):
    child = record(cast.school, **CHILD | {"year_group": year}, by=cast.ruth, at=NOW)
    assert shown_year(cast, child, SEPTEMBER) == next_year


def test_a_corrected_year_group_applies_from_the_date_of_the_correction(cast):
    child = record(cast.school, **CHILD, by=cast.ruth, at=NOW)
    repeats = amend(child, year_group=9, by=cast.ruth, at=SEPTEMBER)
    assert shown_year(cast, repeats, SEPTEMBER) == "Year 9"
    assert shown_year(cast, repeats, SEPTEMBER.replace(year=2027)) == "Year 10"


def test_changing_other_details_does_not_change_the_year_group(cast):
    child = record(cast.school, **CHILD, by=cast.ruth, at=NOW)
    child = amend(child, postcode="BN11 1AA", by=cast.ruth, at=SEPTEMBER)
    assert (child.year_group, child.school_year) == (9, 2025)


def test_a_year_group_too_far_from_the_childs_age_is_refused(cast):
    child = record(cast.school, **CHILD, by=cast.ruth, at=NOW)
    with pytest.raises(Refused, match="usually in year 11"):
        amend(child, year_group=9, by=cast.ruth, at=SEPTEMBER.replace(year=2027))


def test_after_year_13_the_page_shows_the_age_and_other_details_can_still_change(cast):
    child = record(cast.school, **CHILD | {"born_on": date(2008, 1, 9), "year_group": 13}, by=cast.ruth, at=NOW)
    assert shown_year(cast, child, SEPTEMBER) == "Above year 13"
    assert amend(child, postcode="BN11 1AA", by=cast.ruth, at=SEPTEMBER).postcode == "BN11 1AA"


def test_only_children_now_in_the_same_year_group_count_as_similar(cast):
    same = {"buyer": cast.school, "sex": "F", "needs": ["SEMH"]}
    child = PupilFactory(**same, year_group=9, school_year=2025)
    PupilFactory(**same, year_group=8, school_year=2024)
    PupilFactory(**same, year_group=9, school_year=2024)
    assert count_similar_children(child) == 2


def test_a_new_referral_has_the_key_stage_of_the_childs_current_year_group():
    scene = ReferralScenario()
    scene.pupil.school_year = 2024
    scene.pupil.save()
    assert referrals.begin(scene.pupil, scene.lot, by=scene.ruth, at=NOW).key_stage == "ks4"
