"""Tests for the reminder to update the number of places available, which is sent every 14 days while it is out of
date.
"""

from datetime import timedelta

import pytest

from calloff.directory import jobs
from calloff.directory.commands import set_places
from calloff.directory.reminders import remind_of_stale_places
from calloff.kernel import clock
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.factories import NOW, person
from tests.factories_markets import MemberFactory, ServiceFactory

pytestmark = pytest.mark.django_db
FORTNIGHT = timedelta(days=14)


@pytest.fixture
def service():
    made = ServiceFactory()
    person(Role.PROVIDER_LEAD, at=made.provider)
    return made


def count_messages(at):
    remind_of_stale_places(at)
    return Message.objects.count()


def test_a_provider_gets_one_reminder_a_fortnight_that_covers_all_its_services(service):
    ServiceFactory(member=service.member)
    assert count_messages(NOW + FORTNIGHT) == 0
    after = NOW + FORTNIGHT + timedelta(hours=1)
    assert count_messages(after) == 1
    assert count_messages(after) == 1
    assert count_messages(after + FORTNIGHT - timedelta(minutes=1)) == 1
    assert count_messages(after + FORTNIGHT) == 2
    message = Message.objects.latest("pk")
    assert message.subject == "Update your places available: 2 services"
    assert message.link == f"/providers/{service.provider.slug}/places"


def test_a_provider_that_has_updated_its_places_available_gets_no_reminder(service):
    lead = person(Role.PROVIDER_LEAD, at=service.provider)
    set_places(service, places=service.places, by=lead, at=NOW + timedelta(days=7))
    assert count_messages(NOW + timedelta(days=20)) == 0
    assert count_messages(NOW + timedelta(days=22)) == 1


def test_a_provider_gets_no_reminder_about_unlisted_services():
    hidden = ServiceFactory(member=MemberFactory(unsigned=True))
    person(Role.PROVIDER_LEAD, at=hidden.provider)
    gone = ServiceFactory(withdrawn=True)
    person(Role.PROVIDER_LEAD, at=gone.provider)
    assert count_messages(NOW + timedelta(days=60)) == 0


def test_the_first_reminder_about_a_new_service_is_sent_after_a_fortnight():
    made = ServiceFactory(places=None, places_at=None)
    person(Role.PROVIDER_LEAD, at=made.provider)
    assert count_messages(NOW + timedelta(days=13)) == 0
    assert count_messages(NOW + timedelta(days=15)) == 1


def test_running_the_reminder_job_twice_sends_one_reminder(service, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=15))
    jobs.remind_of_places(timestamp=1)
    jobs.remind_of_places()
    assert Message.objects.count() == 1
