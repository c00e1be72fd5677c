"""Whose prices someone may see: everyone's, their own organisation's, or only those that are public."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from calloff.directory.models import Service
from calloff.people.models import Organisation, RoleGrant
from calloff.people.permissions import PROVIDER_ROLES, Can, roles_with


@dataclass(frozen=True)
class PriceVisibility:
    """Whose prices someone may see: a rival sees, filters and sorts by none but those that everyone sees."""

    every: bool = False
    own: frozenset[int] = field(default_factory=frozenset)  # of these providers

    def priced(self) -> Q:
        """Return the condition on services whose prices may be seen."""
        return Q() if self.every else Q(member__market__prices_public=True) | Q(provider__in=self.own)

    def sees(self, service: Service) -> bool:
        """Say the same of one service."""
        return self.sees_of(service.provider_id, prices_public=service.member.market.prices_public)

    def sees_of(self, provider: int, *, prices_public: bool) -> bool:
        """Say the same of a provider's services in a market that publishes its prices, or does not."""
        return self.every or prices_public or provider in self.own


def price_visibility(person: Any, authority: Organisation, at: datetime) -> PriceVisibility:
    """Say whose prices at an authority a person may see: a buyer and the authority's overseers see all of them.

    Whoever has a role at a provider sees its own and what is public, whatever else they are: they are a rival of the
    others (scenario 24). The authority's overseers alone come first.
    """
    if not getattr(person, "is_authenticated", False):
        return PriceVisibility()
    held = list(RoleGrant.objects.in_force(at).filter(person=person).values_list("organisation", "role"))
    overseers, buyers = set(roles_with(Can.OVERSEE)), set(roles_with(Can.SEE_PRICES))
    if any(where == authority.pk and role in overseers for where, role in held):
        return PriceVisibility(every=True)
    own = frozenset(where for where, role in held if role in PROVIDER_ROLES)
    return PriceVisibility(every=not own and any(role in buyers for _, role in held), own=own)
