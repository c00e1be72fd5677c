"""Who may not keep a provider's sites and services: each for a reason of its own."""

from datetime import timedelta

from calloff.people.permissions import Role
from calloff.people.states import RoleGrantStatus
from tests.factories import (
    NOW,
    AuthorityFactory,
    ProviderFactory,
    RoleGrantFactory,
    SchoolOrganisationFactory,
    UserFactory,
)
from tests.factories import person as somebody

STRANGERS = ("nobody", "rival", "signatory", "officer", "school", "ended", "suspended")


def stranger(who, provider):
    """Make a person who has no say here: without a role, or with one elsewhere, of another kind, or no more."""
    over = {"ends_at": NOW - timedelta(days=1), "status": RoleGrantStatus.ENDED}
    makers = {
        "nobody": UserFactory,
        "rival": lambda: somebody(Role.PROVIDER_LEAD, at=ProviderFactory()),
        "signatory": lambda: somebody(Role.PROVIDER_SIGNATORY, at=provider),  # signs, and keeps no services
        "officer": lambda: somebody(Role.CONTRACTS_OFFICER, at=AuthorityFactory()),
        "school": lambda: somebody(Role.AP_LEAD, at=SchoolOrganisationFactory()),
        "ended": lambda: RoleGrantFactory(organisation=provider, **over).person,
        "suspended": lambda: RoleGrantFactory(organisation=provider, status=RoleGrantStatus.SUSPENDED).person,
    }
    return makers[who]()
