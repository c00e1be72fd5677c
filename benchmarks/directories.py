"""The directories of 153 invented authorities for the benchmarks.

Together they grow to 1,000, then 10,000, then 100,000 services. The largest authority has about a thirtieth of all
services, which is the share of England's schools that are in Kent.

Most providers have a few services, and some have many. Descriptions mix common and rare words from alternative
provision.
"""

from datetime import timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from benchmarks import dataset, row_cloning
from calloff.directory.models import Service, ServiceSite
from calloff.kernel import clock
from calloff.kernel.geography import Point
from calloff.markets.models import Market
from calloff.members.models import Member
from calloff.oruk.entry_numbers import number_new_entries
from calloff.people.models import Organisation, User

DIRECTORY_SIZES = 1_000, 10_000, 100_000
AUTHORITIES = 153  # in England
SHARE_FLATTENING = 12  # A larger number makes the sizes of the authorities more similar.
# the number of services of each member of an authority. The list is repeated in this order
SERVICES_PER_PROVIDER = (1, 1, 1, 2, 2, 3, 4, 4, 6, 16)
CATEGORIES = 5
HALF_WIDTH = 25_000  # the distance from the centre of an authority to its edge, in metres

COMMON_SUBJECTS = (
    "mentoring",
    "music",
    "cooking",
    "sport",
    "art",
    "maths",
    "English",
    "outdoor learning",
    "animal care",
)
SCARCE_SUBJECTS = (
    "equine therapy",
    "motor mechanics",
    "boxing",
    "hair and beauty",
    "construction",
    "sailing",
    "drama",
    "coding",
)
RARE_SUBJECT = "falconry"  # the subject of one service in 500
SERVICE_KINDS = ("mornings", "afternoons", "workshop", "programme", "sessions", "tuition")
NEED_CODES = ("SEMH", "ASD", "SLCN", "MLD", "SPLD", "SLD", "PD", "HI", "VI")
WEEKDAY_CODES = ("mon", "tue", "wed", "thu", "fri")
TOWN_NAMES = ("Ashbourne", "Brackley", "Coldharbour", "Denholm", "Elmstead", "Fernhill", "Greenway", "Hartfield")


class BenchAuthority(NamedTuple):
    """An authority in the directories: its market, the member from which others are copied, and its centre."""

    authority: int
    market: Market
    member: int
    lots: dict[int, int]
    middle: Point


def grow_directories(size: int) -> Organisation:
    """Grow the directories to `size` services in total, and return the largest authority."""
    places, model = authorities(), template_service()
    have = Service.objects.exclude(pk=model.pk).count()
    if have < size:
        for place, before, after in zip(places, share_services(have), share_services(size), strict=True):
            _grow(place, model, before, after)
        number_new_entries(clock.now())
        row_cloning.analyse_tables()
    return Organisation.objects.get(pk=places[0].authority)


def share_services(size: int) -> list[int]:
    """Return how many of `size` services each authority has, with the largest number first."""
    weights = [1 / (rank + SHARE_FLATTENING) for rank in range(AUTHORITIES)]
    shares = [int(size * weight / sum(weights)) for weight in weights]
    shares[0] += size - sum(shares)
    return shares if size else [0] * AUTHORITIES


@cache
def authorities() -> tuple[BenchAuthority, ...]:
    """Make or find the authorities, each with an open market and one member."""
    codes = dataset.letter_codes(AUTHORITIES, "DR")
    chance = Random(153)  # noqa: S311
    places = []
    for code in codes:
        market = Market.objects.filter(code=code).first() or dataset.open_market(code, council=f"bench-{code.lower()}")
        member = Member.objects.filter(market=market).order_by("pk").first()
        member = member or dataset.listed_member(market, _provider())
        middle = Point(chance.randrange(200_000, 600_000), chance.randrange(100_000, 600_000))
        lots = {lot.number: lot.pk for lot in market.lots.all()}
        places.append(BenchAuthority(market.authority_id, market, member.pk, lots, middle))
    return tuple(places)


@cache
def _provider() -> Organisation:
    from calloff.people import commands as people  # noqa: PLC0415

    person = User.objects.filter(email="dora@directories.example").first()
    if person:
        return Organisation.objects.get(slug="windmill-directories")
    person = User.objects.create_user("dora@directories.example", name="Dora")
    return people.register(
        by=person, at=clock.now(), name="Windmill Directories", form=Organisation.Form.SOLE_TRADER, invented=True
    )


@cache
def template_service() -> Service:
    """Return the service that is copied.

    Commands create it, with a site and a price.
    """
    place = authorities()[0]
    known = Service.objects.filter(member=place.member).order_by("pk").first()
    return known or dataset.listed_service(
        Member.objects.get(pk=place.member), User.objects.get(email="dora@directories.example")
    )


def _grow(place: BenchAuthority, model: Service, before: int, after: int) -> None:
    chance = Random(f"{place.authority} {before}")  # noqa: S311
    wanted, turn = after - before, iter(count())
    sizes: list[int] = []
    while sum(sizes) < wanted:
        sizes.append(min(SERVICES_PER_PROVIDER[next(turn) % len(SERVICES_PER_PROVIDER)], wanted - sum(sizes)))
    for start in range(0, len(sizes), row_cloning.RECORDS_AT_ONCE):
        _members(
            place,
            model,
            sizes[start : start + row_cloning.RECORDS_AT_ONCE],
            chance,
            f"{place.market.code}{before}-{start}",
        )


def _members(place: BenchAuthority, model: Service, sizes: list[int], chance: Random, mark: str) -> None:
    """Add members, each with a site and with its number of services."""
    marks = [f"{mark}-{n}" for n in range(len(sizes))]
    providers = row_cloning.clone_rows("people_organisation", [
        {"original": model.provider_id, "name": f"{_name(chance)} {mark}", "slug": f"invented-{mark.lower()}",
         "company_number": ""}
        for mark in marks
    ])  # fmt: skip
    lots = [n % CATEGORIES + 1 for n in range(len(sizes))]
    members = row_cloning.clone_members(place.member, [
        row_cloning.MemberDestination(f"{mark}M", place.market.pk, provider, lot)
        for mark, provider, lot in zip(marks, providers, lots, strict=True)
    ])  # fmt: skip
    points = [_near(place.middle, chance) for _ in sizes]
    towns = [chance.choice(TOWN_NAMES) for _ in sizes]
    sites = row_cloning.clone_rows("directory_site", [
        {"original": model.site_id, "provider_id": provider, "town": where, "position": str(point),
         "uuid": _uuid(chance)}
        for provider, where, point in zip(providers, towns, points, strict=True)
    ])  # fmt: skip
    services: list[dict[str, Any]] = []
    at: list[dict[str, Any]] = []
    for provider, member, site, point, where, lot, name, size in zip(
        providers, members, sites, points, towns, lots, marks, sizes, strict=True
    ):
        for n in range(size):
            shared = {"provider_id": provider, "authority_id": place.authority, "uuid": _uuid(chance)}
            services.append({
                **shared, "original": model.pk, "member_id": member, "lot_id": place.lots[lot], "site_id": site,
                **_says(chance, where, f"{name}-{n}", n), "uuid": _uuid(chance),
            })  # fmt: skip
            at.append({**shared, "site_id": site, "position": str(point)})
    # They are created in one transaction, because a service and its site refer to each other.
    with transaction.atomic():
        keys = row_cloning.clone_rows("directory_service", services)
        there = ServiceSite.objects.filter(service=model).values_list("pk", flat=True)[0]
        row_cloning.clone_rows(
            "directory_atsite",
            [{**row, "original": there, "service_id": key} for row, key in zip(at, keys, strict=True)],
        )
    price = model.prices.values_list("pk", flat=True)[0]
    row_cloning.clone_rows("directory_price", [
        {"original": price, "service_id": key, "provider_id": row["provider_id"],
         "amount": str(Decimal(chance.randrange(60, 240))), "lasts": "5.00"}
        for key, row in zip(keys, services, strict=True)
    ])  # fmt: skip


def _says(chance: Random, where: str, mark: str, nth: int) -> dict[str, Any]:
    """Return the text fields and facts of a service, with a plausible mix of common and rare words and values."""
    activity = chance.choice(COMMON_SUBJECTS) if chance.random() < 0.7 else chance.choice(SCARCE_SUBJECTS)  # noqa: PLR2004
    if chance.random() < 0.002:  # noqa: PLR2004
        activity = RARE_SUBJECT
    name = f"{activity.capitalize()} {chance.choice(SERVICE_KINDS)}" + (f" {nth + 1}" if nth else "")
    needs = sorted(chance.sample(NEED_CODES, k=chance.choice((1, 2, 2, 3))))
    young = chance.choice((5, 7, 8, 11, 11, 11, 14))
    mode = chance.choices(("group", "one_to_one", "online", "outreach"), (60, 25, 5, 10))[0]
    first = chance.choice(("09:00", "09:30", "10:00"))
    return {
        "name": name,
        "slug": f"{name.lower().replace(' ', '-')}-{mark.lower()}",
        "summary": f"{activity.capitalize()} for children who find school hard.",
        "description": f"We offer {activity} in small steps, with support from people whom a child comes to know. "
        "Each week begins with a talk and ends with a look back. "
        f"{chance.choice(COMMON_SUBJECTS).capitalize()} comes beside it.",
        "a_day": "We meet at the gate, have toast, plan the day, and work until lunch.",
        "around": f"{mark} {where}",
        "provider_words": mark,
        "fact_words": " ".join([where, *needs, "year 7 year 8 year 9 key stage 3 KS3 secondary in a group"]),
        "needs": needs,
        "main_needs": needs[:1],
        "age_from": young,
        "age_to": young + chance.choice((3, 5, 5, 7)),
        "mode": mode,
        "week": _week([day for day in WEEKDAY_CODES if chance.random() < 0.8] or ["mon"], first, chance),  # noqa: PLR2004
        "children": chance.choice((1, 2, 3, 4, 4, 6)),
    } | _places(chance)


def _week(days: list[str], first: str, chance: Random) -> list[dict[str, str]]:
    """Return opening hours on these days, with the same times on each day."""
    last = chance.choice(("12:30", "14:30", "15:00"))
    return [{"day": day, "from": first, "to": last} for day in days]


def _places(chance: Random) -> dict[str, Any]:
    free = chance.choice((None, 0, 0, 1, 2, 3, 5))
    written_at = clock.now() - timedelta(days=chance.randrange(40))
    return {"places": free, "places_at": None if free is None else written_at.isoformat()}


def _near(middle: Point, chance: Random) -> Point:
    east, north = (int(chance.gauss(0, HALF_WIDTH / 2)) for _ in range(2))
    return Point(middle.easting + east, middle.northing + north)


def _name(chance: Random) -> str:
    return f"Invented {chance.choice(('farm', 'studio', 'centre', 'trust', 'project', 'works'))}"


def _uuid(chance: Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))
