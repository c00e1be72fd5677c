"""The definition of an API operation, which is used both to serve the operation and to document it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec


class RecordNotFound(Exception):
    """Raised if a record does not exist or is not public.

    The error does not say which of the two is the reason.
    """


class NoQuery(msgspec.Struct):
    pass


class PathParameter(NamedTuple):
    """A part of the path that identifies a record."""

    description: str
    schema: dict[str, Any]


class Operation(NamedTuple):
    """An operation of the API. The name of its URL is `api:<name>`."""

    name: str
    path: str  # the path in Django's notation, with <str:…> for the path parameters
    id: str
    summary: str
    answer: type[msgspec.Struct]
    does: Callable[..., Any]  # the function that is called as (query, caller, **path parameters, body=…)
    query: type[msgspec.Struct] = NoQuery
    method: str = "GET"
    body: type[msgspec.Struct] | None = None
    needs: str = ""  # the scope that the key must have, ANY_SCOPE if any key is enough, or empty if no key is needed
    where: dict[str, PathParameter] = {}
    # a function that is called as (caller, **path parameters) and returns an ETag, without computing the full
    # response
    validator: Callable[..., str | None] | None = None
    # whether the response is cached for all callers without a key, until the directory changes
    told_once: bool = False
    links: dict[str, tuple[str, dict[str, str]]] = {}  # OpenAPI links: name -> (operation id, parameters)
