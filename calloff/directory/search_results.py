"""Run a directory search, which returns a page of services, or alternatives if nothing matches.

There are four orders. In each of them, services that cannot take children now come last in their tier.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.search import SearchHeadline, SearchRank
from django.db.models import (
    Case,
    Count,
    DateField,
    DecimalField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    TextChoices,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, Concat, Lower

from calloff.directory.corrections import corrected_words
from calloff.directory.facets import Totals
from calloff.directory.models import Price, Service, ServiceQuerySet, ServiceSite
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.queries import with_members
from calloff.directory.result_cache import cached_until_change
from calloff.directory.search_criteria import (
    SearchCriteria,
    active_criteria,
    current_prices,
    matching,
    parse_search_query,
    price_figure,
    read_words,
    search_without,
    searchable_services,
    with_rank,
    with_synonyms,
)
from calloff.directory.search_criteria.conditions import RANK_WEIGHTS
from calloff.directory.synonyms import SynonymRow, make_synonyms, rows_used_by
from calloff.kernel.clock import local_day
from calloff.kernel.geography import Point, metres_between, metres_from_expression
from calloff.kernel.keyset_pagination import DEFAULT_PAGE_SIZE, KeysetPage, paginate
from calloff.kernel.search_words import name_has_words, typed_words
from calloff.members.membership_status import with_standing
from calloff.members.models import Member
from calloff.people.models import Organisation

# Ranks are rounded to whole numbers, so that the key of a page stays the same when a client sends it back.
RANK_STEPS = 1_000_000
# in pounds, so high that services without a price sort after all others
SORT_VALUE_WITHOUT_PRICE = Decimal(10) ** 9
FEW_RESULTS = 3  # if a search finds no more than this, the page also shows services that match only some of the words
MAX_RELATED = 5
# These mark matched words in an excerpt, and never occur in the text itself.
HIGHLIGHT_START, HIGHLIGHT_END = "\ue000", "\ue001"
EXCERPT_OPTIONS: dict[str, Any] = {"config": "english", "max_words": 24, "min_words": 10, "max_fragments": 1}

# Pages and files of results load only these columns.
RESULT_SERVICE_COLUMNS = (
    "authority", "member", "site", "slug", "name", "summary", "age_from", "age_to", "needs", "main_needs", "gender",
    "mode", "week", "hours", "staff", "children", "qualifications", "transport", "registration", "places",
    "places_from", "places_at",
)  # fmt: skip
RESULT_PRICE_COLUMNS = ("service", "unit", "amount", "hourly", "includes", "vat", "starts_on", "ends_on")
RESULT_SITE_COLUMNS = ("service", "position", "site__name", "site__town")


class SortOrder(TextChoices):
    MATCH = "match", "Best match"
    DISTANCE = "distance", "Distance"
    PRICE = "price", "Price"
    SOONEST = "soonest", "Earliest place"


@dataclass(frozen=True)
class SearchResults:
    page: KeysetPage[Any]  # services, each with its member and status and, if there is a place, with `metres`
    meant: str  # the similar words that the results match, if nothing matched the words as typed
    placeless: int  # the number of matching services that are left out because their position is unknown
    related: list[Any]  # services that match only some of the words, if few match all of them


def search_directory(
    authority: Organisation,
    search: SearchCriteria,
    *,
    sight: PriceVisibility,
    at: datetime,
    order: str = "",
    after: str = "",
    before: str = "",
    counted: Totals | None = None,
    size: int = DEFAULT_PAGE_SIZE,
    with_prices: bool = True,
) -> SearchResults:
    """Search an authority's directory. The number of queries depends only on the order of the results.

    If you already have the totals from `count_facets`, pass them as `counted`, so that they are not counted again. If
    nothing will show the prices, leave them out.

    In the order by distance, services whose position is unknown are left out and counted as `placeless`. In the order
    by price, services without a visible price for the unit come last. If nothing matches the typed words, the search is
    repeated with similar words.
    """
    closed, search = _closed_and_synonyms(authority, search, at)
    today, services_searched = local_day(at), searchable_services(authority, at)
    order = order or default_order(search)
    if search.place is None and order == SortOrder.DISTANCE:
        order = SortOrder.MATCH
    services = matching(services_searched, search, sight, today)
    page_arguments: dict[str, Any] = {
        "closed": closed, "after": after, "before": before, "size": size
    }  # fmt: skip
    counted = counted or _count_totals(services, authority, order)
    total = counted.placed if order == SortOrder.DISTANCE else counted.every
    page = _page_of_keys(services, search, sight, today, {"order": order, "total": total, **page_arguments})
    meant, related = "", list[int]()
    if not page.rows and read_words(search.words, search.synonyms):
        others = matching(services_searched, search_without(search, "words"), sight, today)
        meant = corrected_words(others, search)
        if meant:
            guess = replace(search, words=meant)
            services = matching(services_searched, guess, sight, today)
            page = _page_of_keys(services, guess, sight, today, {"order": order, **page_arguments})
            search, meant = (guess, meant) if page.rows else (search, "")
    if not (after or before) and page.total <= FEW_RESULTS:
        related = _related_keys(
            matching(services_searched, search_without(search, "words"), sight, today), search, page
        )
    placeless = counted.every - page.total if order == SortOrder.DISTANCE and not meant else 0
    rows = _load_details([*page.rows, *related], search, today, with_prices=with_prices)
    shown = [row for row in rows if row.pk not in related]
    return SearchResults(replace(page, rows=shown), meant, placeless, [row for row in rows if row.pk in related])


def closed_members(authority: Organisation, at: datetime) -> list[int]:
    """Return the listed members with which no new placement can start, because of their evidence.

    The result is cached until the directory changes.
    """
    return _closed_and_synonyms(authority, SearchCriteria(), at)[0]


def _closed_and_synonyms(
    authority: Organisation, search: SearchCriteria, at: datetime
) -> tuple[list[int], SearchCriteria]:
    """Return the closed members, and the search with the authority's synonyms.

    They are cached together, because checking whether a cached value is current takes a query.
    """

    def ask() -> tuple[list[int], tuple[SynonymRow, ...]]:
        members: Any = with_standing(Member.objects.listed(at).filter(authority=authority), on=local_day(at))
        closed = list(members.filter(lapsed=True).values_list("pk", flat=True))
        return closed, rows_used_by(authority) if search.words else ()

    key = f"closed members {authority.pk}" + (" with synonyms" if search.words else "")
    closed, rows = cached_until_change(key, at, ask)
    return closed, replace(search, synonyms=make_synonyms(rows)) if search.words else search


def _related_keys(services: ServiceQuerySet, search: SearchCriteria, page: KeysetPage[Any]) -> list[int]:
    """Return the services that match some of the words but not all, best first."""
    words = read_words(search.words, search.synonyms)
    query = words.any_group() if words else None
    if query is None:
        return []
    some = services.filter(search_words=query).exclude(pk__in=page.rows)
    rank = SearchRank(F("search_words"), query, weights=RANK_WEIGHTS)
    return list(some.order_by(rank.desc(), Lower("name"), "pk").values_list("pk", flat=True)[:MAX_RELATED])


def _count_totals(services: ServiceQuerySet, authority: Organisation, order: str) -> Totals:
    if order != SortOrder.DISTANCE:
        return Totals(services.count(), 0)
    placed = ServiceSite.objects.filter(authority=authority, position__isnull=False).values("service")
    return Totals(**services.aggregate(every=Count("pk"), placed=Count("pk", filter=Q(pk__in=placed))))


def default_order(search: SearchCriteria) -> str:
    return SortOrder.DISTANCE if search.place and not search.words else SortOrder.MATCH


def _page_of_keys(
    services: ServiceQuerySet,
    search: SearchCriteria,
    sight: PriceVisibility,
    today: date,
    page_arguments: dict[str, Any],
) -> KeysetPage[Any]:
    """Return the keys of the services on one page, in one of the four orders.

    Full services, and services of `closed` members, come last.
    """
    order, closed = page_arguments.pop("order"), page_arguments.pop("closed")
    cannot_take = Q(places=0) | Q(member__in=closed)
    services = services.only("pk").annotate(
        by_name=Lower("name"), closed=Case(When(cannot_take, then=Value(1)), default=Value(0))
    )
    if order == SortOrder.DISTANCE:
        return _with_keys(paginate(_with_metres(services, search), ("closed", "metres", "pk"), **page_arguments))
    if order == SortOrder.PRICE:
        figure = Coalesce(
            _lowest_price(search, today),
            Value(SORT_VALUE_WITHOUT_PRICE),
            output_field=DecimalField(max_digits=12, decimal_places=2),
        )
        visible_figure: Any = (
            figure if sight.every else Case(When(sight.priced(), then=figure), default=Value(SORT_VALUE_WITHOUT_PRICE))
        )
        return _with_keys(
            paginate(services.annotate(figure=visible_figure), ("closed", "figure", "by_name", "pk"), **page_arguments)
        )
    if order == SortOrder.SOONEST:
        return _with_keys(
            paginate(
                services.annotate(soonest=_soonest(today)), ("closed", "soonest", "by_name", "pk"), **page_arguments
            )
        )
    if read_words(search.words, search.synonyms):
        match = Cast(F("rank") * RANK_STEPS, IntegerField())
        matched = with_rank(services, search).annotate(match=match)
        return _with_keys(paginate(matched, ("tier", "closed", "-match", "by_name", "pk"), **page_arguments))
    return _with_keys(paginate(services, ("closed", "by_name", "pk"), **page_arguments))


def _with_keys(page: KeysetPage[Any]) -> KeysetPage[Any]:
    return replace(page, rows=[service.pk for service in page.rows])


def _with_metres(services: ServiceQuerySet, search: SearchCriteria) -> ServiceQuerySet:
    """Annotate each service with the distance to its nearest site.

    Services without a known position are left out.
    """
    assert search.place is not None  # noqa: S101
    metres = metres_from_expression(search.place, "at_sites__position")
    placed: ServiceQuerySet = services.annotate(metres=Min(metres)).filter(metres__isnull=False)
    return placed


def _lowest_price(search: SearchCriteria, today: date) -> Subquery:
    name = price_figure(search)
    least = current_prices(search.unit, today).order_by().values("service").annotate(least=Min(name)).values("least")
    return Subquery(least, output_field=DecimalField(max_digits=12, decimal_places=2))


def _soonest(today: date) -> Case:
    """Return an expression for the date from which a place is available.

    Unknown dates sort after all others, and full services come last.
    """
    return Case(
        When(places__gt=0, places_from=None, then=Value(today)),
        When(places__gt=0, then=F("places_from")),
        When(places=None, then=Value(date.max.replace(day=30))),
        default=Value(date.max),
        output_field=DateField(),
    )


def _load_details(keys: list[int], search: SearchCriteria, today: date, *, with_prices: bool = True) -> list[Any]:
    """Load the details of the services on a page, by key and in the same order.

    The number of queries is constant.
    """
    sites = ServiceSite.objects.select_related("site").only(*RESULT_SITE_COLUMNS).order_by("pk")
    details: list[Any] = [Prefetch("at_sites", sites, to_attr="all_sites")]
    if with_prices:
        prices = Price.objects.only(*RESULT_PRICE_COLUMNS).order_by("unit", "starts_on")
        details.append(Prefetch("prices", prices, to_attr="all_prices"))
    services = Service.objects.filter(pk__in=keys).only(*RESULT_SERVICE_COLUMNS).prefetch_related(*details)
    if query := parse_search_query(search.words, search.synonyms):
        # The excerpt is plain text with our own marks around matched words. The page escapes the text and then turns
        # the marks into tags.
        text = Concat("description", Value(" "), "a_day", output_field=TextField())
        services = services.annotate(
            headline=SearchHeadline(text, query, start_sel=HIGHLIGHT_START, stop_sel=HIGHLIGHT_END, **EXCERPT_OPTIONS)
        )
    by_key: dict[int, Any] = {service.pk: service for service in with_members(list(services), today)}
    for service in by_key.values():
        service.metres = metres_to(service, search.place)
        service.headline = service.headline if query and HIGHLIGHT_START in service.headline else ""
    return [by_key[key] for key in keys if key in by_key]


def metres_to(service: Any, place: Point | None) -> float | None:
    """Return the distance in metres from a place to a service's nearest site, or None if the distance is unknown."""
    if place is None:
        return None
    positions = [at_site.position for at_site in service.all_sites if at_site.position]
    return min((metres_between(place, position) for position in positions), default=None)


def count_without_each(
    authority: Organisation, search: SearchCriteria, *, sight: PriceVisibility, at: datetime
) -> list[tuple[str, int]]:
    """Count how many services a search would find with each criterion removed in turn, highest number first."""
    search = with_synonyms(authority, search, at)
    today, services_searched = local_day(at), searchable_services(authority, at)
    counted = [
        (name, matching(services_searched, search_without(search, name), sight, today).count())
        for name in active_criteria(search)
    ]
    return sorted((pair for pair in counted if pair[1]), key=lambda pair: -pair[1])


@dataclass(frozen=True)
class Alternative:
    """The result of a search with one criterion removed: the number of services found, and the first few of them."""

    name: str  # the name of the removed criterion in CRITERIA
    number: int
    services: list[Any]


def find_alternatives(
    authority: Organisation, search: SearchCriteria, *, sight: PriceVisibility, at: datetime, each: int, most: int = 3
) -> list[Alternative]:
    """Return alternatives to a search that found nothing. Each alternative lacks one criterion.

    The result contains the `most` alternatives that find the most services, and lists up to `each` services for each of
    them. No service is listed twice.
    """
    closed, search = _closed_and_synonyms(authority, search, at)
    today, services_searched, shown_keys = local_day(at), searchable_services(authority, at), set[int]()
    alternatives = []
    for place, (name, number) in enumerate(count_without_each(authority, search, sight=sight, at=at)):
        rows: list[Any] = []
        if place < most:
            looser = search_without(search, name)
            page_arguments = {
                "order": default_order(looser),
                "closed": closed,
                "total": number,
                "size": each + len(shown_keys),
            }
            keys = _page_of_keys(
                matching(services_searched, looser, sight, today), looser, sight, today, page_arguments
            ).rows
            fresh = [key for key in keys if key not in shown_keys][:each]
            shown_keys |= set(fresh)
            rows = _load_details(fresh, looser, today)
        alternatives.append(Alternative(name, number, rows))
    return alternatives


def members_without_services(
    authority: Organisation, search: SearchCriteria, *, at: datetime, most: int
) -> tuple[list[Member], int]:
    """Return the first listed providers without a published service, sorted by name, and the number of all of them.

    Each provider appears once, as one of its members. Only the lot and the words of the search are used, because its
    other filters are about services.
    """
    members = Member.objects.listed(at).filter(authority=authority)
    if search.lot:
        members = members.filter(lot=search.lot)
    if typed_words(search.words):
        members = members.filter(
            name_has_words("provider__name", search.words) | name_has_words("lot__title", search.words)
        )
    elif search.words.strip():
        return [], 0
    live = Service.objects.live().filter(authority=authority, provider=OuterRef("provider"))
    if search.lot:
        live = live.filter(lot=search.lot)
    first_of_each = members.filter(~Exists(live)).values("provider").annotate(first=Min("pk")).values("first")
    without_services = Member.objects.filter(pk__in=first_of_each).annotate(
        by_name=Lower("provider__name"), all_of_them=Window(Count("pk"))
    )
    loaded = without_services.select_related("provider", "lot").only(
        "provider__name", "provider__slug", "provider__invented", "lot__title"
    )
    rows: list[Any] = list(loaded.order_by("by_name", "pk")[:most])
    return rows, rows[0].all_of_them if rows else 0
