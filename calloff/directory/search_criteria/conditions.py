"""The database conditions that search criteria apply to services."""

from datetime import date, timedelta
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import LessThanOrEqual

from calloff.directory.models import OpeningHours, Price, ServiceQuerySet, ServiceSite, TeachingMode
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria.search import SearchCriteria
from calloff.kernel.geography import METRES_IN_A_MILE, metres_from_expression, within_miles_condition
from calloff.kernel.key_stages import AGES_BY_KEY_STAGE

MAX_SEARCH_TEXT_LENGTH = 200  # the number of characters used, with the rest of a longer text ignored
ONE_MONTH = timedelta(days=30)
MAX_MONTHS = 999  # a longer period would find nothing more, and its date would be out of range


def parse_search_query(words: str) -> SearchQuery | None:
    """Build a full-text query from plain words. Quotes, operators and wildcards in them have no special meaning."""
    text = normalise(words)
    return SearchQuery(text, search_type="plain", config="english") if text else None


def normalise(words: str) -> str:
    return " ".join(words.encode(errors="replace").decode().replace("\x00", " ").split())[:MAX_SEARCH_TEXT_LENGTH]


def with_rank(services: ServiceQuerySet, words: str) -> ServiceQuerySet:
    """Annotate services with `rank`, which measures how well each one matches the words."""
    query = parse_search_query(words)
    return services.annotate(rank=SearchRank(F("words"), query)) if query else services


def has_words(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    query = parse_search_query(search.words)
    return Q(words=query) if query else Q()


def meets_need(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    return Q(**{"main_needs__contains" if search.as_main else "needs__contains": [search.need]})


def takes_key_stage(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    youngest, oldest = AGES_BY_KEY_STAGE[search.key_stage]  # type: ignore[index]
    return Q(age_from__lt=oldest, age_to__gte=youngest)


def was_checked(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    months = min(search.checked or 0, MAX_MONTHS)
    return Q(member__last_checked_on__gte=today - months * ONE_MONTH)


def has_free_places(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    by = max(search.free_by or today, today)
    return Q(places__gt=0) & (Q(places_from=None) | Q(places_from__lte=by))


def costs_at_most(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    affordable = current_prices(search.unit, today).filter(**{f"{price_figure(search)}__lte": search.at_most})
    return visibility.priced() & Q(Exists(affordable))


def current_prices(unit: str, today: date) -> Any:
    """Return the prices of a service (an outer reference) that are valid on a day, for one unit or for all units."""
    valid = Price.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), service=OuterRef("pk"), starts_on__lte=today)
    return valid.filter(unit=unit) if unit else valid.filter(hourly__isnull=False)


def price_figure(search: SearchCriteria) -> str:
    """Return the column by which prices are compared: the amount for the chosen unit or, if none is chosen, the price
    per hour.
    """
    return "amount" if search.unit else "hourly"


def is_open_on_days(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    return _is_open(search, today)


def opens_by(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    return _is_open(search, today, starts__lte=search.starts_by)


def closes_after(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    return _is_open(search, today, ends__gte=search.ends_after)


def is_open_throughout(search: SearchCriteria, today: date) -> Any:
    """Return a condition for services that are open from one time until another on the same day, without a break.

    A day with a break has two periods, so one of them must cover the whole time.
    """
    return _is_open(search, today, starts__lte=search.starts_by, ends__gte=search.ends_after)


def _is_open(search: SearchCriteria, today: date, **times: Any) -> Any:
    """Return a condition for services that are open, today or later, on all requested days (or on any day if none are
    requested).
    """
    opening_hours = OpeningHours.objects.filter(Q(to_on=None) | Q(to_on__gte=today), **times)
    hours_by_day = [opening_hours.filter(weekday=day) for day in search.days] or [opening_hours]
    return reduce(and_, (Q(pk__in=hours.values("service")) for hours in hours_by_day))


def is_near(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    if search.place is None or search.miles is None:
        return Q()
    near = ServiceSite.objects.filter(within_miles_condition(search.miles, search.place), service=OuterRef("pk"))
    return Q(Exists(near))


def serves_place(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    """Return a condition for services that can reach the place, because their area includes it or they are online."""
    if search.place is None:
        return Q()
    metres, reach = metres_from_expression(search.place, "site__position"), F("reach") * METRES_IN_A_MILE
    return Q(mode=TeachingMode.ONLINE) | Q(LessThanOrEqual(metres, reach))
