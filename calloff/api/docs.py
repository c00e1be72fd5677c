"""The API's documentation page, for people who connect another system.

It is made from the OpenAPI document.
"""

from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.api.openapi import build_document
from calloff.api.request_limits import rate_limit_for
from calloff.people.api_keys import SCOPE_DESCRIPTIONS
from calloff.people.view_access import ViewAccess

EXAMPLE_PATH = "/api/v1/services?need=SEMH&age=12&free=true"


def page(request: HttpRequest) -> HttpResponse:
    document: dict[str, Any] = msgspec.to_builtins(build_document())
    operations = [
        _operation_rows(path, method, operation, document["components"]["schemas"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    scopes = [(str(scope), *words) for scope, words in SCOPE_DESCRIPTIONS.items()]
    context = {
        "operations": operations,
        "scopes": scopes,
        "example": settings.ADDRESS + EXAMPLE_PATH,
        "anonymous": rate_limit_for("anonymous"),
        "keyed": rate_limit_for("keyed"),
    }
    return render(request, "public/api_docs.html", context)


page.access = ViewAccess("public", before_second_factor=True)  # type: ignore[attr-defined]
page = login_not_required(require_safe(page))


def _operation_rows(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    answer = schemas[_schema_name(operation["responses"]["200"])]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "note": operation.get("description", ""),
        "parameters": [
            (parameter["name"], _value_in_words(parameter["schema"]), parameter["description"])
            for parameter in operation["parameters"]
        ],
        "fields": [
            (name, _value_in_words(schema), _description_of(schema))
            for name, schema in _row_schema(answer, schemas)["properties"].items()
        ],
        "sends": [
            (name, _value_in_words(schema), _description_of(schema))
            for name, schema in (
                schemas[_schema_name(operation["requestBody"])]["properties"] if "requestBody" in operation else {}
            ).items()
        ],
        "statuses": [(status, response["description"]) for status, response in operation["responses"].items()],
    }


def _schema_name(content: dict[str, Any]) -> str:
    return str(content["content"]["application/json"]["schema"]["$ref"]).rpartition("/")[2]


def _row_schema(answer: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a row if the response is a list, otherwise the schema of the response itself."""
    for schema in answer["properties"].values():
        if "next" in answer["properties"] and "$ref" in schema.get("items", {}):
            row_schema: dict[str, Any] = schemas[schema["items"]["$ref"].rpartition("/")[2]]
            return row_schema
    return answer


def _value_in_words(schema: dict[str, Any]) -> str:
    """Describe in words which values are allowed, for example “a whole number from 0 to 25”."""
    types = [schema_type for schema_type in schema.get("anyOf", [schema]) if schema_type != {"const": ""}]
    return " or ".join(dict.fromkeys(_type_in_words(schema_type) for schema_type in types))


def _type_in_words(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"] if value)
    if "$ref" in schema:
        return "a record"
    kinds = {
        "integer": "a whole number", "string": "text", "boolean": "true or false", "array": "a list",
        "object": "a record", "null": "null",
    }  # fmt: skip
    formats = {
        "date": "a date, 2026-11-27",
        "date-time": "an instant",
        "uuid": "a UUID",
        "decimal": "an amount, as text",
    }
    description = formats.get(schema.get("format", "")) or kinds.get(schema.get("type", ""), "any value")
    if schema.get("type") == "integer" and schema.get("maximum", 10**9) < 10**9:
        description += f" from {schema['minimum']} to {schema['maximum']}"
    return description


def _description_of(schema: dict[str, Any]) -> str:
    schemas = [schema, *schema.get("anyOf", [])]
    return next((str(candidate["description"]) for candidate in schemas if "description" in candidate), "")
