"""What fits a saved search, what of it is new, and telling it: each service once for each search."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from calloff.demand.models import Gap, Nomination, SavedSearch, Told
from calloff.demand.search_serialisation import as_search
from calloff.demand.states import SearchStatus
from calloff.directory.models import Service, ServiceQuerySet
from calloff.directory.search_criteria import fitting, scope, sight_of
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import plural
from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import Words, queue
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.registers import queries as registers

MOST_FITTING = 500  # of what a search that is watched may find: beyond, something new would fit every day
NAMED = 5  # services of an email; the search itself shows the rest
AN_EMAIL_IS_KEPT = timedelta(days=365)  # of who reported a gap and left one: our own choice


def place_of(buyer: Organisation) -> Point | None:
    """Return where a buyer is: a school as its register has it. A team has no place."""
    known = registers.school(buyer.urn) if buyer.urn else None
    return known.position if known else None


def fits(saved: SavedSearch, at: datetime) -> ServiceQuerySet | None:
    """Find what fits a saved search now, with the prices that its person may see: nothing where it cannot be asked."""
    search = as_search(saved.asked, saved.authority, place_of(saved.buyer))
    if search is None:
        return None
    return fitting(scope(saved.authority, at), search, sight_of(saved.person, saved.authority, at), local_day(at))


def begin(saved: SavedSearch, *, at: datetime) -> None:
    """Take what fits now as known. Raises Refused where it is too much to be watched."""
    found = fits(saved, at)
    keys = list(found.values_list("pk", flat=True)[: MOST_FITTING + 1]) if found is not None else []
    if len(keys) > MOST_FITTING:
        raise Refused(
            f"More than {MOST_FITTING} services match this search. Add a filter, so that our emails are useful."
        )
    _write(saved, keys, at)


def tell(at: datetime) -> int:
    """Write to everybody for whose saved search something new fits; return how many were written to.

    A search of somebody who no longer acts for the buyer is passed over. It may run twice, or at the same time as
    itself: what was told is written under a key of search and service, in the transaction of the message.
    """
    watched = SavedSearch.objects.filter(status=SearchStatus.WATCHED, person__is_active=True)
    return sum(_tell(key, at) for key in watched.order_by("pk").values_list("pk", flat=True))


def forget_emails(at: datetime) -> None:
    """Forget the addresses of those who reported a gap a year ago, and who named a provider that was answered then."""
    long_ago = at - AN_EMAIL_IS_KEPT
    Gap.objects.filter(made_at__lt=long_ago).exclude(email="").update(email="")
    answered = Nomination.objects.filter(answers__answered_at__lt=long_ago)
    answered.exclude(email="", person=None).update(email="", person=None)


@transaction.atomic
def _tell(key: int, at: datetime) -> bool:
    held = SavedSearch.objects.select_for_update(of=("self",)).select_related("authority", "buyer", "person")
    saved = held.filter(pk=key, status=SearchStatus.WATCHED).first()
    if saved is None or not saved.person.can(Can.SEE_PRICES, at=saved.buyer, when=at):
        return False
    found = fits(saved, at)
    if found is None:
        return False
    known = Told.objects.filter(search=saved).values("service")
    new = list(found.exclude(pk__in=known).order_by("pk").select_related("provider")[:MOST_FITTING])
    if not new:
        return False
    _write(saved, [one.pk for one in new], at)
    queue(something_new(saved, new), to=[saved.person], sender=str(saved.authority), at=at)
    return True


def _write(saved: SavedSearch, keys: list[int], at: datetime) -> None:
    rows = [Told(authority=saved.authority, search=saved, service_id=key, at=at) for key in keys]
    Told.objects.bulk_create(rows, ignore_conflicts=True)


def something_new(saved: SavedSearch, new: Sequence[Service]) -> Words:
    several = [f"{one.name}, {one.provider}" for one in new[:NAMED]]
    more = [f"and {len(new) - NAMED} more"] if len(new) > NAMED else []
    lines = "\n".join(f"- {words}" for words in [*several, *more])
    return Words(
        f"{plural(len(new), 'new service')} in one of your saved searches"[:200],
        f"There are new matches for one of your saved searches:\n\n{lines}\n\nSign in to see them or to stop these "
        "emails.",
        f"/buyers/{saved.buyer.slug}/searches/{saved.pk}",
    )
