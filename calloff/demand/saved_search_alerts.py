"""Find new matches for saved searches, and email people about them.

For each search, a service is in only one email.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from calloff.demand.models import Gap, Nomination, SavedSearch, SavedSearchMatch
from calloff.demand.search_serialisation import parse_search
from calloff.demand.states import SavedSearchStatus
from calloff.directory.models import Service, ServiceQuerySet
from calloff.directory.price_visibility import price_visibility
from calloff.directory.search_criteria import matching, searchable_services, with_synonyms
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import MessageText, queue_message
from calloff.outbox.models import MessageKind
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.registers import queries as registers

MAX_MATCHES_WATCHED = 500  # a search that matches more services than this would have new matches almost every day
MAX_MATCHES_NAMED = 5  # the maximum number of services listed in an email. The search page shows the others
# how long we chose to keep the email addresses of people who reported a gap
EMAIL_RETENTION = timedelta(days=365)


def location_of_buyer(buyer: Organisation) -> Point | None:
    """Return a buyer's location: a school's position in the schools register, or None for a team."""
    school = registers.find_school(buyer.urn) if buyer.urn else None
    return school.position if school else None


def find_matches(saved: SavedSearch, at: datetime) -> ServiceQuerySet | None:
    """Return the current matches of a saved search, or None if the search can no longer be run.

    Prices are those that the person who saved the search can see.
    """
    search = parse_search(saved.asked, saved.authority, location_of_buyer(saved.buyer))
    if search is None:
        return None
    return matching(
        searchable_services(saved.authority, at),
        with_synonyms(saved.authority, search, at),
        price_visibility(saved.person, saved.authority, at),
        local_day(at),
    )


def record_known_matches(saved: SavedSearch, *, at: datetime) -> None:
    """Record the current matches, so that they do not count as new. Raises Refused if too many services match."""
    matches = find_matches(saved, at)
    keys = list(matches.values_list("pk", flat=True)[: MAX_MATCHES_WATCHED + 1]) if matches is not None else []
    if len(keys) > MAX_MATCHES_WATCHED:
        raise Refused(
            f"More than {MAX_MATCHES_WATCHED} services match this search. Add a filter, so that our emails are useful."
        )
    _record_matches(saved, keys, at)


def send_search_alerts(at: datetime) -> int:
    """Email each person whose saved searches have new matches. Returns how many emails were queued.

    A search is skipped if the person who saved it no longer acts for the buyer. It is safe to run this twice or
    concurrently, because a match is recorded, once for each search and service, in the same transaction that queues the
    email.
    """
    watched = SavedSearch.objects.filter(status=SavedSearchStatus.WATCHED, person__is_active=True)
    return sum(_send_alert(key, at) for key in watched.order_by("pk").values_list("pk", flat=True))


def delete_old_emails(at: datetime) -> None:
    """Delete email addresses from old gaps, and contact details from old nominations.

    A gap is old a year after the report, and a nomination a year after the response.
    """
    long_ago = at - EMAIL_RETENTION
    Gap.objects.filter(made_at__lt=long_ago).exclude(email="").update(email="")
    answered = Nomination.objects.filter(answers__answered_at__lt=long_ago)
    answered.exclude(email="", person=None).update(email="", person=None)


@transaction.atomic
def _send_alert(key: int, at: datetime) -> bool:
    searches = SavedSearch.objects.select_for_update(of=("self",)).select_related("authority", "buyer", "person")
    saved = searches.filter(pk=key, status=SavedSearchStatus.WATCHED).first()
    if saved is None or not saved.person.can(Can.SEE_PRICES, organisation=saved.buyer, at=at):
        return False
    matches = find_matches(saved, at)
    if matches is None:
        return False
    emailed = SavedSearchMatch.objects.filter(search=saved).values("service")
    new_services = list(matches.exclude(pk__in=emailed).order_by("pk").select_related("provider")[:MAX_MATCHES_WATCHED])
    if not new_services:
        return False
    _record_matches(saved, [service.pk for service in new_services], at)
    queue_message(new_matches_message(saved, new_services), to=[saved.person], sender=str(saved.authority), at=at)
    return True


def _record_matches(saved: SavedSearch, keys: list[int], at: datetime) -> None:
    rows = [SavedSearchMatch(authority=saved.authority, search=saved, service_id=key, at=at) for key in keys]
    SavedSearchMatch.objects.bulk_create(rows, ignore_conflicts=True)


def new_matches_message(saved: SavedSearch, new: Sequence[Service]) -> MessageText:
    named = [f"{service.name}, {service.provider}" for service in new[:MAX_MATCHES_NAMED]]
    more = [f"and {len(new) - MAX_MATCHES_NAMED} more"] if len(new) > MAX_MATCHES_NAMED else []
    lines = "\n".join(f"- {line}" for line in [*named, *more])
    return MessageText(
        f"{pluralise(len(new), 'new service')} in one of your saved searches"[:200],
        f"There are new matches for one of your saved searches:\n\n{lines}\n\nSign in to see them or to stop these "
        "emails.",
        f"/buyers/{saved.buyer.slug}/searches/{saved.pk}",
        kind=MessageKind.SEARCHES,
    )
