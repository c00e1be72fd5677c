"""The lists of terms (`directory/taxonomies.py`) as records of the feed, and what carries each term.

What a service carries and what a term finds must be the same: `OF` says it of one service, `CONDITION` to the database.
The categories of markets are terms too; they come and go with their markets, so they stand in the feed as entries
(queries.py).
"""

from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from calloff.directory import taxonomies
from calloff.directory.models import Registration
from calloff.directory.taxonomies import KEY_STAGES, MODES, NEEDS, QUALIFICATIONS, REGISTRATIONS
from calloff.kernel.key_stages import AGES, KeyStage, key_stages_of_ages
from calloff.oruk.schema import Taxonomy, Term

PREFIX = "service__"  # conditions are asked of entries


def record(term: taxonomies.Term) -> Term:
    """Return a term as the feed tells it."""
    return Term(
        id=term.id, name=term.name, description=term.description, taxonomy=term.taxonomy.name,
        taxonomy_id=term.taxonomy.id, term=term.code,
    )  # fmt: skip


def _in(field: str) -> Callable[[str], Q]:
    return lambda value: Q(**{f"{PREFIX}{field}__contains": [value]})


def _is(field: str) -> Callable[[str], Q]:
    return lambda value: Q(**{f"{PREFIX}{field}": value})


def _key_stage(value: str) -> Q:
    """Say in SQL what `key_stages_of_ages` says: the ages overlap the stage, or are one age at which it begins."""
    begins, ends = AGES[KeyStage(value)]
    low, high = f"{PREFIX}age_from", f"{PREFIX}age_to"
    single = Q(**{f"{low}__gte": begins, high: F(low)})
    return Q(**{f"{low}__lt": ends}) & (Q(**{f"{high}__gt": begins}) | single)


OF: dict[str, Callable[[Any], Iterable[str]]] = {  # the values of a service, each of which is a term of the list
    NEEDS.key: lambda service: service.needs,
    KEY_STAGES.key: lambda service: key_stages_of_ages(service.age_from, service.age_to),
    MODES.key: lambda service: [service.mode],
    QUALIFICATIONS.key: lambda service: service.qualifications,
    REGISTRATIONS.key: lambda service: [service.registration] if service.registration != Registration.NONE else [],
}
CONDITION: dict[str, Callable[[str], Q]] = {
    NEEDS.key: _in("needs"),
    KEY_STAGES.key: _key_stage,
    MODES.key: _is("mode"),
    QUALIFICATIONS.key: _in("qualifications"),
    REGISTRATIONS.key: _is("registration"),
}

TAXONOMIES = [Taxonomy(id=one.id, name=one.name, description=one.description) for one in taxonomies.TAXONOMIES]
CARRIED = {key: {value: record(term) for value, term in terms.items()} for key, terms in taxonomies.FIXED.items()}
TERMS = [term for terms in CARRIED.values() for term in terms.values()]
TERM_BY_ID = {one.id: one for one in TERMS}
KEY_BY_ID = {one.id: one.key for one in taxonomies.TAXONOMIES}


def condition_of(term: UUID) -> Q | None:
    """Return the condition of carrying one of these terms; nothing for any other."""
    key, value = taxonomies.BY_ID.get(term, ("", ""))
    return CONDITION[key](value) if key else None


def any_of(taxonomy: UUID) -> Q | None:
    """Return the condition of carrying any term of one of these lists; nothing for any other."""
    key = KEY_BY_ID.get(taxonomy)
    return reduce(or_, map(CONDITION[key], CARRIED[key])) if key else None


def whole(taxonomy: UUID) -> Taxonomy | None:
    """Return one of these lists with its terms; nothing for any other."""
    found = next((one for one in TAXONOMIES if one.id == taxonomy), None)
    terms = list(CARRIED[KEY_BY_ID[taxonomy]].values()) if found else []
    return found and Taxonomy(id=found.id, name=found.name, description=found.description, taxonomy_terms=terms)


def carried_by(service: Any) -> list[tuple[str, Term]]:
    """Return the terms that a service carries, each with what it tells of it."""
    return [(one.link_type, CARRIED[one.key][value]) for one in taxonomies.TAXONOMIES for value in OF[one.key](service)]
