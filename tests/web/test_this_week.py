"""Tests of the week on a home page."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from calloff.kernel import clock
from calloff.people.permissions import Role
from calloff.web import this_week
from calloff.web.work_items import WorkItem
from tests.factories import ProviderFactory, person
from tests.placements import scenario

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
WEDNESDAY = datetime(2026, 3, 11, 9, tzinfo=LONDON)
SATURDAY = datetime(2026, 3, 14, 9, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def _entries_are_registered():
    reverse("account:home")


def work(number, day):
    by = datetime(day.year, day.month, day.day, 17, tzinfo=LONDON)
    return [WorkItem(f"Sign {one}", f"IAP-G-{one:04}", f"/sign/{one}", by) for one in range(number)]


def week(at, *, number=1, day=date(2026, 3, 12)):
    provider = ProviderFactory()
    return this_week.week_at(provider, person(Role.PROVIDER_LEAD, at=provider), work(number, day), at)


def test_a_week_is_from_monday_to_friday_and_marks_today():
    found = week(WEDNESDAY)
    assert found.heading == "This week"
    assert [one.day.day for one in found.days] == [9, 10, 11, 12, 13]
    assert [one.is_today for one in found.days] == [False, False, True, False, False]
    assert [len(one.entries) for one in found.days] == [0, 0, 0, 1, 0]


def test_at_the_weekend_the_next_week_is_shown():
    found = week(SATURDAY, day=date(2026, 3, 20))
    assert found.heading == "Next week"
    assert [one.day for one in found.days] == [date(2026, 3, 16) + timedelta(days=number) for number in range(5)]


def test_a_day_of_the_weekend_is_shown_if_it_has_an_entry():
    assert [one.day.day for one in week(WEDNESDAY, day=date(2026, 3, 14)).days] == [9, 10, 11, 12, 13, 14]


@pytest.mark.parametrize(("number", "shown", "more"), [(4, 4, 0), (5, 5, 0), (6, 4, 2)])
def test_a_day_with_many_entries_shows_the_first_and_counts_the_others(number, shown, more):
    thursday = week(WEDNESDAY, number=number).days[3]
    assert (len(thursday.entries), thursday.more) == (shown, more)


def test_nothing_is_shown_if_the_week_is_empty_or_the_person_has_no_role():
    assert week(WEDNESDAY, number=0) is None
    stranger = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    assert this_week.week_at(ProviderFactory(), stranger, work(1, date(2026, 3, 12)), WEDNESDAY) is None


def test_the_home_of_a_provider_shows_the_sessions_of_the_week_without_a_childs_name(client, monkeypatch):
    placement = scenario.agreed()
    at = datetime(2026, 3, 9, 7, tzinfo=LONDON)
    monkeypatch.setattr(clock, "now", lambda: at)
    client.force_login(scenario.ben(placement))
    page = client.get(reverse("provider:home", args=[placement.provider.slug])).content.decode()
    card = page[page.index('id="week"') :]
    assert "This week" in card
    assert f"/providers/{placement.provider.slug}/register/2026-03-09/am" in card
    assert placement.pupil.family_name not in card[: card.index("</section>")]
