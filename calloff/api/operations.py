"""The definition of an API operation, from which it is both served and documented."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec


class RecordNotFound(Exception):
    """Raised if there is no such record, or if it is not public.

    The error does not say which of the two is the case.
    """


class NoQuery(msgspec.Struct):
    pass


class PathParameter(NamedTuple):
    """A part of the path that identifies a record."""

    description: str
    schema: dict[str, Any]


class Operation(NamedTuple):
    """An operation of the API. Its URL name is `api:<name>`."""

    name: str
    path: str  # in Django's notation, with <str:…> for the path parameters
    id: str
    summary: str
    answer: type[msgspec.Struct]
    does: Callable[..., Any]  # called as (query, caller, **path parameters, body=…)
    query: type[msgspec.Struct] = NoQuery
    method: str = "GET"
    body: type[msgspec.Struct] | None = None
    needs: str = ""  # the scope that the key must have, or ANY_SCOPE for any key. Empty if no key is needed
    where: dict[str, PathParameter] = {}
    # (caller, **path parameters) -> an ETag, without computing the full answer
    validator: Callable[..., str | None] | None = None
    told_once: bool = False  # whether to cache the answer for all callers that have no key until the directory changes
    links: dict[str, tuple[str, dict[str, str]]] = {}  # OpenAPI links: name -> (operation id, parameters)
