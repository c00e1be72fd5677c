"""The lists of terms (`directory/taxonomies.py`) as records of the feed, and what carries each term.

What a service carries and what a term finds must be the same: `CARRIED_VALUES_BY_TAXONOMY` says it of one service,
`CONDITIONS_BY_TAXONOMY` to the database. The categories of markets are terms too; they come and go with their markets,
so they stand in the feed as entries (queries.py).
"""

from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from calloff.directory import taxonomies
from calloff.directory.models import ServiceRegistration
from calloff.directory.taxonomies import (
    KEY_STAGE_TAXONOMY,
    MODE_TAXONOMY,
    NEED_TAXONOMY,
    QUALIFICATION_TAXONOMY,
    REGISTRATION_TAXONOMY,
)
from calloff.kernel.key_stages import AGES_BY_KEY_STAGE, KeyStage, key_stages_of_ages
from calloff.oruk.schema import FeedTaxonomy, FeedTerm

SERVICE_LOOKUP_PREFIX = "service__"  # conditions are asked of entries


def term_record(term: taxonomies.TaxonomyTerm) -> FeedTerm:
    """Return a term as the feed tells it."""
    return FeedTerm(
        id=term.id, name=term.name, description=term.description, taxonomy=term.taxonomy.name,
        taxonomy_id=term.taxonomy.id, term=term.code,
    )  # fmt: skip


def _in(field: str) -> Callable[[str], Q]:
    return lambda value: Q(**{f"{SERVICE_LOOKUP_PREFIX}{field}__contains": [value]})


def _is(field: str) -> Callable[[str], Q]:
    return lambda value: Q(**{f"{SERVICE_LOOKUP_PREFIX}{field}": value})


def _key_stage(value: str) -> Q:
    """Say in SQL what `key_stages_of_ages` says: the ages overlap the stage, or are one age at which it starts."""
    begins, ends = AGES_BY_KEY_STAGE[KeyStage(value)]
    low, high = f"{SERVICE_LOOKUP_PREFIX}age_from", f"{SERVICE_LOOKUP_PREFIX}age_to"
    single = Q(**{f"{low}__gte": begins, high: F(low)})
    return Q(**{f"{low}__lt": ends}) & (Q(**{f"{high}__gt": begins}) | single)


CARRIED_VALUES_BY_TAXONOMY: dict[
    str, Callable[[Any], Iterable[str]]
] = {  # the values of a service, each of which is a term of the list
    NEED_TAXONOMY.key: lambda service: service.needs,
    KEY_STAGE_TAXONOMY.key: lambda service: key_stages_of_ages(service.age_from, service.age_to),
    MODE_TAXONOMY.key: lambda service: [service.mode],
    QUALIFICATION_TAXONOMY.key: lambda service: service.qualifications,
    REGISTRATION_TAXONOMY.key: lambda service: (
        [service.registration] if service.registration != ServiceRegistration.NONE else []
    ),
}
CONDITIONS_BY_TAXONOMY: dict[str, Callable[[str], Q]] = {
    NEED_TAXONOMY.key: _in("needs"),
    KEY_STAGE_TAXONOMY.key: _key_stage,
    MODE_TAXONOMY.key: _is("mode"),
    QUALIFICATION_TAXONOMY.key: _in("qualifications"),
    REGISTRATION_TAXONOMY.key: _is("registration"),
}

TAXONOMIES = [
    FeedTaxonomy(id=one.id, name=one.name, description=one.description) for one in taxonomies.FIXED_TAXONOMIES
]
TERMS_BY_VALUE = {
    key: {value: term_record(term) for value, term in terms.items()} for key, terms in taxonomies.FIXED_TERMS.items()
}
TERMS = [term for terms in TERMS_BY_VALUE.values() for term in terms.values()]
TERM_BY_ID = {one.id: one for one in TERMS}
TAXONOMY_KEY_BY_ID = {one.id: one.key for one in taxonomies.FIXED_TAXONOMIES}


def carries_condition(term: UUID) -> Q | None:
    """Return the condition of carrying one of these terms; nothing for any other."""
    key, value = taxonomies.VALUES_BY_TERM_ID.get(term, ("", ""))
    return CONDITIONS_BY_TAXONOMY[key](value) if key else None


def carries_any_condition(taxonomy: UUID) -> Q | None:
    """Return the condition of carrying any term of one of these lists; nothing for any other."""
    key = TAXONOMY_KEY_BY_ID.get(taxonomy)
    return reduce(or_, map(CONDITIONS_BY_TAXONOMY[key], TERMS_BY_VALUE[key])) if key else None


def full_taxonomy(taxonomy: UUID) -> FeedTaxonomy | None:
    """Return one of these lists with its terms; nothing for any other."""
    found = next((one for one in TAXONOMIES if one.id == taxonomy), None)
    terms = list(TERMS_BY_VALUE[TAXONOMY_KEY_BY_ID[taxonomy]].values()) if found else []
    return found and FeedTaxonomy(id=found.id, name=found.name, description=found.description, taxonomy_terms=terms)


def terms_carried_by(service: Any) -> list[tuple[str, FeedTerm]]:
    """Return the terms that a service carries, each with what it tells of it."""
    return [
        (one.link_type, TERMS_BY_VALUE[one.key][value])
        for one in taxonomies.FIXED_TAXONOMIES
        for value in CARRIED_VALUES_BY_TAXONOMY[one.key](service)
    ]
