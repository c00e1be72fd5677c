"""Queries about gaps and nominations, shortlists and saved searches."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from calloff.demand.models import Gap, Nomination, NominationQuerySet, NominationResponse, SavedSearch, ShortlistEntry
from calloff.demand.states import NominationResponseStatus, ShortlistEntryStatus
from calloff.directory.models import SEARCH_COLUMNS, Service
from calloff.directory.queries import with_members, with_prices_and_sites
from calloff.directory.search_results import metres_to
from calloff.kernel.clock import day_after, local_day, midnight
from calloff.kernel.codes import NeedType
from calloff.kernel.geography import Point
from calloff.markets import queries as markets
from calloff.markets.models import Market
from calloff.members.models import Member
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with

NOMINATION_STATES: dict[str, tuple[str, Q]] = {
    "new": ("To review", Q(answers=None)),
    "invited": ("Invited", Q(answers__status=NominationResponseStatus.INVITED)),
    "set_aside": ("Closed", Q(answers__status=NominationResponseStatus.SET_ASIDE)),
}


def gaps_of(authority: Organisation) -> QuerySet[Gap]:
    """Return the gaps reported to an authority, each with its lot and buyer.

    The caller must check that the person is allowed to see them.
    """
    return Gap.objects.filter(authority=authority).select_related("lot", "buyer")


def reported_by(who: str) -> Q:
    """Return a condition for the gaps reported by people with one role."""
    return Q(who=who)


def filter_gaps(
    gaps: QuerySet[Gap], *, who: str = "", need: str = "", first: date | None = None, last: date | None = None
) -> QuerySet[Gap]:
    """Filter gaps by the reporter's role, by need, and by the day of the report.

    The first and last day are both included.
    """
    if who:
        gaps = gaps.filter(reported_by(who))
    if need:
        gaps = gaps.filter(need=need)
    if first:
        gaps = gaps.filter(made_at__gte=midnight(first))
    return gaps.filter(made_at__lt=midnight(day_after(last))) if last else gaps


def count_gaps_by_need(gaps: QuerySet[Gap]) -> list[tuple[str, str, int]]:
    """Count gaps by type of need, in rows of code, label and number.

    The need with the highest number comes first, and gaps without a need come last.
    """
    counted = gaps.order_by().values("need").annotate(number=Count("pk"))
    rows = [(row["need"], str(NeedType(row["need"]).label) if row["need"] else "", row["number"]) for row in counted]
    return sorted(rows, key=lambda row: (not row[0], -row[2], row[1]))


def nominations_of(authority: Organisation, *, person: User, at: datetime) -> NominationQuerySet:
    """Return an authority's nominations that a person is allowed to see.

    To get the response to a nomination, call `answer_of`.
    """
    nominations = (
        Nomination.objects.visible_to(person, at).filter(authority=authority).select_related("buyer", "authority")
    )
    answers = NominationResponse.objects.select_related("market", "answered_by")
    return nominations.prefetch_related(Prefetch("answers", answers, to_attr="all_answers"))


def answer_of(nomination: Any) -> NominationResponse | None:
    """Return the response to a nomination that `nominations_of` loaded, or None."""
    return nomination.all_answers[0] if nomination.all_answers else None


def unsaved_answer(nomination: Nomination) -> NominationResponse:
    """Return an unsaved response to a nomination, so that a page can check whether a person is allowed to give one."""
    return NominationResponse(authority=nomination.authority, nomination=nomination)


def markets_open_to(authority: Organisation, at: datetime) -> list[Market]:
    """Return the authority's markets that providers can apply to now, sorted by title."""
    return list(markets.open_to_apply(at).filter(authority=authority).order_by("title", "pk"))


def shortlist_of(buyer: Organisation, *, person: User, at: datetime) -> list[Any]:
    """Return a buyer's shortlist, newest first, with everything its page needs, in a constant number of queries.

    Each entry has its service, with `listed` and the member's status.
    """
    visible = ShortlistEntry.objects.visible_to(person, at).filter(buyer=buyer).order_by("-added_at", "-pk")
    entries: list[Any] = list(visible.select_related("authority", "buyer", "added_by", "noted_by"))
    services = {
        service.pk: service
        for service in with_details(Service.objects.filter(pk__in={entry.service_id for entry in entries}), at)
    }
    for entry in entries:
        entry.service = services[entry.service_id]
    return entries


def with_details(services: Any, at: datetime) -> list[Any]:
    """Load services with their prices, sites and member status.

    The function sets `listed` on each service, which is True if the service is in the directory now.
    """
    prefetched = services.defer(*SEARCH_COLUMNS).prefetch_related(*with_prices_and_sites())
    loaded: list[Any] = list(prefetched)
    listed = set(
        Service.objects.listed(at).filter(pk__in=[service.pk for service in loaded]).values_list("pk", flat=True)
    )
    for service in with_members(loaded, local_day(at)):
        service.listed = service.pk in listed
    return loaded


def shortlisted_by_buyer(buyers: list[Organisation], services: list[int]) -> dict[int, dict[int, int]]:
    """Return which of the given services are on each buyer's shortlist.

    The result is {buyer's key: {service's key: shortlist entry's key}}.
    """
    entries: dict[int, dict[int, int]] = {organisation.pk: {} for organisation in buyers}
    if buyers and services:
        rows = ShortlistEntry.objects.filter(buyer__in=buyers, service__in=services, status=ShortlistEntryStatus.LISTED)
        for buyer, service, pk in rows.values_list("buyer", "service", "pk"):
            entries[buyer][service] = pk
    return entries


def buyers_of(person: Any, at: datetime) -> list[Organisation]:
    """Return the schools and teams where a person can see prices, sorted by name.

    The result is empty if the person is not signed in.
    """
    if not getattr(person, "is_authenticated", False):
        return []
    kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.TEAM]
    places = person.organisations_where(roles_with(Can.SEE_PRICES), at)
    organisations = Organisation.objects.filter(pk__in=places, kind__in=kinds)
    return list(organisations.order_by(Lower("name"), "pk"))


def searches_of(buyer: Organisation, *, person: User, at: datetime) -> QuerySet[SavedSearch]:
    """Return the searches that a person saved while acting for a buyer, sorted by name."""
    searches = SavedSearch.objects.visible_to(person, at).filter(buyer=buyer)
    return searches.select_related("authority", "buyer").annotate(by_name=Lower(F("name"))).order_by("by_name", "pk")


def services_to_compare(
    authority: Organisation, slugs: list[str], at: datetime, *, place: Point | None = None
) -> list[Any]:
    """Return the services of an authority with these slugs, in the given order.

    Each service has `listed` and `metres`, which is its distance from the place. Services whose member the public has
    never been able to see are left out. For a service that has left the directory, `listed` is False.
    """
    members = Member.objects.known_to_public(at).filter(authority=authority)
    services = with_details(Service.objects.filter(authority=authority, slug__in=slugs, member__in=members), at)
    for service in services:
        service.metres = metres_to(service, place)
    return sorted(services, key=lambda service: slugs.index(service.slug))
