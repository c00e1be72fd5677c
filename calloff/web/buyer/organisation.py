"""“Our school” or “Our team”: details from the register, the buyer's own details, and its people."""

from collections.abc import Iterable

from calloff.kernel.formatting import format_date
from calloff.people.models import Organisation
from calloff.people.permissions import SCHOOL_ROLES, TEAM_ROLES, Role
from calloff.registers import queries as registers
from calloff.registers.models import ChangeOfAuthority
from calloff.web.navigation import OUR_TEAM_WORDS
from calloff.web.people import organisation_pages
from calloff.web.permissions import BUYER


def called(buyer: Organisation) -> str:
    return OUR_TEAM_WORDS if _is_team(buyer) else "Our school"


def facts(buyer: Organisation) -> list[tuple[str, str]]:
    """Return the register's facts about the buyer or, for a team, about its council."""
    rows = [("URN", str(buyer.urn or ""))]
    if school := registers.find_school(buyer.urn) if buyer.urn else None:
        rows += [("Kind of school", school.kind), ("Trust", school.trust), ("Council", school.la_name)]
        rows += [("Council before", _before(change)) for change in registers.changes_of_authority(school.urn)]
    elif buyer.host:
        rows.append(("Council", buyer.host.name))
    return [("Name", buyer.name), *((words, value) for words, value in rows if value)]


def _before(change: ChangeOfAuthority) -> str:
    return (
        f"{change.from_name} until {format_date(change.seen_at)}, when the register of schools changed it to "
        f"{change.to_name}. "
        "Your agreements, placements and people have not changed."
    )


def checked(buyer: Organisation) -> str:
    words = "The name and URN come from the register of schools. You cannot change them here."
    return words if buyer.urn else ""


def roles(buyer: Organisation) -> Iterable[Role]:
    return TEAM_ROLES if _is_team(buyer) else SCHOOL_ROLES


def _is_team(buyer: Organisation) -> bool:
    return buyer.kind == Organisation.Kind.TEAM


PAGES = organisation_pages.OrganisationPages(
    BUYER,
    called=called,
    facts=facts,
    checked=checked,
    roles=roles,
    adds="Ask the people administrator or the head to invite colleagues or end roles.",
    more=(("Agreements", "agreements"),),
)
