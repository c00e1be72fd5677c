"""Our own taxonomies (`directory/taxonomies.py`) as feed records, and which services have each term.

The terms shown on a service must agree with the services found by a term. `CARRIED_VALUES_BY_TAXONOMY` gives the terms
of one service, and `CONDITIONS_BY_TAXONOMY` has the matching database conditions. Markets' categories are terms too,
but they change with their markets, so they are stored as feed entries (queries.py).
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

SERVICE_LOOKUP_PREFIX = "service__"  # the conditions apply to feed entries


def term_record(term: taxonomies.TaxonomyTerm) -> FeedTerm:
    """Return a taxonomy term as a feed record."""
    return FeedTerm(
        id=term.id, name=term.name, description=term.description, taxonomy=term.taxonomy.name,
        taxonomy_id=term.taxonomy.id, term=term.code,
    )  # fmt: skip


def _contains(field: str) -> Callable[[str], Q]:
    return lambda value: Q(**{f"{SERVICE_LOOKUP_PREFIX}{field}__contains": [value]})


def _equals(field: str) -> Callable[[str], Q]:
    return lambda value: Q(**{f"{SERVICE_LOOKUP_PREFIX}{field}": value})


def _key_stage(value: str) -> Q:
    """Return the condition for services that teach a key stage, which must agree with `key_stages_of_ages`.

    Either the service's ages overlap the stage, or the service takes only children of the age at which the stage
    starts.
    """
    first_age, last_age = AGES_BY_KEY_STAGE[KeyStage(value)]
    low, high = f"{SERVICE_LOOKUP_PREFIX}age_from", f"{SERVICE_LOOKUP_PREFIX}age_to"
    single = Q(**{f"{low}__gte": first_age, high: F(low)})
    return Q(**{f"{low}__lt": last_age}) & (Q(**{f"{high}__gt": first_age}) | single)


# For each taxonomy, this returns the values of a service that are terms of the taxonomy.
CARRIED_VALUES_BY_TAXONOMY: dict[str, Callable[[Any], Iterable[str]]] = {
    NEED_TAXONOMY.key: lambda service: service.needs,
    KEY_STAGE_TAXONOMY.key: lambda service: key_stages_of_ages(service.age_from, service.age_to),
    MODE_TAXONOMY.key: lambda service: [service.mode],
    QUALIFICATION_TAXONOMY.key: lambda service: service.qualifications,
    REGISTRATION_TAXONOMY.key: lambda service: (
        [service.registration] if service.registration != ServiceRegistration.NONE else []
    ),
}
CONDITIONS_BY_TAXONOMY: dict[str, Callable[[str], Q]] = {
    NEED_TAXONOMY.key: _contains("needs"),
    KEY_STAGE_TAXONOMY.key: _key_stage,
    MODE_TAXONOMY.key: _equals("mode"),
    QUALIFICATION_TAXONOMY.key: _contains("qualifications"),
    REGISTRATION_TAXONOMY.key: _equals("registration"),
}

TAXONOMIES = [
    FeedTaxonomy(id=taxonomy.id, name=taxonomy.name, description=taxonomy.description)
    for taxonomy in taxonomies.FIXED_TAXONOMIES
]
TERMS_BY_VALUE = {
    key: {value: term_record(term) for value, term in terms.items()} for key, terms in taxonomies.FIXED_TERMS.items()
}
TERMS = [term for terms in TERMS_BY_VALUE.values() for term in terms.values()]
TERM_BY_ID = {term.id: term for term in TERMS}
TAXONOMY_KEY_BY_ID = {taxonomy.id: taxonomy.key for taxonomy in taxonomies.FIXED_TAXONOMIES}


def carries_condition(term: UUID) -> Q | None:
    """Return the condition for services with this term, or None if the term is not in these taxonomies."""
    key, value = taxonomies.VALUES_BY_TERM_ID.get(term, ("", ""))
    return CONDITIONS_BY_TAXONOMY[key](value) if key else None


def carries_any_condition(taxonomy: UUID) -> Q | None:
    """Return the condition for services with any term of this taxonomy, or None if the taxonomy is not in this
    module.
    """
    key = TAXONOMY_KEY_BY_ID.get(taxonomy)
    return reduce(or_, map(CONDITIONS_BY_TAXONOMY[key], TERMS_BY_VALUE[key])) if key else None


def full_taxonomy(taxonomy: UUID) -> FeedTaxonomy | None:
    """Return this taxonomy with its terms, or None if the taxonomy is not one of these."""
    own_taxonomy = next((candidate for candidate in TAXONOMIES if candidate.id == taxonomy), None)
    terms = list(TERMS_BY_VALUE[TAXONOMY_KEY_BY_ID[taxonomy]].values()) if own_taxonomy else []
    return own_taxonomy and FeedTaxonomy(
        id=own_taxonomy.id, name=own_taxonomy.name, description=own_taxonomy.description, taxonomy_terms=terms
    )


def terms_carried_by(service: Any) -> list[tuple[str, FeedTerm]]:
    """Return the terms of a service, each with the link type of its taxonomy."""
    return [
        (taxonomy.link_type, TERMS_BY_VALUE[taxonomy.key][value])
        for taxonomy in taxonomies.FIXED_TAXONOMIES
        for value in CARRIED_VALUES_BY_TAXONOMY[taxonomy.key](service)
    ]
