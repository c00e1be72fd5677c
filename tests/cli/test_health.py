"""Tests for `calloff health`, which reports to an operator. Its exit status is 1 if someone must act."""

import json
from datetime import timedelta
from smtplib import SMTPAuthenticationError
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from calloff.kernel import clock
from calloff.outbox.models import Message

pytestmark = pytest.mark.django_db


def run_health(capsys):
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
def test_health_reports_that_everything_is_working(capsys):
    assert run_health(capsys).strip() == "The database and the worker are running, and no message is late."


def test_health_reports_a_missing_worker(capsys):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert "No worker has reported for 2 minutes" in run_health(capsys)


@pytest.fixture
def _tried_once():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args, status, attempts)"
            " VALUES ('post', 'calloff.outbox.jobs.deliver', 0, NULL, '{}', 'todo', 1)"
        )


@pytest.mark.postgres15
@pytest.mark.usefixtures("_worker", "_tried_once")
def test_health_reports_a_failed_message_with_the_reply_from_the_mail_server(capsys, monkeypatch):
    assert run_health(capsys) == "1 message could not be sent. The worker will try again."
    refused = SMTPAuthenticationError(535, b"5.7.8 bad password of ada@windmill.example")
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", Mock(side_effect=refused))
    told = run_health(capsys).splitlines()
    assert told[1].startswith("The mail server is not accepting messages: ")
    assert (
        "SMTPAuthenticationError: 535 5.7.8 bad password of (an address). To test it, run: calloff sendtestemail"
        in told[1]
    )


@pytest.mark.usefixtures("_worker", "_tried_once")
def test_health_prints_numbers_that_a_monitoring_system_can_read(capsys):
    with pytest.raises(CommandError):
        call_command("health", as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "database": True,
        "worker": True,
        "messages_late": 0,
        "messages_tried_in_vain": 1,
        "jobs_waiting": 1,
        "jobs_failed": {},
        "problems": ["1 message could not be sent. The worker will try again."],
    }


@pytest.mark.usefixtures("_worker")
def test_health_reports_overdue_messages_and_failed_jobs(capsys):
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
    told = run_health(capsys).splitlines()
    assert told == [
        "2 messages should have been sent more than 15 minutes ago.",
        "Could not send after several attempts: calloff.outbox.jobs.deliver, 2 times",
        "Could not send after several attempts: tidy.jobs, 1 time",
    ]
