"""Tests for reminders that an agreement ends soon, each sent once: 60, 30 and 7 days before the end."""

from datetime import datetime, timedelta

import pytest

from calloff.kernel import clock
from calloff.outbox.models import Message
from calloff.partners import jobs
from calloff.partners.reminders import remind_of_ends
from tests.factories import LONDON
from tests.partners.scenario import binding, helen, market, school, taken_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    one = binding(school(), market())
    Message.objects.all().delete()
    return one


def count_reminders(made, left):
    day = made.agreement.ends_on - timedelta(days=left)
    remind_of_ends(datetime(day.year, day.month, day.day, 7, tzinfo=LONDON))
    number = Message.objects.count()
    Message.objects.exclude(key="").update(subject="told")
    return number


def test_reminders_are_sent_only_60_30_and_7_days_before_an_agreement_ends(made):
    numbers = [count_reminders(made, left) for left in range(90, -5, -1)]
    days = [90 - place for place, number in enumerate(numbers) if place and number > numbers[place - 1]]
    assert days == [60, 30, 7]
    assert {message.to for message in Message.objects.all()} == {helen(made.agreement.buyer)}


def test_each_renewal_reminder_is_sent_once_and_after_a_gap_only_the_latest_is_sent(made):
    assert count_reminders(made, 5) == count_reminders(made, 5) == count_reminders(made, 4) == 1


def test_no_renewal_reminder_is_sent_once_a_new_agreement_is_pending(made):
    taken_up(made.agreement.buyer, made.market)
    assert count_reminders(made, 30) == 0


def test_the_expiry_reminder_job_gets_the_date_from_the_clock(made, monkeypatch):
    day = made.agreement.ends_on - timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: datetime(day.year, day.month, day.day, 7, tzinfo=LONDON))
    jobs.remind_of_agreements_that_end()
    assert Message.objects.get().subject.startswith("Renew ")
