"""The queries of the feed: a page by entry numbers, a page of filtered records, one record, and the last change.

Nothing here writes. What the public can see is computed for each row, by the same conditions as in the directory.
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

from calloff.directory.models import SEARCH_COLUMNS, OpeningHours, Price, Service, ServiceSite, Site
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

SETTLING_TIME = timedelta(minutes=1)  # longer than any transaction takes from making a change to committing it
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
)  # values that no caller sends, which mark where the parameters are in `_numbers_query`


class FeedLastChange(NamedTuple):
    at: datetime  # when the last committed change was made
    settled: datetime  # when it is certain that all changes made up to `changed` have been committed


class RowsAndTotal(NamedTuple):
    """The rows of one page, and the number of rows on all pages."""

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
    """Return when the content of the feed last changed.

    This is the latest time in the row histories, or midnight in London if that is later. Midnight counts because
    listings and prices start and end on a date.
    """
    with connection.cursor() as cursor:
        cursor.execute(LAST_CHANGE_SQL)
        (last_changed,) = cursor.fetchone()
    day_start = midnight(local_day(at))
    if last_changed is None:
        return FeedLastChange(day_start, day_start)
    settled = (last_changed + SETTLING_TIME).replace(microsecond=0) + timedelta(
        seconds=1
    )  # HTTP dates are in whole seconds
    return FeedLastChange(last_changed, max(settled, day_start))


def services(query: FeedQuery, at: datetime) -> RowsAndTotal:
    """Return a page of all services that have ever been in the feed.

    If the query has filters, return only listed services that match them.
    """
    return _find_page(FeedList.SERVICE, query, at)


def locations(query: FeedQuery, at: datetime) -> RowsAndTotal:
    """Return a page of services at their sites. Raises Refused for a postcode without a known position."""
    return _find_page(FeedList.AT_LOCATION, query, at)


def _find_page(kind: FeedList, query: FeedQuery, at: datetime) -> RowsAndTotal:
    first, last = query.before, query.before + query.per_page
    if not query.filters:
        return RowsAndTotal(_page_by_numbers(kind, first, last, at), last_number(kind))
    conditions = _conditions(kind, query, at)
    page = (
        _annotated_entries(kind, at)
        .filter(*conditions)
        .order_by("number")
        .values_list(*FEED_COLUMNS[kind], named=True)[first:last]
    )
    return RowsAndTotal(list(page), FeedEntry.objects.filter(*conditions, kind=kind).count())


def _page_by_numbers(kind: FeedList, first: int, last: int, at: datetime) -> list[Any]:
    """Return the rows of a page by entry number. This is the query that aggregators send most often."""
    sql, params, row = _numbers_query(kind)
    values_by_placeholder: dict[Any, Any] = {
        PLACEHOLDER_DAY: local_day(at),
        PLACEHOLDER_FIRST_NUMBER: first,
        PLACEHOLDER_LAST_NUMBER: last,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, [values_by_placeholder.get(param, param) for param in params])
        return [row(*row_values) for row_values in cursor.fetchall()]


@cache
def _numbers_query(kind: FeedList) -> tuple[str, tuple[Any, ...], Any]:
    """Build the SQL once, because the ORM takes longer to build the query than the database takes to run it.

    Returns the SQL, its parameters with placeholder values to replace, and the row type.
    """
    entries = (
        _annotated_entries(kind, midnight(PLACEHOLDER_DAY))
        .filter(number__gt=PLACEHOLDER_FIRST_NUMBER, number__lte=PLACEHOLDER_LAST_NUMBER)
        .order_by("number")
    )
    sql, params = entries.values_list(*FEED_COLUMNS[kind]).query.sql_with_params()
    return sql, params, namedtuple("Row", FEED_COLUMNS[kind])


def find_row(kind: FeedList, uuid: UUID, at: datetime) -> Any:
    """Return the row of one record, listed or not, with the `service` key of its entry, or None."""
    rows = _annotated_entries(kind, at).filter(uuid=uuid).values_list(*FEED_COLUMNS[kind], "service", named=True)
    return next(iter(rows), None)  # ids are unique, so sorting is not needed and would mislead the planner


def _annotated_entries(kind: FeedList, at: datetime) -> QuerySet[FeedEntry]:
    listed = is_listed_at(at, "service__member__")
    live = Q(service__status=ServiceStatus.LIVE)
    return FeedEntry.objects.filter(kind=kind).annotate(
        **{IS_LISTED: _as_boolean(listed & live), IS_KNOWN: _as_boolean(is_known_at(at, "service__member__"))}
    )


def _as_boolean(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def last_number(kind: FeedList) -> int:
    return FeedEntry.objects.filter(kind=kind).aggregate(last=Max("number"))["last"] or 0


def _conditions(kind: FeedList, query: FeedQuery, at: datetime) -> list[Any]:
    """Return the conditions on feed entries: listed now, and matching each of the query's filters."""
    conditions: list[Any] = [is_listed_at(at, "service__member__"), Q(service__status=ServiceStatus.LIVE)]
    if kind == FeedList.AT_LOCATION:
        conditions.append(Q(at_site__isnull=False))
    if words := parse_search_query(query.search):  # the feed includes the services of all councils
        conditions.append(Q(service__search_words=words))
    if query.taxonomy_term_id:
        conditions.append(_has_term(query.taxonomy_term_id))
    if query.taxonomy_id:
        conditions.append(_has_any_term(query.taxonomy_id))
    for name, condition in (("minimum_age", "age_from__gte"), ("maximum_age", "age_to__lte")):
        if getattr(query, name) is not None:
            conditions.append(Q(**{f"service__{condition}": getattr(query, name)}))
    if hours := _hours_conditions(query):
        hours_matching = OpeningHours.objects.filter(Q(to_on=None) | Q(to_on__gte=local_day(at)), **hours)
        conditions.append(Q(service__in=hours_matching.values("service")))
    return conditions + (_place_conditions(query) if query.postcode else [])


def _has_term(term: UUID) -> Q:
    """Return the condition for services with a given term. A term that we do not know matches no service."""
    if (own_condition := taxonomy_terms.carries_condition(term)) is not None:
        return own_condition
    lots = FeedEntry.objects.filter(kind=FeedList.TERM, uuid=term).values_list("lot", flat=True)
    return Q(service__lot__in=list(lots))


def _has_any_term(taxonomy: UUID) -> Q:
    if (own_condition := taxonomy_terms.carries_any_condition(taxonomy)) is not None:
        return own_condition
    markets = FeedEntry.objects.filter(kind=FeedList.TAXONOMY, uuid=taxonomy).values_list("market", flat=True)
    return Q(service__lot__market__in=list(markets))


def _hours_conditions(query: FeedQuery) -> dict[str, Any]:
    """Return the conditions on opening hours: the day, the earliest start and the latest end."""
    conditions = {"weekday": query.day, "starts__gte": query.start_time, "ends__lte": query.end_time}
    return {name: value for name, value in conditions.items() if value not in (None, "")}


def _place_conditions(query: FeedQuery) -> list[Any]:
    """Return the conditions on place: the postcode is in the service's area, and the service is within the proximity.

    As the standard requires, a service that states no area is not left out. Raises Refused for a postcode without a
    known position.
    """
    place: Point = locate_postcode(query.postcode).position
    serves = LessThanOrEqual(
        metres_from_expression(place, "service__site__position"), F("service__reach") * METRES_IN_A_MILE
    )
    conditions: list[Any] = [Q(service__reach=None) | Q(serves)]
    if query.proximity is not None:
        conditions.append(
            within_miles_condition(metres_to_miles(float(query.proximity)), place, "at_site__site__position")
        )
    return conditions


def load_full_service(key: int) -> Service:
    """Load a service with the related records that its full record in the feed needs."""
    services = Service.objects.select_related("provider", "lot", "member__market", "site")
    service: Service = services.defer(*SEARCH_COLUMNS, "around").get(pk=key)
    return service


def sites_of(service: Service) -> list[ServiceSite]:
    return list(ServiceSite.objects.filter(service=service).select_related("site").order_by("pk"))


def site_of(at_site: int) -> Site:
    return Site.objects.get(pk__in=ServiceSite.objects.filter(pk=at_site).values("site"))


def nations_of(sites: Iterable[Site]) -> dict[str, str]:
    """Return the ONS code of the nation for the postcode of each site, if the register has it."""
    postcodes = Postcode.objects.filter(pk__in={site.postcode for site in sites})
    return dict(postcodes.values_list("postcode", "country_code"))


def prices_of(service: Service, on: date) -> list[Price]:
    return prices_on(list(Price.objects.filter(service=service).order_by("unit", "starts_on")), on)


def category_of(service: Service) -> FeedEntry | None:
    """Return the feed entry of a service's category, or None."""
    return _category_entries(FeedList.TERM).filter(lot=service.lot_id).first()


def markets(first: int, last: int) -> list[FeedEntry]:
    """Return the entries of markets whose numbers are above `first` and not above `last`."""
    return list(_category_entries(FeedList.TAXONOMY).filter(number__gt=first, number__lte=last))


def categories(first: int, last: int) -> list[FeedEntry]:
    return list(_category_entries(FeedList.TERM).filter(number__gt=first, number__lte=last))


def categories_in(market: int) -> list[FeedEntry]:
    return list(_category_entries(FeedList.TERM).filter(market=market))


def find_market(uuid: UUID) -> FeedEntry | None:
    return _category_entries(FeedList.TAXONOMY).filter(uuid=uuid).first()


def find_category(uuid: UUID) -> FeedEntry | None:
    return _category_entries(FeedList.TERM).filter(uuid=uuid).first()


def _category_entries(kind: FeedList) -> QuerySet[FeedEntry]:
    return FeedEntry.objects.filter(kind=kind).select_related("market__authority", "lot").order_by("number")
