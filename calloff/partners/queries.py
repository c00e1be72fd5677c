"""Questions about Partnership Agreements: a buyer's own, and an authority's schools with how each stands."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Lower

from calloff.agreements.models import EXPIRES_SOON
from calloff.agreements.states import AgreementStatus
from calloff.kernel import codes
from calloff.kernel.clock import local_day
from calloff.markets.models import Market, MarketQuerySet
from calloff.markets.states import MarketStatus
from calloff.partners.buying_eligibility import BuyingStanding, BuyingStandingWord, buying_standings
from calloff.partners.models import Partnership, PartnershipQuerySet, SchoolCoverage, SigningReminder
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can, roles_with
from calloff.registers.models import School

CoverageStanding = SchoolCoverage.Standing
SchoolQuery = QuerySet[Any]  # schools of the register, with what schools_of adds to each
NOT_JOINED_WORD = "not_joined"
STANDING_WORDS: dict[str, tuple[str, str]] = {  # rank in the chase list -> how a tag says it, and how a filter does
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
    """How a buyer stands in one market."""

    market: Market
    standing: BuyingStanding
    waiting: Partnership | None  # one that waits for a signature, beside one in force too
    reminded_on: date | None

    @property
    def may_renew(self) -> bool:
        """Say whether it is time for a new agreement: none binds, or the one that does ends soon."""
        return self.waiting is None and self.standing.word not in {
            BuyingStandingWord.SIGNED,
            BuyingStandingWord.NOT_NEEDED,
        }

    @property
    def is_to_sign(self) -> bool:
        """Say whether the buyer's signatory has something to do."""
        return self.may_renew or bool(self.waiting and self.waiting.agreement.status == AgreementStatus.TO_SIGN)


def of_buyer(buyer: Organisation, *, person: User, at: datetime) -> PartnershipQuerySet:
    """Find the agreements that speak, or spoke, for a buyer: its own, and its trust's."""
    seen = Partnership.objects.visible_to(person, at)
    covering = SchoolCoverage.objects.filter(buyer=buyer).values("partnership")
    return seen.filter(pk__in=covering).select_related("agreement__text", "agreement__buyer", "authority", "market")


def partnerships_with_agreement() -> PartnershipQuerySet:
    """Return partnerships to find one by an agreement that the caller may see."""
    return Partnership.objects.select_related("agreement__text", "agreement__buyer", "authority", "market")


def markets_for(buyer: Organisation) -> MarketQuerySet:
    """Find the markets in which a buyer may sign: its own authority's open ones, and those that it has signed for."""
    covered = SchoolCoverage.objects.filter(buyer=buyer).values("market")
    hosted = Q(authority=buyer.host_id, status=MarketStatus.OPEN)
    found = Market.objects.filter(hosted | Q(pk__in=covered), partnership__isnull=False)
    return found.select_related("authority", "partnership").order_by("authority__name", "title", "pk")


def market_to_sign(code: str) -> Market | None:
    """Find a market by its code that has a Partnership Agreement and is open to buyers."""
    found = Market.objects.filter(code=code, partnership__isnull=False, status=MarketStatus.OPEN)
    return found.select_related("authority", "partnership").first()


def market_standing(buyer: Organisation, market: Market, *, at: datetime) -> MarketStanding:
    """Say how a buyer stands in a market, what waits, and when someone was last reminded."""
    return market_standings(buyer, [market], at=at)[0]


def market_standings(buyer: Organisation, markets: Sequence[Market], *, at: datetime) -> list[MarketStanding]:
    """Say the same of several markets at once."""
    covered = SchoolCoverage.objects.filter(buyer=buyer, market__in=markets, standing=CoverageStanding.WAITING)
    waiting = {one.market_id: one.partnership for one in covered.select_related("partnership__agreement")}
    reminders = SigningReminder.objects.filter(market__in=markets, buyer=buyer).values_list("market")
    reminded = dict(reminders.annotate(last=Max("on")).order_by())
    how = buying_standings(buyer, markets, at=at)
    return [MarketStanding(one, how[one.pk], waiting.get(one.pk), reminded.get(one.pk)) for one in markets]


def to_sign(buyer: Organisation, *, at: datetime) -> list[MarketStanding]:
    """Find the markets in which a buyer's signatory has something to sign: nothing binds, or it ends soon."""
    markets = list(markets_for(buyer).filter(status=MarketStatus.OPEN))
    return [one for one in market_standings(buyer, markets, at=at) if one.is_to_sign]


def covered_by(partnership: Partnership) -> QuerySet[SchoolCoverage]:
    """Find the schools for which an agreement speaks or spoke, by name."""
    return partnership.covers.select_related("buyer").order_by("buyer__name", "pk")


def markets_of(authority: Organisation) -> MarketQuerySet:
    """Find an authority's markets that have a Partnership Agreement, the open ones first."""
    found = Market.objects.public().filter(authority=authority, partnership__isnull=False)
    return found.order_by(Case(When(status=MarketStatus.OPEN, then=0), default=1), "-opens_at", "pk")


def schools_of(authority: Organisation, market: Market | None, *, at: datetime) -> SchoolQuery:
    """Find an authority's schools with how each stands: every open one of the register, and every one that is here.

    Each has `by_name`, `rank` (of WORDS: work due first), `slug` (of its organisation, or nothing), `ends_on`,
    `reference`, `reminded_on` and `can_sign` (someone there may); the clock says “expired”.
    """
    here = Organisation.objects.filter(kind=Organisation.Kind.SCHOOL, urn=OuterRef("urn"))
    ours = Organisation.objects.filter(kind=Organisation.Kind.SCHOOL, host=authority, urn__isnull=False).values("urn")
    covered = SchoolCoverage.objects.filter(market=market, buyer__urn=OuterRef("urn"))
    reminded = SigningReminder.objects.filter(market=market, buyer__urn=OuterRef("urn")).order_by("-on")
    signing = RoleGrant.objects.in_force(at).filter(role__in=roles_with(Can.SIGN), organisation__urn=OuterRef("urn"))
    local = Q(la_code=authority.la_code) if authority.la_code else Q(pk__in=[])
    found = School.objects.filter(local & Q(standing__startswith=School.OPEN) | Q(urn__in=ours))
    return found.annotate(
        by_name=Lower("name"),
        slug=Subquery(here.values("slug")[:1]),
        reminded_on=Subquery(reminded.values("on")[:1]),
        can_sign=Exists(signing),
        **{name: Subquery(_agreement(covered, name)[:1]) for name in ("ends_on", "reference")},
        rank=_rank(covered, here, local_day(at)),
    )


def filter_schools(found: SchoolQuery, *, words: str = "", standing: str = "", kind: str = "") -> SchoolQuery:
    """Narrow a list of schools: to part of a name or a URN, to how they stand, to a kind of school."""
    if words:
        urn = codes.parse_urn(words)
        found = found.filter(Q(urn=urn) if urn else Q(name__icontains=words.replace("\x00", " ").strip()))
    if standing in STANDING_RANKS:
        found = found.filter(rank=STANDING_RANKS[standing])
    return found.filter(kind=kind) if kind else found


def kinds_of(authority: Organisation) -> list[str]:
    """Find the kinds of school that an authority has, as the register names them."""
    local = School.objects.open().filter(la_code=authority.la_code) if authority.la_code else School.objects.none()
    return list(local.order_by("kind").values_list("kind", flat=True).distinct())


class SchoolKindCounts(NamedTuple):
    """How the schools of one kind stand."""

    kind: str
    signed: int  # also those whose agreement ends soon
    waiting: int  # for one signature or the other
    unsigned: int  # here, and not signed, or no more
    not_joined: int


def count_by_kind(found: SchoolQuery) -> list[SchoolKindCounts]:
    """Count the schools of each kind by how they stand, by kind."""
    numbers: dict[str, dict[int, int]] = {}
    for kind, rank, number in found.order_by().values_list("kind", "rank").annotate(number=Count("pk")):
        numbers.setdefault(kind, {})[rank] = number

    def of(kind: str, *words: str) -> int:
        return sum(numbers[kind].get(STANDING_RANKS[word], 0) for word in words)

    return [
        SchoolKindCounts(
            kind, of(kind, "signed", "expires_soon"), of(kind, "to_sign", "to_countersign"),
            of(kind, "not_signed", "expired", "over"), of(kind, NOT_JOINED_WORD),
        )
        for kind in sorted(numbers)
    ]  # fmt: skip


def _agreement(covered: QuerySet[Any], name: str) -> QuerySet[Any]:
    """Return a field of the agreement that binds, or else of the one that waits, or else of the last there was."""
    order = Case(
        When(standing=CoverageStanding.BINDING, then=0), When(standing=CoverageStanding.WAITING, then=1), default=2
    )
    return covered.order_by(order, "-partnership__made_at", "-pk").values(f"partnership__agreement__{name}")


def _rank(covered: QuerySet[SchoolCoverage], here: QuerySet[Organisation], today: date) -> Case:
    binding = covered.filter(standing=CoverageStanding.BINDING, partnership__agreement__status=AgreementStatus.IN_FORCE)
    begun = Q(partnership__agreement__starts_on=None) | Q(partnership__agreement__starts_on__lte=today)
    ends = "partnership__agreement__ends_on"
    in_force = binding.filter(begun).filter(Q(**{ends: None}) | Q(**{f"{ends}__gte": today}))
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
        (here, "not_signed"),
    )
    whens = [When(Exists(rows), then=Value(STANDING_RANKS[word])) for rows, word in cases]
    return Case(*whens, default=Value(STANDING_RANKS[NOT_JOINED_WORD]), output_field=IntegerField())
