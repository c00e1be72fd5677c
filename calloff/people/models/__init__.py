from calloff.people.models.api_keys import ApiKey, ApiKeyQuerySet, Scope
from calloff.people.models.invitations import Invitation, InvitationQuerySet, invitation_expiry
from calloff.people.models.join_requests import JoinRequest, JoinRequestQuerySet
from calloff.people.models.organisations import Organisation, OrganisationName, OrganisationQuerySet
from calloff.people.models.users import RoleGrant, RoleGrantQuerySet, User, UserManager, UserQuerySet

__all__ = [
    "ApiKey",
    "ApiKeyQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "JoinRequest",
    "JoinRequestQuerySet",
    "Organisation",
    "OrganisationName",
    "OrganisationQuerySet",
    "RoleGrant",
    "RoleGrantQuerySet",
    "Scope",
    "User",
    "UserManager",
    "UserQuerySet",
    "invitation_expiry",
]
