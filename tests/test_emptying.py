"""Tests that, after a test with several transactions, the database is empty and its triggers work as before."""

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, connection
from procrastinate.contrib.django.models import ProcrastinateJob

from calloff.history.models import Event
from calloff.outbox.commands import MessageText, queue_message_to_address
from calloff.people.models import Organisation
from tests.emptying import MADE_BY_MIGRATE
from tests.factories import NOW, ProviderFactory

pytestmark = pytest.mark.django_db(transaction=True)


def empty():
    """Do what Django does after a test with several transactions."""
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False, allow_cascade=False)


def test_emptying_deletes_every_row_except_those_created_by_migrate():
    ProviderFactory()
    words = MessageText("Your order", "Sign in.", "/account/")
    queue_message_to_address(words, address="a@example.org", sender="Calloff", at=NOW)
    assert ProcrastinateJob.objects.exists()
    empty()
    filled = {model._meta.db_table for model in apps.get_models() if model.objects.exists()}
    assert filled <= MADE_BY_MIGRATE
    assert ContentType.objects.get_for_model(Organisation).pk in ContentType.objects.values_list("pk", flat=True)


def test_triggers_work_again_after_the_database_is_emptied():
    empty()
    provider = ProviderFactory()
    with pytest.raises(DatabaseError):
        Organisation.objects.filter(pk=provider.pk).update(status="closed")
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)
    assert not Event.objects.exists()
