"""What the feed asks of the database: a page by its numbers, a page of what fits a filter, one record, the last change.

Nothing here writes. What anyone sees is decided for each row again, by the same condition as the directory's.
"""

from collections import namedtuple
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Case, F, Max, Q, QuerySet, Value, When
from django.db.models.lookups import LessThanOrEqual

from calloff.directory.models import OpeningHours, Price, Service, ServiceSite, Site
from calloff.directory.queries import prices_on
from calloff.directory.search_criteria import parse_search_query
from calloff.directory.states import ServiceStatus
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.geography import (
    METRES_IN_A_MILE,
    Point,
    metres_from_expression,
    metres_to_miles,
    within_miles_condition,
)
from calloff.members.models import is_known_at, is_listed_at
from calloff.oruk import taxonomy_terms
from calloff.oruk.models import FeedEntry, FeedList
from calloff.oruk.query_params import FeedQuery
from calloff.registers.models import Postcode
from calloff.registers.queries import locate_postcode

SETTLING_TIME = timedelta(minutes=1)  # longer than any act takes from its beginning to where others can see it
IS_LISTED, IS_KNOWN = "is_listed", "is_known"

ONE_TO_ONE_COLUMNS = (
    "service__uuid", "service__name", "service__status", "service__slug", "service__summary", "service__description",
    "service__age_from", "service__age_to", "service__qualifications", "service__registration",
    "service__registration_number", "service__places", "service__places_at", "service__changed_at",
    "authority__slug", "authority__name", "service__member__last_checked_on", "service__member__changed_at",
    "service__provider__uuid", "service__provider__name", "service__provider__form", "service__provider__invented",
    IS_LISTED, IS_KNOWN,
)  # fmt: skip
SITE_COLUMNS = (
    "uuid", "at_site", "at_site__site__uuid", "at_site__site__name", "at_site__site__run_by", "at_site__site__position",
)  # fmt: skip
FEED_COLUMNS = {FeedList.SERVICE: ONE_TO_ONE_COLUMNS, FeedList.AT_LOCATION: ONE_TO_ONE_COLUMNS + SITE_COLUMNS}
PLACEHOLDER_DAY, PLACEHOLDER_FIRST_NUMBER, PLACEHOLDER_LAST_NUMBER = (
    date(1999, 12, 31),
    999_999_991,
    999_999_992,
)  # no one asks for these: see `_by_numbers`


class FeedLastChange(NamedTuple):
    at: datetime  # the last change that can be seen now
    settled: datetime  # from then on, nothing that started before it can still come to light


class RowsAndTotal(NamedTuple):
    """The rows of a page, and how many there are on all pages."""

    rows: Sequence[Any]
    total: int


LAST_CHANGE_SQL = """
    SELECT GREATEST(
        (SELECT entered_at FROM oruk_entry ORDER BY id DESC LIMIT 1),
        (SELECT pgh_created_at FROM directory_serviceevent ORDER BY pgh_id DESC LIMIT 1),
        (SELECT pgh_created_at FROM directory_siteevent ORDER BY pgh_id DESC LIMIT 1),
        (SELECT pgh_created_at FROM directory_priceevent ORDER BY pgh_id DESC LIMIT 1),
        (SELECT pgh_created_at FROM members_memberevent ORDER BY pgh_id DESC LIMIT 1),
        (SELECT pgh_created_at FROM agreements_agreementevent ORDER BY pgh_id DESC LIMIT 1),
        (SELECT pgh_created_at FROM markets_marketevent ORDER BY pgh_id DESC LIMIT 1),
        (SELECT pgh_created_at FROM markets_lotevent ORDER BY pgh_id DESC LIMIT 1))
"""


def last_change(at: datetime) -> FeedLastChange:
    """Say when anything that the feed tells last changed: rows by their kept past, and the clock at each midnight."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_CHANGE_SQL)
        (kept,) = cursor.fetchone()
    begins = midnight(local_day(at))
    if kept is None:
        return FeedLastChange(begins, begins)
    settled = (kept + SETTLING_TIME).replace(microsecond=0) + timedelta(seconds=1)  # a date of HTTP has whole seconds
    return FeedLastChange(kept, max(settled, begins))


def services(asked: FeedQuery, at: datetime) -> RowsAndTotal:
    """Find a page of services: all that ever stood in the feed or, with filters, those listed now that fit."""
    return _page(FeedList.SERVICE, asked, at)


def locations(asked: FeedQuery, at: datetime) -> RowsAndTotal:
    """Find a page of services at their sites. Raises Refused for a postcode from which nothing can be measured."""
    return _page(FeedList.AT_LOCATION, asked, at)


def _page(kind: FeedList, asked: FeedQuery, at: datetime) -> RowsAndTotal:
    first, last = asked.before, asked.before + asked.per_page
    if not asked.filters:
        return RowsAndTotal(_numbered(kind, first, last, at), last_number(kind))
    fits = _conditions(kind, asked, at)
    page = _told(kind, at).filter(*fits).order_by("number").values_list(*FEED_COLUMNS[kind], named=True)[first:last]
    return RowsAndTotal(list(page), FeedEntry.objects.filter(*fits, kind=kind).count())


def _numbered(kind: FeedList, first: int, last: int, at: datetime) -> list[Any]:
    """Return the rows of a page by their numbers. This is what an aggregator asks for by the thousand."""
    sql, given, row = _by_numbers(kind)
    told: dict[Any, Any] = {
        PLACEHOLDER_DAY: local_day(at),
        PLACEHOLDER_FIRST_NUMBER: first,
        PLACEHOLDER_LAST_NUMBER: last,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, [told.get(one, one) for one in given])
        return [row(*values) for values in cursor.fetchall()]


@cache
def _by_numbers(kind: FeedList) -> tuple[str, tuple[Any, ...], Any]:
    """Write the query once: the ORM takes longer over it than the database. Three stand-ins are told from the rest."""
    entries = (
        _told(kind, midnight(PLACEHOLDER_DAY))
        .filter(number__gt=PLACEHOLDER_FIRST_NUMBER, number__lte=PLACEHOLDER_LAST_NUMBER)
        .order_by("number")
    )
    sql, given = entries.values_list(*FEED_COLUMNS[kind]).query.sql_with_params()
    return sql, given, namedtuple("Row", FEED_COLUMNS[kind])


def find_row(kind: FeedList, uuid: UUID, at: datetime) -> Any:
    """Find the row of one record, listed or not, with its entry's `service` key; nothing if there never was one."""
    found = _told(kind, at).filter(uuid=uuid).values_list(*FEED_COLUMNS[kind], "service", named=True)
    return next(iter(found), None)  # its id is its own: to order one row would only mislead the planner


def _told(kind: FeedList, at: datetime) -> QuerySet[FeedEntry]:
    bound = is_listed_at(at, "service__member__")
    live = Q(service__status=ServiceStatus.LIVE)
    return FeedEntry.objects.filter(kind=kind).annotate(
        **{IS_LISTED: _whether(bound & live), IS_KNOWN: _whether(is_known_at(at, "service__member__"))}
    )


def _whether(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def last_number(kind: FeedList) -> int:
    return FeedEntry.objects.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0


def _conditions(kind: FeedList, asked: FeedQuery, at: datetime) -> list[Any]:
    """Return the conditions on entries: listed now, and each thing that is asked for."""
    wanted: list[Any] = [is_listed_at(at, "service__member__"), Q(service__status=ServiceStatus.LIVE)]
    if kind == FeedList.AT_LOCATION:
        wanted.append(Q(at_site__isnull=False))
    if query := parse_search_query(asked.search):
        wanted.append(Q(service__words=query))
    if asked.taxonomy_term_id:
        wanted.append(_carries(asked.taxonomy_term_id))
    if asked.taxonomy_id:
        wanted.append(_carries_any(asked.taxonomy_id))
    for name, condition in (("minimum_age", "age_from__gte"), ("maximum_age", "age_to__lte")):
        if getattr(asked, name) is not None:
            wanted.append(Q(**{f"service__{condition}": getattr(asked, name)}))
    if hours := _hours(asked):
        there = OpeningHours.objects.filter(Q(to_on=None) | Q(to_on__gte=local_day(at)), **hours)
        wanted.append(Q(service__in=there.values("service")))
    return wanted + (_near(asked) if asked.postcode else [])


def _carries(term: UUID) -> Q:
    """Return the condition of carrying a term. One that there is not is carried by nothing."""
    if (ours := taxonomy_terms.carries_condition(term)) is not None:
        return ours
    lots = FeedEntry.objects.filter(kind=FeedList.TERM, uuid=term).values_list("lot", flat=True)
    return Q(service__lot__in=list(lots))


def _carries_any(taxonomy: UUID) -> Q:
    if (ours := taxonomy_terms.carries_any_condition(taxonomy)) is not None:
        return ours
    markets = FeedEntry.objects.filter(kind=FeedList.TAXONOMY, uuid=taxonomy).values_list("market", flat=True)
    return Q(service__lot__market__in=list(markets))


def _hours(asked: FeedQuery) -> dict[str, Any]:
    """Return what one time of one day must be: on a day, not before a time, and not after another."""
    conditions = {"weekday": asked.day, "starts__gte": asked.start_time, "ends__lte": asked.end_time}
    return {name: value for name, value in conditions.items() if value not in (None, "")}


def _near(asked: FeedQuery) -> list[Any]:
    """Return the conditions on place: within the area that a service says it serves and, with a proximity, near.

    The standard: only where a service names its area must the postcode lie in it.
    """
    there: Point = locate_postcode(asked.postcode).position
    serves = LessThanOrEqual(
        metres_from_expression(there, "service__site__position"), F("service__reach") * METRES_IN_A_MILE
    )
    wanted: list[Any] = [Q(service__reach=None) | Q(serves)]
    if asked.proximity is not None:
        wanted.append(within_miles_condition(metres_to_miles(float(asked.proximity)), there, "at_site__site__position"))
    return wanted


def load_full_service(key: int) -> Service:
    """Bring what a whole record tells beside its one-to-one fields."""
    found = Service.objects.select_related("provider", "lot", "member__market", "site")
    service: Service = found.defer("words", "spelling", "around").get(pk=key)
    return service


def sites_of(service: Service) -> list[ServiceSite]:
    return list(ServiceSite.objects.filter(service=service).select_related("site").order_by("pk"))


def site_of(at_site: int) -> Site:
    return Site.objects.get(pk__in=ServiceSite.objects.filter(pk=at_site).values("site"))


def nations_of(sites: Iterable[Site]) -> dict[str, str]:
    """Return the ONS codes of the nations in which the postcodes of sites lie, as far as the register knows them."""
    there = Postcode.objects.filter(pk__in={site.postcode for site in sites})
    return dict(there.values_list("postcode", "country_code"))


def prices_of(service: Service, on: date) -> list[Price]:
    return prices_on(list(Price.objects.filter(service=service).order_by("unit", "starts_on")), on)


def category_of(service: Service) -> FeedEntry | None:
    """Find the entry of a service's category."""
    return _categories(FeedList.TERM).filter(lot=service.lot_id).first()


def markets(first: int, last: int) -> list[FeedEntry]:
    """Find the markets that are taxonomies, from one number up to another."""
    return list(_categories(FeedList.TAXONOMY).filter(number__gt=first, number__lte=last))


def categories(first: int, last: int) -> list[FeedEntry]:
    return list(_categories(FeedList.TERM).filter(number__gt=first, number__lte=last))


def categories_in(market: int) -> list[FeedEntry]:
    return list(_categories(FeedList.TERM).filter(market=market))


def find_market(uuid: UUID) -> FeedEntry | None:
    return _categories(FeedList.TAXONOMY).filter(uuid=uuid).first()


def find_category(uuid: UUID) -> FeedEntry | None:
    return _categories(FeedList.TERM).filter(uuid=uuid).first()


def _categories(kind: FeedList) -> QuerySet[FeedEntry]:
    return FeedEntry.objects.filter(kind=kind).select_related("market__authority", "lot").order_by("number")
