"""Members and services for the pages of one authority."""

from calloff.kernel.geography import Point
from tests.factories import ProviderFactory
from tests.factories_markets import MemberFactory, ServiceFactory, SiteFactory, lot

HOME = Point(514_000, 102_500)  # the position of the postcode in these tests
MILE = 1609


def member(market, name="Harbour Lane Studio", number=1, **kwargs):
    provider = kwargs.pop("provider", None) or ProviderFactory(name=name, slug=name.lower().replace(" ", "-"))
    return MemberFactory(market=market, lot=lot(market, number), provider=provider, **kwargs)


def service(of, name="Farm mornings", *, miles=1, **kwargs):
    """Return a service of a member that is `miles` miles east of the postcode in the tests."""
    position = Point(HOME.easting + miles * MILE, HOME.northing)
    site = kwargs.pop("site") if "site" in kwargs else SiteFactory(provider=of.provider, position=position)
    return ServiceFactory(member=of, name=name, slug=name.lower().replace(" ", "-"), site=site, **kwargs)
