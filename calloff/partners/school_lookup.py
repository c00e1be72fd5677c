"""Look up a school in the register by URN.

The result includes the school's usual legal entity, its trust and, if the school has closed, its successors.
"""

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
# {EstablishmentTypeGroup in the register: the legal entity that usually signs for a school in this group}
ENTITY_BY_GROUP = {
    "Academies": LegalEntity.TRUST,
    "Free Schools": LegalEntity.TRUST,
    "Colleges": LegalEntity.COLLEGE,
    "Independent schools": LegalEntity.PROPRIETOR,
    AUTHORITY_MAINTAINED: LegalEntity.GOVERNING_BODY,
}
ENTITY_BY_KIND = (  # (start of TypeOfEstablishment, legal entity), for schools without a group in the register
    ("academy", LegalEntity.TRUST),
    ("free school", LegalEntity.TRUST),
    ("community", LegalEntity.GOVERNING_BODY),
    ("foundation", LegalEntity.GOVERNING_BODY),
    ("voluntary", LegalEntity.GOVERNING_BODY),
)


class SchoolFound(NamedTuple):
    """A school in the register and, if it has closed, its open successors."""

    school: School
    successors: list[School]


def find_school_by_urn(urn: int | str) -> SchoolFound | None:
    """Return the school with a URN, given as a number or as the person typed it, or None."""
    number = urn if isinstance(urn, int) else codes.parse_urn(urn)
    school = registers.find_school(number) if number else None
    return SchoolFound(school, registers.successors_of(school)) if school else None


def require_open_school(urn: int) -> School:
    """Return a school in the register if it is open.

    Raises Refused for an unknown school, and for a closed school, with the names of its successors.
    """
    match = find_school_by_urn(urn)
    if match is None:
        raise Refused(
            f"No school in the register has the URN {urn}. Check the number on Get Information About Schools."
        )
    school, successors = match
    if school.is_open:
        return school
    closed = f" on {format_date(school.closed_on)}" if school.closed_on else ""
    if not successors:
        raise Refused(f"{school} (URN {urn}) closed{closed}. The register does not list a school that replaced it.")
    names = format_list([f"{successor} (URN {successor.urn})" for successor in successors], "or")
    raise Refused(f"{school} (URN {urn}) closed{closed}. Join the school that replaced it: {names}.")


def host_of(school: School) -> Organisation | None:
    """Return the authority on Calloff that the register lists for a school, or None."""
    return Organisation.objects.authorities().filter(la_code=school.la_code).order_by("pk").first()


def slug_of(school: School) -> str:
    """Return the slug for a school's URLs: its name and URN. The URN makes the slug unique."""
    return f"{slugify(school.name)[:70].strip('-') or 'school'}-{school.urn}"


def organisations_now_at(slug: str) -> list[Organisation]:
    """Return the organisations that a school's slug now leads to: the school with that URN, or its open successors."""
    written = SLUG_URN_PATTERN.search(slug)
    match = find_school_by_urn(int(written[1])) if written else None
    if match is None:
        return []
    urn, later = match.school.urn, [successor.urn for successor in match.successors]
    organisations = Organisation.objects.filter(kind=Organisation.Kind.SCHOOL, urn__in=[urn, *later]).exclude(slug=slug)
    return sorted(organisations, key=lambda organisation: (organisation.urn != urn, organisation.urn or 0))


def entity_of(school: School) -> tuple[str, str]:
    """Return the legal entity that usually signs for this kind of school, and the entity's name.

    If the register does not suggest an entity, both are empty, and we ask the person.
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
    """Return a key for a school's trust: the trust's number in the register, or its name in lower case."""
    return school.trust_uid or school.trust.strip().lower()


def require_same_trust(school: School, urns: list[int]) -> list[School]:
    """Return the schools with the given URNs, which must belong to the same trust as the school.

    Raises Refused for closed schools and for schools in other trusts.
    """
    trust = trust_of(school)
    in_trust: list[School] = []
    wrong: list[School] = []
    for urn in dict.fromkeys(urns):
        other = require_open_school(urn)
        (in_trust if trust and trust_of(other) == trust else wrong).append(other)
    if wrong:
        names = format_list([f"{other_school} (URN {other_school.urn})" for other_school in wrong])
        requirement = f"in {school.trust}" if trust else f"in a trust with {school}"
        raise Refused(
            f"The register of schools does not list {names} {requirement}. Clear the schools that are not in "
            "the trust.",
            "schools",
        )
    return [other_school for other_school in in_trust if other_school.urn != school.urn]


def schools_of_trust(school: School) -> list[School]:
    """Return the other open schools in a school's trust, sorted by name."""
    if not trust_of(school):
        return []
    own = {"trust_uid": school.trust_uid} if school.trust_uid else {"trust__iexact": school.trust}
    return list(School.objects.open().filter(**own).exclude(pk=school.pk).order_by("name", "urn"))


def is_schools_domain(email: str, website: str) -> bool | None:
    """Return whether an email address uses the domain of a school's website, or None if the school has no website.

    The page shows the result, which gives the person no permission. The domain must match exactly, apart from “www.”:
    school.example for www.school.example.
    """
    host = re.sub(r"^\s*(?:https?:)?(?://)?", "", website.lower()).partition("/")[0].partition(":")[0].strip()
    host = host.removeprefix("www.")
    return email.lower().rpartition("@")[2] == host if "." in host else None
