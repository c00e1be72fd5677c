"""Find organisations, and the people who act for them."""

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from calloff.kernel.names import lookalike_key
from calloff.people.models import (
    Invitation,
    JoinRequest,
    Organisation,
    OrganisationName,
    OrganisationQuerySet,
    RoleGrant,
    User,
    UserQuerySet,
)
from calloff.people.people_administrators import managers_of
from calloff.people.permissions import Can, Role, roles_with
from calloff.people.states import InvitationStatus, RoleGrantStatus

MIN_NAME_PART_LENGTH = 4  # the minimum number of letters and digits in text that is compared with parts of names
MAX_NAME_SEARCH_WORDS = 10  # the maximum number of words that a search uses


def find_authority(slug: str) -> Organisation | None:
    return Organisation.objects.authorities().filter(slug=slug).first()


def all_authorities() -> OrganisationQuerySet:
    return Organisation.objects.authorities().order_by(Lower("name"))


def find_authorities_by_name(words: str) -> OrganisationQuerySet:
    """Find authorities by words in their names, in any order. If there are no words, find all authorities."""
    found = all_authorities()
    for word in words.replace("\x00", " ").split()[:MAX_NAME_SEARCH_WORDS]:
        found = found.filter(name__icontains=word)
    return found


def organisations_joined(person: User, at: datetime) -> OrganisationQuerySet:
    """Return the organisations at which a person has a role at a given time."""
    held = RoleGrant.objects.in_force(at).filter(person=person)
    return Organisation.objects.filter(pk__in=held.values("organisation"))


def roles_of(person: User, at: datetime) -> list[RoleGrant]:
    """Return a person's roles with their organisations."""
    held = RoleGrant.objects.in_force(at).filter(person=person).select_related("organisation")
    return list(held.order_by(Lower("organisation__name"), "role"))


def waiting_for_approval(person: User) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(person=person, status=RoleGrantStatus.SUSPENDED).select_related("organisation")


def roles_to_reapprove(person: User, at: datetime) -> QuerySet[RoleGrant]:
    """Return the suspended roles of other people that a person can restore.

    The roles were suspended because the people who have them changed their email address. See RoleGrant.answerable.
    """
    linking = RoleGrant.objects.filter(role__in=roles_with(Can.LINK_PEOPLE))
    mine = linking.in_force(at).filter(person=person).values("organisation")
    others = linking.filter(organisation=OuterRef("organisation"), status=RoleGrantStatus.ACTIVE)
    by_itself = Exists(others.exclude(person=OuterRef("person"))) | Q(organisation__host=None)
    waiting = RoleGrant.objects.filter(status=RoleGrantStatus.SUSPENDED).exclude(person=person)
    answered_here = Q(by_itself, organisation__in=mine) | Q(~by_itself, organisation__host__in=mine)
    return waiting.filter(answered_here).select_related("person", "organisation").order_by("pk")


def colleagues(organisation: Organisation) -> QuerySet[RoleGrant]:
    """Return all current roles at an organisation, sorted by the names of the people."""
    current = RoleGrant.objects.filter(organisation=organisation).exclude(status=RoleGrantStatus.ENDED)
    return current.select_related("person").order_by(Lower("person__name"), "role")


def acting_for(organisation: Organisation, at: datetime) -> UserQuerySet:
    """Return the people who have a role at an organisation."""
    there = RoleGrant.objects.in_force(at).filter(organisation=organisation)
    return User.objects.filter(is_active=True, pk__in=there.values("person"))


def teams_of(authority: Organisation) -> OrganisationQuerySet:
    """Return the teams that buy for an authority."""
    return Organisation.objects.filter(kind=Organisation.Kind.TEAM, host=authority)


def find_provider_by_name(name: str) -> Organisation | None:
    """Return the provider with a given name, in any spelling, or None."""
    known = OrganisationName.objects.filter(key=lookalike_key(name)).select_related("organisation").first()
    return known.organisation if known else None


def find_providers_by_name(names: Iterable[str]) -> dict[str, Organisation]:
    """Return the providers with the given names, in any spelling, by the given name, in one query."""
    keys = {name: lookalike_key(name) for name in names if name}
    known = {
        one.key: one.organisation
        for one in OrganisationName.objects.filter(key__in=set(keys.values())).select_related("organisation")
    }
    return {name: known[key] for name, key in keys.items() if key in known}


def similar_provider_names(typed: Iterable[str], host: Organisation, *, most: int = 3) -> dict[str, list[str]]:
    """Return the most similar names on a host's list of providers, by the name that was typed.

    Names that contain the typed text come before names that only look similar. This uses one query for all names.
    """
    on_list = Organisation.objects.filter(kind=Organisation.Kind.PROVIDER, host=host).order_by(Lower("name"))
    keys = {name: lookalike_key(name) for name in on_list.values_list("name", flat=True)}
    found: dict[str, list[str]] = {}
    for text in typed:
        key = lookalike_key(text)
        within = [name for name, known in keys.items() if len(key) >= MIN_NAME_PART_LENGTH and key in known]
        alike = get_close_matches(key, keys.values(), n=most, cutoff=0.7)
        found[text] = list(dict.fromkeys([*within, *(name for name, known in keys.items() if known in alike)]))[:most]
    return found


def requests_to_answer(person: User, at: datetime) -> QuerySet[JoinRequest]:
    """Return the requests to join that a person can answer (see JoinRequest.answering)."""
    linking = RoleGrant.objects.filter(role__in=roles_with(Can.LINK_PEOPLE))
    mine = linking.in_force(at).filter(person=person).values("organisation")
    by_itself = Exists(linking.filter(organisation=OuterRef("organisation"), status=RoleGrantStatus.ACTIVE))
    answered_here = Q(by_itself, organisation__in=mine) | Q(~by_itself, answerable__in=mine)
    asked = JoinRequest.objects.filter(answered_here).waiting().exclude(person=person)
    return asked.select_related("person", "organisation", "answerable").order_by("asked_at", "pk")


def requests_of(person: User) -> QuerySet[JoinRequest]:
    return JoinRequest.objects.filter(person=person).select_related("organisation").order_by("-asked_at")


def invitations_of(organisation: Organisation) -> QuerySet[Invitation]:
    """Return the unanswered invitations to or from an organisation, including those that have expired."""
    current = Invitation.objects.open().filter(Q(organisation=organisation) | Q(inviting=organisation))
    return current.select_related("invited_by", "inviting", "organisation").order_by("-invited_at", "-pk")


def invitations_to_answer(person: User, at: datetime) -> QuerySet[Invitation]:
    """Return the invitations that a person can accept or decline."""
    mine = Invitation.objects.to_answer(person, at).select_related("organisation", "inviting", "invited_by")
    return mine.order_by("expires_at", "pk")


def invitations_to_confirm(person: User, at: datetime) -> QuerySet[Invitation]:
    """Return the invitations from colleagues that a person can confirm as the second person.

    This leaves out the person's own invitations.
    """
    managing = RoleGrant.objects.in_force(at).filter(person=person, role__in=roles_with(Can.MANAGE_PEOPLE))
    waiting = Invitation.objects.filter(
        status=InvitationStatus.TO_CONFIRM,
        declined_by_link_at=None,
        expires_at__gt=at,
        inviting__in=managing.values("organisation"),
    )
    others = waiting.exclude(invited_by=person).exclude(email=person.email.lower())
    return others.select_related("invited_by", "inviting", "organisation").order_by("invited_at", "pk")


def second_people(organisation: Organisation, address: str, *, by: User, at: datetime) -> list[User]:
    """Return the people who could confirm roles for an address as the second person."""
    return managers_of([organisation])[organisation.pk].second_people(address, by=by, at=at)


def has_manager(organisation: Organisation, at: datetime) -> bool:
    """Return whether anyone now manages people at an organisation."""
    return User.objects.who_can(Can.MANAGE_PEOPLE, organisation=organisation, at=at).exists()


def roles_on_joining(asked: JoinRequest, at: datetime) -> list[Role]:
    """Return the roles that a person gets with the approval of their request.

    The first person of a provider becomes lead and signatory. At a buyer where no one manages people, the person also
    becomes people administrator.
    """
    organisation = asked.organisation
    if organisation.kind == Organisation.Kind.PROVIDER and not organisation.has_people:
        return [Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY]
    roles = [Role(asked.role)]
    if organisation.is_buyer and not has_manager(organisation, at):
        roles.append(Role.BUYER_ADMINISTRATOR)
    return list(dict.fromkeys(roles))


def may_still_invite(invitation: Invitation, at: datetime) -> bool:
    """Return whether the inviter could still make the invitation. An invitation ends with the role of its inviter."""
    needed = Can.LINK_PEOPLE if invitation.is_of_first_person else Can.MANAGE_PEOPLE
    return (
        User.objects.who_can(needed, organisation=invitation.inviting, at=at)
        .filter(pk=invitation.invited_by_id)
        .exists()
    )


def confirmation_still_counts(invitation: Invitation, at: datetime) -> bool:
    """Return whether no second person has confirmed an invitation, or the person still manages people there."""
    if invitation.confirmed_by_id is None:
        return True
    those = User.objects.who_can(Can.MANAGE_PEOPLE, organisation=invitation.inviting, at=at)
    return those.filter(pk=invitation.confirmed_by_id).exists()


def conflicts_of(person: User, organisation: Organisation, at: datetime) -> list[Organisation]:
    """Return the organisations on the other side for which a person acts.

    If the organisation is a provider, these are organisations that assess or buy. Otherwise they are providers. People
    can act for both sides. They see the consequences before they accept a role, and their colleagues can see that they
    act for both sides.
    """
    sells = organisation.kind == Organisation.Kind.PROVIDER
    held = [grant.organisation for grant in roles_of(person, at)]
    other = [one for one in held if (one.kind == Organisation.Kind.PROVIDER) != sells]
    return list(dict.fromkeys(other))
