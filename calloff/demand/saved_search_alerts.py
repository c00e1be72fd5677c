"""What fits a saved search, what of it is new, and telling it: each service once for each search."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from calloff.demand.models import Gap, Nomination, SavedSearch, SavedSearchMatch
from calloff.demand.search_serialisation import parse_search
from calloff.demand.states import SavedSearchStatus
from calloff.directory.models import Service, ServiceQuerySet
from calloff.directory.price_visibility import price_visibility
from calloff.directory.search_criteria import matching, searchable_services
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.registers import queries as registers

MAX_MATCHES_WATCHED = 500  # of what a search that is watched may find: beyond, something new would fit every day
MAX_MATCHES_NAMED = 5  # services of an email; the search itself shows the rest
EMAIL_RETENTION = timedelta(days=365)  # of who reported a gap and left one: our own choice


def location_of_buyer(buyer: Organisation) -> Point | None:
    """Return where a buyer is: a school as its register has it. A team has no place."""
    known = registers.find_school(buyer.urn) if buyer.urn else None
    return known.position if known else None


def find_matches(saved: SavedSearch, at: datetime) -> ServiceQuerySet | None:
    """Find what fits a saved search now, with the prices that its person may see: nothing where it cannot be asked."""
    search = parse_search(saved.asked, saved.authority, location_of_buyer(saved.buyer))
    if search is None:
        return None
    return matching(
        searchable_services(saved.authority, at),
        search,
        price_visibility(saved.person, saved.authority, at),
        local_day(at),
    )


def record_known_matches(saved: SavedSearch, *, at: datetime) -> None:
    """Take what fits now as known. Raises Refused where it is too much to be watched."""
    found = find_matches(saved, at)
    keys = list(found.values_list("pk", flat=True)[: MAX_MATCHES_WATCHED + 1]) if found is not None else []
    if len(keys) > MAX_MATCHES_WATCHED:
        raise Refused(
            f"More than {MAX_MATCHES_WATCHED} services match this search. Add a filter, so that our emails are useful."
        )
    _write(saved, keys, at)


def send_search_alerts(at: datetime) -> int:
    """Write to everyone for whose saved search something new fits; return how many were written to.

    A search of someone who no longer acts for the buyer is passed over. It may run twice, or at the same time as
    itself: what was told is written under a key of search and service, in the transaction of the message.
    """
    watched = SavedSearch.objects.filter(status=SavedSearchStatus.WATCHED, person__is_active=True)
    return sum(_tell(key, at) for key in watched.order_by("pk").values_list("pk", flat=True))


def delete_old_emails(at: datetime) -> None:
    """Forget the addresses of those who reported a gap a year ago, and who named a provider that was answered then."""
    long_ago = at - EMAIL_RETENTION
    Gap.objects.filter(made_at__lt=long_ago).exclude(email="").update(email="")
    answered = Nomination.objects.filter(answers__answered_at__lt=long_ago)
    answered.exclude(email="", person=None).update(email="", person=None)


@transaction.atomic
def _tell(key: int, at: datetime) -> bool:
    held = SavedSearch.objects.select_for_update(of=("self",)).select_related("authority", "buyer", "person")
    saved = held.filter(pk=key, status=SavedSearchStatus.WATCHED).first()
    if saved is None or not saved.person.can(Can.SEE_PRICES, organisation=saved.buyer, at=at):
        return False
    found = find_matches(saved, at)
    if found is None:
        return False
    known = SavedSearchMatch.objects.filter(search=saved).values("service")
    new = list(found.exclude(pk__in=known).order_by("pk").select_related("provider")[:MAX_MATCHES_WATCHED])
    if not new:
        return False
    _write(saved, [one.pk for one in new], at)
    queue_message(new_matches_message(saved, new), to=[saved.person], sender=str(saved.authority), at=at)
    return True


def _write(saved: SavedSearch, keys: list[int], at: datetime) -> None:
    rows = [SavedSearchMatch(authority=saved.authority, search=saved, service_id=key, at=at) for key in keys]
    SavedSearchMatch.objects.bulk_create(rows, ignore_conflicts=True)


def new_matches_message(saved: SavedSearch, new: Sequence[Service]) -> MessageText:
    several = [f"{one.name}, {one.provider}" for one in new[:MAX_MATCHES_NAMED]]
    more = [f"and {len(new) - MAX_MATCHES_NAMED} more"] if len(new) > MAX_MATCHES_NAMED else []
    lines = "\n".join(f"- {words}" for words in [*several, *more])
    return MessageText(
        f"{pluralise(len(new), 'new service')} in one of your saved searches"[:200],
        f"There are new matches for one of your saved searches:\n\n{lines}\n\nSign in to see them or to stop these "
        "emails.",
        f"/buyers/{saved.buyer.slug}/searches/{saved.pk}",
    )
