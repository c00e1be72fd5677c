"""Tests for opening hours, with one row for each period on each day: search, checks, text and totals."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from calloff.directory import listing_queries, opening_hours, service_versions
from calloff.directory.commands import amend, approve_change, set_price
from calloff.directory.models import OpeningHours, Service
from calloff.directory.opening_hours import (
    OpenPeriod,
    format_hours,
    keep_to_sites,
    parse_week,
    timetable_of_week,
    week_of_days,
    week_rows,
)
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_results import search_directory
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.factories import NOW, person
from tests.factories_markets import MemberFactory, ServiceFactory, SiteFactory

MORNING, AFTERNOON = (time(9), time(12)), (time(13), time(15))
TERM = (date(2026, 4, 13), date(2026, 7, 17))


def in_rows(service):
    return list(
        OpeningHours.objects.filter(service=service).order_by("pk").values_list("weekday", "starts", "ends", "site")
    )


def say(service, *hours):
    ada = person(Role.PROVIDER_LEAD, at=service.provider)
    return amend(service, by=ada, at=NOW, week=week_rows(hours))


@pytest.mark.django_db
def test_a_full_day_search_joins_adjacent_opening_times_but_not_across_a_break():
    service = ServiceFactory(member=MemberFactory())
    say(
        service,
        OpenPeriod("mon", time(9), time(12)),
        OpenPeriod("mon", time(12), time(15)),
        OpenPeriod("tue", *MORNING),
    )
    assert in_rows(service) == [("mon", time(9), time(15), None), ("tue", *MORNING, None)]
    whole_day = SearchCriteria(starts_by=time(9), ends_after=time(15))
    assert search_directory(service.authority, whole_day, sight=PriceVisibility(), at=NOW).page.total == 1
    say(service, OpenPeriod("mon", *MORNING), OpenPeriod("mon", *AFTERNOON))
    assert search_directory(service.authority, whole_day, sight=PriceVisibility(), at=NOW).page.total == 0


def test_opening_times_on_other_days_or_dates_or_at_other_sites_are_not_joined():
    apart = [OpenPeriod("mon", *MORNING), OpenPeriod("mon", time(12), time(15), 7), OpenPeriod("tue", time(12),
        time(15)),
             OpenPeriod("mon", time(12), time(14), None, *TERM)]  # fmt: skip
    assert len(week_rows(apart)) == len(apart)


@pytest.mark.django_db
def test_a_second_opening_time_on_a_day_or_at_another_site_has_its_own_row():
    satellite = SiteFactory()
    service = ServiceFactory(
        site=SiteFactory(provider=satellite.provider),
        member=MemberFactory(provider=satellite.provider),
        more_sites=[satellite],
    )
    say(
        service,
        OpenPeriod("mon", *MORNING),
        OpenPeriod("mon", *AFTERNOON),
        OpenPeriod("tue"),
        OpenPeriod("mon", *MORNING, satellite.pk),
    )
    assert in_rows(service) == [
        ("mon", *MORNING, None), ("mon", *MORNING, satellite.pk), ("mon", *AFTERNOON, None), ("tue", None, None, None),
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("week", "sentence"),
    [
        ([OpenPeriod("mon", time(9), time(12)), OpenPeriod("mon", time(11), time(13))], "Two times on Monday overlap"),
        ([OpenPeriod("mon"), OpenPeriod("mon", *MORNING)], "Two times on Monday overlap"),
        ([OpenPeriod("mon", time(12), time(9))], "must be after its opening time"),
        ([OpenPeriod("mon", time(9))], "both an opening time and a closing time"),
        ([OpenPeriod("day", *MORNING)], "Monday to Sunday"),
        ([OpenPeriod("mon", *MORNING, None, TERM[1], TERM[0])], "must be the same as or after the first date"),
        ([OpenPeriod("mon", *MORNING, 999_999)], "one of the service’s sites"),
    ],
)
def test_impossible_opening_hours_are_refused_with_the_reason(week, sentence):
    service = ServiceFactory()
    with pytest.raises(Refused, match=sentence) as refusal:
        say(service, *week)
    assert {one.where for one in refusal.value.problems} == {"week"}
    service.refresh_from_db()
    assert service.week == week_of_days(["mon", "tue"])


def test_opening_times_on_other_dates_or_at_other_sites_do_not_count_as_overlapping():
    week = week_rows([
        OpenPeriod("mon", *MORNING, None, None, TERM[0]), OpenPeriod("mon", *MORNING, None, date(2026, 4, 14)),
        OpenPeriod("mon", *MORNING, 7), OpenPeriod("mon", time(12), time(13), 7),
    ])  # fmt: skip
    assert opening_hours.find_week_problems(week, {7}, own=3) == []
    assert opening_hours.find_week_problems(
        [*week, {"day": "mon", "from": "11:00", "to": "12:30", "site": 7}], {7}, own=3
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "week",
    [
        [{"day": "mon", "from": "09:00", "to": "12:00"}, {"day": "mon", "from": "11:59", "to": "13:00"}],
        [{"day": "mon"}, {"day": "mon", "from": "11:59", "to": "13:00"}],
        [{"day": "mon", "from": "12:00", "to": "09:00"}],
        [{"day": "mon", "from": "12:00"}],
        [{"day": "mon", "starts_on": "2026-07-17", "ends_on": "2026-04-13"}],
    ],
)
def test_the_database_refuses_impossible_opening_hours_whatever_code_writes_them(week):
    service = ServiceFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.filter(pk=service.pk).update(week=week)


@pytest.mark.django_db
def test_opening_hours_can_be_written_only_as_part_of_a_services_week():
    service = ServiceFactory()
    for write in (
        lambda: OpeningHours.objects.create(service=service, weekday="fri"),
        lambda: OpeningHours.objects.filter(service=service).update(weekday="fri"),
        lambda: OpeningHours.objects.filter(service=service).delete(),
    ):
        with pytest.raises(DatabaseError, match="as the week of their service"), transaction.atomic():
            write()


@pytest.mark.django_db(transaction=True)
def test_opening_hours_must_be_at_one_of_the_services_own_sites():
    service, elsewhere = ServiceFactory(), SiteFactory()
    with pytest.raises(IntegrityError, match="opening_hours_at_its_site"):
        Service.objects.filter(pk=service.pk).update(week=[{"day": "mon", "site": elsewhere.pk}])


@pytest.mark.django_db
def test_removing_a_site_deletes_its_opening_hours():
    member = MemberFactory()
    barn, field = (SiteFactory(provider=member.provider) for _ in range(2))
    service = ServiceFactory(member=member, site=barn, more_sites=[field])
    say(
        service,
        OpenPeriod("mon", *MORNING),
        OpenPeriod("mon", *MORNING, field.pk),
        OpenPeriod("tue", *MORNING, field.pk),
    )
    ada = person(Role.PROVIDER_LEAD, at=service.provider)
    amend(service, by=ada, at=NOW, site=field, more_sites=[])
    approve_change(
        listing_queries.waiting_change(service), by=person(Role.QUALITY_OFFICER, at=service.authority), at=NOW
    )
    assert in_rows(service) == [("mon", *MORNING, None), ("tue", *MORNING, None)]


def test_only_opening_hours_at_the_services_own_sites_are_kept():
    week = week_rows(
        [OpenPeriod("mon", *MORNING), OpenPeriod("mon", time(11), time(14), 7), OpenPeriod("tue", *MORNING, 8)]
    )
    assert keep_to_sites(week, 7, {7}) == week_rows([OpenPeriod("mon", *MORNING)])
    assert keep_to_sites(week, 3, {3, 7, 8}) == week


@pytest.mark.parametrize(
    ("week", "words"),
    [
        ([], ""),
        (week_of_days(["mon", "tue", "wed"], *MORNING), "Monday to Wednesday, 9am to noon"),
        (week_of_days(["mon", "thu"]), "Monday and Thursday"),
        (
            week_rows([OpenPeriod("mon", *MORNING), OpenPeriod("mon", *AFTERNOON), OpenPeriod("fri", *MORNING)]),
            "Monday, 9am to noon and 1pm to 3pm; Friday, 9am to noon",
        ),
        (week_rows([OpenPeriod("mon", *MORNING, 7)]), "Monday, 9am to noon at The field"),
        (
            week_rows([OpenPeriod("mon", *MORNING), OpenPeriod("sat", *MORNING, None, *TERM)]),
            "Monday, 9am to noon; Saturday, 9am to noon (from Monday 13 April 2026 to Friday 17 July 2026)",
        ),
        (
            week_rows([OpenPeriod("sat", *MORNING, None, None, TERM[1])]),
            "Saturday, 9am to noon (until Friday 17 July 2026)",
        ),
    ],
)
def test_a_week_of_opening_hours_is_described_in_words(week, words):
    assert format_hours(parse_week(week), {7: "The field"}) == words


def test_each_opening_time_names_its_site_if_the_service_has_several():
    names = {3: "The barn", 7: "The field"}
    several = parse_week(
        week_rows(
            [
                OpenPeriod("mon", *MORNING),
                OpenPeriod("mon", *AFTERNOON, 7),
                OpenPeriod("tue", *MORNING),
                OpenPeriod("tue", *AFTERNOON),
            ]
        )
    )
    assert format_hours(several, names, own=3) == (
        "Monday, 9am to noon at The barn and 1pm to 3pm at The field; Tuesday, 9am to noon and 1pm to 3pm at The barn"
    )
    assert format_hours(parse_week(week_of_days(["mon"], *MORNING)), names, own=3) == "Monday, 9am to noon"


@pytest.mark.parametrize(
    ("week", "day", "whole"),
    [
        (week_of_days(["mon", "tue"], time(9, 30), time(14, 30)), Decimal("5.00"), Decimal("10.00")),
        (week_rows([OpenPeriod("mon", *MORNING), OpenPeriod("mon", *AFTERNOON)]), Decimal("5.00"), Decimal("5.00")),
        (week_rows([OpenPeriod("mon", *MORNING), OpenPeriod("tue", *AFTERNOON)]), None, Decimal("5.00")),
        (week_rows([OpenPeriod("mon", *MORNING), OpenPeriod("tue")]), None, None),
        (
            week_rows([OpenPeriod("mon", *MORNING), OpenPeriod("tue", *MORNING, None, *TERM)]),
            Decimal("3.00"),
            Decimal("3.00"),
        ),
        ([], None, None),
    ],
)
def test_opening_hours_are_added_up_for_each_day_and_for_the_week(week, day, whole):
    assert opening_hours.count_hours(week, NOW.date(), of_week=False) == day
    assert opening_hours.count_hours(week, NOW.date(), of_week=True) == whole


@pytest.mark.django_db
def test_a_weekly_price_covers_all_opening_times_of_the_week():
    service = ServiceFactory(
        week=week_rows([OpenPeriod("mon", *MORNING), OpenPeriod("mon", *AFTERNOON), OpenPeriod("fri", *MORNING)])
    )
    price = set_price(
        service, unit="week", amount=Decimal(160), vat="exempt", starts_on=NOW.date(), at=NOW,
        by=person(Role.PROVIDER_LEAD, at=service.provider),
    )  # fmt: skip
    price.refresh_from_db()
    assert (price.lasts, price.hourly) == (Decimal("8.00"), Decimal("20.00"))


def test_opening_times_are_divided_into_morning_and_afternoon_sessions():
    week = week_rows(
        [OpenPeriod("mon", time(9, 30), time(14, 30)), OpenPeriod("tue", *MORNING), OpenPeriod("tue", *AFTERNOON, 7)]
    )
    assert [(one.day, one.session, one.starts, one.ends, one.site_id) for one in timetable_of_week(week,
        NOW.date())] == [
        ("mon", "am", time(9, 30), time(12), None), ("mon", "pm", time(12), time(14, 30), None),
        ("tue", "am", *MORNING, None), ("tue", "pm", *AFTERNOON, 7),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_search_checks_each_day_separately_and_ignores_past_opening_hours():
    service = ServiceFactory(week=week_rows([
        OpenPeriod("mon", *MORNING), OpenPeriod("tue", *AFTERNOON), OpenPeriod("wed", *MORNING, None, None, date(2026,
            3, 1)),
        OpenPeriod("fri", *MORNING, None, date(2026, 9, 1)),
    ]))  # fmt: skip

    def finds(**asked):
        there = search_directory(service.authority, SearchCriteria(**asked), sight=PriceVisibility(), at=NOW)
        return [one.pk for one in there.page.rows] == [service.pk]

    assert finds(days=("mon", "tue"))
    assert finds(days=("mon",), starts_by=time(9))
    assert not finds(days=("mon", "tue"), starts_by=time(9))
    assert not finds(days=("tue",), ends_after=time(16))
    assert finds(starts_by=time(9), ends_after=MORNING[1])
    # The service opens early on one day and closes late on another.
    assert not finds(starts_by=time(9), ends_after=time(15))
    assert not finds(days=("mon",), starts_by=time(9), ends_after=time(15))
    assert not finds(days=("wed",))
    assert finds(days=("fri",))


@pytest.mark.django_db
def test_opening_early_at_one_site_and_late_at_another_is_not_opening_all_day():
    far = SiteFactory()
    member = MemberFactory(provider=far.provider)
    service = ServiceFactory(member=member, site=SiteFactory(provider=far.provider), more_sites=[far])
    service.week = week_rows([OpenPeriod("mon", *MORNING), OpenPeriod("mon", *AFTERNOON, far.pk)])
    service.save(update_fields=["week"])
    asked = {"starts_by": MORNING[0], "ends_after": AFTERNOON[1]}
    for part in (*({name: at} for name, at in asked.items()), asked, asked | {"days": ("mon",)}):
        there = search_directory(service.authority, SearchCriteria(**part), sight=PriceVisibility(), at=NOW)
        assert bool(there.page.rows) == (len(part) == 1)


@pytest.mark.django_db
def test_a_version_shows_the_opening_hours_that_applied_at_the_time():
    service = ServiceFactory()
    say(service, OpenPeriod("mon", *MORNING), OpenPeriod("mon", *AFTERNOON))
    newest, oldest = service_versions.versions_of(service)
    assert service_versions.version_fields(oldest)["week"] == week_of_days(["mon", "tue"])
    assert service_versions.version_fields(newest)["week"] == week_rows(
        [OpenPeriod("mon", *MORNING), OpenPeriod("mon", *AFTERNOON)]
    )
