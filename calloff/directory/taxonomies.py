"""The taxonomies and terms that open data uses to describe services, with their ids.

There is one taxonomy for each of a service's coded details (needs, key stages, settings, qualifications and
registrations), and one for the categories of each market. The id of a term depends only on its taxonomy and code, so it
never changes and is the same in every installation. The id of a category depends on its market.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID, uuid5

from calloff.directory.models import Qualification, Service, ServiceRegistration, TeachingMode
from calloff.kernel.codes import NeedType
from calloff.kernel.key_stages import AGES_BY_KEY_STAGE, KeyStage, key_stages_of_ages
from calloff.markets.models import Lot, Market

# The namespace for the ids of taxonomies and terms. It must never change.
OPEN_DATA_NAMESPACE = UUID("bc81dc1f-a20f-40b5-b68b-f1b0bfbcaab9")


class TaxonomyEntry(NamedTuple):
    id: UUID
    key: str  # for example needs or key-stages, or “categories” for a market's taxonomy
    name: str
    description: str
    link_type: str  # the kind of link between a term and a service


class TaxonomyTerm(NamedTuple):
    id: UUID
    taxonomy: TaxonomyEntry
    code: str  # the usual code, for example SEMH or KS3. For a category, for example IAP/1
    name: str
    description: str


def open_data_id(*parts: object) -> UUID:
    """Return the open data id for something that has no uuid. The same parts always give the same id."""
    return uuid5(OPEN_DATA_NAMESPACE, "/".join(map(str, parts)))


def _list(key: str, name: str, description: str, link_type: str) -> TaxonomyEntry:
    return TaxonomyEntry(open_data_id(key), key, name, description, link_type)


NEED_TAXONOMY = _list(
    "needs", "Types of need", "Types of special educational need, with their school census codes.", "eligibility"
)
KEY_STAGE_TAXONOMY = _list(
    "key-stages", "Key stages", "Key stages of the national curriculum in England, and post 16.", "intended_audience"
)
MODE_TAXONOMY = _list(
    "modes", "Ways of working", "How a child is taught or supported: in a group, one to one, online, or at school or "
    "at home.",
    "provision_type",
)  # fmt: skip
QUALIFICATION_TAXONOMY = _list(
    "qualifications", "Qualifications", "Types of qualification and award that a child can gain.", "outcome"
)
REGISTRATION_TAXONOMY = _list(
    "registrations", "Registrations", "The body that registers or inspects the service.", "registration"
)
FIXED_TAXONOMIES = (NEED_TAXONOMY, KEY_STAGE_TAXONOMY, MODE_TAXONOMY, QUALIFICATION_TAXONOMY, REGISTRATION_TAXONOMY)
CATEGORY_TAXONOMY_KEY = "category"  # the type of link that categories have


def _terms(taxonomy: TaxonomyEntry, rows: Iterable[tuple[str, str, str, str]]) -> dict[str, TaxonomyTerm]:
    """Return the terms of a taxonomy, made from rows of a stored value, a published code, a name and a description."""
    return {
        value: TaxonomyTerm(open_data_id(taxonomy.key, value), taxonomy, code, name, description)
        for value, code, name, description in rows
    }


def _choices(
    choices: Iterable[TeachingMode | Qualification | ServiceRegistration], prefix: str
) -> Iterator[tuple[str, str, str, str]]:
    return (
        (str(choice.value), str(choice.value), str(choice.label), f"{prefix}: {choice.label}.") for choice in choices
    )


FIXED_TERMS: dict[str, dict[str, TaxonomyTerm]] = {
    NEED_TAXONOMY.key: _terms(
        NEED_TAXONOMY,
        (
            (
                need_type.value,
                need_type.value,
                str(need_type.label),
                f"Code {need_type.value} in the school census: {need_type.label}.",
            )
            for need_type in NeedType
        ),
    ),
    KEY_STAGE_TAXONOMY.key: _terms(
        KEY_STAGE_TAXONOMY,
        (
            (
                key_stage.value,
                key_stage.name,
                str(key_stage.label),
                f"Children aged {AGES_BY_KEY_STAGE[key_stage][0]} to {AGES_BY_KEY_STAGE[key_stage][1]}: "
                f"{key_stage.label}.",
            )
            for key_stage in KeyStage
        ),
    ),
    MODE_TAXONOMY.key: _terms(MODE_TAXONOMY, _choices(TeachingMode, "Provided")),
    QUALIFICATION_TAXONOMY.key: _terms(QUALIFICATION_TAXONOMY, _choices(Qualification, "Leads to")),
    REGISTRATION_TAXONOMY.key: _terms(
        REGISTRATION_TAXONOMY,
        _choices(
            [registration for registration in ServiceRegistration if registration != ServiceRegistration.NONE],
            "Registered",
        ),
    ),
}  # {key of a taxonomy: {value stored in a service: term}}
VALUES_BY_TERM_ID: dict[UUID, tuple[str, str]] = {
    term.id: (key, value) for key, terms in FIXED_TERMS.items() for value, term in terms.items()
}


def fixed_terms() -> Iterator[TaxonomyTerm]:
    """Yield all terms except categories, by taxonomy."""
    for terms in FIXED_TERMS.values():
        yield from terms.values()


def category_taxonomy(market: Market) -> TaxonomyEntry:
    """Return a market's categories as one taxonomy. The market's authority must already be loaded."""
    description = f"The categories in {market.title}, a market run by {market.authority.name}."
    return TaxonomyEntry(
        _id_of(market), "categories", f"{market.title}, {market.authority.name}", description, CATEGORY_TAXONOMY_KEY
    )


def _id_of(market: Market, *parts: object) -> UUID:
    """Return an id made from the authority's slug and the market's code, which is the same in every installation."""
    return open_data_id("market", market.authority.slug, market.code, *parts)


def category_term(market: Market, lot: Lot) -> TaxonomyTerm:
    """Return a lot as a term, whose code is the code of the market and the number of the lot."""
    taxonomy = category_taxonomy(market)
    description = lot.description or f"Category {lot.number} in {taxonomy.name}."
    return TaxonomyTerm(
        _id_of(market, lot.number), taxonomy, f"{market.code}/{lot.number}", lot.title, description
    )  # fmt: skip


def terms_of(service: Service) -> list[TaxonomyTerm]:
    """Return the terms of a service.

    The service's lot, and its member's market with the market's authority, must already be loaded.
    """
    terms = [
        *(FIXED_TERMS[NEED_TAXONOMY.key][need] for need in service.needs),
        *(FIXED_TERMS[KEY_STAGE_TAXONOMY.key][stage] for stage in key_stages_of_ages(service.age_from, service.age_to)),
        FIXED_TERMS[MODE_TAXONOMY.key][service.mode],
        *(FIXED_TERMS[QUALIFICATION_TAXONOMY.key][qualification] for qualification in service.qualifications),
    ]
    if service.registration != ServiceRegistration.NONE:
        terms.append(FIXED_TERMS[REGISTRATION_TAXONOMY.key][service.registration])
    return [*terms, category_term(service.member.market, service.lot)]
