"""Telling a provider that a document is about to end: at 60, 30 and 7 days, once each, however often this runs."""

from datetime import datetime, timedelta

from django.utils import timezone

from calloff.evidence.queries import ExpiringEvidence, evidence_to_remind_of
from calloff.kernel.formatting import format_date
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import User
from calloff.people.permissions import Can


def remind(at: datetime) -> None:
    """Write to those who keep a provider's evidence. A milestone is told once, also after days on which nothing ran."""
    for ending in evidence_to_remind_of(timezone.localtime(at).date()):
        provider = ending.item.provider
        keepers = User.objects.who_can(Can.KEEP_EVIDENCE, organisation=provider, at=at)
        queue_message(_words(ending), to=keepers, sender="", at=at, key=f"evidence:{ending.item.pk}:{ending.milestone}")


def _words(ending: ExpiringEvidence) -> MessageText:
    item = ending.item
    last = item.expires_on
    if last is None:
        raise LookupError("It does not end.")
    after = last + timedelta(days=1)
    needed = (
        f"Upload the new document by {format_date(last)}, or no new placements that need it can start from "
        f"{format_date(after)}. Current placements are not affected."
    )
    unused = (
        f"No council is relying on this document at the moment. Upload the new document by {format_date(last)} "
        "if you want to use it in an application."
    )
    return MessageText(
        f"{item.kind_label} expires on {format_date(last)} ({item.reference})",
        needed if ending.relied_on else unused,
        f"/providers/{item.provider.slug}/evidence/{item.reference}",
    )
