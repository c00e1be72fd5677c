from calloff.people.models.api_keys import ApiKey, ApiKeyQuerySet, Scope
from calloff.people.models.invitations import Invitation, InvitationQuerySet
from calloff.people.models.join_requests import JoinRequest, JoinRequestQuerySet
from calloff.people.models.organisations import Name, Organisation, OrganisationQuerySet
from calloff.people.models.users import Grant, GrantQuerySet, User, UserManager, UserQuerySet

__all__ = [
    "ApiKey",
    "ApiKeyQuerySet",
    "Grant",
    "GrantQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "JoinRequest",
    "JoinRequestQuerySet",
    "Name",
    "Organisation",
    "OrganisationQuerySet",
    "Scope",
    "User",
    "UserManager",
    "UserQuerySet",
]
