"""The people who must try a URL: one from each group that the endpoint treats in the same way.

To show a page of an organisation, a view first looks up the roles of a person at the organisation in the URL
(`web/permissions.at_organisation`). A person who has no role there gets no further, whatever roles they have
elsewhere. So one of these people tries each URL, and another of them tries the next URL. If every person who is signed
in can open a URL, each of them sees their own data. So one person from each kind of organisation tries that URL. If
only some of these people can use a URL, everyone tries it.
"""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from django.urls import resolve, reverse

from calloff.people.models import Organisation, RoleGrant
from calloff.people.states import RoleGrantStatus
from calloff.web import permissions
from tools.addresses import EVERYBODY, SIGNED_IN, Address

KINDS_OF_AUDIENCE = {permissions.PROVIDER: (permissions.PROVIDER,), permissions.AUTHORITY: (permissions.AUTHORITY,)}
KINDS_OF_AUDIENCE |= permissions.KINDS_OF_AUDIENCE


def roles_of_everybody(world: Any) -> dict[str, dict[int, frozenset[str]]]:
    """Return the roles of each test person by the key of the organisation."""
    found: dict[str, dict[int, frozenset[str]]] = {name: {} for name in EVERYBODY}
    names = {person.pk: name for name, person in world.people.items() if person}
    for grant in RoleGrant.objects.filter(person__in=names, status=RoleGrantStatus.ACTIVE):
        mine = found[names[grant.person_id]]
        mine[grant.organisation_id] = mine.get(grant.organisation_id, frozenset()) | {grant.role}
    return found


def representatives(world: Any, door: Address) -> list[str]:
    """Return the names of the people who must try a URL: one from each group, chosen by a hash of the endpoint."""
    view, _, where = resolve(reverse(door.route, args=door.where(world)))
    access = permissions.access_of(view)
    kinds = KINDS_OF_AUDIENCE.get(access.who) if access else None
    if kinds:
        here = Organisation.objects.get(kind__in=kinds, slug=where["organisation"])
        groups = _groups(door, lambda name: _at_organisation(world, name, here, kinds))
    elif door.who in (SIGNED_IN, EVERYBODY):
        groups = _groups(door, lambda name: _of_their_own(world, name))
    else:
        return sorted(EVERYBODY)
    turn = crc32(str(door).encode())
    return sorted(names[turn % len(names)] for names in groups)


def _at_organisation(world: Any, name: str, here: Organisation, kinds: Iterable[str]) -> Any:
    """Return a value that separates people by their roles at the organisation, or at another of the same kind."""
    roles = world.roles[name]
    return roles.get(here.pk) or any(world.kinds[other] in kinds for other in roles)


def _of_their_own(world: Any, name: str) -> Any:
    """Return a value that separates people by the kinds of their organisations, and those who have several roles."""
    roles = world.roles[name]
    return {world.kinds[one] for one in roles}, any(len(several) > 1 for several in roles.values())


def _groups(door: Address, standing: Any) -> list[list[str]]:
    """Group people by the result that they should get, and by their roles.

    The anonymous visitor is always a separate group.
    """
    groups: dict[str, list[str]] = {}
    for name in sorted(EVERYBODY):
        should = (name in door.who, name in door.sees, name in door.elsewhere)
        groups.setdefault(repr((name == "visitor", should, standing(name))), []).append(name)
    return list(groups.values())
