"""Which prices someone can see: all, only public prices, or public prices and those of their own organisation."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from calloff.directory.models import Service
from calloff.people.models import Organisation
from calloff.people.permissions import PROVIDER_ROLES, Can, roles_with


@dataclass(frozen=True)
class PriceVisibility:
    """Which prices someone can see.

    Competitors can see public prices and their own, and can filter and sort only by these.
    """

    every: bool = False
    own: frozenset[int] = field(default_factory=frozenset)  # the keys of the providers whose prices can be seen

    def priced(self) -> Q:
        """Return a condition that selects services whose prices can be seen."""
        return Q() if self.every else Q(member__market__prices_public=True) | Q(provider__in=self.own)

    def sees(self, service: Service) -> bool:
        """Return whether a service's prices can be seen."""
        return self.sees_of(service.provider_id, prices_public=service.member.market.prices_public)

    def sees_of(self, provider: int, *, prices_public: bool) -> bool:
        """Return whether a provider's prices can be seen. `prices_public` says whether the market publishes prices."""
        return self.every or prices_public or provider in self.own


def price_visibility(person: Any, authority: Organisation, at: datetime) -> PriceVisibility:
    """Return which prices at an authority a person can see.

    Buyers and the authority's overseers can see all prices. People with a role at a provider can see only its prices
    and public prices, even if they also have a role at a buyer, because they are competitors. A role as an overseer at
    the authority takes priority over this.
    """
    if not getattr(person, "is_authenticated", False):
        return PriceVisibility()
    grants = person.roles_held(at)
    overseers, buyers = set(roles_with(Can.OVERSEE)), set(roles_with(Can.SEE_PRICES))
    if any(organisation == authority.pk and role in overseers for organisation, role in grants):
        return PriceVisibility(every=True)
    own = frozenset(organisation for organisation, role in grants if role in PROVIDER_ROLES)
    return PriceVisibility(every=not own and any(role in buyers for _, role in grants), own=own)
