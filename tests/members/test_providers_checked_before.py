"""Tests for the migration that records since when each admitted provider has been checked."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection, migrations

from calloff.members import commands
from calloff.members.lot_decision import LotDecision
from calloff.people.models import Organisation
from tests.factories import NOW, ProviderFactory
from tests.factories_markets import MARKET_OPENS, MemberFactory
from tests.members.scenario import approver, ready

pytestmark = pytest.mark.django_db

MIGRATION = import_module("calloff.members.migrations.0006_providers_checked_before").Migration


def upgrade():
    """Run the migration's statement on the current rows, and return when each provider was checked, by name."""
    [operation] = MIGRATION.operations
    with connection.cursor() as cursor:
        cursor.execute(operation.sql)
    return dict(Organisation.objects.filter(kind=Organisation.Kind.PROVIDER).values_list("name", "checked_at"))


def decided(*outcomes, at, passed=True, **given):
    application = ready(passed=passed, **given)
    commands.decide(application, outcomes=outcomes, by=approver(application), at=at)
    return application.provider


def forget(*providers):
    """Reset the providers to their values in the earlier version."""
    Organisation.objects.filter(pk__in=[one.pk for one in providers]).update(checked_at=None)


def test_a_provider_counts_as_checked_from_the_first_decision_to_admit_it():
    provider = decided(LotDecision(1, False, "No."), at=NOW - timedelta(days=2), lots=[1], passed=False)
    assert upgrade()[provider.name] is None
    for days in (1, 0):
        decided(LotDecision(1, True, "Meets all."), at=NOW - timedelta(days=days), lots=[1], provider=provider)
    forget(provider)
    assert upgrade()[provider.name] == NOW - timedelta(days=1)
    provider.refresh_from_db()
    assert provider.was_checked


def test_a_carried_over_provider_counts_as_checked_from_the_day_its_membership_was_added():
    provider = MemberFactory(on_paper=True).provider
    assert provider.checked_at is None
    assert upgrade()[provider.name] == MARKET_OPENS


def test_providers_that_were_never_admitted_or_are_already_checked_do_not_change():
    stranger, earlier = ProviderFactory(), ProviderFactory(checked_at=MARKET_OPENS - timedelta(days=9))
    MemberFactory(provider=earlier)
    checked = upgrade()
    assert checked[stranger.name] is None
    assert checked[earlier.name] == MARKET_OPENS - timedelta(days=9)
    assert upgrade() == checked


def test_reversing_the_migration_does_not_change_any_provider():
    [operation] = MIGRATION.operations
    assert operation.reverse_sql is migrations.RunSQL.noop
