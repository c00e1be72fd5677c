"""Open Referral UK 3.0 records, with the field names of the schemas. Fields that have their default are left out.

As the standard says, lists return short records (`FeedService`, `FeedServiceAtLocation`). A request by id returns the
full record, with its related records (`FeedFullService`). An `id` is a UUID and never changes.
"""

from typing import Any
from uuid import UUID

import msgspec


class FeedRecord(msgspec.Struct, omit_defaults=True):
    id: UUID


class FeedIdentifier(FeedRecord):
    identifier_scheme: str
    identifier_type: str
    identifier: str


class FeedOrganization(FeedRecord):
    name: str
    description: str
    organization_identifiers: list[FeedIdentifier] = []


class FeedTerm(FeedRecord):
    name: str
    description: str
    taxonomy: str
    taxonomy_id: UUID
    term: str  # the usual code (for example SEMH) or, if there is none, our own name for the term


class FeedTaxonomy(FeedRecord):
    name: str
    description: str
    version: str = ""
    taxonomy_terms: list[FeedTerm] = []


class FeedAttribute(FeedRecord):
    link_id: UUID
    taxonomy_term_id: UUID
    link_type: str
    taxonomy_term: FeedTerm


class FeedSchedule(FeedRecord):
    service_id: UUID
    service_at_location_id: UUID | None = None  # the site, if it is not the service's own
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


class FeedArea(FeedRecord):
    service_id: UUID
    name: str
    service_area: str


class FeedCostOption(FeedRecord):
    service_id: UUID
    valid_from: str
    amount: float  # pounds before VAT. The schema requires the type “number”
    amount_description: str
    valid_to: str = ""
    option: str = ""


class FeedAddress(FeedRecord):
    location_id: UUID
    address_1: str
    city: str
    state_province: str
    postal_code: str
    country: str
    address_type: str


class FeedAccessibility(FeedRecord):
    location_id: UUID
    description: str


class FeedLocation(FeedRecord):
    location_type: str
    name: str
    description: str = ""
    latitude: float | None = None
    longitude: float | None = None
    addresses: list[FeedAddress] = []
    accessibility: list[FeedAccessibility] = []


class FeedService(FeedRecord):
    """A service in a list. A service that is no longer listed has only an id, a name and a status."""

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
    organization: FeedOrganization | None = None


class FeedServiceAtLocation(FeedRecord):
    """A service at one of its sites. If the service is no longer at this site, only the id is given."""

    location: FeedLocation | None = None
    service: FeedService | None = None


class FeedFullService(FeedService):
    schedules: list[FeedSchedule] = []
    service_areas: list[FeedArea] = []
    service_at_locations: list[FeedServiceAtLocation] = []
    cost_options: list[FeedCostOption] = []
    attributes: list[FeedAttribute] = []


class FeedPage(msgspec.Struct):
    """The standard's envelope for one page of a list."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[Any]  # records of the same type


class FeedAbout(msgspec.Struct):
    version: str
    profile: str
    openapi_url: str


class FeedProblem(msgspec.Struct):
    """What is wrong with the request, in one sentence."""

    problem: str
