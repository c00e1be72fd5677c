"""What a search found: a page of services in one of four orders, and what is nearest where it found nothing."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.search import SearchHeadline, TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import (
    Case,
    Count,
    DateField,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
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

from calloff.directory.facets import Totals
from calloff.directory.models import Price, Service, ServiceQuerySet, ServiceSite
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.queries import listed_services, with_members
from calloff.directory.search_criteria import (
    SearchCriteria,
    active_criteria,
    current_prices,
    matching,
    normalise,
    parse_search_query,
    price_figure,
    search_without,
    searchable_services,
    with_rank,
)
from calloff.kernel.clock import local_day
from calloff.kernel.geography import Point, metres_between, metres_from_expression
from calloff.kernel.keyset_pagination import DEFAULT_PAGE_SIZE, KeysetPage, paginate
from calloff.members.models import Member
from calloff.people.models import Organisation

RANK_STEPS = 1_000_000  # as fine as a rank is notified: a page's key must come back exactly as it went
SORT_VALUE_WITHOUT_PRICE = Decimal(10) ** 9  # pounds: sorts what has no figure behind everything that has one
MIN_SIMILARITY = 0.4  # how much of a word, in threes of its letters, must be there for it to be meant; our own choice
MAX_FUZZY_WORDS = 6  # of a search, that are looked at when none of it is found as typed
HIGHLIGHT_START, HIGHLIGHT_END = "\ue000", "\ue001"  # of a matched word in an excerpt: no script has these
EXCERPT_OPTIONS: dict[str, Any] = {"config": "english", "max_words": 24, "min_words": 10, "max_fragments": 1}

# What a list shows of its services, and a file tells: nothing else is brought along.
RESULT_SERVICE_COLUMNS = (
    "authority", "member", "site", "slug", "name", "summary", "age_from", "age_to", "needs", "gender", "mode", "week",
    "hours", "staff", "children", "qualifications", "transport", "registration", "places",
    "places_from", "places_at",
)  # fmt: skip
RESULT_PRICE_COLUMNS = ("service", "unit", "amount", "hourly", "includes", "vat", "starts_on", "ends_on")
RESULT_SITE_COLUMNS = ("service", "position", "site__name", "site__town")


class SortOrder(TextChoices):
    MATCH = "match", "Best match"
    DISTANCE = "distance", "Distance"
    PRICE = "price", "Price"
    SOONEST = "soonest", "Soonest place"


@dataclass(frozen=True)
class SearchResults:
    page: KeysetPage[Any]  # of Service; each carries its member with its standing, and `metres` where a place is known
    meant: bool  # nothing was spelt like that: these are spelt nearly so
    placeless: int  # fitting services that have no place to measure to, and are not in the list


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
) -> SearchResults:
    """Search an authority's directory. Every search of one order takes the same number of queries.

    Who has counted what fits, with `facets`, hands that in.

    By distance, what has no place of its own is left out, and counted. By price, whose price may not be seen or is not
    for this unit comes last. Words that are nowhere spelt as typed are looked for as they are probably meant.
    """
    today, there = local_day(at), searchable_services(authority, at)
    order = order or default_order(search)
    if search.place is None and order == SortOrder.DISTANCE:
        order = SortOrder.MATCH
    services = matching(there, search, sight, today)
    turn: dict[str, Any] = {"after": after, "before": before, "size": size}
    counted = counted or _counted_once(services, authority, order)
    total = counted.placed if order == SortOrder.DISTANCE else counted.every
    if order == SortOrder.DISTANCE and not active_criteria(search):
        services = listed_services(
            authority, at
        )  # so that the index of places is walked: `searchable_services` starts with members
    page = _ordered(services, search, sight, today, {"order": order, "total": total, **turn})
    meant = False
    if not page.rows and search.words and normalise(search.words):
        nearly = fuzzy_matches(matching(there, search_without(search, "words"), sight, today), search.words)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(MIN_SIMILARITY)])
            page = _keys(paginate(nearly, ("-match", "by_name", "pk"), **turn))
        meant = bool(page.rows)
    placeless = counted.every - page.total if order == SortOrder.DISTANCE and not meant else 0
    return SearchResults(replace(page, rows=_detailed(page.rows, search, today)), meant, placeless)


def _counted_once(services: ServiceQuerySet, authority: Organisation, order: str) -> Totals:
    if order != SortOrder.DISTANCE:
        return Totals(services.count(), 0)
    placed = ServiceSite.objects.filter(authority=authority, position__isnull=False).values("service")
    return Totals(**services.aggregate(every=Count("pk"), placed=Count("pk", filter=Q(pk__in=placed))))


def default_order(search: SearchCriteria) -> str:
    return SortOrder.DISTANCE if search.place and not search.words else SortOrder.MATCH


def _ordered(
    services: ServiceQuerySet, search: SearchCriteria, sight: PriceVisibility, today: date, turn: dict[str, Any]
) -> KeysetPage[Any]:
    """Return a page of the keys of services, in one of the four orders."""
    order = turn.pop("order")
    if order == SortOrder.DISTANCE:
        page: KeysetPage[Any] = paginate(_nearest(services, search), ("metres", "pk"), **turn)
        return replace(page, rows=[one.service_id for one in page.rows])
    services = services.only("pk").annotate(by_name=Lower("name"))
    if order == SortOrder.PRICE:
        figure = Coalesce(
            _figure(search, today),
            Value(SORT_VALUE_WITHOUT_PRICE),
            output_field=DecimalField(max_digits=12, decimal_places=2),
        )
        seen: Any = (
            figure if sight.every else Case(When(sight.priced(), then=figure), default=Value(SORT_VALUE_WITHOUT_PRICE))
        )
        return _keys(paginate(services.annotate(figure=seen), ("figure", "by_name", "pk"), **turn))
    if order == SortOrder.SOONEST:
        return _keys(paginate(services.annotate(soonest=_soonest(today)), ("soonest", "by_name", "pk"), **turn))
    if search.words and normalise(search.words):
        match = Cast(F("rank") * RANK_STEPS, IntegerField())
        matched = with_rank(services, search.words).annotate(match=match)
        return _keys(paginate(matched, ("-match", "by_name", "pk"), **turn))
    return _keys(paginate(services, ("by_name", "pk"), **turn))


def _keys(page: KeysetPage[Any]) -> KeysetPage[Any]:
    return replace(page, rows=[one.pk for one in page.rows])


def _nearest(services: ServiceQuerySet, search: SearchCriteria) -> Any:
    """Return each service at the nearest of its sites, nearest first by the index of an authority's places."""
    assert search.place is not None  # noqa: S101
    metres = metres_from_expression(search.place)
    placed = ServiceSite.objects.filter(position__isnull=False).annotate(metres=metres)
    nearer = placed.filter(service=OuterRef("service")).filter(
        Q(metres__lt=OuterRef("metres")) | Q(metres=OuterRef("metres"), pk__lt=OuterRef("pk"))
    )
    here = placed.filter(service__in=services.order_by().values("pk")).filter(~Exists(nearer))
    return here.only("service_id")


def _figure(search: SearchCriteria, today: date) -> Subquery:
    name = price_figure(search)
    least = current_prices(search.unit, today).order_by().values("service").annotate(least=Min(name)).values("least")
    return Subquery(least, output_field=DecimalField(max_digits=12, decimal_places=2))


def _soonest(today: date) -> Case:
    """Return the day from which a place is free: what is full, or not said, sorts behind."""
    return Case(
        When(places__gt=0, places_from=None, then=Value(today)),
        When(places__gt=0, then=F("places_from")),
        When(places=None, then=Value(date.max.replace(day=30))),
        default=Value(date.max),
        output_field=DateField(),
    )


def fuzzy_matches(services: ServiceQuerySet, words: str) -> Any:
    """Keep the services that have every word, or one spelt much like it; best first by `match`."""
    match: Any = Value(0.0)
    for word in normalise(words).lower().split()[:MAX_FUZZY_WORDS]:
        alike = TrigramWordSimilarity(word, "spelling")
        services = services.filter(spelling__trigram_word_similar=word)
        match = match + alike
    whole = Cast(ExpressionWrapper(match, output_field=FloatField()) * RANK_STEPS, IntegerField())
    return services.only("pk").annotate(match=whole, by_name=Lower("name"))


def _detailed(keys: list[int], search: SearchCriteria, today: date) -> list[Any]:
    """Load what a page shows of its services, by their keys: always the same few queries, in the same order."""
    sites = ServiceSite.objects.select_related("site")
    whole = (
        Service.objects.filter(pk__in=keys)
        .only(*RESULT_SERVICE_COLUMNS)
        .prefetch_related(
            Prefetch(
                "prices", Price.objects.only(*RESULT_PRICE_COLUMNS).order_by("unit", "starts_on"), to_attr="all_prices"
            ),
            Prefetch("at_sites", sites.only(*RESULT_SITE_COLUMNS).order_by("pk"), to_attr="all_sites"),
        )
    )
    if query := parse_search_query(
        search.words
    ):  # plain text with our own marks: the page escapes it, and marks it itself
        said = Concat("description", Value(" "), "a_day", output_field=TextField())
        whole = whole.annotate(
            headline=SearchHeadline(said, query, start_sel=HIGHLIGHT_START, stop_sel=HIGHLIGHT_END, **EXCERPT_OPTIONS)
        )
    by_key: dict[int, Any] = {one.pk: one for one in with_members(list(whole), today)}
    for one in by_key.values():
        one.metres = metres_to(one, search.place)
        one.headline = one.headline if query and HIGHLIGHT_START in one.headline else ""
    return [by_key[key] for key in keys if key in by_key]


def metres_to(service: Any, place: Point | None) -> float | None:
    """Return how far the nearest of a service's sites (`all_sites`) is from a place; nothing where one is unknown."""
    if place is None:
        return None
    known = [one.position for one in service.all_sites if one.position]
    return min((metres_between(place, one) for one in known), default=None)


def count_without_each(
    authority: Organisation, search: SearchCriteria, *, sight: PriceVisibility, at: datetime
) -> list[tuple[str, int]]:
    """Count what there would be without each one part of a search that finds nothing: the most first."""
    today, there = local_day(at), searchable_services(authority, at)
    counted = [
        (name, matching(there, search_without(search, name), sight, today).count()) for name in active_criteria(search)
    ]
    return sorted((one for one in counted if one[1]), key=lambda one: -one[1])


@dataclass(frozen=True)
class Alternative:
    """What there would be without one part of a search: how many services, and the first of them."""

    name: str  # of the criterion: search_criteria.CRITERIA
    number: int
    services: list[Any]


def find_alternatives(
    authority: Organisation, search: SearchCriteria, *, sight: PriceVisibility, at: datetime, each: int, most: int = 3
) -> list[Alternative]:
    """Find what is nearest to a search that finds nothing: of the `most` parts that hold back most, `each` so many.

    A service is shown once, under the part without which most are found.
    """
    today, there, seen = local_day(at), searchable_services(authority, at), set[int]()
    told = []
    for place, (name, number) in enumerate(count_without_each(authority, search, sight=sight, at=at)):
        rows: list[Any] = []
        if place < most:
            looser = search_without(search, name)
            turn = {"order": default_order(looser), "total": number, "size": each + len(seen)}
            keys = _ordered(matching(there, looser, sight, today), looser, sight, today, turn).rows
            fresh = [key for key in keys if key not in seen][:each]
            seen |= set(fresh)
            rows = _detailed(fresh, looser, today)
        told.append(Alternative(name, number, rows))
    return told


def members_without_services(
    authority: Organisation, search: SearchCriteria, *, at: datetime, most: int
) -> tuple[list[Member], int]:
    """Find the first few listed members that have not published a service yet, by name, and count all of them.

    No filter can speak of them.
    """
    members = Member.objects.listed(at).filter(authority=authority)
    if search.lot:
        members = members.filter(lot=search.lot)
    if words := normalise(search.words):
        for word in words.split()[:MAX_FUZZY_WORDS]:
            members = members.filter(Q(provider__name__icontains=word) | Q(lot__title__icontains=word))
    live = Service.objects.live().filter(member=OuterRef("pk"))
    silent = members.filter(~Exists(live)).annotate(by_name=Lower("provider__name"), all_of_them=Window(Count("pk")))
    shown = silent.select_related("provider", "lot").only(
        "provider__name", "provider__slug", "provider__invented", "lot__title"
    )
    rows: list[Any] = list(shown.order_by("by_name", "lot__number", "pk")[:most])
    return rows, rows[0].all_of_them if rows else 0
