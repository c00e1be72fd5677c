"""The files and columns of the tabular format: those of the standard, and our own, which start with `calloff_`.

The standard allows extra columns. Ours contain facts for which the standard has no column. A directory can therefore be
moved elsewhere without losing, for example, staff ratios, typical days, places available and units of price.
"""

from typing import Any, NamedTuple

OWN_COLUMN_PREFIX = "calloff_"  # marks columns that are not in the standard
RADIUS_EXTENT = "radius"  # the extent_type of an area within some distance of a site


class TabularColumn(NamedTuple):
    name: str
    type: str = "string"  # the type of a field in a Tabular Data Package
    required: bool = False
    to: str = ""  # the table to which an id in this column refers


class TabularTable(NamedTuple):
    name: str
    path: str
    columns: tuple[TabularColumn, ...]
    also: tuple[str, ...] = ()  # other names that publishers use for the file
    needed: bool = False  # whether a directory can be imported only with this file

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]


def _id(name: str = "id", to: str = "", *, required: bool = True) -> TabularColumn:
    return TabularColumn(name, "string", required, to)


def _must(name: str, type_: str = "string") -> TabularColumn:
    return TabularColumn(name, type_, required=True)


ORGANIZATION_TABLE, ORGANIZATION_IDENTIFIER_TABLE, SERVICE_TABLE, LOCATION_TABLE = (
    "organization",
    "organization_identifier",
    "service",
    "location",
)
ADDRESS_TABLE, ACCESSIBILITY_TABLE, SERVICE_AT_LOCATION_TABLE, SCHEDULE_TABLE = (
    "address",
    "accessibility",
    "service_at_location",
    "schedule",
)
SERVICE_AREA_TABLE, COST_OPTION_TABLE, ATTRIBUTE_TABLE, TAXONOMY_TABLE, TAXONOMY_TERM_TABLE = (
    "service_area",
    "cost_option",
    "attribute",
    "taxonomy",
    "taxonomy_term",
)

# fmt: off
TABLES = {table.name: table for table in (
    TabularTable(ORGANIZATION_TABLE, "organizations.csv", (_id(), _must("name"), _must("description")), needed=True),
    TabularTable(ORGANIZATION_IDENTIFIER_TABLE, "organization_identifiers.csv", (
        _id(), _id("organization_id", ORGANIZATION_TABLE), TabularColumn("identifier_scheme"), _must("identifier_type"),
        _must("identifier"),
    )),
    TabularTable(SERVICE_TABLE, "services.csv", (
        _id(), _id("organization_id", ORGANIZATION_TABLE), _must("name"), TabularColumn("description"),
        TabularColumn("url"),
        _must("status"), TabularColumn("application_process"), TabularColumn("accreditations"),
        TabularColumn("minimum_age", "number"),
        TabularColumn("maximum_age", "number"), TabularColumn("assured_date", "date"), TabularColumn("alert"),
        TabularColumn("last_modified", "datetime"), TabularColumn("calloff_summary"),
        TabularColumn("calloff_main_needs"),
        TabularColumn("calloff_gender"), TabularColumn("calloff_staff", "integer"), TabularColumn("calloff_children",
            "integer"),
        TabularColumn("calloff_team"), TabularColumn("calloff_day"), TabularColumn("calloff_transport"),
        TabularColumn("calloff_registration_number"), TabularColumn("calloff_places", "integer"),
        TabularColumn("calloff_places_from", "date"), TabularColumn("calloff_places_said", "date"),
    ), needed=True),
    TabularTable(LOCATION_TABLE, "locations.csv", (
        _id(), _must("location_type"), TabularColumn("name"), TabularColumn("description"), TabularColumn("latitude",
            "number"),
        TabularColumn("longitude", "number"), TabularColumn("calloff_run_by"),
    )),
    TabularTable(ADDRESS_TABLE, "addresses.csv", (
        _id(), _id("location_id", LOCATION_TABLE), _must("address_1"), TabularColumn("address_2"), _must("city"),
        TabularColumn("state_province"), _must("postal_code"), _must("country"), _must("address_type"),
    ), also=("address.csv",)),
    TabularTable(ACCESSIBILITY_TABLE, "accessibility.csv", (
        _id(), _id("location_id", LOCATION_TABLE, required=False), TabularColumn("description"),
    )),
    TabularTable(SERVICE_AT_LOCATION_TABLE, "service_at_location.csv", (
        _id(), _id("service_id", SERVICE_TABLE), _id("location_id", LOCATION_TABLE), TabularColumn("calloff_own",
            "boolean"),
    ), also=("service_at_locations.csv",)),
    TabularTable(SCHEDULE_TABLE, "schedules.csv", (
        _id(), _id("service_id", SERVICE_TABLE, required=False),
        _id("service_at_location_id", SERVICE_AT_LOCATION_TABLE, required=False), TabularColumn("valid_from", "date"),
        TabularColumn("valid_to", "date"), TabularColumn("dtstart", "date"), TabularColumn("freq"),
        TabularColumn("interval", "number"),
        TabularColumn("byday"), TabularColumn("opens_at", "time"), TabularColumn("closes_at", "time"),
        TabularColumn("description"), TabularColumn("attending_type"), TabularColumn("notes"),
    ), also=("schedule.csv",)),
    TabularTable(SERVICE_AREA_TABLE, "service_areas.csv", (
        _id(), _id("service_id", SERVICE_TABLE, required=False), TabularColumn("name"), TabularColumn("service_area"),
        TabularColumn("extent"),
        TabularColumn("extent_type"),
    )),
    TabularTable(COST_OPTION_TABLE, "cost_options.csv", (
        _id(), _id("service_id", SERVICE_TABLE), TabularColumn("valid_from", "date"), TabularColumn("valid_to",
            "date"), TabularColumn("option"),
        TabularColumn("currency"), TabularColumn("amount", "number"), TabularColumn("amount_description"),
        TabularColumn("calloff_unit"),
        TabularColumn("calloff_vat"), TabularColumn("calloff_hours", "number"), TabularColumn("calloff_line"),
    )),
    TabularTable(ATTRIBUTE_TABLE, "attributes.csv", (
        _id(), _must("link_id"), _id("taxonomy_term_id", TAXONOMY_TERM_TABLE), TabularColumn("link_type"),
        TabularColumn("link_entity"),
    ), also=("attribute.csv",), needed=True),
    TabularTable(TAXONOMY_TABLE, "taxonomies.csv", (_id(), _must("name"), _must("description")),
        also=("taxonomy.csv",)),
    TabularTable(TAXONOMY_TERM_TABLE, "taxonomy_terms.csv", (
        _id(), TabularColumn("code"), _must("name"), _must("description"), TabularColumn("taxonomy"),
        _id("taxonomy_id", TAXONOMY_TABLE, required=False), TabularColumn("term"),
    ), needed=True),
)}
# fmt: on


EMPTY_ERRORS = {  # {required column: what to enter in it}
    "id": "enter an id in UUID format.",
    "organization_id": "enter the id of the organisation.",
    "service_id": "enter the id of the service.",
    "location_id": "enter the id of the location.",
    "link_id": "enter the id of the record that this attribute describes.",
    "taxonomy_term_id": "enter the id of the taxonomy term.",
    "name": "enter the name.",
    "description": "enter the description.",
    "status": "enter the status of the service, for example active.",
    "identifier": "enter the registration number.",
    "identifier_type": "enter the type of registration number.",
    "location_type": "enter the type of location, for example physical.",
    "address_1": "enter the first line of the address.",
    "city": "enter the town or city.",
    "postal_code": "enter the postcode.",
    "country": "enter the country, for example GB.",
    "address_type": "enter the type of address, for example physical.",
}


def describe_data_package(title: str) -> dict[str, Any]:
    """Return a description of the files as a Tabular Data Package, for tools that use this standard."""
    return {
        "profile": "tabular-data-package",
        "name": "human_services_data",
        "title": title,
        "resources": [_resource(table) for table in TABLES.values()],
    }


def _resource(table: TabularTable) -> dict[str, Any]:
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


def _field(column: TabularColumn) -> dict[str, Any]:
    rules: dict[str, bool] = {"required": True} if column.required else {}
    return {
        "name": column.name,
        "type": column.type,
        "constraints": rules | ({"unique": True} if column.name == "id" else {}),
    }
