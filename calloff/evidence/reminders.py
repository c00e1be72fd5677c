"""Remind providers 60, 30 and 7 days before a document expires.

Each reminder is sent only once, however often this runs.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from calloff.evidence.queries import ExpiringEvidence, evidence_to_remind_of
from calloff.kernel.formatting import format_date
from calloff.outbox.commands import MessageText, queue_message
from calloff.outbox.models import MessageKind
from calloff.people.models import User
from calloff.people.permissions import Can


def remind(at: datetime) -> None:
    """Email the people who manage a provider's evidence about each document that will soon expire.

    Each reminder is sent only once. If nothing runs on the day when it is due, the next run sends it.
    """
    for reminder in evidence_to_remind_of(timezone.localtime(at).date()):
        provider = reminder.item.provider
        recipients = User.objects.who_can(Can.KEEP_EVIDENCE, organisation=provider, at=at)
        queue_message(
            _message(reminder), to=recipients, sender="", at=at, key=f"evidence:{reminder.item.pk}:{reminder.milestone}"
        )


def _message(reminder: ExpiringEvidence) -> MessageText:
    item = reminder.item
    last_day = item.expires_on
    if last_day is None:
        raise LookupError("It does not end.")
    day_after = last_day + timedelta(days=1)
    text_if_needed = (
        f"Upload the new document by {format_date(last_day)}. Without it, no new placements that need this document "
        f"can start from {format_date(day_after)}. Current placements are not affected."
    )
    text_if_unused = (
        f"No council is relying on this document at the moment. Upload the new document by {format_date(last_day)} "
        "if you want to use it in an application."
    )
    return MessageText(
        f"{item.kind_label} expires on {format_date(last_day)} ({item.reference})",
        text_if_needed if reminder.relied_on else text_if_unused,
        f"/providers/{item.provider.slug}/evidence/{item.reference}",
        kind=MessageKind.EXPIRIES,
    )
