"""Tests for messages.

They are queued in a transaction, once for each key, and delivered once. Secrets are then deleted.
"""

from email.utils import getaddresses

import pytest
from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from calloff.outbox import jobs
from calloff.outbox.commands import MessageText, queue_message, queue_message_to_address
from calloff.outbox.models import Message
from tests.concurrency import all_at_once
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db

WORDS = MessageText("IAP-A-0042: clarify before Friday", "Sign in and answer.", "/account/")


@pytest.fixture(autouse=True)
def _real_post(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def queued(**given):
    ada = given.pop("to", None) or UserFactory()
    queue_message(WORDS, to=[ada], sender="Borchester Council", at=given.pop("at", NOW), **given)
    return Message.objects.latest("pk")


def test_each_person_gets_a_separate_message_with_its_own_job():
    queue_message(WORDS, to=[UserFactory(), UserFactory()], sender="Borchester Council", at=NOW)
    assert Message.objects.count() == ProcrastinateJob.objects.filter(task_name__endswith="deliver").count() == 2


def test_no_message_is_sent_if_the_action_is_rolled_back():
    with pytest.raises(OSError, match="disk"), transaction.atomic():
        queued()
        raise OSError("the disk is full")
    assert not Message.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_a_message_with_a_key_is_sent_only_once():
    ada = UserFactory()
    for minute in range(3):
        queued(to=ada, key="expires:1:60", at=NOW.replace(minute=minute))
    assert Message.objects.get().queued_at == NOW
    assert ProcrastinateJob.objects.filter(task_name__endswith="deliver").count() == 1


def test_messages_with_the_same_key_are_sent_to_different_people():
    for _ in range(2):
        queued(key="expires:1:60")
    assert Message.objects.count() == 2


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_messages_with_the_same_key_are_queued_at_the_same_moment_one_is_sent():
    ada = UserFactory()
    minutes = iter(range(8))
    all_at_once(lambda: queued(to=ada, key="k", at=NOW.replace(minute=next(minutes))))
    assert Message.objects.count() == 1


def test_a_message_is_delivered_once_with_its_full_link(mailoutbox, settings):
    message = queued()
    jobs.deliver(message.pk)
    jobs.deliver(message.pk)
    (letter,) = mailoutbox
    assert letter.subject == WORDS.subject
    assert f"Open this page:\n{settings.ADDRESS}/account/\n" in letter.body
    last = f"Borchester Council sent this email through Calloff. For help, go to {settings.ADDRESS}/help\n"
    assert letter.body.endswith(last)
    assert letter.from_email.startswith("Borchester Council <")
    # The domain must never be localhost.
    assert letter.message()["Message-ID"].endswith(f"@{settings.POST_FROM.partition('@')[2]}>")
    message.refresh_from_db()
    assert message.sent_at is not None


def test_a_failed_message_stays_unsent_and_is_tried_again(monkeypatch, mailoutbox):
    message = queued()

    def fails(self, **kwargs):
        raise OSError("no route to host")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", fails)
        with pytest.raises(OSError, match="no route"), transaction.atomic():
            jobs.deliver(message.pk)
    message.refresh_from_db()
    assert message.sent_at is None
    jobs.deliver(message.pk)
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(("demonstration", "kept"), [(False, False), (True, True)])
def test_a_secret_is_deleted_after_sending_except_in_a_demonstration(settings, mailoutbox, demonstration, kept):
    settings.DEMONSTRATION = demonstration
    queue_message_to_address(
        MessageText("Your code", "Enter 123456."), address="nora@example.org", sender="", at=NOW, secret=True
    )
    message = Message.objects.get()
    jobs.deliver(message.pk)
    message.refresh_from_db()
    assert "123456" in mailoutbox[0].body
    assert ("123456" in message.body) == kept


def test_the_name_of_an_organisation_cannot_forge_the_sender(mailoutbox):
    queue_message(WORDS, to=[UserFactory()], sender='Council" <thief@example.org>, "x', at=NOW)
    jobs.deliver(Message.objects.get().pk)
    sender = mailoutbox[0].message()["From"]
    assert sender.count("<") >= 1
    assert mailoutbox[0].from_email.endswith("@calloff.example>")


def test_each_message_header_is_one_line_of_limited_length(mailoutbox):
    long = "Windmill " * 30
    queue_message(
        MessageText(f"To {long}\r\nBcc: all@example.org\u202e", "Read it."), to=[UserFactory()], sender=long, at=NOW
    )
    message = Message.objects.get()
    assert len(message.subject) <= 200
    assert len(message.sender) <= 200
    jobs.deliver(message.pk)
    assert "\n" not in mailoutbox[0].subject
    queue_message(MessageText("To you\r\nBcc: all@example.org", "Read it."), to=[UserFactory()], sender="", at=NOW)
    assert Message.objects.latest("pk").subject == "To you Bcc: all@example.org"


@pytest.mark.parametrize("sender", ['"Council" <head@council.example>', "head@council.example", "a, b <c>", "Ørsted"])
def test_a_senders_name_never_looks_like_an_email_address(mailoutbox, sender):
    queue_message(WORDS, to=[UserFactory()], sender=sender, at=NOW)
    jobs.deliver(Message.objects.get().pk)
    [(_, address)] = getaddresses([mailoutbox[0].message()["From"]])
    assert address == settings.POST_FROM


def test_a_secret_link_is_sent_with_the_message_and_then_deleted(mailoutbox):
    queue_message_to_address(
        MessageText("s", "b", "/account/invitation?key=TOKEN"), address="z@example.org", sender="", at=NOW, secret=True
    )
    message = Message.objects.get()
    jobs.deliver(message.pk)
    message.refresh_from_db()
    assert "TOKEN" in mailoutbox[0].body
    assert "TOKEN" not in message.link + message.body
