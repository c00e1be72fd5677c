"""The database conditions that search criteria apply to services."""

from datetime import date, timedelta
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.lookups import LessThanOrEqual

from calloff.directory.models import OpeningHours, Price, ServiceQuerySet, ServiceSite, TeachingMode
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria.search import SearchCriteria
from calloff.directory.search_criteria.word_query import read_words
from calloff.directory.synonyms import Synonyms
from calloff.kernel.geography import METRES_IN_A_MILE, metres_from_expression, within_miles_condition
from calloff.kernel.key_stages import AGES_BY_KEY_STAGE
from calloff.kernel.search_words import name_has_words

NO_WORDS = SearchQuery("", config="english")  # a query that matches nothing
# the weights of the descriptions, the facts, the provider and the name, in this order
RANK_WEIGHTS = [0.1, 0.4, 0.7, 1.0]
ONE_MONTH = timedelta(days=30)
MAX_MONTHS = 999  # a longer period would find nothing more, and its date would be out of range


def parse_search_query(words: str, synonyms: Synonyms | None = None) -> SearchQuery | None:
    """Return a full-text query for typed words and their synonyms, or None if there are no words."""
    query = read_words(words, synonyms)
    return query.search_query() if query else None


def with_rank(services: ServiceQuerySet, search: SearchCriteria) -> ServiceQuerySet:
    """Annotate services with `rank` and `tier`, if there are words.

    `tier` is 0 if all words are in the service's name, 1 if they are in the provider's name, and otherwise 2. `rank`
    says how well a service matches. The words themselves count more than their synonyms.
    """
    query = read_words(search.words, search.synonyms)
    if query is None:
        return services
    same = SearchRank(F("search_words"), query.as_typed(), weights=RANK_WEIGHTS)
    similar = SearchRank(F("search_words"), query.search_query(), weights=RANK_WEIGHTS)
    tier = Case(
        When(search_words=query.as_typed("A"), then=Value(0)),
        When(search_words=query.as_typed("B"), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    ranked: ServiceQuerySet = services.annotate(rank=same * 2 + similar, tier=tier)
    return ranked


def has_words(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    query = read_words(search.words, search.synonyms)
    if query and query.only_stop_words:  # for example, a service called “Here”
        return name_has_words("name", search.words) | name_has_words("member__provider__name", search.words)
    if query:
        return Q(search_words=query.search_query())
    return Q(search_words=NO_WORDS) if search.words.replace("\x00", " ").strip() else Q()


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
    """Return the prices of a service (an outer reference) that are valid on a day, for one unit or all units."""
    valid = Price.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), service=OuterRef("pk"), starts_on__lte=today)
    return valid.filter(unit=unit) if unit else valid.filter(hourly__isnull=False)


def price_figure(search: SearchCriteria) -> str:
    """Return the column by which prices are compared.

    It is the amount for the chosen unit or, if none is chosen, the price per hour.
    """
    return "amount" if search.unit else "hourly"


def is_open_on_days(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    return _is_open(search, today)


def opens_by(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    return _is_open(search, today, starts__lte=search.starts_by)


def closes_after(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Any:
    return _is_open(search, today, ends__gte=search.ends_after)


def is_open_throughout(search: SearchCriteria, today: date) -> Any:
    """Return the condition for services open from one time until another on the same day, without a break.

    A day with a break has two periods, so one period must cover the whole time.
    """
    return _is_open(search, today, starts__lte=search.starts_by, ends__gte=search.ends_after)


def _is_open(search: SearchCriteria, today: date, **times: Any) -> Any:
    """Return the condition for services that are open, today or later, on all requested days.

    If no days are requested, any day is enough.
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
    """Return the condition for services that can reach the place, because it is in their area or they are online."""
    if search.place is None:
        return Q()
    metres, reach = metres_from_expression(search.place, "site__position"), F("reach") * METRES_IN_A_MILE
    return Q(mode=TeachingMode.ONLINE) | Q(LessThanOrEqual(metres, reach))
