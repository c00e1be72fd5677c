"""Joining a school: anyone who quotes its URN asks only; a person who knows the school lets them in."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from calloff.kernel.lifecycles import Refused
from calloff.partners.school_lookup import host_of, require_open_school, slug_of
from calloff.people import commands as people
from calloff.people.models import Invitation, JoinRequest, Organisation, User
from calloff.registers.models import School

MAX_SCHOOL_TELEPHONE_LENGTH = 30  # characters, of an organisation: half of a number that is longer is no one's


@transaction.atomic
def ask_to_join(
    urn: int, *, by: User, at: datetime, role: str, said: str, authority: Organisation | None = None
) -> JoinRequest:
    """Ask to act for a school, by its URN. The school is entered from the register when someone first asks.

    Someone there answers or, while no one can, the authority whose school the register says it is, now that they ask: a
    school may have gone to another since it was entered. Where that one is not here, the authority from whose page the
    person came. Raises Refused for a closed school, naming what came after it.
    """
    known = require_open_school(urn)
    school = enter_organisation_of(known, by=by, at=at, otherwise=authority)
    return people.ask_to_join(school, by=by, at=at, said=said, role=role, host=host_of(known))


@transaction.atomic
def invite_first_person(urn: int, *, email: str, roles: Iterable[str], by: User, at: datetime) -> Invitation:
    """Invite a school's first person, for its authority. It is entered from the register if need be.

    Raises Refused for a closed school, naming what came after it, and where someone manages its people already.
    """
    known = require_open_school(urn)
    school = enter_organisation_of(known, by=by, at=at)
    return people.invite_first_person(school, email=email, roles=roles, by=by, at=at, host=host_of(known))


def enter_organisation_of(
    school: School, *, by: User, at: datetime, otherwise: Organisation | None = None
) -> Organisation:
    """Return the organisation of a school, entered from the register if it is not here yet.

    Raises Refused where neither its own authority nor another is there to answer for it.
    """
    known = Organisation.objects.filter(urn=school.urn).first()
    if known:
        return known
    host = host_of(school) or otherwise
    if host is None or host.kind != Organisation.Kind.AUTHORITY:
        raise Refused(f"{school.la_name} does not use Calloff. Choose the council whose market you want.", "authority")
    return people.enter_school(
        urn=school.urn, name=school.name, slug=slug_of(school), address="\n".join(school.address),
        telephone=school.telephone if len(school.telephone) <= MAX_SCHOOL_TELEPHONE_LENGTH else "", host=host, by=by,
        at=at,
    )  # fmt: skip
