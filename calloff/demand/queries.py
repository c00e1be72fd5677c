"""Questions about what is missing, about shortlists and about saved searches."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from calloff.demand.models import Gap, Nomination, NominationQuerySet, NominationResponse, SavedSearch, ShortlistEntry
from calloff.demand.states import NominationResponseStatus, ShortlistEntryStatus
from calloff.directory.models import Service
from calloff.directory.queries import with_members, with_prices_and_sites
from calloff.directory.search_results import metres_to
from calloff.kernel.clock import day_after, local_day, midnight
from calloff.kernel.codes import NeedType
from calloff.kernel.geography import Point
from calloff.markets import queries as markets
from calloff.markets.models import Market
from calloff.members.models import Member
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can, roles_with

NOMINATION_STATES: dict[str, tuple[str, Q]] = {
    "new": ("To look at", Q(answers=None)),
    "invited": ("Invited", Q(answers__status=NominationResponseStatus.INVITED)),
    "set_aside": ("Set aside", Q(answers__status=NominationResponseStatus.SET_ASIDE)),
}


def gaps_of(authority: Organisation) -> QuerySet[Gap]:
    """Find the unmet needs that an authority was told of, for its overseers."""
    return Gap.objects.filter(authority=authority).select_related("lot", "buyer")


def reported_by(who: str) -> Q:
    """Return which gaps were reported by a kind of people."""
    return Q(who=who)


def filter_gaps(
    gaps: QuerySet[Gap], *, who: str = "", need: str = "", first: date | None = None, last: date | None = None
) -> QuerySet[Gap]:
    """Narrow gaps by who reported them, by need, and to some days, both included."""
    if who:
        gaps = gaps.filter(reported_by(who))
    if need:
        gaps = gaps.filter(need=need)
    if first:
        gaps = gaps.filter(made_at__gte=midnight(first))
    return gaps.filter(made_at__lt=midnight(day_after(last))) if last else gaps


def count_gaps_by_need(gaps: QuerySet[Gap]) -> list[tuple[str, str, int]]:
    """Count some gaps by the child's need: (code, words, number), the most first; what names none comes last."""
    counted = gaps.order_by().values("need").annotate(number=Count("pk"))
    rows = [(one["need"], str(NeedType(one["need"]).label) if one["need"] else "", one["number"]) for one in counted]
    return sorted(rows, key=lambda row: (not row[0], -row[2], row[1]))


def nominations_of(authority: Organisation, *, person: User, at: datetime) -> NominationQuerySet:
    """Find the providers that were named to an authority, with what came of each as `answer`."""
    seen = Nomination.objects.visible_to(person, at).filter(authority=authority).select_related("buyer", "authority")
    answers = NominationResponse.objects.select_related("market", "answered_by")
    return seen.prefetch_related(Prefetch("answers", answers, to_attr="all_answers"))


def answer_of(nomination: Any) -> NominationResponse | None:
    """Return what was done about a nomination that was found by `nominations_of`."""
    return nomination.all_answers[0] if nomination.all_answers else None


def unsaved_answer(nomination: Nomination) -> NominationResponse:
    """Return an answer that is not given yet: so that a page can ask who might."""
    return NominationResponse(authority=nomination.authority, nomination=nomination)


def markets_open_to(authority: Organisation, at: datetime) -> list[Market]:
    """Find the markets of an authority to which a provider can apply now."""
    return list(markets.open_to_apply(at).filter(authority=authority).order_by("title", "pk"))


def shortlist_of(buyer: Organisation, *, person: User, at: datetime) -> list[Any]:
    """Find a buyer's shortlist, the newest first, with what its page shows of each service: a constant few queries.

    Each entry has its service, whose member comes with its standing, and `listed` says whether it still is.
    """
    seen = ShortlistEntry.objects.visible_to(person, at).filter(buyer=buyer).order_by("-added_at", "-pk")
    entries: list[Any] = list(seen.select_related("authority", "buyer", "added_by", "noted_by"))
    services = {
        one.pk: one for one in with_details(Service.objects.filter(pk__in={one.service_id for one in entries}), at)
    }
    for one in entries:
        one.service = services[one.service_id]
    return entries


def with_details(services: Any, at: datetime) -> list[Any]:
    """Load what is shown of some services: their prices, sites and standing, and whether each is listed now."""
    whole = services.defer("words", "spelling").prefetch_related(*with_prices_and_sites())
    found: list[Any] = list(whole)
    listed = set(Service.objects.listed(at).filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))
    for one in with_members(found, local_day(at)):
        one.listed = one.pk in listed
    return found


def shortlisted_by_buyer(buyers: list[Organisation], services: list[int]) -> dict[int, dict[int, int]]:
    """Return, by buyer, which of some services are on its shortlist: the key of the entry by that of the service."""
    found: dict[int, dict[int, int]] = {one.pk: {} for one in buyers}
    if buyers and services:
        rows = ShortlistEntry.objects.filter(buyer__in=buyers, service__in=services, status=ShortlistEntryStatus.LISTED)
        for buyer, service, pk in rows.values_list("buyer", "service", "pk"):
            found[buyer][service] = pk
    return found


def buyers_of(person: Any, at: datetime) -> list[Organisation]:
    """Find the schools and teams for which a person looks for provision: where they may see prices."""
    if not getattr(person, "is_authenticated", False):
        return []
    kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.TEAM]
    held = RoleGrant.objects.in_force(at).filter(person=person, role__in=roles_with(Can.SEE_PRICES))
    there = Organisation.objects.filter(pk__in=held.values("organisation"), kind__in=kinds)
    return list(there.order_by(Lower("name"), "pk"))


def searches_of(buyer: Organisation, *, person: User, at: datetime) -> QuerySet[SavedSearch]:
    """Find the searches that a person saved at a buyer, with their authority, by name."""
    seen = SavedSearch.objects.visible_to(person, at).filter(buyer=buyer)
    return seen.select_related("authority", "buyer").annotate(by_name=Lower(F("name"))).order_by("by_name", "pk")


def services_to_compare(
    authority: Organisation, slugs: list[str], at: datetime, *, place: Point | None = None
) -> list[Any]:
    """Find some services of an authority by their addresses, in that order, each with `listed` and `metres`.

    What the public never sees is left out; what it once found and no longer does says so by `listed`.
    """
    known = Member.objects.known_to_public(at).filter(authority=authority)
    found = with_details(Service.objects.filter(authority=authority, slug__in=slugs, member__in=known), at)
    for one in found:
        one.metres = metres_to(one, place)
    return sorted(found, key=lambda one: slugs.index(one.slug))
