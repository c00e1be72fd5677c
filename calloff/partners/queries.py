"""Queries about Partnership Agreements: those of one buyer, and the status of all an authority's schools."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Lower

from calloff.agreements.models import EXPIRES_SOON
from calloff.agreements.states import AgreementStatus
from calloff.kernel import codes
from calloff.kernel.clock import local_day
from calloff.kernel.search_words import name_has_words
from calloff.markets.models import Market, MarketQuerySet
from calloff.markets.states import MarketStatus
from calloff.partners.buying_eligibility import BuyingStanding, BuyingStandingWord, buying_standings
from calloff.partners.models import Partnership, PartnershipQuerySet, SchoolCoverage, SigningReminder
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can, roles_with
from calloff.registers.models import School

CoverageStanding = SchoolCoverage.Standing
SchoolQuery = QuerySet[Any]  # schools in the register, as annotated by `schools_of`
NOT_JOINED_WORD = "not_joined"
# {status: (text of the tag, text of the filter)}, in order of rank, most urgent first.
STANDING_WORDS: dict[str, tuple[str, str]] = {
    "to_countersign": ("Awaiting countersignature", "Needs our countersignature"),
    "to_sign": ("Awaiting signature", "Started, not signed"),
    "expired": ("Expired", "Expired"),
    "over": ("Superseded", "Superseded or ended"),
    "not_signed": ("Not signed", "Joined, not signed"),
    NOT_JOINED_WORD: ("Not joined", "Not joined"),
    "expires_soon": ("Expires soon", "Expires soon"),
    "signed": ("Signed", "Signed"),
}
STANDING_RANKS = {word: rank for rank, word in enumerate(STANDING_WORDS)}
REMINDABLE_WORDS = ("to_sign", "expired", "over", "not_signed", "expires_soon")


class MarketStanding(NamedTuple):
    """A buyer's status in one market, with any agreement waiting for a signature and the last reminder."""

    market: Market
    standing: BuyingStanding
    waiting: Partnership | None  # an agreement that needs a signature, even if another agreement is in force
    reminded_on: date | None

    @property
    def may_renew(self) -> bool:
        """Return whether the buyer can start a new agreement, because none is in force or the current one ends soon."""
        return self.waiting is None and self.standing.word not in {
            BuyingStandingWord.SIGNED,
            BuyingStandingWord.NOT_NEEDED,
        }

    @property
    def is_to_sign(self) -> bool:
        """Return whether there is an agreement that the buyer's signatory must sign or can start."""
        return self.may_renew or bool(self.waiting and self.waiting.agreement.status == AgreementStatus.TO_SIGN)


def of_buyer(buyer: Organisation, *, person: User, at: datetime) -> PartnershipQuerySet:
    """Return the agreements that cover or once covered a buyer and that the person is allowed to see."""
    visible = Partnership.objects.visible_to(person, at)
    covering = SchoolCoverage.objects.filter(buyer=buyer).values("partnership")
    return visible.filter(pk__in=covering).select_related("agreement__text", "agreement__buyer", "authority", "market")


def partnerships_with_agreement() -> PartnershipQuerySet:
    """Return all partnerships, so that a caller can find the partnership of an agreement.

    The caller must check that the person is allowed to see it.
    """
    return Partnership.objects.select_related("agreement__text", "agreement__buyer", "authority", "market")


def markets_for(buyer: Organisation) -> MarketQuerySet:
    """Return the markets in which a buyer can sign.

    These are the open markets of the buyer's authority, and the markets in which the buyer has an agreement.
    """
    covered = SchoolCoverage.objects.filter(buyer=buyer).values("market")
    hosted = Q(authority=buyer.host_id, status=MarketStatus.OPEN)
    markets = Market.objects.filter(hosted | Q(pk__in=covered), partnership__isnull=False)
    return markets.select_related("authority", "partnership").order_by("authority__name", "title", "pk")


def market_to_sign(code: str) -> Market | None:
    """Return the open market with this code if it has a Partnership Agreement, or otherwise None."""
    markets = Market.objects.filter(code=code, partnership__isnull=False, status=MarketStatus.OPEN)
    return markets.select_related("authority", "partnership").first()


def market_standing(buyer: Organisation, market: Market, *, at: datetime) -> MarketStanding:
    """Return a buyer's status in a market, with any agreement waiting for a signature and the last reminder."""
    return market_standings(buyer, [market], at=at)[0]


def market_standings(buyer: Organisation, markets: Sequence[Market], *, at: datetime) -> list[MarketStanding]:
    """Return a buyer's status in each of several markets, in order, using a constant number of queries."""
    covered = SchoolCoverage.objects.filter(buyer=buyer, market__in=markets, standing=CoverageStanding.WAITING)
    waiting = {
        coverage.market_id: coverage.partnership for coverage in covered.select_related("partnership__agreement")
    }
    reminders = SigningReminder.objects.filter(market__in=markets, buyer=buyer).values_list("market")
    reminded = dict(reminders.annotate(last=Max("on")).order_by())
    standings = buying_standings(buyer, markets, at=at)
    return [
        MarketStanding(market, standings[market.pk], waiting.get(market.pk), reminded.get(market.pk))
        for market in markets
    ]


def to_sign(buyer: Organisation, *, at: datetime) -> list[MarketStanding]:
    """Return the open markets in which the buyer's signatory must sign an agreement or can start one."""
    markets = list(markets_for(buyer).filter(status=MarketStatus.OPEN))
    return [
        market_standing for market_standing in market_standings(buyer, markets, at=at) if market_standing.is_to_sign
    ]


def covered_by(partnership: Partnership) -> QuerySet[SchoolCoverage]:
    """Return the organisations that an agreement covers or once covered, sorted by name."""
    return partnership.covers.select_related("buyer").order_by("buyer__name", "pk")


def markets_of(authority: Organisation) -> MarketQuerySet:
    """Return an authority's markets that have a Partnership Agreement, with open markets first."""
    markets = Market.objects.public().filter(authority=authority, partnership__isnull=False)
    return markets.order_by(Case(When(status=MarketStatus.OPEN, then=0), default=1), "-opens_at", "pk")


def schools_of(authority: Organisation, market: Market | None, *, at: datetime) -> SchoolQuery:
    """Return an authority's schools: the open ones in the register, and all those whose organisation it hosts.

    Each row is annotated with `by_name`, `rank` (in STANDING_RANKS, at the instant `at`), `slug` (of the organisation,
    or None), `ends_on` and `reference` (of the school's agreement), `reminded_on`, and `can_sign` (whether anyone at
    the school can sign).
    """
    organisations = Organisation.objects.filter(kind=Organisation.Kind.SCHOOL, urn=OuterRef("urn"))
    hosted = Organisation.objects.filter(kind=Organisation.Kind.SCHOOL, host=authority, urn__isnull=False).values("urn")
    covered = SchoolCoverage.objects.filter(market=market, buyer__urn=OuterRef("urn"))
    reminded = SigningReminder.objects.filter(market=market, buyer__urn=OuterRef("urn")).order_by("-on")
    signing = RoleGrant.objects.in_force(at).filter(role__in=roles_with(Can.SIGN), organisation__urn=OuterRef("urn"))
    local = Q(la_code=authority.la_code) if authority.la_code else Q(pk__in=[])
    schools = School.objects.filter(local & Q(standing__startswith=School.OPEN) | Q(urn__in=hosted))
    return schools.annotate(
        by_name=Lower("name"),
        slug=Subquery(organisations.values("slug")[:1]),
        reminded_on=Subquery(reminded.values("on")[:1]),
        can_sign=Exists(signing),
        **{name: Subquery(_agreement(covered, name)[:1]) for name in ("ends_on", "reference")},
        rank=_rank(covered, organisations, local_day(at)),
    )


def filter_schools(schools: SchoolQuery, *, words: str = "", standing: str = "", kind: str = "") -> SchoolQuery:
    """Filter schools by words of the name or by URN, by status, and by kind of school."""
    if words:
        urn = codes.parse_urn(words)
        schools = schools.filter(Q(urn=urn) if urn else name_has_words("name", words))
    if standing in STANDING_RANKS:
        schools = schools.filter(rank=STANDING_RANKS[standing])
    return schools.filter(kind=kind) if kind else schools


def kinds_of(authority: Organisation) -> list[str]:
    """Return the kinds of school in an authority, sorted by name, as the register names them."""
    local = School.objects.open().filter(la_code=authority.la_code) if authority.la_code else School.objects.none()
    return list(local.order_by("kind").values_list("kind", flat=True).distinct())


class SchoolKindCounts(NamedTuple):
    """The number of schools of one kind with each status."""

    kind: str
    signed: int  # including agreements that end soon
    waiting: int  # one or both of the signatures are missing
    unsigned: int  # the school has joined Calloff, but it has never signed or its agreement is over
    not_joined: int
    by_rank: Mapping[int, int]  # the counts by the rank of each status


def count_by_kind(schools: SchoolQuery) -> list[SchoolKindCounts]:
    """Count schools by kind and status, sorted by kind."""
    numbers: dict[str, dict[int, int]] = {}
    for kind, rank, number in schools.order_by().values_list("kind", "rank").annotate(number=Count("pk")):
        numbers.setdefault(kind, {})[rank] = number

    def of(kind: str, *words: str) -> int:
        return sum(numbers[kind].get(STANDING_RANKS[word], 0) for word in words)

    return [
        SchoolKindCounts(
            kind, of(kind, "signed", "expires_soon"), of(kind, "to_sign", "to_countersign"),
            of(kind, "not_signed", "expired", "over"), of(kind, NOT_JOINED_WORD),
            numbers[kind],
        )
        for kind in sorted(numbers)
    ]  # fmt: skip


def add_up_standings(kinds: Iterable[SchoolKindCounts]) -> list[tuple[str, int]]:
    """Return how many schools have each status, without statuses that no school has. Those to follow up come first."""
    numbers: Counter[int] = Counter()
    for kind in kinds:
        numbers.update(kind.by_rank)
    return [(word, numbers[rank]) for word, rank in STANDING_RANKS.items() if numbers[rank]]


def _agreement(covered: QuerySet[Any], name: str) -> QuerySet[Any]:
    """Select a field of the agreement in force, or otherwise of the unsigned one, or otherwise of the latest."""
    order = Case(
        When(standing=CoverageStanding.BINDING, then=0), When(standing=CoverageStanding.WAITING, then=1), default=2
    )
    return covered.order_by(order, "-partnership__made_at", "-pk").values(f"partnership__agreement__{name}")


def _rank(covered: QuerySet[SchoolCoverage], organisations: QuerySet[Organisation], today: date) -> Case:
    binding = covered.filter(standing=CoverageStanding.BINDING, partnership__agreement__status=AgreementStatus.IN_FORCE)
    started = Q(partnership__agreement__starts_on=None) | Q(partnership__agreement__starts_on__lte=today)
    ends = "partnership__agreement__ends_on"
    in_force = binding.filter(started).filter(Q(**{ends: None}) | Q(**{f"{ends}__gte": today}))
    soon = in_force.filter(**{f"{ends}__lt": today + EXPIRES_SOON})
    waiting = covered.filter(standing=CoverageStanding.WAITING)
    countersign = waiting.filter(partnership__agreement__status=AgreementStatus.TO_COUNTERSIGN)
    cases = (
        (soon, "expires_soon"),
        (in_force, "signed"),
        (countersign, "to_countersign"),
        (waiting, "to_sign"),
        (binding, "expired"),
        (covered, "over"),
        (organisations, "not_signed"),
    )
    whens = [When(Exists(rows), then=Value(STANDING_RANKS[word])) for rows, word in cases]
    return Case(*whens, default=Value(STANDING_RANKS[NOT_JOINED_WORD]), output_field=IntegerField())
