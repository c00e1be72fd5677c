"""The lists of terms by which open data sorts services, and the names that records have there.

One list for each thing that a service says in codes: needs as the school census codes them, key stages, the kinds of
provision, qualifications, registration, and the categories of markets. A term's id follows from its list and code
alone, so it is the same at every installation and for ever; a category's follows from its market.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID, uuid5

from django.db.models import TextChoices

from calloff.directory.models import Mode, Qualification, Registration, Service
from calloff.kernel.codes import NeedType
from calloff.kernel.key_stages import KeyStage, key_stages_of_ages
from calloff.markets.models import Lot

NAMESPACE = UUID("2dd3bed3-46c3-57ae-a111-20ed0adbe66b")  # Calloff's own: never changes
VERSION = "1"  # of our lists; the codes of needs are those of the school census


class List(StrEnum):
    """The lists, by the word that stands in their ids."""

    NEEDS = "needs"
    KEY_STAGES = "key-stages"
    PROVISION = "provision"
    QUALIFICATIONS = "qualifications"
    REGISTRATION = "registration"
    CATEGORIES = "categories"


class Taxonomy(NamedTuple):
    id: UUID
    key: List
    name: str
    description: str


class Term(NamedTuple):
    id: UUID
    taxonomy: Taxonomy
    code: str  # SEMH, KS3, one_to_one; of a category: authority/market/number
    name: str
    description: str


def name(kind: str, *parts: object) -> UUID:
    """Return the name in open data of what has none of its own: always the same for the same parts."""
    return uuid5(NAMESPACE, ":".join([kind, *map(str, parts)]))


def _taxonomy(key: List, title: str, description: str) -> Taxonomy:
    return Taxonomy(name("taxonomy", key), key, title, description)


NEEDS = _taxonomy(
    List.NEEDS, "Types of special educational need", "The types of need of the school census in England, by its codes."
)
KEY_STAGES = _taxonomy(
    List.KEY_STAGES, "Key stages", "The key stages of the national curriculum, and post 16, that the ages overlap."
)
PROVISION = _taxonomy(List.PROVISION, "Kinds of provision", "How a child is taught there: the setting.")
QUALIFICATIONS = _taxonomy(
    List.QUALIFICATIONS, "Kinds of qualification", "What a child can leave with, by kind and not by awarding body."
)
REGISTRATION = _taxonomy(List.REGISTRATION, "Kinds of registration", "Under whose eye a service stands.")
CATEGORIES = _taxonomy(
    List.CATEGORIES, "Categories of markets", "The categories in which an authority approved the provider."
)
TAXONOMIES = (NEEDS, KEY_STAGES, PROVISION, QUALIFICATIONS, REGISTRATION, CATEGORIES)


def _terms(taxonomy: Taxonomy, choices: type[TextChoices], *, without: Iterable[str] = ()) -> dict[str, Term]:
    """Make a term of each choice; codes are written as the field writes them."""
    left_out = set(without)
    return {
        str(choice.value): _term(taxonomy, str(choice.value), str(choice.label))
        for choice in choices
        if choice.value not in left_out
    }


def _term(taxonomy: Taxonomy, value: str, label: str) -> Term:
    code = value.upper() if taxonomy.key == List.KEY_STAGES else value
    return Term(name("term", taxonomy.key, value), taxonomy, code, label, label)


FIXED: dict[List, dict[str, Term]] = {
    List.NEEDS: _terms(NEEDS, NeedType),
    List.KEY_STAGES: _terms(KEY_STAGES, KeyStage),
    List.PROVISION: _terms(PROVISION, Mode),
    List.QUALIFICATIONS: _terms(QUALIFICATIONS, Qualification),
    List.REGISTRATION: _terms(REGISTRATION, Registration, without=[Registration.NONE]),
}  # by the value that the service keeps; categories are rows
BY_ID: dict[UUID, tuple[List, str]] = {
    term.id: (key, value) for key, terms in FIXED.items() for value, term in terms.items()
}


def fixed_terms() -> Iterator[Term]:
    """Yield every term but the categories, list by list."""
    for terms in FIXED.values():
        yield from terms.values()


def category(lot: Lot) -> Term:
    """Return a lot as a term: it needs its market and authority."""
    code = f"{lot.market.authority.slug}/{lot.market.slug}/{lot.number}"
    described = lot.description.strip() or f"{lot.title} ({lot.market.title}, {lot.market.authority})"
    return Term(name("term", List.CATEGORIES, code), CATEGORIES, code, lot.title, described)


def terms_of(service: Service) -> list[Term]:
    """Return the terms of a service, main needs first. It needs its lot with market and authority."""
    needs = sorted(service.needs, key=lambda need: (need not in service.main_needs, NeedType.values.index(need)))
    found = [
        *(FIXED[List.NEEDS][need] for need in needs),
        *(FIXED[List.KEY_STAGES][stage] for stage in key_stages_of_ages(service.age_from, service.age_to)),
        FIXED[List.PROVISION][service.mode],
        *(FIXED[List.QUALIFICATIONS][one] for one in service.qualifications),
    ]
    if service.registration != Registration.NONE:
        found.append(FIXED[List.REGISTRATION][service.registration])
    return [*found, category(service.lot)]
