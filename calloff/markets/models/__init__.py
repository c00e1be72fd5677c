"""Models for markets with their terms and lots, numbered changes, roles in one market, and counters for references."""

from calloff.markets.models.changes import MarketExtension, MarketModification
from calloff.markets.models.markets import (
    Lot,
    Market,
    MarketGrant,
    MarketGrantQuerySet,
    MarketQuerySet,
    MarketTerms,
    ReferenceCounter,
    markets_where,
)

__all__ = [
    "Lot",
    "Market",
    "MarketExtension",
    "MarketGrant",
    "MarketGrantQuerySet",
    "MarketModification",
    "MarketQuerySet",
    "MarketTerms",
    "ReferenceCounter",
    "markets_where",
]
