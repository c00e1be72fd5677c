"""Tests for the performance measures: school days until a child starts, and attendance before and after the start."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from calloff.monitoring.kpis import ATTENDANCE_KPI, START_KPI, KpiRating, compute_kpis
from calloff.people.permissions import Role
from calloff.placements.models import Attendance
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, person
from tests.factories_markets import MarketFactory, MemberFactory
from tests.factories_placements import SchoolTermFactory
from tests.monitoring.test_suspend import placed

pytestmark = pytest.mark.django_db
KPIS = [
    {"key": "start", "title": "Time to start", "measure": "School days", "target": "10 days", "met": 3, "close": 6},
    {"key": "attendance", "title": "Better", "measure": "Children", "target": "Each", "met": 80, "close": 60},
]
AGREED = NOW - timedelta(days=7)  # This is Monday 23 February 2026, the first day of the second half term.


@pytest.fixture
def member():
    authority = AuthorityFactory(la_code="938")
    SchoolTermFactory(starts_on=date(2026, 1, 5), ends_on=date(2026, 2, 13), name="Spring, first half")
    SchoolTermFactory()
    return MemberFactory(market=MarketFactory(authority=authority, changes={"kpis": KPIS}))


@pytest.fixture
def school(member):
    return SchoolOrganisationFactory(host=member.authority)


def started(member, school, on, *, baseline="50", marks="", agreed=AGREED):
    """Create a placement that started on a given date.

    `marks` has a letter for each session from that date on: p for present and a for absent.
    """
    one = placed(member, school, running=True, started_on=on, agreed_at=agreed)
    type(one).objects.filter(pk=one.pk).update(agreed_at=agreed, started_on=on)
    type(one.pupil).objects.filter(pk=one.pupil.pk).update(attendance=baseline and Decimal(baseline))
    ben = person(Role.PROVIDER_STAFF, at=member.provider)
    for number, mark in enumerate(marks):
        there = mark == "p"
        Attendance.objects.create(
            authority=one.authority, placement=one, day=on + timedelta(days=number // 2),
            session="ap"[number % 2] + "m",
            mark="present" if there else "absent", reason="" if there else "Ill", marked_by=ben, marked_at=NOW,
            **({} if there else {"cause": "ill"}),
        )  # fmt: skip
    return one


def of(member, key, **narrowed):
    officer = person(Role.QUALITY_OFFICER, at=member.authority)
    return next(one for one in compute_kpis(member.authority, person=officer, at=NOW, **narrowed) if one.key == key)


def test_days_to_start_are_counted_in_school_days_and_their_median_is_shown(member, school):
    for day in (24, 25, 26, 26, 27):  # These are 1, 2, 3, 3 and 4 school days after Monday 23 February.
        started(member, school, date(2026, 2, day))
    told = of(member, START_KPI)
    assert (told.all.children, told.all.value, told.all.within, told.all.word) == (5, 3, 4, KpiRating.MET)
    assert [(one.name, one.value) for one in told.by_provider] == [(member.provider.name, 3)]


def test_holidays_and_weekends_do_not_count_as_days_to_start(member, school):
    # This is a Thursday. It is followed by Friday, half term, and Monday 23 February.
    agreed = NOW.replace(month=2, day=12)
    for _ in range(5):
        started(member, school, date(2026, 2, 23), agreed=agreed)
    assert of(member, START_KPI).all.value == 2


@pytest.mark.parametrize(("day", "word"), [(26, KpiRating.MET), (27, KpiRating.CLOSE)])
def test_ratings_follow_the_targets_of_the_market(member, school, day, word):
    for _ in range(5):
        started(member, school, date(2026, 2, day))
    assert of(member, START_KPI).all.word == word


def test_a_value_outside_the_nearly_met_range_is_rated_as_missed(member, school):
    for _ in range(5):
        started(member, school, date(2026, 3, 2), agreed=NOW.replace(month=1, day=19))
    assert of(member, START_KPI).all.word == KpiRating.MISSED


def test_no_figure_is_shown_for_fewer_than_five_children(member, school):
    for _ in range(4):
        started(member, school, date(2026, 2, 24))
    told = of(member, START_KPI).all
    assert told.is_withheld
    assert (told.children, told.value, told.within, told.word) == (None, None, None, KpiRating.NO_DATA)


def test_figures_for_a_small_provider_cannot_be_worked_out_from_the_total_and_other_providers(member, school):
    second, third = (MemberFactory(market=member.market) for _ in range(2))
    for which, number in ((member, 8), (second, 6), (third, 4)):
        for _ in range(number):
            started(which, school, date(2026, 2, 24))
    told = of(member, START_KPI)
    assert (told.all.children, told.all.within) == (18, 18)
    shown = {one.name: one.children for one in told.by_provider}
    assert shown == {member.provider.name: 8, second.provider.name: None, third.provider.name: None}


def test_figures_for_a_small_market_cannot_be_worked_out_by_filtering_the_page(member, school):
    other = MemberFactory(market=MarketFactory(authority=member.authority, changes={"kpis": KPIS}))
    for which, number in ((member, 9), (other, 3)):
        for _ in range(number):
            started(which, school, date(2026, 2, 24))
    told = of(member, START_KPI)
    assert told.all.children == 12
    assert [one.children for one in told.by_market] == [None, None]
    narrowed = of(member, START_KPI, market=member.market.code)
    assert narrowed.all.children is None
    assert [one.children for one in narrowed.by_provider] == [None]


def test_attendance_is_compared_with_each_childs_attendance_before_the_placement(member, school):
    monday = date(2026, 2, 16)
    for baseline, marks in (("30", "p" * 4 + "a" * 6), ("90", "p" * 8 + "a" * 2), ("10", "p" * 5 + "a" * 5),
                            ("0", "p" + "a" * 9), ("50", "p" * 5 + "a" * 5)):  # fmt: skip
        started(member, school, monday, baseline=baseline, marks=marks)
    told = of(member, ATTENDANCE_KPI)
    assert (told.all.children, told.all.within, told.all.value, told.all.word) == (5, 3, 60, KpiRating.CLOSE)


def test_a_child_with_no_earlier_attendance_or_with_few_sessions_is_not_counted(member, school):
    monday = date(2026, 2, 16)
    started(member, school, monday, baseline=None, marks="p" * 10)
    started(member, school, monday, marks="p" * 9)
    told = of(member, ATTENDANCE_KPI)
    assert (told.all.children, told.left_out) == (0, 2)


def test_a_child_whose_term_dates_are_unknown_is_not_counted(member, school):
    started(member, school, date(2026, 2, 24), agreed=NOW.replace(year=2025, month=9))
    assert of(member, START_KPI).left_out == 1


def test_measures_are_shown_by_market_and_can_be_filtered_by_market(member, school):
    other = MemberFactory(market=MarketFactory(authority=member.authority, changes={"kpis": KPIS}))
    for which in (member, other):
        for _ in range(5):
            started(which, school, date(2026, 2, 24))
    told = of(member, START_KPI)
    assert {one.key: one.children for one in told.by_market} == {member.market.code: 5, other.market.code: 5}
    assert of(member, START_KPI, market=other.market.code).all.children == 5


def test_children_placed_by_another_authority_are_not_included(member, school):
    elsewhere = MemberFactory()
    for _ in range(5):
        started(elsewhere, SchoolOrganisationFactory(host=elsewhere.authority), date(2026, 2, 24))
    assert of(member, START_KPI).all.children == 0


def test_a_market_without_targets_has_no_rating():
    SchoolTermFactory(la_code="838")
    other = MemberFactory(market=MarketFactory(authority=AuthorityFactory(la_code="838")))
    for _ in range(5):
        started(other, SchoolOrganisationFactory(host=other.authority), date(2026, 2, 24))
    told = of(other, START_KPI).all
    assert (told.children, told.word) == (5, KpiRating.NO_DATA)


def test_a_kpi_has_a_value_for_each_month_except_small_months(member, school):
    for first, number in ((date(2026, 1, 12), 5), (date(2026, 2, 2), 6), (date(2026, 3, 2), 2)):
        for _ in range(number):
            started(member, school, first, agreed=NOW.replace(month=1, day=6))
    by_month = of(member, START_KPI).by_month
    assert [one.month.month for one in by_month] == [1, 2, 3]
    shown = [one.value is not None for one in by_month]
    assert shown[2] is False
    assert shown.count(False) == 2  # Otherwise, people could work out the month with few children from the total.
    assert of(member, START_KPI, market=member.market.code).by_month == by_month


def test_no_month_is_shown_if_the_total_is_hidden(member, school):
    for _ in range(4):
        started(member, school, date(2026, 2, 24))
    assert [one.value for one in of(member, START_KPI).by_month] == [None]
