"""What other systems can ask, as a page for the people who set them up: drawn from the document itself."""

from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.api.authentication import rate_limit_for
from calloff.api.openapi import build_document
from calloff.people.api_keys import SCOPE_DESCRIPTIONS
from calloff.people.view_access import ViewAccess

EXAMPLE_PATH = "/api/v1/services?need=SEMH&age=12&free=true"


def page(request: HttpRequest) -> HttpResponse:
    told: dict[str, Any] = msgspec.to_builtins(build_document())
    operations = [
        _as_told(path, method, one, told["components"]["schemas"])
        for path, methods in told["paths"].items()
        for method, one in methods.items()
    ]
    scopes = [(str(scope), *words) for scope, words in SCOPE_DESCRIPTIONS.items()]
    shown = {
        "operations": operations,
        "scopes": scopes,
        "example": settings.ADDRESS + EXAMPLE_PATH,
        "anonymous": rate_limit_for("anonymous"),
        "keyed": rate_limit_for("keyed"),
    }
    return render(request, "public/api_docs.html", shown)


page.access = ViewAccess("public", before_second_factor=True)  # type: ignore[attr-defined]
page = login_not_required(require_safe(page))


def _as_told(path: str, method: str, one: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    answer = schemas[_named(one["responses"]["200"])]
    return {
        "id": one["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": one["summary"],
        "note": one.get("description", ""),
        "parameters": [(each["name"], _sort(each["schema"]), each["description"]) for each in one["parameters"]],
        "fields": [
            (name, _sort(schema), _described(schema)) for name, schema in _rows(answer, schemas)["properties"].items()
        ],
        "sends": [
            (name, _sort(schema), _described(schema))
            for name, schema in (
                schemas[_named(one["requestBody"])]["properties"] if "requestBody" in one else {}
            ).items()
        ],
        "statuses": [(status, each["description"]) for status, each in one["responses"].items()],
    }


def _named(content: dict[str, Any]) -> str:
    return str(content["content"]["application/json"]["schema"]["$ref"]).rpartition("/")[2]


def _rows(answer: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Return what each row of a list is, or the answer itself where it is no list."""
    for schema in answer["properties"].values():
        if "next" in answer["properties"] and "$ref" in schema.get("items", {}):
            found: dict[str, Any] = schemas[schema["items"]["$ref"].rpartition("/")[2]]
            return found
    return answer


def _sort(schema: dict[str, Any]) -> str:
    """Say in words what a value is: “a whole number from 0 to 25”."""
    several = [one for one in schema.get("anyOf", [schema]) if one != {"const": ""}]
    return " or ".join(dict.fromkeys(_one_sort(one) for one in several))


def _one_sort(one: dict[str, Any]) -> str:
    if "enum" in one:
        return "one of " + ", ".join(str(value) for value in one["enum"] if value)
    if "$ref" in one:
        return "a record"
    kinds = {
        "integer": "a whole number", "string": "text", "boolean": "true or false", "array": "a list",
        "object": "a record", "null": "null",
    }  # fmt: skip
    formats = {"date": "a date, 2026-11-27", "date-time": "an instant", "uuid": "a UUID", "decimal": "a sum, as text"}
    words = formats.get(one.get("format", "")) or kinds.get(one.get("type", ""), "any value")
    if one.get("type") == "integer" and one.get("maximum", 10**9) < 10**9:
        words += f" from {one['minimum']} to {one['maximum']}"
    return words


def _described(schema: dict[str, Any]) -> str:
    several = [schema, *schema.get("anyOf", [])]
    return next((str(one["description"]) for one in several if "description" in one), "")
