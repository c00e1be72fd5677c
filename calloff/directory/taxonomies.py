"""The lists of terms by which open data sorts services, and the names that such things have there.

One list for each thing that a service says in codes: needs as the school census codes them, key stages, ways of
working, qualifications, registrations; and one for each market, of its categories. A term's id follows from its list
and code alone, so it is the same at every installation and for ever; a category's follows from its market.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID, uuid5

from calloff.directory.models import Qualification, Service, ServiceRegistration, TeachingMode
from calloff.kernel.codes import NeedType
from calloff.kernel.key_stages import AGES_BY_KEY_STAGE, KeyStage, key_stages_of_ages
from calloff.markets.models import Lot, Market

OPEN_DATA_NAMESPACE = UUID(
    "bc81dc1f-a20f-40b5-b68b-f1b0bfbcaab9"
)  # of the ids of taxonomies and terms: never to be changed


class TaxonomyEntry(NamedTuple):
    id: UUID
    key: str  # needs, key-stages, …; of a market's categories: categories
    name: str
    description: str
    link_type: str  # what a term tells of a service


class TaxonomyTerm(NamedTuple):
    id: UUID
    taxonomy: TaxonomyEntry
    code: str  # as the field writes it: SEMH, KS3; of a category: IAP/1
    name: str
    description: str


def open_data_id(*parts: object) -> UUID:
    """Return the name in open data of what has none of its own: always the same for the same parts."""
    return uuid5(OPEN_DATA_NAMESPACE, "/".join(map(str, parts)))


def _list(key: str, name: str, description: str, link_type: str) -> TaxonomyEntry:
    return TaxonomyEntry(open_data_id(key), key, name, description, link_type)


NEED_TAXONOMY = _list(
    "needs", "Types of need", "Types of special educational need, with the codes of the school census.", "eligibility"
)
KEY_STAGE_TAXONOMY = _list(
    "key-stages", "Key stages", "Key stages of the national curriculum in England, and post 16.", "intended_audience"
)
MODE_TAXONOMY = _list(
    "modes", "Ways of working", "How a child is taught or supported: in a group, alone, online, or where they are.",
    "provision_type",
)  # fmt: skip
QUALIFICATION_TAXONOMY = _list(
    "qualifications", "Qualifications", "Kinds of qualification and award that a child can leave with.", "outcome"
)
REGISTRATION_TAXONOMY = _list(
    "registrations", "Registrations", "The body that registers or inspects the service.", "registration"
)
FIXED_TAXONOMIES = (NEED_TAXONOMY, KEY_STAGE_TAXONOMY, MODE_TAXONOMY, QUALIFICATION_TAXONOMY, REGISTRATION_TAXONOMY)
CATEGORY_TAXONOMY_KEY = "category"  # the link type of a market's categories


def _terms(taxonomy: TaxonomyEntry, said: Iterable[tuple[str, str, str, str]]) -> dict[str, TaxonomyTerm]:
    """Make the terms of a list of: our value, the code as it goes out, the name, what it means."""
    return {
        value: TaxonomyTerm(open_data_id(taxonomy.key, value), taxonomy, code, name, means)
        for value, code, name, means in said
    }


def _choices(
    choices: Iterable[TeachingMode | Qualification | ServiceRegistration], says: str
) -> Iterator[tuple[str, str, str, str]]:
    return ((str(one.value), str(one.value), str(one.label), f"{says}: {one.label}.") for one in choices)


FIXED_TERMS: dict[str, dict[str, TaxonomyTerm]] = {
    NEED_TAXONOMY.key: _terms(
        NEED_TAXONOMY,
        (
            (one.value, one.value, str(one.label), f"Code {one.value} of the school census: {one.label}.")
            for one in NeedType
        ),
    ),
    KEY_STAGE_TAXONOMY.key: _terms(
        KEY_STAGE_TAXONOMY,
        (
            (
                one.value,
                one.name,
                str(one.label),
                f"Children aged {AGES_BY_KEY_STAGE[one][0]} to {AGES_BY_KEY_STAGE[one][1]}: {one.label}.",
            )
            for one in KeyStage
        ),
    ),
    MODE_TAXONOMY.key: _terms(MODE_TAXONOMY, _choices(TeachingMode, "Provided")),
    QUALIFICATION_TAXONOMY.key: _terms(QUALIFICATION_TAXONOMY, _choices(Qualification, "Leads to")),
    REGISTRATION_TAXONOMY.key: _terms(
        REGISTRATION_TAXONOMY,
        _choices([one for one in ServiceRegistration if one != ServiceRegistration.NONE], "Registered"),
    ),
}  # by the list's key, and then by the value that a service keeps
VALUES_BY_TERM_ID: dict[UUID, tuple[str, str]] = {
    term.id: (key, value) for key, terms in FIXED_TERMS.items() for value, term in terms.items()
}


def fixed_terms() -> Iterator[TaxonomyTerm]:
    """Yield every term but the categories, list by list."""
    for terms in FIXED_TERMS.values():
        yield from terms.values()


def category_taxonomy(market: Market) -> TaxonomyEntry:
    """Return the list of a market's categories: it needs its authority."""
    said = f"The categories of {market.title}, a market of {market.authority.name}."
    return TaxonomyEntry(
        _id_of(market), "categories", f"{market.title}, {market.authority.name}", said, CATEGORY_TAXONOMY_KEY
    )


def _id_of(market: Market, *parts: object) -> UUID:
    """Return what follows from the names of an authority and its market: the same whoever tells of it."""
    return open_data_id("market", market.authority.slug, market.code, *parts)


def category_term(market: Market, lot: Lot) -> TaxonomyTerm:
    """Return a lot of a market as a term, by the market's code and its number there."""
    taxonomy = category_taxonomy(market)
    means = lot.description or f"Category {lot.number} of {taxonomy.name}."
    return TaxonomyTerm(
        _id_of(market, lot.number), taxonomy, f"{market.code}/{lot.number}", lot.title, means
    )  # fmt: skip


def terms_of(service: Service) -> list[TaxonomyTerm]:
    """Return the terms of a service. It needs its lot, and its member's market with its authority."""
    found = [
        *(FIXED_TERMS[NEED_TAXONOMY.key][need] for need in service.needs),
        *(FIXED_TERMS[KEY_STAGE_TAXONOMY.key][stage] for stage in key_stages_of_ages(service.age_from, service.age_to)),
        FIXED_TERMS[MODE_TAXONOMY.key][service.mode],
        *(FIXED_TERMS[QUALIFICATION_TAXONOMY.key][one] for one in service.qualifications),
    ]
    if service.registration != ServiceRegistration.NONE:
        found.append(FIXED_TERMS[REGISTRATION_TAXONOMY.key][service.registration])
    return [*found, category_term(service.member.market, service.lot)]
