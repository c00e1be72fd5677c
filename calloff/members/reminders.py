"""Remind providers of documents that they promised, 14 and 3 days before the deadline and once after it."""

from datetime import datetime, timedelta

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.markets.queries import who_can
from calloff.members.models import DocumentPromise
from calloff.members.states import LASTING_STATUSES, PromiseStatus
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import User
from calloff.people.permissions import Can

# The numbers of days before the deadline. They are our own choice, and no rule depends on these emails.
PROMISE_REMINDER_DAYS = (14, 3)


def remind_of_promises(at: datetime) -> None:
    """Email providers about promised documents. If a document is late, email the authority as well.

    Each email is sent only once, however often this runs.
    """
    today = local_day(at)
    last_day = today + timedelta(days=max(PROMISE_REMINDER_DAYS))
    outstanding = DocumentPromise.objects.filter(
        status=PromiseStatus.PROMISED, due_on__lte=last_day, member__status__in=LASTING_STATUSES
    )
    for promise in outstanding.select_related("authority", "provider", "member__market").order_by("pk"):
        if promise.due_on is None:
            continue
        days_left = (promise.due_on - today).days
        milestone = "late" if days_left < 0 else str(min(days for days in PROMISE_REMINDER_DAYS if days >= days_left))
        recipients = User.objects.who_can(Can.KEEP_EVIDENCE, organisation=promise.provider, at=at)
        key, sender = f"promise:{promise.pk}:{milestone}", str(promise.authority)
        queue_message(_due(promise) if days_left >= 0 else _late(promise), to=recipients, sender=sender, at=at, key=key)
        if days_left < 0:
            officers = who_can(Can.ASSURE, in_market=promise.member.market, at=at)
            queue_message(_overdue(promise), to=officers, sender=sender, at=at, key=f"{key}:officers")


def _due(promise: DocumentPromise) -> MessageText:
    deadline = f" by {format_date(promise.due_on)}" if promise.due_on else ""
    return MessageText(
        f"Upload your {_lower_first(promise.title)}{deadline} ({promise.member.reference})",
        f"You promised this document to {promise.authority} when you applied. No placement can start with you in "
        "this category until you have uploaded it.",
        f"/providers/{promise.provider.slug}/promises/{promise.pk}/fulfil",
    )


def _late(promise: DocumentPromise) -> MessageText:
    deadline = f" by {format_date(promise.due_on)}" if promise.due_on else ""
    return MessageText(
        f"Your {_lower_first(promise.title)} is overdue. Upload it now ({promise.member.reference})",
        f"You promised {promise.authority} that you would upload a document{deadline} ({promise.what}). You have not "
        "uploaded it yet. No placement can start with "
        "you in this category until you have uploaded it.",
        f"/providers/{promise.provider.slug}/promises/{promise.pk}/fulfil",
    )


def _overdue(promise: DocumentPromise) -> MessageText:
    return MessageText(
        f"A promised document is overdue ({promise.member.reference})",
        f"{promise.provider} promised to upload a document by "
        f"{format_date(promise.due_on) if promise.due_on else 'now'} "
        f"({promise.what}). The provider has not uploaded it. No placement can start with this provider in this "
        f"category until the provider uploads the document.",
        f"/authorities/{promise.authority.slug}/members/{promise.member.reference}",
    )


def _lower_first(title: str) -> str:
    return f"{title[:1].lower()}{title[1:]}"
