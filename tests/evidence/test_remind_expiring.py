"""Tests for scenario 18: reminders 60, 30 and 7 days before a document expires, each of which is sent once."""

from datetime import date, datetime, timedelta

import pytest

from calloff.evidence import jobs
from calloff.evidence.queries import evidence_to_remind_of
from calloff.evidence.reminders import remind
from calloff.kernel import clock
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.factories import LONDON, NOW, person
from tests.factories_evidence import EvidenceFactory, EvidenceRelianceFactory

pytestmark = pytest.mark.django_db

ENDS = date(2026, 8, 31)


def morning(day):
    return datetime(day.year, day.month, day.day, 7, tzinfo=LONDON)


def reminded_addresses(at):
    before = set(Message.objects.values_list("pk", flat=True))
    remind(at)
    return sorted(Message.objects.exclude(pk__in=before).values_list("address", flat=True))


@pytest.fixture
def item(provider):
    return EvidenceFactory(provider=provider, expires_on=ENDS)


def test_reminders_are_sent_only_60_30_and_7_days_before_a_document_expires(provider, ada, item):
    ben = person(Role.PROVIDER_STAFF, at=provider)
    person(Role.PROVIDER_SIGNATORY, at=provider)
    days = [left for left in range(90, -5, -1) if reminded_addresses(morning(ENDS - timedelta(days=left)))]
    assert days == [60, 30, 7]
    assert Message.objects.filter(address=ada.email).count() == Message.objects.filter(address=ben.email).count() == 3
    assert Message.objects.count() == 6


def test_each_expiry_reminder_is_sent_once_however_often_the_job_runs(ada, item):
    at = morning(ENDS - timedelta(days=30))
    assert reminded_addresses(at) == [ada.email]
    assert (
        reminded_addresses(at)
        == reminded_addresses(at + timedelta(minutes=1))
        == reminded_addresses(at + timedelta(days=1))
        == []
    )


def test_after_the_job_has_not_run_for_long_only_the_latest_expiry_reminder_is_sent(ada, item):
    assert reminded_addresses(morning(ENDS - timedelta(days=5))) == [ada.email]
    assert [ending.milestone for ending in evidence_to_remind_of(ENDS - timedelta(days=5))] == [7]


def test_no_reminder_is_sent_for_dates_before_the_document_was_added(provider, ada):
    EvidenceFactory(provider=provider, expires_on=(NOW + timedelta(days=45)).date())
    assert reminded_addresses(NOW) == reminded_addresses(NOW + timedelta(days=14)) == []
    assert reminded_addresses(NOW + timedelta(days=15)) == [ada.email]


@pytest.mark.parametrize("state", ["superseded", "withdrawn"])
def test_no_expiry_reminder_is_sent_for_a_withdrawn_or_replaced_document(provider, ada, state):
    EvidenceFactory(provider=provider, expires_on=ENDS, **{state: True})
    assert reminded_addresses(morning(ENDS - timedelta(days=7))) == []


def test_an_expiry_reminder_names_the_document_and_gives_the_date_and_what_to_do(provider, ada, item):
    EvidenceRelianceFactory(evidence=item)
    remind(morning(ENDS - timedelta(days=7)))
    message = Message.objects.get()
    assert message.subject == f"Public liability insurance expires on Monday 31 August 2026 ({item.reference})"
    assert message.body.startswith(
        "Upload the new document by Monday 31 August 2026. Without it, no new placements that need this "
    )
    assert message.link == f"/providers/{provider.slug}/evidence/{item.reference}"


def test_the_expiry_reminder_job_gets_the_date_from_the_clock(ada, item, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: morning(ENDS - timedelta(days=60)))
    jobs.remind_expiring(timestamp=1)
    jobs.remind_expiring()
    assert Message.objects.count() == 1


def test_a_reminder_about_unused_evidence_does_not_mention_placements(provider, ada, item):
    remind(morning(ENDS - timedelta(days=7)))
    message = Message.objects.get()
    assert "placements" not in message.body
    assert message.body.startswith("No council is relying on this document")


def test_evidence_no_longer_relied_on_gets_no_reminder_that_mentions_placements(provider, ada, item):
    EvidenceRelianceFactory(evidence=item, ends_at=NOW + timedelta(days=1))
    remind(morning(ENDS - timedelta(days=7)))
    assert "placements" not in Message.objects.get().body


@pytest.mark.parametrize(
    ("other", "days"),
    [
        ({"expires_on": date(2027, 8, 31)}, []),
        ({"expires_on": date(2027, 8, 31), "issued_on": date(2026, 9, 1)}, []),
        ({"expires_on": date(2027, 8, 31), "issued_on": date(2026, 9, 2)}, [7]),
        ({"expires_on": date(2027, 8, 31), "details": {"cover": "4999999.99"}}, [7]),
        ({"expires_on": date(2027, 8, 31), "kind": "motor"}, [7]),
        ({"expires_on": date(2027, 8, 31), "withdrawn": True}, [7]),
    ],
)
def test_no_expiry_reminder_is_sent_if_another_document_will_be_valid_next(provider, ada, item, other, days):
    """The other document is of the same kind, is valid later and for longer, and has the same amount of cover."""
    EvidenceRelianceFactory(evidence=item)
    EvidenceFactory(provider=provider, **other)
    assert [left for left in (7, 6) if reminded_addresses(morning(ENDS - timedelta(days=left)))] == days
