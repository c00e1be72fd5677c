"""The lists of terms by which open data sorts services, and the names that such things have there.

One list for each thing that a service says in codes: needs as the school census codes them, key stages, ways of
working, qualifications, registrations; and one for each market, of its categories. A term's id follows from its list
and code alone, so it is the same at every installation and for ever; a category's follows from its market.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID, uuid5

from calloff.directory.models import Mode, Qualification, Registration, Service
from calloff.kernel.codes import NeedType
from calloff.kernel.key_stages import AGES, KeyStage, key_stages_of_ages
from calloff.markets.models import Lot, Market

NAMESPACE = UUID("bc81dc1f-a20f-40b5-b68b-f1b0bfbcaab9")  # of the ids of taxonomies and terms: never to be changed


class Taxonomy(NamedTuple):
    id: UUID
    key: str  # needs, key-stages, …; of a market's categories: categories
    name: str
    description: str
    link_type: str  # what a term tells of a service


class Term(NamedTuple):
    id: UUID
    taxonomy: Taxonomy
    code: str  # as the field writes it: SEMH, KS3; of a category: IAP/1
    name: str
    description: str


def named(*parts: object) -> UUID:
    """Return the name in open data of what has none of its own: always the same for the same parts."""
    return uuid5(NAMESPACE, "/".join(map(str, parts)))


def _list(key: str, name: str, description: str, link_type: str) -> Taxonomy:
    return Taxonomy(named(key), key, name, description, link_type)


NEEDS = _list(
    "needs", "Types of need", "Types of special educational need, with the codes of the school census.", "eligibility"
)
KEY_STAGES = _list(
    "key-stages", "Key stages", "Key stages of the national curriculum in England, and post 16.", "intended_audience"
)
MODES = _list(
    "modes", "Ways of working", "How a child is taught or supported: in a group, alone, online, or where they are.",
    "provision_type",
)  # fmt: skip
QUALIFICATIONS = _list(
    "qualifications", "Qualifications", "Kinds of qualification and award that a child can leave with.", "outcome"
)
REGISTRATIONS = _list(
    "registrations", "Registrations", "The body that registers or inspects the service.", "registration"
)
TAXONOMIES = (NEEDS, KEY_STAGES, MODES, QUALIFICATIONS, REGISTRATIONS)
CATEGORY = "category"  # the link type of a market's categories


def _terms(taxonomy: Taxonomy, said: Iterable[tuple[str, str, str, str]]) -> dict[str, Term]:
    """Make the terms of a list of: our value, the code as it goes out, the name, what it means."""
    return {value: Term(named(taxonomy.key, value), taxonomy, code, name, means) for value, code, name, means in said}


def _choices(choices: Iterable[Mode | Qualification | Registration], says: str) -> Iterator[tuple[str, str, str, str]]:
    return ((str(one.value), str(one.value), str(one.label), f"{says}: {one.label}.") for one in choices)


FIXED: dict[str, dict[str, Term]] = {
    NEEDS.key: _terms(
        NEEDS,
        (
            (one.value, one.value, str(one.label), f"Code {one.value} of the school census: {one.label}.")
            for one in NeedType
        ),
    ),
    KEY_STAGES.key: _terms(
        KEY_STAGES,
        (
            (one.value, one.name, str(one.label), f"Children aged {AGES[one][0]} to {AGES[one][1]}: {one.label}.")
            for one in KeyStage
        ),
    ),
    MODES.key: _terms(MODES, _choices(Mode, "Provided")),
    QUALIFICATIONS.key: _terms(QUALIFICATIONS, _choices(Qualification, "Leads to")),
    REGISTRATIONS.key: _terms(
        REGISTRATIONS, _choices([one for one in Registration if one != Registration.NONE], "Registered")
    ),
}  # by the list's key, and then by the value that a service keeps
BY_ID: dict[UUID, tuple[str, str]] = {
    term.id: (key, value) for key, terms in FIXED.items() for value, term in terms.items()
}


def fixed_terms() -> Iterator[Term]:
    """Yield every term but the categories, list by list."""
    for terms in FIXED.values():
        yield from terms.values()


def categories_of(market: Market) -> Taxonomy:
    """Return the list of a market's categories: it needs its authority."""
    said = f"The categories of {market.title}, a market of {market.authority.name}."
    return Taxonomy(_id_of(market), "categories", f"{market.title}, {market.authority.name}", said, CATEGORY)


def _id_of(market: Market, *parts: object) -> UUID:
    """Return what follows from the names of an authority and its market: the same whoever tells of it."""
    return named("market", market.authority.slug, market.code, *parts)


def category(market: Market, lot: Lot) -> Term:
    """Return a lot of a market as a term, by the market's code and its number there."""
    taxonomy = categories_of(market)
    means = lot.description or f"Category {lot.number} of {taxonomy.name}."
    return Term(
        _id_of(market, lot.number), taxonomy, f"{market.code}/{lot.number}", lot.title, means
    )  # fmt: skip


def terms_of(service: Service) -> list[Term]:
    """Return the terms of a service. It needs its lot, and its member's market with its authority."""
    found = [
        *(FIXED[NEEDS.key][need] for need in service.needs),
        *(FIXED[KEY_STAGES.key][stage] for stage in key_stages_of_ages(service.age_from, service.age_to)),
        FIXED[MODES.key][service.mode],
        *(FIXED[QUALIFICATIONS.key][one] for one in service.qualifications),
    ]
    if service.registration != Registration.NONE:
        found.append(FIXED[REGISTRATIONS.key][service.registration])
    return [*found, category(service.member.market, service.lot)]
