"""The story of the demonstration: possible, whole, and nothing in it but a name and a category on a real name."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from calloff.agreements.models import Agreement
from calloff.applications.models import Application
from calloff.cli import demo
from calloff.cli.demo import cast, marker
from calloff.directory import queries as directory
from calloff.directory.models import Price, Service, Site
from calloff.evidence.models import Evidence
from calloff.history.models import Event
from calloff.kernel import clock
from calloff.markets.models import Market
from calloff.members.models import Check, Decision, Member
from calloff.members.standing import standing_of, with_standing
from calloff.outbox.models import Message
from calloff.people.models import Grant, JoinRequest, Organisation, User
from calloff.people.permissions import Role
from calloff.registers.models import Postcode, School

MONDAY = date(2026, 11, 16)
AT = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)  # early on the anchor's Monday: all has happened before it


@pytest.fixture(scope="module")
def _told(django_db_setup, django_db_blocker):
    """Tell the story once for all these tests, and leave nothing of it behind."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            demo.load(MONDAY, AT)
            yield
            transaction.set_rollback(True)


@pytest.fixture
def story(_told, db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


def test_runs(story):
    pass
