"""How a school comes to be here: by its URN, from the register of schools; a closed one through what came after it."""

import re
from typing import NamedTuple

from django.utils.text import slugify

from calloff.kernel import codes
from calloff.kernel.formatting import format_date, format_list
from calloff.kernel.lifecycles import Refused
from calloff.partners.models import Partnership
from calloff.people.models import Organisation
from calloff.registers import queries as registers
from calloff.registers.models import School

SLUG_URN_PATTERN = re.compile(r"(?:^|-)([0-9]{5,7})$")
AUTHORITY_MAINTAINED = "Local authority maintained schools"
LegalEntity = Partnership.Entity
ENTITY_BY_GROUP = {  # EstablishmentTypeGroup of the register -> the legal entity that such a school usually is
    "Academies": LegalEntity.TRUST,
    "Free Schools": LegalEntity.TRUST,
    "Colleges": LegalEntity.COLLEGE,
    "Independent schools": LegalEntity.PROPRIETOR,
    AUTHORITY_MAINTAINED: LegalEntity.GOVERNING_BODY,
}
ENTITY_BY_KIND = (  # where the register leaves the group empty: how TypeOfEstablishment starts
    ("academy", LegalEntity.TRUST),
    ("free school", LegalEntity.TRUST),
    ("community", LegalEntity.GOVERNING_BODY),
    ("foundation", LegalEntity.GOVERNING_BODY),
    ("voluntary", LegalEntity.GOVERNING_BODY),
)


class SchoolFound(NamedTuple):
    """A school of the register, and the open ones that came after it where it is closed."""

    school: School
    successors: list[School]


def find_school_by_urn(urn: int | str) -> SchoolFound | None:
    """Find a school by its URN, however it is typed."""
    number = urn if isinstance(urn, int) else codes.parse_urn(urn)
    school = registers.find_school(number) if number else None
    return SchoolFound(school, registers.successors_of(school)) if school else None


def require_open_school(urn: int) -> School:
    """Return an open school of the register. Raises Refused; for a closed one it names the school that came after."""
    found = find_school_by_urn(urn)
    if found is None:
        raise Refused(
            f"No school in the register has the URN {urn}. Check the number on Get Information About Schools."
        )
    school, later = found
    if school.is_open:
        return school
    closed = f" on {format_date(school.closed_on)}" if school.closed_on else ""
    if not later:
        raise Refused(f"{school} (URN {urn}) closed{closed}. The register does not name a school that replaced it.")
    names = format_list([f"{one} (URN {one.urn})" for one in later], "or")
    raise Refused(f"{school} (URN {urn}) closed{closed}. Join the school that replaced it: {names}.")


def host_of(school: School) -> Organisation | None:
    """Find the authority here whose school it is, as the register says."""
    return Organisation.objects.authorities().filter(la_code=school.la_code).order_by("pk").first()


def slug_of(school: School) -> str:
    """Return the segment of a school's addresses: its name and its URN, which never is another's."""
    return f"{slugify(school.name)[:70].strip('-') or 'school'}-{school.urn}"


def organisations_now_at(slug: str) -> list[Organisation]:
    """Find where a school that had a slug is now: the school of its URN, then the open ones that came after it."""
    written = SLUG_URN_PATTERN.search(slug)
    found = find_school_by_urn(int(written[1])) if written else None
    if found is None:
        return []
    urn, later = found.school.urn, [one.urn for one in found.successors]
    here = Organisation.objects.filter(kind=Organisation.Kind.SCHOOL, urn__in=[urn, *later]).exclude(slug=slug)
    return sorted(here, key=lambda one: (one.urn != urn, one.urn or 0))


def entity_of(school: School) -> tuple[str, str]:
    """Say which legal entity would sign for a school, as the register's type suggests, and its name.

    Nothing where neither its group nor its type says: then the person is asked, and nothing is guessed.
    """
    kind = school.kind.lower()
    by_kind = next((entity for start, entity in ENTITY_BY_KIND if kind.startswith(start)), None)
    entity = ENTITY_BY_GROUP.get(school.group) or by_kind
    if entity is None:
        return "", ""
    if entity == LegalEntity.TRUST:
        return entity, school.trust[:200]
    return entity, f"The governing body of {school}"[:200] if entity == LegalEntity.GOVERNING_BODY else school.name


def trust_of(school: School) -> str:
    """Return what tells one trust from another: its number where the register gives it, or else its name."""
    return school.trust_uid or school.trust.strip().lower()


def require_same_trust(school: School, urns: list[int]) -> list[School]:
    """Return other open schools of a school's trust, by URN. Raises Refused, naming those that are not of it."""
    trust = trust_of(school)
    found: list[School] = []
    wrong: list[School] = []
    for urn in dict.fromkeys(urns):
        other = require_open_school(urn)
        (found if trust and trust_of(other) == trust else wrong).append(other)
    if wrong:
        names = format_list([f"{one} (URN {one.urn})" for one in wrong])
        whose = f"in {school.trust}" if trust else f"in a trust with {school}"
        raise Refused(f"The register does not have {names} {whose}. Leave them out.", "schools")
    return [one for one in found if one.urn != school.urn]


def schools_of_trust(school: School) -> list[School]:
    """Find the other open schools of a school's trust, by name."""
    if not trust_of(school):
        return []
    own = {"trust_uid": school.trust_uid} if school.trust_uid else {"trust__iexact": school.trust}
    return list(School.objects.open().filter(**own).exclude(pk=school.pk).order_by("name", "urn"))


def is_schools_domain(email: str, website: str) -> bool | None:
    """Say whether an address is at a school's own website: a fact to show, never a permission. Nothing: none is known.

    Only the very domain counts: of “www.school.example” that is “school.example”.
    """
    host = re.sub(r"^\s*(?:https?:)?(?://)?", "", website.lower()).partition("/")[0].partition(":")[0].strip()
    host = host.removeprefix("www.")
    return email.lower().rpartition("@")[2] == host if "." in host else None
