"""Digests: one email a day for each person who chose it, with the messages queued for it.

A digest is sent from 7am in London. If no job ran in the morning, the next run sends it. If no job ran for days, one
digest has everything. It leaves out messages about a record that the person can no longer see, and kinds of message
that the person has since turned off.
"""

from datetime import datetime, time, timedelta
from types import SimpleNamespace

from django.conf import settings
from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.outbox.commands import MessageText, queue_message
from calloff.outbox.digest_links import DIGEST_KEY_PREFIX
from calloff.outbox.models import Message, MessageChoice
from calloff.outbox.queries import choices_of, people_with_digest, waiting_for_digest
from calloff.people.models import User
from calloff.web import audience_hooks
from calloff.web.permissions import would_let_in

DIGEST_TIME = time(7)  # in London
MAX_MESSAGES_LISTED = 50  # one line says how many more there are


def send_digests(at: datetime) -> int:
    """Queue each person's latest digest, and return how many were queued. A second run has no effect.

    If one person's digest fails, everyone else still gets theirs. Raises ExceptionGroup afterwards with each failure,
    so that the people who run the service see it. The next run tries those digests again.
    """
    due, sent, failures = digest_due_at(at), 0, list[Exception]()
    for person_pk in people_with_digest(due):
        try:
            sent += _send_digest(person_pk, due, at)
        except Exception as failure:  # any fault in a page or record to which a message leads
            failures.append(failure)
    if failures:
        raise ExceptionGroup("Some digests were not sent. The next run tries them again.", failures)
    return sent


def digest_due_at(at: datetime) -> datetime:
    """Return the latest time at which digests were due. Messages queued later are for the next digest."""
    today = timezone.make_aware(datetime.combine(local_day(at), DIGEST_TIME))
    if at >= today:
        return today
    return timezone.make_aware(datetime.combine(local_day(at) - timedelta(days=1), DIGEST_TIME))


@transaction.atomic
def _send_digest(person_pk: int, due: datetime, at: datetime) -> bool:
    """Queue a person's digest.

    The person is locked first, so that a second job finds no messages.
    """
    person = User.objects.select_for_update().get(pk=person_pk)
    key = f"{DIGEST_KEY_PREFIX}{local_day(due)}"
    if Message.objects.filter(key=key, to=person).exists():
        return False
    waiting = list(waiting_for_digest(due).filter(to=person).order_by("queued_at", "pk"))
    chosen = choices_of(person_pk)
    wanted = [message for message in waiting if chosen.get(message.kind) != MessageChoice.OFF]
    shown = [message for message in wanted if is_still_needed(message, person, at)]
    of_person = Message.objects.filter(to=person)
    of_person.filter(pk__in=[message.pk for message in shown]).update(sent_at=at)
    of_person.filter(pk__in={message.pk for message in waiting} - {message.pk for message in shown}).update(
        left_out_at=at
    )
    if shown:
        queue_message(digest_message(shown), to=[person], sender="", at=at, key=key)
    return bool(shown)


def is_still_needed(message: Message, person: User, at: datetime) -> bool:
    """Return whether a person can still open a message's page, and see the record that it is about."""
    if not person.is_active:
        return False
    if not message.link:
        return True
    try:
        match = resolve(message.link.partition("?")[0].partition("#")[0])
    except Resolver404:
        return False
    request = SimpleNamespace(user=person, now=at, method="GET")
    if not would_let_in(match.func, request, person.pk, match.kwargs):
        return False
    reference = match.kwargs.get("reference")
    return not reference or audience_hooks.path_of_typed_words(request, str(reference)) is not None


def digest_message(messages: list[Message]) -> MessageText:
    """Return a digest with each message's subject, first line and link."""
    listed = messages[:MAX_MESSAGES_LISTED]
    items = [f"{one.subject}\n{_first_line(one)}{_link(one)}" for one in listed]
    more = (
        [f"There are {len(messages) - len(listed)} more. Sign in to see them."] if len(messages) > len(listed) else []
    )
    number = pluralise(len(messages), "update")
    return MessageText(
        f"{number} from Calloff",
        "\n\n".join([f"You chose to get these {number} in one email.", *items, *more])
        + "\n\nYou can change which emails you get, or stop this email, on the page below.",
        "/account/notifications",
    )


def _first_line(message: Message) -> str:
    return message.body.partition("\n")[0]


def _link(message: Message) -> str:
    return f"\n{settings.ADDRESS}{message.link}" if message.link else ""
