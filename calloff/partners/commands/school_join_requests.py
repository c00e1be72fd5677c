"""Request to join a school, and invite a school's first person.

Knowing a school's URN does not give anyone access to the school.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from calloff.kernel.lifecycles import Refused
from calloff.partners.school_lookup import host_of, require_open_school, slug_of
from calloff.people import commands as people
from calloff.people.models import Invitation, JoinRequest, Organisation, User
from calloff.registers.models import School

__all__ = ["ask_to_join", "invite_first_person"]

# The size of the organisation's column, in characters. A longer telephone number is left out and not cut off.
MAX_SCHOOL_TELEPHONE_LENGTH = 30


@transaction.atomic
def ask_to_join(
    urn: int, *, by: User, at: datetime, role: str, said: str, authority: Organisation | None = None
) -> JoinRequest:
    """Request to act for a school, given its URN.

    The first request creates the school's organisation from the register. Someone at the school answers the request. If
    no one at the school can answer, the school's current authority in the register answers, because schools can change
    authority. If that authority is not on Calloff, `authority` answers. This is the authority whose page the person
    came from. Raises Refused for a closed school, and names its successors.
    """
    registered = require_open_school(urn)
    school = enter_organisation_of(registered, by=by, at=at, otherwise=authority)
    return people.ask_to_join(school, by=by, at=at, said=said, role=role, host=host_of(registered))


@transaction.atomic
def invite_first_person(urn: int, *, email: str, roles: Iterable[str], by: User, at: datetime) -> Invitation:
    """Invite a school's first person, on behalf of the school's authority.

    If needed, this creates the school's organisation from the register. Raises Refused for a closed school (with the
    names of its successors), and if someone already manages the school's people.
    """
    registered = require_open_school(urn)
    school = enter_organisation_of(registered, by=by, at=at)
    return people.invite_first_person(school, email=email, roles=roles, by=by, at=at, host=host_of(registered))


def enter_organisation_of(
    school: School, *, by: User, at: datetime, otherwise: Organisation | None = None
) -> Organisation:
    """Return a school's organisation, created from the register if the school is not on Calloff yet.

    The host is the school's own authority or, if that is not on Calloff, the organisation `otherwise`. Raises Refused
    if there is no possible host.
    """
    existing = Organisation.objects.filter(urn=school.urn).first()
    if existing:
        return existing
    host = host_of(school) or otherwise
    if host is None or host.kind != Organisation.Kind.AUTHORITY:
        raise Refused(f"{school.la_name} does not use Calloff. Choose the council whose market you want.", "authority")
    return people.enter_school(
        urn=school.urn, name=school.name, slug=slug_of(school), address="\n".join(school.address),
        telephone=school.telephone if len(school.telephone) <= MAX_SCHOOL_TELEPHONE_LENGTH else "", host=host, by=by,
        at=at,
    )  # fmt: skip
