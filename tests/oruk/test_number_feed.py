"""Tests for numbering the entries in the feed, with the scheduled job and with a command."""

from io import StringIO

import pytest
from django.core.management import call_command

from calloff.oruk import jobs
from tests.factories_markets import ServiceFactory
from tests.oruk.schema_checks import read

pytestmark = pytest.mark.django_db


def test_a_service_appears_in_the_feed_after_the_numbering_job_has_run(client):
    service = ServiceFactory()
    assert read(client, "/services")["empty"] is True
    jobs.number_feed_entries(timestamp=0)
    assert [one["id"] for one in read(client, "/services")["contents"]] == [str(service.uuid)]


def test_the_numbering_command_reports_the_number_of_new_entries():
    ServiceFactory()
    for said in ("5 new entries in the feed.\n", "0 new entries in the feed.\n"):
        told = StringIO()
        call_command("number_feed", stdout=told)
        assert told.getvalue() == said
