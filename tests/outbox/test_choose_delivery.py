"""Tests for choosing when messages come: straight away, in a digest, or not at all."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import IntegrityError
from procrastinate.contrib.django.models import ProcrastinateJob

from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import MessageText, choose_delivery, queue_message, stop_digest
from calloff.outbox.models import DeliveryChoice, Message, MessageChoice, MessageKind
from calloff.outbox.queries import NEVER_OFF, choices_of, count_late_messages
from tests.concurrency import all_at_once
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
REPLIED = MessageText("A provider is interested (IAP-R-0002)", "Sign in.", "/account/", MessageKind.REPLIES)
SUSPENDED = MessageText("Act today", "Sign in.", "/account/")


DEADLINE_WORDS = {"format_date", "format_before", "_due", "_message_with_deadline"}
DECISIONS = {
    "not_chosen", "change_answered", "change_refused", "nobody_awaited", "to_moderate", "stood_down", "clarified",
    "uplift_asked",
}  # fmt: skip


def optional_messages() -> Iterator[tuple[str, set[str]]]:
    """Yield each function whose messages people can turn off, with the names that the function uses."""
    for path in Path("calloff").rglob("*.py"):
        source = path.read_text()
        for function in ast.walk(ast.parse(source)) if "kind=MessageKind." in source else ():
            if isinstance(function, ast.FunctionDef):
                kinds = {
                    MessageKind[word.value.attr]
                    for word in ast.walk(function)
                    if isinstance(word, ast.keyword) and word.arg == "kind" and isinstance(word.value, ast.Attribute)
                }
                if kinds and not kinds & set(NEVER_OFF):
                    yield function.name, {word.id for word in ast.walk(function) if isinstance(word, ast.Name)}


def test_no_message_with_a_deadline_or_a_decision_can_be_turned_off():
    found = dict(optional_messages())
    assert len(found) > 10
    assert not {name for name, words in found.items() if words & DEADLINE_WORDS}
    assert not DECISIONS & set(found)


def queued(*people, words=REPLIED, key=""):
    queue_message(words, to=people, sender="", at=NOW, key=key)
    return {message.to_id: message for message in Message.objects.all()}


def jobs():
    return ProcrastinateJob.objects.filter(task_name__endswith="deliver").count()


@pytest.mark.parametrize("key", ["", "evidence:1:60"])
def test_each_person_gets_a_message_as_they_chose(key):
    ada, ben, cora = UserFactory(), UserFactory(), UserFactory()
    choose_delivery(ben, {MessageKind.REPLIES: MessageChoice.DIGEST})
    choose_delivery(cora, {MessageKind.REPLIES: MessageChoice.OFF})
    sent = queued(ada, ben, cora, key=key)
    assert {pk: message.for_digest for pk, message in sent.items()} == {ada.pk: False, ben.pk: True}
    assert jobs() == 1


def test_required_messages_are_always_sent_as_they_happen(django_assert_num_queries):
    ada = UserFactory()
    choose_delivery(ada, dict.fromkeys([MessageKind.REPLIES, MessageKind.PLACEMENTS], MessageChoice.OFF))
    assert not queued(ada, words=SUSPENDED)[ada.pk].for_digest
    assert jobs() == 1


def test_required_messages_cannot_be_delayed_in_any_way():
    ada = UserFactory()
    for choice in (MessageChoice.DIGEST, MessageChoice.OFF):
        with pytest.raises(Refused, match="We must send you these messages"):
            choose_delivery(ada, {MessageKind.REQUIRED: choice})
    with pytest.raises(IntegrityError, match="required_messages_always_sent"):
        DeliveryChoice.objects.create(person=ada, kind=MessageKind.REQUIRED, choice=MessageChoice.OFF)


@pytest.mark.parametrize("kind", NEVER_OFF)
def test_a_kind_that_people_must_get_can_come_in_a_digest_but_not_be_turned_off(kind):
    ada = UserFactory()
    choose_delivery(ada, {kind: MessageChoice.DIGEST})
    with pytest.raises(Refused, match="Select another answer"):
        choose_delivery(ada, {MessageKind.REPLIES: MessageChoice.OFF, kind: MessageChoice.OFF})
    assert choices_of(ada.pk) == {kind: MessageChoice.DIGEST}


def test_stopping_the_digest_does_not_change_other_choices_or_required_kinds():
    ada, kept = UserFactory(), next(iter(NEVER_OFF))
    digest = MessageChoice.DIGEST
    choose_delivery(ada, {MessageKind.REPLIES: digest, kept: digest, MessageKind.SEARCHES: MessageChoice.AT_ONCE})
    stop_digest(ada.pk)
    assert choices_of(ada.pk) == {
        MessageKind.REPLIES: MessageChoice.OFF, kept: digest, MessageKind.SEARCHES: MessageChoice.AT_ONCE,
    }  # fmt: skip


def test_messages_that_wait_for_a_digest_are_not_late():
    ada = UserFactory()
    choose_delivery(ada, {MessageKind.REPLIES: MessageChoice.DIGEST})
    queued(ada)
    assert count_late_messages(NOW.replace(year=2027)) == 0


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_choices_saved_at_the_same_moment_leave_one_row_for_each_kind():
    ada = UserFactory()
    all_at_once(lambda: choose_delivery(ada, {MessageKind.REPLIES: MessageChoice.DIGEST}), times=4)
    assert DeliveryChoice.objects.get().choice == MessageChoice.DIGEST
