"""Tests for which dated entries a person has, and on which days."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse

from calloff.directory.models import TeachingMode
from calloff.people.permissions import Role
from calloff.placements.planned_days import about_hidden_children
from calloff.pupils.models import Pupil
from calloff.registers.models import ClosedDay
from calloff.web.dated_entries import EntryKind, EntryPeriod, dated_entries, entries_of_week
from calloff.web.work_items import WorkItem
from tests.factories import NOW, RoleGrantFactory, person, rewrite
from tests.factories_evidence import EvidenceFactory
from tests.factories_markets import MarketFactory
from tests.factories_placements import ReferralFactory, SchoolTermFactory
from tests.placements import scenario
from tests.placements.scenario import on

pytestmark = pytest.mark.django_db
MARCH = EntryPeriod(date(2026, 3, 1), date(2026, 3, 31), date(2026, 3, 31))


@pytest.fixture
def terms(db):
    SchoolTermFactory()
    SchoolTermFactory(name="Summer term", starts_on=date(2026, 4, 13), ends_on=date(2026, 7, 17))


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.FILES = tmp_path / "files"
    reverse("account:home")  # This loads the URLs, which registers the dated entries of each audience.


def entries(organisation, somebody, kind, at=NOW, period=MARCH):
    somebody.forget_roles()
    return [entry for entry in dated_entries(organisation, somebody, period, at) if entry.kind == kind]


def test_sessions_of_a_half_day_are_one_entry_with_the_references():
    one = scenario.agreed()
    other = scenario.agreed(given={"beside": one})
    found = entries(one.provider, scenario.ben(one), EntryKind.SESSION)
    monday = [entry for entry in found if entry.day == date(2026, 3, 9)]
    assert [entry.text for entry in monday] == ["Morning session, 2 children", "Afternoon session, 2 children"]
    assert set(monday[0].references) == {one.reference, other.reference}
    assert monday[0].href == f"/providers/{one.provider.slug}/register/2026-03-09/am"
    assert monday[0].starts_at < monday[0].ends_at <= monday[1].starts_at
    assert {entry.day.weekday() for entry in found} == {0, 1, 2}
    assert len({entry.key for entry in found}) == len(found)


def test_a_placement_has_a_start_and_an_end_on_the_calendars_of_both_sides():
    placement = scenario.agreed()
    for organisation, somebody in (
        (placement.provider, scenario.ben(placement)), (placement.buyer, scenario.helen(placement)),
    ):  # fmt: skip
        found = [*entries(organisation, somebody, EntryKind.START), *entries(organisation, somebody, EntryKind.END)]
        assert [(entry.day, entry.reference) for entry in found] == [
            (scenario.FIRST, placement.reference), (scenario.LAST, placement.reference),
        ]  # fmt: skip


def test_a_review_keeps_its_key_and_replaces_the_deadline_of_the_same_record(terms):
    placement = scenario.running(ends_on=date(2026, 7, 1))
    ruth, until = scenario.ruth(placement), EntryPeriod(date(2026, 3, 1), date(2026, 7, 1), date(2026, 3, 31))
    review, *later = entries(placement.buyer, ruth, EntryKind.REVIEW, on(10), until)
    assert review.text == "Review due"
    on_the_day = on(10).replace(month=review.day.month, day=review.day.day)
    keys = [entry.key for entry in entries(placement.buyer, ruth, EntryKind.REVIEW, on_the_day, until)]
    assert keys == [review.key, *(entry.key for entry in later)]
    deadlines = entries(placement.buyer, ruth, EntryKind.DEADLINE, on_the_day, until)
    assert (placement.reference, review.day) not in {(entry.reference, entry.day) for entry in deadlines}


def test_sessions_on_a_closed_day_and_after_an_early_end_are_cancelled(terms):
    placement = scenario.running()
    ClosedDay.objects.create(la_code="938", day=date(2026, 3, 11), what="Flood")
    found = entries(placement.buyer, scenario.ruth(placement), EntryKind.SESSION)
    assert {entry.day for entry in found if entry.is_cancelled} == {date(2026, 3, 11)}
    assert all("cancelled" in entry.text for entry in found if entry.is_cancelled)
    scenario.ended(placement, last=date(2026, 3, 17), verb="end_early", at=on(17, 16))
    found = entries(placement.buyer, scenario.ruth(placement), EntryKind.SESSION, on(18))
    assert {entry.day.day for entry in found if entry.is_cancelled} == {11, 18, 23, 24, 25}


def test_sessions_at_home_are_marked_for_calendars():
    placement = scenario.agreed()
    rewrite(type(placement).objects.filter(pk=placement.pk), site=None)
    rewrite(type(placement.service).objects.filter(pk=placement.service_id), mode=TeachingMode.OUTREACH)
    found = entries(placement.provider, scenario.ben(placement), EntryKind.SESSION)
    assert found
    assert all(session.at_home for entry in found for session in entry.sessions)


def test_records_about_hidden_children_are_found_by_each_kind_of_reference():
    placement, other = scenario.agreed(), ReferralFactory()
    references = [
        placement.reference, placement.agreement.reference, placement.referral.reference, placement.pupil.reference,
        other.reference, "IAP-A-0042", "",
    ]  # fmt: skip
    assert about_hidden_children(references) == set()
    Pupil.objects.filter(pk=placement.pupil_id).update(looked_after_by="Borsetshire")
    assert about_hidden_children(references) == set(references[:4])


def test_access_is_decided_when_the_entries_are_read():
    placement = scenario.agreed()
    ben, sian = scenario.ben(placement), scenario.sian(placement)
    assert entries(placement.provider, ben, EntryKind.SESSION)
    assert entries(placement.provider, sian, EntryKind.SESSION) == []
    assert dated_entries(placement.buyer, ben, MARCH, NOW) == []
    rewrite(ben.grants.all(), ends_at=NOW)
    assert entries(placement.provider, ben, EntryKind.SESSION) == []


def test_a_document_that_expires_is_an_entry_instead_of_a_deadline():
    item = EvidenceFactory(expires_on=date(2026, 3, 20))
    ada = person(Role.PROVIDER_LEAD, at=item.provider)
    found = dated_entries(item.provider, ada, MARCH, NOW)
    assert [(entry.kind, entry.day, entry.reference) for entry in found] == [
        (EntryKind.EXPIRY, date(2026, 3, 20), item.reference)
    ]


def test_officers_see_when_applications_close():
    market = MarketFactory(closes_at=on(27, 17))
    officer = person(Role.CONTRACTS_OFFICER, at=market.authority)
    (closes,) = entries(market.authority, officer, EntryKind.DEADLINE)
    assert (closes.day, closes.starts_at, closes.reference) == (date(2026, 3, 27), on(27, 17), market.code)


def test_the_number_of_queries_does_not_grow_with_the_number_of_placements(django_assert_max_num_queries):
    one = scenario.agreed()
    ben = scenario.ben(one)
    with django_assert_max_num_queries(100) as few:
        dated_entries(one.provider, ben, MARCH, NOW, work=[])
    for _ in range(2):
        scenario.agreed(given={"beside": one})
    with django_assert_max_num_queries(len(few)):
        assert len(dated_entries(one.provider, ben, MARCH, NOW, work=[])) > 0


def test_the_week_of_a_home_page_has_five_days_with_the_number_of_children_on_each_day(
    django_assert_max_num_queries, terms
):
    placement = scenario.agreed()
    scenario.agreed(given={"beside": placement})
    starts = placement.starts_on
    monday = starts - timedelta(days=starts.weekday())
    ClosedDay.objects.create(la_code="938", day=monday + timedelta(days=2), what="Flood")
    for organisation, somebody, words in (
        (placement.provider, scenario.ben(placement), "2 children"),
        (placement.buyer, scenario.helen(placement), "1 pupil"),
    ):
        somebody.forget_roles()
        somebody.roles_at(organisation, on(starts.day))
        with django_assert_max_num_queries(8):
            week = entries_of_week(organisation, somebody, on(starts.day), work=[])
        assert [one.day for one in week] == [monday + timedelta(days=number) for number in range(5)]
        assert [one.day for one in week if one.is_today] == [starts]
        sessions = [(one.day, entry.text) for one in week for entry in one.entries if entry.kind == EntryKind.SESSION]
        assert sessions == [(monday, words), (monday + timedelta(days=1), words)]
        assert [one.half for one in week[0].sessions] == ["Morning", "Afternoon"]
        [whole] = [entry for entry in week[0].entries if entry.kind == EntryKind.SESSION]
        assert (whole.starts_at, whole.ends_at) == (week[0].sessions[0].starts_at, week[0].sessions[1].ends_at)
        assert [one.day for one in week for entry in one.entries if entry.text == "Placement starts"].count(starts)


def test_a_home_page_counts_the_sessions_that_a_calendar_lists(terms):
    placement = scenario.running()
    ben, at = scenario.ben(placement), on(16)
    week = EntryPeriod(date(2026, 3, 16), date(2026, 3, 22), date(2026, 3, 22))
    listed = [
        (entry.day, entry.text, entry.starts_at, entry.ends_at)
        for entry in entries(placement.provider, ben, EntryKind.SESSION, at, week)
        if not entry.is_cancelled
    ]
    shown = entries(placement.provider, ben, EntryKind.SESSION, at, replace(week, counts_sessions=True))
    assert [(entry.day, entry.text, entry.starts_at, entry.ends_at) for entry in shown] == listed != []


def test_the_week_leaves_out_deadlines_that_have_passed():
    placement = scenario.agreed()
    helen, at = scenario.helen(placement), on(10, 12)
    work = [
        WorkItem("Sign the first", "/1", "", on(10, 9)),
        WorkItem("Sign the second", "/2", "", on(10, 17)),
    ]
    helen.forget_roles()
    week = entries_of_week(placement.buyer, helen, at, work=work)
    assert [entry.text for one in week for entry in one.entries if entry.kind == EntryKind.DEADLINE] == [
        "Sign the second"
    ]


def test_the_week_of_an_authority_takes_at_most_four_more_queries(django_assert_max_num_queries):
    market = MarketFactory(opens_at=on(1), closes_at=on(5))
    somebody = person(Role.CONTRACTS_OFFICER, at=market.authority)
    RoleGrantFactory(person=somebody, organisation=market.authority, role=Role.QUALITY_OFFICER)
    somebody.forget_roles()
    somebody.roles_at(market.authority, NOW)
    with django_assert_max_num_queries(4):
        week = entries_of_week(market.authority, somebody, on(3), work=[])
    assert len(week) == 5


def test_a_home_page_shows_the_first_four_entries_of_a_day_and_says_how_many_more(client):
    provider = scenario.agreed().provider
    ben = person(Role.PROVIDER_LEAD, at=provider)
    for number in range(6):
        EvidenceFactory(provider=provider, reference=f"EV-WEEK{number}", expires_on=NOW.date())
    client.force_login(ben)
    page = client.get(reverse("provider:home", args=[provider.slug])).content.decode()
    assert "Dates this week" in page
    assert "2 more" in page
