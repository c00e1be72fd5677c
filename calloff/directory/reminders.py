"""Reminding a provider to say how many places are free: once a fortnight at most, however often this runs."""

from datetime import datetime

from calloff.directory.listing_queries import whose_places_are_stale
from calloff.directory.queries import PLACES_GO_STALE
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import plural
from calloff.outbox.commands import Words, queue
from calloff.outbox.models import Message
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can

ABOUT = "places:"


def remind(at: datetime) -> None:
    """Write to those who keep a provider's services, once for all of them."""
    lately = Message.objects.filter(key__startswith=ABOUT, queued_at__gt=at - PLACES_GO_STALE)
    told = {key.split(":")[1] for key in lately.values_list("key", flat=True)}
    for provider, services in whose_places_are_stale(at):
        if str(provider.pk) in told:
            continue
        keepers = User.objects.who_can(Can.LIST_SERVICES, at=provider, when=at)
        key = f"{ABOUT}{provider.pk}:{local_day(at)}"
        queue(_words(provider, services), to=keepers, sender="", at=at, key=key)


def _words(provider: Organisation, services: int) -> Words:
    return Words(
        f"Update your places available: {plural(services, 'service')}",
        "You last updated this more than 14 days ago. It takes a moment to update. Your page shows the date of the "
        "last update.",
        f"/providers/{provider.slug}/places",
    )
