"""Tests for places from which distances can be measured: postcodes, outcodes and towns."""

import pytest

from calloff.directory import place_names
from calloff.directory.place_names import locate_place
from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from calloff.kernel.search_words import typed_words
from calloff.markets.models import Market
from calloff.registers.models import Outcode, Postcode, School
from calloff.registers.queries import LocatedPlace, LocationPrecision
from tests.factories import NOW, AuthorityFactory
from tests.factories_markets import MarketFactory, MemberFactory, ServiceFactory, SiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority():
    return AuthorityFactory(la_code="938")


def service_in(authority, town, easting):
    market = Market.objects.filter(authority=authority).first() or MarketFactory(authority=authority)
    member = MemberFactory(market=market)
    site = SiteFactory(provider=member.provider, town=town, position=Point(easting, 100))
    return ServiceFactory(member=member, site=site)


def test_a_postcode_and_an_outcode_are_located_by_the_register(authority):
    Postcode.objects.create(postcode="BN11 1LG", position=Point(1, 2))
    Outcode.objects.create(outcode="BN11", position=Point(3, 4), postcodes=1)
    assert locate_place(authority, "bn111lg", NOW).precision == LocationPrecision.POSTCODE
    assert locate_place(authority, "BN11", NOW) == LocatedPlace("BN11", Point(3, 4), LocationPrecision.OUTCODE)


@pytest.mark.parametrize("typed", ["Shoreham-by-Sea", "shoreham by sea", " SHOREHAM  BY SEA ", "Shoreham", "shoréham"])
def test_a_town_is_in_the_middle_of_the_services_there(authority, typed):
    for town, easting in (("Shoreham-by-Sea", 100), ("Shoreham by Sea", 200), ("Shoreham-by-Sea", 900)):
        service_in(authority, town, easting)
    service_in(authority, "Worthing", 5000)
    found = locate_place(authority, typed, NOW)
    assert (found.position, found.precision) == (Point(200, 100), LocationPrecision.TOWN)
    assert found.name in {"Shoreham-by-Sea", "Shoreham by Sea"}


def test_each_spelling_of_a_town_is_compared_once_however_many_addresses_it_has(authority, monkeypatch):
    for number in range(1, 7):
        service_in(authority, "Shoreham-by-Sea" if number % 2 else "Shoreham by Sea", 100 * number)
    compared = []
    monkeypatch.setattr(place_names, "typed_words", lambda text: compared.append(text) or typed_words(text))
    assert locate_place(authority, "Shoreham", NOW).position == Point(350, 100)
    assert compared.count("Shoreham-by-Sea") + compared.count("Shoreham by Sea") <= 4


def test_a_town_without_services_is_in_the_middle_of_its_open_schools(authority):
    schools = (("938", "Open", 10), ("938", "Open", 30), ("938", "Closed", 900), ("850", "Open", 9))
    for urn, (code, status, easting) in enumerate(schools, start=100_000):
        School.objects.create(
            urn=urn, name="A school", la_code=code, la_name="Somewhere", kind="School", standing=status,
            town="Midhurst", position=Point(easting, 5),
        )  # fmt: skip
    assert locate_place(authority, "midhurst", NOW) == LocatedPlace("Midhurst", Point(20, 5), LocationPrecision.TOWN)


def test_the_whole_name_of_a_town_is_better_than_its_start(authority):
    service_in(authority, "East Grinstead", 100)
    service_in(authority, "East Preston", 200)
    service_in(authority, "East", 300)
    assert locate_place(authority, "east", NOW).name == "East"
    with pytest.raises(Refused, match="More than one town matches"):
        locate_place(authority, "Ea", NOW)


@pytest.mark.parametrize("typed", ["", "nowhere", "\x00", "' OR 1=1 --", "🐑", "%", "a" * 3000])
def test_an_unknown_place_is_refused_with_what_to_enter(authority, typed):
    service_in(authority, "Worthing", 100)
    service_in(AuthorityFactory(), "Nowhere", 200)
    with pytest.raises(Refused, match="Enter a postcode, its first half, or a town") as refused:
        locate_place(authority, typed, NOW)
    assert refused.value.problems[0].where == "postcode"
