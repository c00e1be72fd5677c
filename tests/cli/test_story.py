"""The story of the demonstration: possible, whole, and nothing in it but a name and a category on a real name."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from calloff.cli import demo
from calloff.kernel import clock

MONDAY = date(2026, 11, 16)
AT = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)  # early on the anchor's Monday: all has happened before it


@pytest.fixture(scope="module")
def _told(django_db_setup, django_db_blocker):
    """Tell the story once for all these tests, and leave nothing of it behind."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.load(MONDAY, AT)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def story(_told, db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


def test_runs(story):
    pass
