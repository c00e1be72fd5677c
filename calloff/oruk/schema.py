"""The records of Open Referral UK 3.0, field for field as its schemas have them. What is empty is left out.

The standard's lists have records without what there may be several of (`Service`, `AtLocation`); asked for by its id, a
record is whole (`WholeService`, `WholeAtLocation`). Every `id` is a UUID and stays the same for good.
"""

from typing import Any
from uuid import UUID

import msgspec


class Record(msgspec.Struct, omit_defaults=True):
    id: UUID


class Identifier(Record):
    identifier_scheme: str
    identifier_type: str
    identifier: str


class Organization(Record):
    name: str
    description: str
    organization_identifiers: list[Identifier] = []


class Term(Record):
    name: str
    description: str
    taxonomy: str
    taxonomy_id: UUID
    term: str  # the field's own code, or our name of it


class Taxonomy(Record):
    name: str
    description: str
    version: str = ""
    taxonomy_terms: list[Term] = []


class Attribute(Record):
    link_id: UUID
    taxonomy_term_id: UUID
    link_type: str
    taxonomy_term: Term


class Schedule(Record):
    service_id: UUID
    service_at_location_id: UUID | None = None  # at which of its sites, where that is not its own
    freq: str = ""
    interval: int = 0
    byday: str = ""
    dtstart: str = ""
    valid_from: str = ""
    valid_to: str = ""
    opens_at: str = ""
    closes_at: str = ""
    description: str = ""
    attending_type: str = ""
    notes: str = ""


class Area(Record):
    service_id: UUID
    name: str
    service_area: str


class CostOption(Record):
    service_id: UUID
    valid_from: str
    amount: float  # pounds, before VAT; the schema wants a number
    amount_description: str
    valid_to: str = ""
    option: str = ""


class Address(Record):
    location_id: UUID
    address_1: str
    city: str
    state_province: str
    postal_code: str
    country: str
    address_type: str


class Accessibility(Record):
    location_id: UUID
    description: str


class Location(Record):
    location_type: str
    name: str
    description: str = ""
    latitude: float | None = None
    longitude: float | None = None
    addresses: list[Address] = []
    accessibility: list[Accessibility] = []


class Service(Record):
    """A service as lists have it. One that is listed no longer has its id, name and status alone."""

    name: str
    status: str
    description: str = ""
    url: str = ""
    accreditations: str = ""
    minimum_age: int | None = None
    maximum_age: int | None = None
    assured_date: str = ""
    alert: str = ""
    last_modified: str = ""
    organization: Organization | None = None


class AtLocation(Record):
    """A service at one of its sites. Of one that is there no longer, the id alone is left."""

    location: Location | None = None
    service: Service | None = None


class WholeService(Service):
    schedules: list[Schedule] = []
    service_areas: list[Area] = []
    service_at_locations: list[AtLocation] = []
    cost_options: list[CostOption] = []
    attributes: list[Attribute] = []


class Page(msgspec.Struct):
    """The envelope of a list."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[Any]  # of one kind of record


class About(msgspec.Struct):
    version: str
    profile: str
    openapi_url: str


class Problem(msgspec.Struct):
    """What is wrong with the request, in a sentence."""

    problem: str
