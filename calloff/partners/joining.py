"""How a school comes to be here: by its URN, from the register of schools; a closed one through what came after it."""

import re

from django.utils.text import slugify

from calloff.people.models import Organisation
from calloff.registers import queries as registers
from calloff.registers.models import School

URN = re.compile(r"(?:^|-)([0-9]{5,7})$")


def slug_of(school: School) -> str:
    """Return the segment of a school's addresses: its name and its URN, which never is another's."""
    return f"{slugify(school.name)[:70].strip('-') or 'school'}-{school.urn}"


def now_at(slug: str) -> list[Organisation]:
    """Find where a school that had a slug is now: the school of its URN, then the open ones that came after it."""
    written = URN.search(slug)
    if written is None:
        return []
    urn = int(written[1])
    known = registers.school(urn)
    later = [one.urn for one in registers.successors(known)] if known else []
    found = Organisation.objects.filter(kind=Organisation.Kind.SCHOOL, urn__in=[urn, *later])
    return sorted((one for one in found if one.slug != slug), key=lambda one: (one.urn != urn, one.urn))
