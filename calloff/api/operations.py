"""The definition of an API operation, which is used to serve and to document it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec


class RecordNotFound(Exception):
    """Raised if the record does not exist or is not public.

    The error does not say which.
    """


class NoQuery(msgspec.Struct):
    pass


class PathParameter(NamedTuple):
    """A part of the path that identifies a record."""

    description: str
    schema: dict[str, Any]


class Operation(NamedTuple):
    """An API operation. Its URL name is `api:<name>`."""

    name: str
    path: str  # in Django's notation, with <str:…> for the path parameters
    id: str
    summary: str
    answer: type[msgspec.Struct]
    does: Callable[..., Any]  # called as (query, caller, **path parameters, body=…)
    query: type[msgspec.Struct] = NoQuery
    method: str = "GET"
    body: type[msgspec.Struct] | None = None
    needs: str = ""  # the scope that the key must have, ANY_SCOPE for any key, or empty if no key is needed
    where: dict[str, PathParameter] = {}
    # (caller, **path parameters) -> an ETag, without computing the full response
    validator: Callable[..., str | None] | None = None
    # whether to cache the response for all callers without a key, until the directory changes
    told_once: bool = False
    links: dict[str, tuple[str, dict[str, str]]] = {}  # OpenAPI links: name -> (operation id, parameters)
