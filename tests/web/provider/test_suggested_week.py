"""Tests for the week that the reply page suggests, which comes from the service that the provider offers."""

from datetime import date, time

import pytest

from calloff.directory import timetables
from calloff.directory.opening_hours import OpenPeriod, week_of_days, week_rows
from calloff.web.provider.invitation_forms import initial_reply
from tests.factories_markets import PriceFactory, ServiceFactory
from tests.factories_placements import ExpressionOfInterestFactory

pytestmark = pytest.mark.django_db
WEEK = week_rows([
    *(OpenPeriod(day, time(9, 30), time(14, 30)) for day in ("mon", "tue")), OpenPeriod("fri", time(13), time(15)),
    OpenPeriod("sat", time(10), time(12)), OpenPeriod("wed", time(9), time(12), None, None, date(2020, 1, 1)),
])  # fmt: skip


def suggested(*weeks):
    interest = ExpressionOfInterestFactory()
    prices = [PriceFactory(service=ServiceFactory(member=interest.member, week=week)) for week in weeks]
    return initial_reply(interest, prices)


def test_the_hours_of_the_only_service_are_suggested_as_sessions():
    said = suggested(WEEK)
    assert said["sessions"] == ["mon-am", "mon-pm", "tue-am", "tue-pm", "fri-pm"]
    assert (said["am_from"], said["am_to"], said["pm_from"], said["pm_to"]) == ("9:30am", "noon", "noon", "2:30pm")
    assert [(key, one.starts, one.ends) for key, one in said["apart"].items()] == [(("fri", "pm"), "1pm", "3pm")]


def test_if_there_are_several_services_only_a_week_that_all_share_is_suggested():
    assert suggested(WEEK, WEEK)["sessions"] == suggested(WEEK)["sessions"]
    assert suggested(WEEK, week_of_days(["mon"], time(9), time(12)))["sessions"] == []


def test_opening_days_without_times_suggest_no_sessions():
    assert suggested(week_of_days(["mon", "tue"]))["sessions"] == []
    assert suggested()["sessions"] == []


def test_an_existing_reply_is_shown_unchanged():
    interest = ExpressionOfInterestFactory(interested=True)
    price = PriceFactory(service=ServiceFactory(member=interest.member, week=WEEK))
    replied = [f"{slot.day}-{slot.session}" for slot in timetables.timetable_on(interest.sessions.all())]
    assert initial_reply(interest, [price])["sessions"] == replied != []
