"""Fixtures for an authority in a demonstration, in which the invented people need no second step."""

import pytest

from tests.factories_markets import MarketFactory


@pytest.fixture(autouse=True)
def _a_demonstration(settings):
    settings.DEMONSTRATION = True


@pytest.fixture
def market(db):
    return MarketFactory()


@pytest.fixture
def authority(market):
    return market.authority
