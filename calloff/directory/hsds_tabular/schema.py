"""Which files the tabular form has, and which columns each: the standard's own, and some of ours that begin `calloff_`.

The standard lets whoever publishes add columns. Ours hold what its own have no room for, so that a directory that is
exported and brought in elsewhere is the same: the ratio, what a day is like, free places, what a price is for.
"""

from typing import Any, NamedTuple

OURS = "calloff_"  # begins the columns that are not the standard's
RADIUS = "radius"  # the extent_type of an area that is so many miles around a site


class Column(NamedTuple):
    name: str
    type: str = "string"  # of a Tabular Data Package
    required: bool = False
    to: str = ""  # the table whose id it names


class Table(NamedTuple):
    name: str
    path: str
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()  # other names under which publishers have this file
    needed: bool = False  # a directory without it cannot be brought in

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]


def _id(name: str = "id", to: str = "", *, required: bool = True) -> Column:
    return Column(name, "string", required, to)


def _must(name: str, type_: str = "string") -> Column:
    return Column(name, type_, required=True)


ORGANIZATION, IDENTIFIER, SERVICE, LOCATION = "organization", "organization_identifier", "service", "location"
ADDRESS, ACCESSIBILITY, AT_LOCATION, SCHEDULE = "address", "accessibility", "service_at_location", "schedule"
AREA, COST, ATTRIBUTE, TAXONOMY, TERM = "service_area", "cost_option", "attribute", "taxonomy", "taxonomy_term"

# fmt: off
TABLES = {table.name: table for table in (
    Table(ORGANIZATION, "organizations.csv", (_id(), _must("name"), _must("description")), needed=True),
    Table(IDENTIFIER, "organization_identifiers.csv", (
        _id(), _id("organization_id", ORGANIZATION), Column("identifier_scheme"), _must("identifier_type"),
        _must("identifier"),
    )),
    Table(SERVICE, "services.csv", (
        _id(), _id("organization_id", ORGANIZATION), _must("name"), Column("description"), Column("url"),
        _must("status"), Column("application_process"), Column("accreditations"), Column("minimum_age", "number"),
        Column("maximum_age", "number"), Column("assured_date", "date"), Column("alert"),
        Column("last_modified", "datetime"), Column("calloff_summary"), Column("calloff_main_needs"),
        Column("calloff_gender"), Column("calloff_staff", "integer"), Column("calloff_children", "integer"),
        Column("calloff_team"), Column("calloff_day"), Column("calloff_transport"),
        Column("calloff_registration_number"), Column("calloff_places", "integer"),
        Column("calloff_places_from", "date"), Column("calloff_places_said", "date"),
    ), needed=True),
    Table(LOCATION, "locations.csv", (
        _id(), _must("location_type"), Column("name"), Column("description"), Column("latitude", "number"),
        Column("longitude", "number"), Column("calloff_run_by"),
    )),
    Table(ADDRESS, "addresses.csv", (
        _id(), _id("location_id", LOCATION), _must("address_1"), Column("address_2"), _must("city"),
        Column("state_province"), _must("postal_code"), _must("country"), _must("address_type"),
    ), also=("address.csv",)),
    Table(ACCESSIBILITY, "accessibility.csv", (
        _id(), _id("location_id", LOCATION, required=False), Column("description"),
    )),
    Table(AT_LOCATION, "service_at_location.csv", (
        _id(), _id("service_id", SERVICE), _id("location_id", LOCATION), Column("calloff_own", "boolean"),
    ), also=("service_at_locations.csv",)),
    Table(SCHEDULE, "schedules.csv", (
        _id(), _id("service_id", SERVICE, required=False),
        _id("service_at_location_id", AT_LOCATION, required=False), Column("valid_from", "date"),
        Column("valid_to", "date"), Column("dtstart", "date"), Column("freq"), Column("interval", "number"),
        Column("byday"), Column("opens_at", "time"), Column("closes_at", "time"),
        Column("description"), Column("attending_type"), Column("notes"),
    ), also=("schedule.csv",)),
    Table(AREA, "service_areas.csv", (
        _id(), _id("service_id", SERVICE, required=False), Column("name"), Column("service_area"), Column("extent"),
        Column("extent_type"),
    )),
    Table(COST, "cost_options.csv", (
        _id(), _id("service_id", SERVICE), Column("valid_from", "date"), Column("valid_to", "date"), Column("option"),
        Column("currency"), Column("amount", "number"), Column("amount_description"), Column("calloff_unit"),
        Column("calloff_vat"), Column("calloff_hours", "number"), Column("calloff_line"),
    )),
    Table(ATTRIBUTE, "attributes.csv", (
        _id(), _must("link_id"), _id("taxonomy_term_id", TERM), Column("link_type"), Column("link_entity"),
    ), also=("attribute.csv",), needed=True),
    Table(TAXONOMY, "taxonomies.csv", (_id(), _must("name"), _must("description")), also=("taxonomy.csv",)),
    Table(TERM, "taxonomy_terms.csv", (
        _id(), Column("code"), _must("name"), _must("description"), Column("taxonomy"),
        _id("taxonomy_id", TAXONOMY, required=False), Column("term"),
    ), needed=True),
)}
# fmt: on


def package(title: str) -> dict[str, Any]:
    """Describe the files as a Tabular Data Package does, for whoever reads them with its tools."""
    return {
        "profile": "tabular-data-package",
        "name": "human_services_data",
        "title": title,
        "resources": [_resource(table) for table in TABLES.values()],
    }


def _resource(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "path": table.path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": "id",
            "foreignKeys": [
                {"fields": column.name, "reference": {"resource": column.to, "fields": "id"}}
                for column in table.columns
                if column.to
            ],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    rules: dict[str, bool] = {"required": True} if column.required else {}
    return {
        "name": column.name,
        "type": column.type,
        "constraints": rules | ({"unique": True} if column.name == "id" else {}),
    }
