"""The demonstration: its marker, its people's passwords, and its story (story.py), which is built through commands."""

from datetime import date, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from django.db import transaction

from calloff.cli.demo import marker


class DemoAccount(NamedTuple):
    """Someone to sign in as."""

    email: str
    password: str
    name: str
    organisation: str
    role: str


@transaction.atomic
def load(anchor: date, at: datetime) -> None:
    """Mark an empty database and tell the story in it, both or neither. Raises NotADemonstration on any other."""
    marker.mark_database(anchor, at)
    if story := _story():
        story.load(anchor, at)


def accounts() -> list[DemoAccount]:
    """Return the people of the demonstration in this database. Raises NotADemonstration where there is none."""
    marker.require_contents()
    story = _story()
    return [DemoAccount(*row) for row in story.accounts()] if story else []


def _story() -> Any:
    return import_module("calloff.cli.demo.story") if find_spec("calloff.cli.demo.story") else None
