"""An authority with a market, a service in that market, and a school with its people."""

import pytest

from calloff.kernel.geography import Point
from calloff.people.permissions import Role
from tests.factories import AuthorityFactory, ProviderFactory, person
from tests.factories_markets import MarketFactory, MemberFactory, PriceFactory, ServiceFactory, SiteFactory
from tests.partners.scenario import school

WORTHING = Point(514_000, 102_500)


@pytest.fixture
def authority(db):
    return AuthorityFactory(name="Borchester Council", slug="borchester", la_code="938")


@pytest.fixture
def market(authority):
    return MarketFactory(authority=authority, code="TST")


@pytest.fixture
def member(market):
    return MemberFactory(market=market, provider=ProviderFactory(name="Windmill Hill Learning", slug="windmill-hill"))


@pytest.fixture
def service(member):
    return listed(member, "Farm mornings")


@pytest.fixture
def buyer(authority):
    return school(host=authority, position=WORTHING)


@pytest.fixture
def ruth(buyer):
    return person(Role.AP_LEAD, at=buyer)


@pytest.fixture
def helen(buyer):
    return person(Role.HEAD, at=buyer)


@pytest.fixture
def olivia(authority):
    return person(Role.CONTRACTS_OFFICER, at=authority)


def listed(member, name, *, miles=1, **said):
    """List a service of a member, some miles east of the school, for £100 a day."""
    site = SiteFactory(provider=member.provider, position=Point(WORTHING.easting + round(miles * 1609), 102_500))
    one = ServiceFactory(member=member, name=name, slug=name.lower().replace(" ", "-"), site=site, **said)
    PriceFactory(service=one)
    return one
