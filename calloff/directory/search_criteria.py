"""Searching the directory of an authority: one condition for each thing that someone asks for, freely combined.

What is searched is what the public may see, and nothing else, by any route: live services of listed members. Free
places and a suspension count in the very next search (ADR 0025): what is kept of one holds until then (`unchanged`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.lookups import LessThanOrEqual

from calloff.directory.models import AtSite, OpeningHours, Price, Service, ServiceQuerySet, TeachingMode
from calloff.kernel.geography import METRES_IN_A_MILE, Point, metres_from_expression, within_miles_condition
from calloff.kernel.key_stages import AGES_BY_KEY_STAGE
from calloff.markets.models import Lot
from calloff.people.models import Grant, Organisation
from calloff.people.permissions import PROVIDER_ROLES, Can, roles_with

MAX_SEARCH_TEXT_LENGTH = 200  # characters of a search that are looked at: more finds nothing more
ONE_MONTH = timedelta(days=30)
TIME_CRITERIA = ("starts_by", "ends_after")
HOURS_CRITERION = "hours"  # the condition of both times, where both are asked


@dataclass(frozen=True)
class SearchCriteria:
    """What someone looks for. Empty parts ask nothing."""

    words: str = ""
    lot: Lot | None = None
    need: str = ""  # kernel.codes.NeedType
    as_main: bool = False  # only where it is a main need
    age: int | None = None
    key_stage: str = ""
    gender: str = ""  # of the child: girls, boys
    mode: str = ""
    days: tuple[str, ...] = ()  # on all of them
    starts_by: time | None = None  # open by then, on all of these days; without them on some day
    ends_after: time | None = None  # and until then: one time of one day meets both
    ratio: int | None = None  # at most so many children to one of the staff
    qualification: str = ""
    transport: bool = False
    registration: str = ""
    checked: int | None = None  # within so many months
    free: bool = False  # free places, now or by a day:
    free_by: date | None = None
    unit: str = ""  # of the price; "": the comparable hourly figure
    at_most: Decimal | None = None  # pounds, before VAT
    place: Point | None = None
    miles: int | None = None  # straight line, from the place
    serves: bool = False  # the place lies in what it serves

    def without(self, name: str) -> "SearchCriteria":
        """Return the same search without one of its parts."""
        return replace(self, **{one: _BLANK[one] for one in CRITERIA[name].asks})

    def parts(self) -> list[str]:
        """Name the parts that ask something, in the order of the page."""
        return [name for name, part in CRITERIA.items() if part.asked(self)]


@dataclass(frozen=True)
class PriceVisibility:
    """Whose prices someone may see: a rival sees, filters and sorts by none but those that everyone sees."""

    every: bool = False
    own: frozenset[int] = field(default_factory=frozenset)  # of these providers

    def priced(self) -> Q:
        """Return the condition on services whose prices may be seen."""
        return Q() if self.every else Q(member__market__prices_public=True) | Q(provider__in=self.own)

    def sees(self, service: Service) -> bool:
        """Say the same of one service."""
        return self.sees_of(service.provider_id, prices_public=service.member.market.prices_public)

    def sees_of(self, provider: int, *, prices_public: bool) -> bool:
        """Say the same of a provider's services in a market that publishes its prices, or does not."""
        return self.every or prices_public or provider in self.own


def price_visibility(person: Any, authority: Organisation, at: datetime) -> PriceVisibility:
    """Say whose prices at an authority a person may see: a buyer and the authority's overseers see all of them.

    Whoever has a role at a provider sees its own and what is public, whatever else they are: they are a rival of the
    others (scenario 24). The authority's overseers alone come first.
    """
    if not getattr(person, "is_authenticated", False):
        return PriceVisibility()
    held = list(Grant.objects.in_force(at).filter(person=person).values_list("organisation", "role"))
    overseers, buyers = set(roles_with(Can.OVERSEE)), set(roles_with(Can.SEE_PRICES))
    if any(where == authority.pk and role in overseers for where, role in held):
        return PriceVisibility(every=True)
    own = frozenset(where for where, role in held if role in PROVIDER_ROLES)
    return PriceVisibility(every=not own and any(role in buyers for _, role in held), own=own)


def parse_search_query(words: str) -> SearchQuery | None:
    """Read words as words: quotes, operators and wildcards mean nothing special (scenario 23)."""
    text = normalise(words)
    return SearchQuery(text, search_type="plain", config="english") if text else None


def normalise(words: str) -> str:
    return " ".join(words.encode(errors="replace").decode().replace("\x00", " ").split())[:MAX_SEARCH_TEXT_LENGTH]


def searchable_services(authority: Organisation, at: datetime) -> ServiceQuerySet:
    """Return what a search of an authority's directory looks through.

    That its members are the authority's goes without saying; said, it lets the database begin with them.
    """
    return Service.objects.listed(at).filter(authority=authority, member__authority=authority)


@dataclass(frozen=True)
class Criterion:
    """One thing that can be asked for: the fields of a search that it reads, and the condition it makes of them."""

    asks: tuple[str, ...]
    condition: Callable[[SearchCriteria, PriceVisibility, date], Any]

    def asked(self, search: SearchCriteria) -> bool:
        """Say whether its first field, the one that makes it ask at all, asks something."""
        return bool(getattr(search, self.asks[0]) != _BLANK[self.asks[0]])


def _words(search: SearchCriteria, sight: PriceVisibility, today: date) -> Any:
    query = parse_search_query(search.words)
    return Q(words=query) if query else Q()


def _need(search: SearchCriteria, sight: PriceVisibility, today: date) -> Any:
    return Q(**{"main_needs__contains" if search.as_main else "needs__contains": [search.need]})


def _key_stage(search: SearchCriteria, sight: PriceVisibility, today: date) -> Any:
    begins, ends = AGES_BY_KEY_STAGE[search.key_stage]  # type: ignore[index]
    return Q(age_from__lt=ends, age_to__gte=begins)


def _free(search: SearchCriteria, sight: PriceVisibility, today: date) -> Any:
    by = max(search.free_by or today, today)
    return Q(places__gt=0) & (Q(places_from=None) | Q(places_from__lte=by))


def _price(search: SearchCriteria, sight: PriceVisibility, today: date) -> Any:
    return sight.priced() & Q(
        Exists(current_prices(search.unit, today).filter(**{f"{price_figure(search)}__lte": search.at_most}))
    )


def _open(search: SearchCriteria, today: date, **at: Any) -> Any:
    """Filter to services open, today or later, on every requested day, or on any day if none is requested."""
    there = OpeningHours.objects.filter(Q(to_on=None) | Q(to_on__gte=today), **at)
    several = [there.filter(weekday=day) for day in search.days] or [there]
    return reduce(and_, (Q(pk__in=one.values("service")) for one in several))


def _hours(search: SearchCriteria, today: date) -> Any:
    """Filter to services open from one time until another on the same day.

    A day with a break has two times, of which one has to meet both: for the whole stretch someone is there.
    """
    return _open(search, today, starts__lte=search.starts_by, ends__gte=search.ends_after)


def _near(search: SearchCriteria, sight: PriceVisibility, today: date) -> Any:
    if search.place is None or search.miles is None:
        return Q()
    near = AtSite.objects.filter(within_miles_condition(search.miles, search.place), service=OuterRef("pk"))
    return Q(Exists(near))


def _serves(search: SearchCriteria, sight: PriceVisibility, today: date) -> Any:
    """Keep what comes to the place: within its reach, or online, which is anywhere."""
    if search.place is None:
        return Q()
    metres, reach = metres_from_expression(search.place, "site__position"), F("reach") * METRES_IN_A_MILE
    return Q(mode=TeachingMode.ONLINE) | Q(LessThanOrEqual(metres, reach))


CRITERIA: dict[str, Criterion] = {
    "words": Criterion(("words",), _words),
    "category": Criterion(("lot",), lambda search, sight, today: Q(lot=search.lot)),
    "need": Criterion(("need", "as_main"), _need),
    "age": Criterion(("age",), lambda search, sight, today: Q(age_from__lte=search.age, age_to__gte=search.age)),
    "key_stage": Criterion(("key_stage",), _key_stage),
    "gender": Criterion(("gender",), lambda search, sight, today: Q(gender__in=["any", search.gender])),
    "mode": Criterion(("mode",), lambda search, sight, today: Q(mode=search.mode)),
    "days": Criterion(("days",), lambda search, sight, today: _open(search, today)),
    "starts_by": Criterion(
        ("starts_by",), lambda search, sight, today: _open(search, today, starts__lte=search.starts_by)
    ),
    "ends_after": Criterion(
        ("ends_after",), lambda search, sight, today: _open(search, today, ends__gte=search.ends_after)
    ),
    "ratio": Criterion(("ratio",), lambda search, sight, today: Q(children__lte=F("staff") * Value(search.ratio))),
    "qualification": Criterion(
        ("qualification",), lambda search, sight, today: Q(qualifications__contains=[search.qualification])
    ),
    "transport": Criterion(("transport",), lambda search, sight, today: ~Q(transport="none")),
    "registration": Criterion(("registration",), lambda search, sight, today: Q(registration=search.registration)),
    "checked": Criterion(
        ("checked",),
        lambda search, sight, today: Q(member__last_checked_on__gte=today - min(search.checked or 0, 999) * ONE_MONTH),
    ),
    "free": Criterion(("free", "free_by"), _free),
    "at_most": Criterion(("at_most", "unit"), _price),
    "miles": Criterion(("miles",), _near),
    "serves": Criterion(("serves",), _serves),
}
_BLANK: dict[str, Any] = {name: spec.default for name, spec in SearchCriteria.__dataclass_fields__.items()}


def criterion_conditions(search: SearchCriteria, sight: PriceVisibility, today: date) -> Iterator[tuple[str, Any]]:
    """Yield the condition of each part that asks something, by its name; the two times are one `HOURS_CRITERION`."""
    for name in search.parts():
        yield name, CRITERIA[name].condition(search, sight, today)
    if search.starts_by is not None and search.ends_after is not None:
        yield HOURS_CRITERION, _hours(search, today)


def matching(services: ServiceQuerySet, search: SearchCriteria, sight: PriceVisibility, today: date) -> ServiceQuerySet:
    """Keep the services that fit the whole search."""
    asked = dict(criterion_conditions(search, sight, today))
    if HOURS_CRITERION in asked:  # it says all that these say
        asked = {name: condition for name, condition in asked.items() if name not in {"days", *TIME_CRITERIA}}
    for condition in asked.values():
        services = services.filter(condition)
    return services


def current_prices(unit: str, today: date) -> Any:
    """Return the prices of the service outside that hold on a day, for one unit or all."""
    held = Price.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), service=OuterRef("pk"), starts_on__lte=today)
    return held.filter(unit=unit) if unit else held.filter(hourly__isnull=False)


def price_figure(search: SearchCriteria) -> str:
    """Name the figure of a price that is compared: like with like, or what an hour comes to."""
    return "amount" if search.unit else "hourly"


def with_rank(services: ServiceQuerySet, words: str) -> ServiceQuerySet:
    """Add how well each matches the words."""
    query = parse_search_query(words)
    return services.annotate(rank=SearchRank(F("words"), query)) if query else services
