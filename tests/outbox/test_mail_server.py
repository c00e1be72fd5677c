"""Tests that a refusal by the mail server is reported at the first failure, without the address of the recipient."""

import smtplib
import ssl
from datetime import timedelta

import pytest

from calloff.kernel import clock
from calloff.outbox import jobs, mail_server
from calloff.outbox.models import Message

ADA = "ada@windmill.example"
PROBLEMS = [
    (ConnectionRefusedError(111, "Connection refused"), "ConnectionRefusedError: Connection refused"),
    (TimeoutError("timed out"), "TimeoutError: timed out"),
    (ssl.SSLCertVerificationError(1, "certificate verify failed"), "certificate verify failed"),
    (
        smtplib.SMTPRecipientsRefused({ADA: (550, b"5.1.1 <ada@windmill.example> unknown")}),
        "550 5.1.1 (an address) unk",
    ),
    (smtplib.SMTPSenderRefused(553, b"not from you", ADA), "SMTPSenderRefused: 553 not from you"),
    (smtplib.SMTPServerDisconnected(f"gone with {ADA}"), "SMTPServerDisconnected: gone with (an address)"),
]


@pytest.mark.parametrize(("problem", "words"), PROBLEMS, ids=lambda one: type(one).__name__)
def test_the_mail_servers_reason_for_a_failure_is_shown_without_an_email_address(problem, words):
    told = mail_server.describe_mail_error(problem)
    assert words in told
    assert "ada" not in told


@pytest.mark.django_db
@pytest.mark.parametrize(("problem", "words"), PROBLEMS[:1] + PROBLEMS[3:4], ids=lambda one: type(one).__name__)
def test_the_first_failure_to_send_a_message_is_logged_as_a_warning_by_the_worker(problem, words, caplog, monkeypatch):
    message = Message.objects.create(
        address=ADA, subject="For Ada", body="b", queued_at=clock.now() - timedelta(minutes=1)
    )

    def fails(*_):
        raise problem

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fails)
    with pytest.raises(type(problem)):
        jobs.deliver(message.pk)
    (line,) = [record for record in caplog.records if record.name == "calloff.outbox.jobs"]
    assert line.levelname == "WARNING"
    assert line.getMessage().startswith(f"Message {message.pk} was not sent. The worker will try again: ")
    assert words in line.getMessage()
    assert "ada" not in line.getMessage().lower()
    message.refresh_from_db()
    assert message.sent_at is None
