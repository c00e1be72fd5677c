"""The taxonomies of the field: needs, key stages, ways of working, qualifications, registrations.

Each term has the field's own code, and the same id in every installation. What a term finds is what carries it:
`of` and `condition` of a taxonomy say the same, one of a service, the other to the database. The categories of markets
are taxonomies too; they come and go with their markets, so they stand in the feed as entries (queries.py).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID, uuid5

from django.db.models import F, Q

from calloff.directory.models import Mode, Qualification, Registration, Service
from calloff.kernel.codes import NeedType
from calloff.kernel.key_stages import AGES, KeyStage, key_stages_of_ages
from calloff.oruk.records import Taxonomy, Term

NAMESPACE = UUID("bc81dc1f-a20f-40b5-b68b-f1b0bfbcaab9")  # of the ids of taxonomies and terms: never to be changed
PREFIX = "service__"  # conditions are asked of entries


@dataclass(frozen=True)
class Field:
    """One of our own taxonomies."""

    key: str
    name: str
    description: str
    link_type: str  # what a term tells of a service
    codes: dict[str, tuple[str, str, str]]  # our value -> the code as it goes out, the name, what it means
    of: Callable[[Service], Iterable[str]]
    condition: Callable[[str], Q]

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE, self.key)

    def term(self, value: str) -> Term:
        code, name, description = self.codes[value]
        return Term(
            id=uuid5(NAMESPACE, f"{self.key}/{value}"), name=name, description=description,
            taxonomy=self.name, taxonomy_id=self.id, term=code,
        )  # fmt: skip

    def any_condition(self) -> Q:
        """Return the condition of carrying any of its terms."""
        return reduce(or_, (self.condition(value) for value in self.codes))


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


def _named(choices: Any, says: str) -> dict[str, tuple[str, str, str]]:
    return {one.value: (one.value, str(one.label), f"{says}: {one.label}.") for one in choices}


FIELDS = (
    Field(
        "needs", "Types of need", "Types of special educational need, with the codes of the school census.",
        "eligibility",
        {one.value: (one.value, str(one.label), f"Code {one.value} of the school census: {one.label}.")
         for one in NeedType},
        lambda service: service.needs, _in("needs"),
    ),
    Field(
        "key-stages", "Key stages", "Key stages of the national curriculum in England, and post 16.",
        "intended_audience",
        {one.value: (one.name, str(one.label), f"Children aged {AGES[one][0]} to {AGES[one][1]}: {one.label}.")
         for one in KeyStage},
        lambda service: key_stages_of_ages(service.age_from, service.age_to), _key_stage,
    ),
    Field(
        "modes", "Ways of working", "How a child is taught or supported: in a group, alone, online, or where they are.",
        "provision_type", _named(Mode, "Provided"), lambda service: [service.mode], _is("mode"),
    ),
    Field(
        "qualifications", "Qualifications", "Kinds of qualification and award that a child can leave with.",
        "outcome", _named(Qualification, "Leads to"), lambda service: service.qualifications, _in("qualifications"),
    ),
    Field(
        "registrations", "Registrations", "Under whose eye a service stands, by its own registration.",
        "registration", _named([one for one in Registration if one != Registration.NONE], "Registered"),
        lambda service: [service.registration] if service.registration != Registration.NONE else [],
        _is("registration"),
    ),
)  # fmt: skip

TAXONOMIES = [Taxonomy(id=one.id, name=one.name, description=one.description) for one in FIELDS]
TERMS = [one.term(value) for one in FIELDS for value in one.codes]
FIELD_BY_ID = {one.id: one for one in FIELDS}
TERM_BY_ID = {one.id: one for one in TERMS}
CONDITION_OF_TERM = {one.term(value).id: one.condition(value) for one in FIELDS for value in one.codes}
CARRIED = [{value: one.term(value) for value in one.codes} for one in FIELDS]


def carried_by(service: Service) -> list[tuple[str, Term]]:
    """Return the terms that a service carries, each with what it tells of it."""
    return [
        (field.link_type, terms[value])
        for field, terms in zip(FIELDS, CARRIED, strict=True)
        for value in field.of(service)
    ]
