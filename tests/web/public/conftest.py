import pytest

from tests.factories import AuthorityFactory
from tests.factories_markets import MarketFactory


@pytest.fixture
def borchester(db):
    return AuthorityFactory(name="Borchester Council", slug="borchester")


@pytest.fixture
def market(borchester):
    return MarketFactory(authority=borchester, code="TST")
