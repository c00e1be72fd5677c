"""Test data for endpoints about services and price lists: changes, price increases, pictures and versions."""

from datetime import date, timedelta

from calloff.directory import service_versions
from calloff.directory.models import MAX_PICTURES
from tests.factories_directory import (
    INDEXED_PRICES_RULE,
    PictureFactory,
    ServiceChangeFactory,
    SynonymFactory,
    UpliftFactory,
)
from tests.factories_markets import AgreementFactory, MarketFactory, MemberFactory, PriceFactory, ServiceFactory


def make(world):
    """Add a change to the provider's service that needs approval, and a request for a price increase."""
    world.change = ServiceChangeFactory(service=world.service, proposed_by=world.ada)
    world.picture = PictureFactory(service=world.service)
    world.version = service_versions.versions_of(world.service).first()
    world.indexed_market = MarketFactory(authority=world.authority, changes={"prices": INDEXED_PRICES_RULE})
    world.indexed_member = _indexed(world)
    world.uplift = UpliftFactory(member=_indexed(world, other=True), asked_by=world.ada)
    world.synonym = SynonymFactory(authority=world.authority)
    world.rival_change = ServiceChangeFactory(service=world.rival_service, proposed_by=world.rival)
    world.rival_picture = PictureFactory(service=world.rival_service)


def more(world):
    """Add one row to each list of these records."""
    service = ServiceFactory(member=world.member, site=world.site)
    if world.service.pictures.count() < MAX_PICTURES:
        PictureFactory(service=world.service)
    ServiceChangeFactory(service=service, proposed_by=world.ada)
    PriceFactory(service=ServiceFactory(member=world.indexed_member, site=world.site))
    long_ago = date(2000, 1, 1) + timedelta(days=world.service.prices.count())
    PriceFactory(service=world.service, starts_on=long_ago, ends_on=long_ago)
    UpliftFactory(member=world.indexed_member, asked_by=world.ada, status="withdrawn")
    UpliftFactory(member=MemberFactory(market=world.indexed_market))
    SynonymFactory(authority=world.authority)


def _indexed(world, other=False):
    market = (
        MarketFactory(authority=world.authority, changes={"prices": INDEXED_PRICES_RULE})
        if other
        else world.indexed_market
    )
    agreement = AgreementFactory(authority=world.authority, provider=world.provider)
    member = MemberFactory(market=market, provider=world.provider, agreement=agreement)
    PriceFactory(service=ServiceFactory(member=member, site=world.site))
    return member
