"""Reminders to providers, no more than once every 14 days, to update how many places are available."""

from datetime import datetime

from calloff.directory.listing_queries import providers_with_stale_places
from calloff.directory.queries import PLACES_GO_STALE
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.outbox.commands import MessageText, queue_message
from calloff.outbox.models import Message, MessageKind
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can

REMINDER_KEY_PREFIX = "places:"


def remind_of_stale_places(at: datetime) -> None:
    """Email the people who list a provider's services. Each email is about all of the provider's services."""
    recent = Message.objects.filter(key__startswith=REMINDER_KEY_PREFIX, queued_at__gt=at - PLACES_GO_STALE)
    reminded = {key.split(":")[1] for key in recent.values_list("key", flat=True)}
    for provider, services in providers_with_stale_places(at):
        if str(provider.pk) in reminded:
            continue
        keepers = User.objects.who_can(Can.LIST_SERVICES, organisation=provider, at=at)
        key = f"{REMINDER_KEY_PREFIX}{provider.pk}:{local_day(at)}"
        queue_message(_message(provider, services), to=keepers, sender="", at=at, key=key)


def _message(provider: Organisation, services: int) -> MessageText:
    return MessageText(
        f"Update your places available: {pluralise(services, 'service')}",
        "You last updated this more than 14 days ago. It takes a moment to update. Your page shows the date of the "
        "last update.",
        f"/providers/{provider.slug}/places",
        kind=MessageKind.SERVICES,
    )
