"""`calloff health`: what somebody who keeps the service must know, and status 1 where they must act."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from calloff.kernel import clock
from calloff.outbox.models import Message

pytestmark = pytest.mark.django_db


def asked(capsys):
    try:
        call_command("health")
    except CommandError as problem:
        return str(problem)
    return capsys.readouterr().out


@pytest.fixture
def _worker():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")


@pytest.mark.usefixtures("_worker")
def test_all_is_well(capsys):
    assert asked(capsys).strip() == "The database and the worker are running, and no message is late."


def test_no_worker_was_heard(capsys):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert "No worker has reported for 2 minutes" in asked(capsys)


@pytest.mark.usefixtures("_worker")
def test_messages_are_late_and_jobs_were_given_up(capsys):
    at = clock.now()
    for minutes in (1, 16, 60):
        Message.objects.create(
            address="ada@x.example", subject="s", body="b", queued_at=at - timedelta(minutes=minutes)
        )
    Message.objects.create(address="a@x.example", subject="s", body="b", queued_at=at - timedelta(days=1), sent_at=at)
    with connection.cursor() as cursor:
        for name in ("calloff.outbox.jobs.deliver", "calloff.outbox.jobs.deliver", "tidy.jobs"):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args, status)"
                " VALUES ('post', %s, 0, NULL, '{}', 'failed')",
                [name],
            )
    told = asked(capsys).splitlines()
    assert told == [
        "2 messages should have gone out a quarter of an hour ago.",
        "Could not send after several attempts: calloff.outbox.jobs.deliver, 2 times",
        "Could not send after several attempts: tidy.jobs, 1 time",
    ]
