"""What a search found: a page of services in one of four orders, and how many each filter would leave."""
# ruff: noqa: S608  (where SQL is put together here, its words are ours: what comes from outside are parameters)

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.search import SearchHeadline, TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import (
    BooleanField,
    Case,
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
)
from django.db.models.functions import Cast, Coalesce, Concat, Lower

from calloff.directory.models import AtSite, Price, Service, ServiceQuerySet
from calloff.directory.search import (
    A_MONTH,
    PARTS,
    Search,
    Sight,
    conditions,
    figure_of,
    fitting,
    held_prices,
    plain,
    query_of,
    ranked,
    scope,
)
from calloff.kernel.clock import local_day
from calloff.kernel.geography import metres_between, metres_from
from calloff.kernel.key_stages import AGES
from calloff.kernel.paging import Page, page_of
from calloff.members.models import Member
from calloff.members.standing import with_standing
from calloff.people.models import Organisation

RANKS = 1_000_000  # as fine as a rank is told: a page's key must come back exactly as it went
MOST = Decimal(10) ** 9  # pounds: sorts what has no figure behind everything that has one
ALIKE = 0.4  # how much of a word, in threes of its letters, must be there for it to be meant; our own choice
WORDS_TYPED = 6  # of a search, that are looked at when none of it is found as typed
BEGINS, ENDS = "\ue000", "\ue001"  # of a matched word in an excerpt: no script has these
EXCERPT: dict[str, Any] = {"config": "english", "max_words": 24, "min_words": 10, "max_fragments": 1}
CHECKED = (3, 6, 12)  # months


class Order(TextChoices):
    MATCH = "match", "Best match"
    DISTANCE = "distance", "Distance"
    PRICE = "price", "Price"
    SOONEST = "soonest", "Soonest place"


@dataclass(frozen=True)
class Found:
    page: Page[Any]  # of Service; each carries `standing_member`, and `metres` where a place is known
    meant: bool  # nothing was spelt like that: these are spelt nearly so
    placeless: int  # fitting services that have no place to measure to, and are not in the list


@dataclass(frozen=True)
class Facets:
    """How many services there are: in all, and for each value of a filter if that were chosen instead."""

    total: int
    counts: dict[str, dict[str, int]]


def find(
    authority: Organisation,
    search: Search,
    *,
    sight: Sight,
    at: datetime,
    order: str = "",
    after: str = "",
    before: str = "",
) -> Found:
    """Search an authority's directory. Every search of one order takes the same number of queries.

    By distance, what has no place of its own is left out, and counted. By price, whose price may not be seen or is not
    for this unit comes last. Words that are nowhere spelt as typed are looked for as they are probably meant.
    """
    today, there = local_day(at), scope(authority, at)
    order = order or default_order(search)
    services = fitting(there, search, sight, today)
    turn: dict[str, Any] = {"after": after, "before": before}
    page = _ordered(services, search, sight, today, {"order": order, **turn})
    meant = False
    if not page.rows and search.words and plain(search.words):
        nearly = meant_by(fitting(there, search.without("words"), sight, today), search.words)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(ALIKE)])
            page = page_of(nearly, ("-match", "by_name", "pk"), **turn)
        meant = bool(page.rows)
    placeless = 0
    if order == Order.DISTANCE and not meant:
        placeless = services.filter(
            ~Exists(AtSite.objects.filter(service=OuterRef("pk"), position__isnull=False))
        ).count()
    return Found(replace(page, rows=_detailed(page.rows, search, today)), meant, placeless)


def default_order(search: Search) -> str:
    return Order.DISTANCE if search.place and not search.words else Order.MATCH


def _ordered(services: ServiceQuerySet, search: Search, sight: Sight, today: date, turn: dict[str, Any]) -> Page[Any]:
    order = turn.pop("order")
    if order == Order.DISTANCE and search.place:
        page: Page[Any] = page_of(_nearest(services, search), ("metres", "pk"), **turn)
        return replace(page, rows=[one.service for one in page.rows])
    services = services.annotate(by_name=Lower("name"))
    if order == Order.PRICE:
        figure = Coalesce(
            _figure(search, today), Value(MOST), output_field=DecimalField(max_digits=12, decimal_places=2)
        )
        seen: Any = figure if sight.every else Case(When(sight.priced(), then=figure), default=Value(MOST))
        return page_of(services.annotate(figure=seen), ("figure", "by_name", "pk"), **turn)
    if order == Order.SOONEST:
        return page_of(services.annotate(soonest=_soonest(today)), ("soonest", "by_name", "pk"), **turn)
    if search.words and plain(search.words):
        match = Cast(F("rank") * RANKS, IntegerField())
        return page_of(ranked(services, search.words).annotate(match=match), ("-match", "by_name", "pk"), **turn)
    return page_of(services, ("by_name", "pk"), **turn)


def _nearest(services: ServiceQuerySet, search: Search) -> Any:
    """Return each service at the nearest of its sites, nearest first by the index of an authority's places."""
    assert search.place is not None  # noqa: S101
    metres = metres_from(search.place)
    placed = AtSite.objects.filter(position__isnull=False).annotate(metres=metres)
    nearer = placed.filter(service=OuterRef("service")).filter(
        Q(metres__lt=OuterRef("metres")) | Q(metres=OuterRef("metres"), pk__lt=OuterRef("pk"))
    )
    here = placed.filter(service__in=services.order_by().values("pk")).filter(~Exists(nearer))
    return here.select_related("service").defer("service__words", "service__spelling")


def _figure(search: Search, today: date) -> Subquery:
    name = figure_of(search)
    least = held_prices(search.unit, today).order_by().values("service").annotate(least=Min(name)).values("least")
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


def meant_by(services: ServiceQuerySet, words: str) -> Any:
    """Keep the services that have every word, or one spelt much like it; best first by `match`."""
    match: Any = Value(0.0)
    for word in plain(words).lower().split()[:WORDS_TYPED]:
        alike = TrigramWordSimilarity(word, "spelling")
        services = services.filter(spelling__trigram_word_similar=word)
        match = match + alike
    whole = Cast(ExpressionWrapper(match, output_field=FloatField()) * RANKS, IntegerField())
    return services.annotate(match=whole, by_name=Lower("name"))


def _detailed(rows: list[Any], search: Search, today: date) -> list[Any]:
    """Load what a page shows of its services: always the same few queries, in the order of the rows."""
    found = {one.pk: one for one in rows}
    whole = (
        Service.objects.filter(pk__in=found)
        .defer("words", "spelling")
        .select_related("provider", "authority", "lot", "site", "member__market")
        .prefetch_related(
            Prefetch("prices", Price.objects.order_by("unit", "starts_on"), to_attr="all_prices"),
            Prefetch("at_sites", AtSite.objects.select_related("site").order_by("pk"), to_attr="all_sites"),
        )
    )
    if query := query_of(search.words):  # plain text with our own marks: the page escapes it, and marks it itself
        said = Concat("description", Value(" "), "a_day", output_field=TextField())
        whole = whole.annotate(headline=SearchHeadline(said, query, start_sel=BEGINS, stop_sel=ENDS, **EXCERPT))
    by_key: dict[int, Any] = {one.pk: one for one in whole}
    standing = Member.objects.filter(pk__in={one.member_id for one in by_key.values()})
    members = {one.pk: one for one in with_standing(standing, on=today)}
    for one in by_key.values():
        one.standing_member = members[one.member_id]
        one.metres = _metres(one, search)
        one.headline = one.headline if query and BEGINS in one.headline else ""
    return [by_key[key] for key in found if key in by_key]


def _metres(service: Any, search: Search) -> float | None:
    if search.place is None:
        return None
    known = [one.position for one in service.all_sites if one.position]
    return min((metres_between(search.place, one) for one in known), default=None)


def facets(authority: Organisation, search: Search, *, sight: Sight, at: datetime) -> Facets:
    """Count, in one query, what each value of each filter would leave, with all other filters as they are."""
    today = local_day(at)
    asked = dict(conditions(search, sight, today))
    services = scope(authority, at)
    if "words" in asked:  # found by its index, and never to be chosen from a list
        services = services.filter(asked.pop("words"))
    flags = {f"ok_{name}": ExpressionWrapper(condition, BooleanField()) for name, condition in asked.items()}
    now = ExpressionWrapper(PARTS["free"].condition(Search(free=True), sight, today), BooleanField())
    columns = ("lot_id", "needs", "main_needs", "gender", "mode", "days", "qualifications", "transport", "registration")
    base = services.order_by().annotate(free_now=now, checked_on=F("member__last_checked_on"), **flags)
    query, parameters = base.values(
        *columns, "age_from", "age_to", "free_now", "checked_on", *flags
    ).query.sql_with_params()
    counted = _counted(search, list(asked), today)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH base AS MATERIALIZED ({query}) {counted}", parameters)
        rows = cursor.fetchall()
    counts: dict[str, dict[str, int]] = {}
    for name, value, number in rows:
        counts.setdefault(name, {})[value] = number
    return Facets(counts.pop("")[""], counts)


def _counted(search: Search, asked: list[str], today: date) -> str:
    """Write the counting of the rows of `base`: no word of it comes from outside."""

    def fits(without: str = "") -> str:
        return " AND ".join(["TRUE", *(f"ok_{name}" for name in asked if name != without)])

    several = [f"SELECT '' AS name, '' AS value, count(*) AS number FROM base WHERE {fits()}"]
    for name, column in {
        "category": "lot_id", "gender": "gender", "mode": "mode", "registration": "registration",
    }.items():  # fmt: skip
        several.append(f"SELECT '{name}', {column}::text, count(*) FROM base WHERE {fits(name)} GROUP BY 2")
    needs = "main_needs" if search.as_main else "needs"
    for name, column, without in (
        ("need", needs, "need"), ("days", "days", ""), ("qualification", "qualifications", "qualification"),
    ):  # fmt: skip
        several.append(
            f"SELECT '{name}', one, count(*) FROM base, unnest({column}) AS one WHERE {fits(without)} GROUP BY 2"
        )
    for name, value, test in (
        *(
            ("key_stage", str(stage), f"age_from < {ends} AND age_to >= {begins}")
            for stage, (begins, ends) in AGES.items()
        ),
        *(("checked", str(months), f"checked_on >= '{today - months * A_MONTH}'") for months in CHECKED),
        ("free", "now", "free_now"),
        ("transport", "on", "transport <> 'none'"),
    ):
        several.append(f"SELECT '{name}', '{value}', count(*) FROM base WHERE {fits(name)} AND {test}")
    return " UNION ALL ".join(several)


def relaxed(authority: Organisation, search: Search, *, sight: Sight, at: datetime) -> list[tuple[str, int]]:
    """Count what there would be without each one part of a search that finds nothing: the most first."""
    today, there = local_day(at), scope(authority, at)
    counted = [(name, fitting(there, search.without(name), sight, today).count()) for name in search.parts()]
    return sorted((one for one in counted if one[1]), key=lambda one: -one[1])


def unpublished(authority: Organisation, search: Search, *, at: datetime) -> Any:
    """Find listed members that have not published a service yet, by name: no filter can speak of them."""
    members = Member.objects.listed(at).filter(authority=authority)
    if search.lot:
        members = members.filter(lot=search.lot)
    if words := plain(search.words):
        for word in words.split()[:WORDS_TYPED]:
            members = members.filter(Q(provider__name__icontains=word) | Q(lot__title__icontains=word))
    live = Service.objects.live().filter(member=OuterRef("pk"))
    return (
        members.filter(~Exists(live)).select_related("provider", "lot").annotate(by_name=Lower("provider__name"))
        .order_by("by_name", "lot__number", "pk")
    )  # fmt: skip
