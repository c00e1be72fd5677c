"""Tests for the daily digest. It contains each message once, and nothing that the person can no longer see."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from calloff.history import transitions
from calloff.outbox import jobs
from calloff.outbox.commands import MessageText, choose_delivery, queue_message, stop_digest
from calloff.outbox.models import Message, MessageChoice, MessageKind
from calloff.people.permissions import Role
from calloff.web import audience_hooks
from calloff.web.digests import digest_due_at, send_digests
from tests.concurrency import all_at_once
from tests.factories import LONDON, NOW, ProviderFactory, person, rewrite
from tests.factories_evidence import EvidenceFactory

pytestmark = pytest.mark.django_db
TOMORROW = (NOW + timedelta(days=1)).replace(hour=7, minute=2)


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.FILES = tmp_path / "files"
    reverse("account:home")  # This loads the URLs.


@pytest.fixture
def ada():
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    choose_delivery(ada, {MessageKind.EXPIRIES: MessageChoice.DIGEST, MessageKind.COLLEAGUES: MessageChoice.DIGEST})
    return ada


def expiry(ada, number=0):
    """Queue a reminder about one of the provider's documents, and return the document."""
    item = EvidenceFactory(provider=ada.grants.first().organisation)
    link = f"/providers/{item.provider.slug}/evidence/{item.reference}"
    words = MessageText(f"It expires ({item.reference})", "Upload a new one.\nMore.", link, MessageKind.EXPIRIES)
    queue_message(words, to=[ada], sender="", at=NOW + timedelta(minutes=number))
    return item


def digests():
    return list(Message.objects.filter(key__startswith="digest:").order_by("pk"))


def test_a_digest_has_the_subject_first_line_and_link_of_each_message(ada, settings):
    first, second = expiry(ada), expiry(ada, 1)
    assert send_digests(TOMORROW) == 1
    (digest,) = digests()
    assert digest.subject == "2 updates from Calloff"
    for item in (first, second):
        link = f"{settings.ADDRESS}/providers/{item.provider.slug}/evidence/{item.reference}"
        assert f"It expires ({item.reference})\nUpload a new one.\n{link}" in digest.body
    assert "More." not in digest.body
    assert digest.link == "/account/notifications"
    assert set(Message.objects.filter(for_digest=True).values_list("sent_at", flat=True)) == {TOMORROW}


def test_a_digest_is_sent_once_a_day_and_later_messages_come_the_next_morning(ada):
    expiry(ada)
    assert [send_digests(TOMORROW), send_digests(TOMORROW + timedelta(hours=1))] == [1, 0]
    expiry(ada, 24 * 60)
    assert send_digests(TOMORROW + timedelta(hours=4)) == 0
    assert send_digests(TOMORROW + timedelta(days=1)) == 1
    assert len(digests()) == 2


def test_messages_are_not_lost_on_days_when_no_job_runs(ada):
    expiry(ada)
    expiry(ada, 24 * 60)
    assert send_digests(TOMORROW + timedelta(days=5, hours=6)) == 1
    assert digests()[0].subject == "2 updates from Calloff"


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (datetime(2026, 1, 5, 6, 59, tzinfo=LONDON), datetime(2026, 1, 4, 7, tzinfo=LONDON)),
        (datetime(2026, 1, 5, 7, tzinfo=LONDON), datetime(2026, 1, 5, 7, tzinfo=LONDON)),
        (datetime(2026, 7, 6, 6, 30, tzinfo=LONDON), datetime(2026, 7, 5, 7, tzinfo=LONDON)),
        (datetime(2026, 7, 6, 23, tzinfo=LONDON), datetime(2026, 7, 6, 7, tzinfo=LONDON)),
    ],
)
def test_digests_are_due_at_7am_in_london_in_winter_and_summer(at, due):
    assert digest_due_at(at) == due


def test_a_message_about_a_record_that_is_gone_is_left_out(ada):
    expiry(ada)
    gone = expiry(ada, 1)
    Message.objects.filter(subject__contains=gone.reference).update(
        link=f"/providers/{gone.provider.slug}/evidence/EV-GONE1"
    )
    assert send_digests(TOMORROW) == 1
    (digest,) = digests()
    assert digest.subject == "1 update from Calloff"
    assert gone.reference not in digest.body
    assert Message.objects.get(left_out_at=TOMORROW).subject.endswith(f"({gone.reference})")


def test_a_person_who_has_lost_access_gets_no_digest(ada):
    expiry(ada)
    rewrite(ada.grants.all(), ends_at=NOW + timedelta(hours=1))
    assert send_digests(TOMORROW) == 0
    assert digests() == []
    assert send_digests(TOMORROW + timedelta(days=1)) == 0


def test_a_message_left_for_a_page_without_a_record_is_sent(ada):
    words = MessageText("Someone has asked to join", "Sign in.", "/account/", MessageKind.COLLEAGUES)
    queue_message(words, to=[ada], sender="", at=NOW)
    assert send_digests(TOMORROW) == 1


def test_a_digest_can_be_stopped_with_one_click_by_a_mail_program(ada, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    expiry(ada)
    send_digests(TOMORROW)
    jobs.deliver(digests()[0].pk)
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith(f"<{settings.ADDRESS}/account/digest/stop?key=")
    queue_message(MessageText("Act today", "Sign in.", ""), to=[ada], sender="", at=NOW)
    jobs.deliver(Message.objects.latest("pk").pk)
    assert "List-Unsubscribe" not in mail.outbox[1].extra_headers


def test_history_lists_the_people_who_will_get_a_message_in_a_digest(ada, monkeypatch):
    told = []
    monkeypatch.setattr(transitions, "record_recipients", told.extend)
    expiry(ada)
    choose_delivery(ada, {MessageKind.COLLEAGUES: MessageChoice.OFF})
    words = MessageText("Someone has asked to join", "Sign in.", "/account/", MessageKind.COLLEAGUES)
    queue_message(words, to=[ada], sender="", at=NOW)
    assert told == [ada.pk]


def test_one_digest_that_fails_does_not_stop_the_others_and_is_sent_by_the_next_run(ada, monkeypatch):
    expiry(ada)
    ben = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    choose_delivery(ben, {MessageKind.EXPIRIES: MessageChoice.DIGEST})
    expiry(ben)

    def fail_for_ada(request, words):
        if request.user.pk == ada.pk:
            raise ZeroDivisionError
        return "/account/"

    with monkeypatch.context() as broken:
        broken.setattr(audience_hooks, "path_of_typed_words", fail_for_ada)
        with pytest.raises(ExceptionGroup, match="Some digests were not sent"):
            send_digests(TOMORROW)
    assert [digest.to for digest in digests()] == [ben]
    assert Message.objects.filter(for_digest=True, to=ada, sent_at=None, left_out_at=None).count() == 1
    assert send_digests(TOMORROW + timedelta(hours=1)) == 1
    assert [digest.to for digest in digests()] == [ben, ada]


def test_messages_that_wait_when_a_person_stops_the_digest_are_not_sent(ada):
    words = MessageText("Someone has asked to join", "Sign in.", "/account/", MessageKind.COLLEAGUES)
    queue_message(words, to=[ada], sender="", at=NOW)
    item = expiry(ada)
    stop_digest(ada.pk)
    assert send_digests(TOMORROW) == 1
    (digest,) = digests()
    assert digest.subject == "1 update from Calloff"
    assert item.reference in digest.body


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_the_same_moment_send_one_digest(ada):
    expiry(ada)
    all_at_once(lambda: send_digests(TOMORROW), times=4)
    assert len(digests()) == 1
