"""People who cannot manage a provider's sites and services, each for a different reason."""

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
    """Create a person without permission: with no role, a role elsewhere, the wrong kind of role, or a role that has
    ended.
    """
    over = {"ends_at": NOW - timedelta(days=1), "status": RoleGrantStatus.ENDED}
    makers = {
        "nobody": UserFactory,
        "rival": lambda: somebody(Role.PROVIDER_LEAD, at=ProviderFactory()),
        # This person can sign agreements but cannot manage services.
        "signatory": lambda: somebody(Role.PROVIDER_SIGNATORY, at=provider),
        "officer": lambda: somebody(Role.CONTRACTS_OFFICER, at=AuthorityFactory()),
        "school": lambda: somebody(Role.AP_LEAD, at=SchoolOrganisationFactory()),
        "ended": lambda: RoleGrantFactory(organisation=provider, **over).person,
        "suspended": lambda: RoleGrantFactory(organisation=provider, status=RoleGrantStatus.SUSPENDED).person,
    }
    return makers[who]()
