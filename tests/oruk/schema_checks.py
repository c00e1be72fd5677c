"""Read the feed as an aggregator does, and validate it against the schemas of the standard."""

import json
from functools import cache

import pytest
from django.conf import settings
from jsonschema import Draft202012Validator, FormatChecker

from calloff.oruk.entry_numbers import number_new_entries
from tests.factories import NOW

FEED_ROOT = "/oruk/v3"
SCHEMAS_FOLDER = settings.BASE_DIR.parent / "shared" / "data" / "oruk"
COMPILED_SCHEMAS, PROFILE_SCHEMAS = SCHEMAS_FOLDER / "oruk-profile-compiled", SCHEMAS_FOLDER / "uk-profile-schema"
ENVELOPE_FIELDS = {
    "total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents",
}  # fmt: skip

needs_schemas = pytest.mark.skipif(not SCHEMAS_FOLDER.exists(), reason="the standard's schemas are not here")


@cache
def schema_of(name, *, compiled=True):
    """Return the validator for a record: the compiled schema, or the profile's schema together with its parts."""
    whole = json.loads(((COMPILED_SCHEMAS if compiled else PROFILE_SCHEMAS) / f"{name}.json").read_text())
    if name == "taxonomy":
        whole["properties"]["taxonomy_terms"]["items"] = json.loads(
            (PROFILE_SCHEMAS / "taxonomy_term.json").read_text()
        )
    whole.pop("$schema", None)
    return Draft202012Validator(whole, format_checker=FormatChecker())


def schema_faults(name, records, *, compiled=True):
    """Return the errors that the schema finds, and any top-level fields that are not in it."""
    schema = schema_of(name, compiled=compiled)
    known = schema.schema["properties"].keys()
    told = [f"{fault.json_path}: {fault.message}" for one in records for fault in schema.iter_errors(one)]
    return told + [f"unknown: {sorted(one.keys() - known)}" for one in records if one.keys() - known]


def empty_fields(record, at="$"):
    """Return the location of each empty string, list or null, except in county, which the schema requires."""
    if isinstance(record, dict):
        return [place for key, value in record.items() for place in empty_fields(value, f"{at}.{key}")]
    if isinstance(record, list) and record:
        return [place for one in record for place in empty_fields(one, f"{at}[]")]
    return [at] if record in ("", None, []) and not at.endswith(".state_province") else []


def get(client, path="", query=None, **more):
    return client.get(f"{FEED_ROOT}{path}", query or {}, **more)


def read(client, path, query=None):
    """Return one page or record, which must exist."""
    answer = get(client, path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def walk_list(client, path, **query):
    """Yield every record in a list, reading it page by page as an aggregator would."""
    number, more = 1, True
    while more:
        page = read(client, path, {**query, "page": number})
        yield from page["contents"]
        number, more = number + 1, not page["last_page"]


def numbered():
    """Run the job that is scheduled every minute."""
    return number_new_entries(NOW)
