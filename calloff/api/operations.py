"""What an operation is: one thing that can be asked at one address, described once and served from that description."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec


class RecordNotFound(Exception):
    """There is no such record, or none that anyone may see: the sentence does not say which."""


class NoQuery(msgspec.Struct):
    pass


class PathParameter(NamedTuple):
    """One part of an address that names a record."""

    description: str
    schema: dict[str, Any]


class Operation(NamedTuple):
    """One thing that can be asked, at `api:<name>`."""

    name: str
    path: str  # as Django writes it, with <str:…> for what names a record
    id: str
    summary: str
    answer: type[msgspec.Struct]
    does: Callable[..., Any]  # (query, caller, **where, body=…)
    query: type[msgspec.Struct] = NoQuery
    method: str = "GET"
    body: type[msgspec.Struct] | None = None
    needs: str = ""  # the scope that a key must have, or ANY key; nothing: no key is needed
    where: dict[str, PathParameter] = {}
    validator: Callable[..., str | None] | None = None  # (caller, **where): what stands for the answer, cheaply
    told_once: bool = False  # the same to everyone without a key, until a directory changes
    links: dict[str, tuple[str, dict[str, str]]] = {}  # where the answer leads: name -> (operation's id, parameters)
