"""The demonstration: its marker, its people's passwords, and its story (story.py), which commands build."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from calloff.cli.demo import marker


class DemoAccount(NamedTuple):
    """A person of the demonstration as whom a visitor can sign in."""

    email: str
    password: str
    name: str
    organisation: str
    role: str


@transaction.atomic
def load(anchor: date, at: datetime) -> None:
    """Mark an empty database as a demonstration and build the story in it, all in one transaction.

    `anchor` is the Monday of the story. Raises NotADemonstration if the database is not empty.
    """
    marker.mark_database(anchor, at)
    from calloff.cli.demo import story  # noqa: PLC0415  (importing this takes half a second)

    story.tell_story(anchor, at)


def accounts() -> list[DemoAccount]:
    """Return the people of the demonstration that is in this database.

    Raises NotADemonstration if there is no demonstration.
    """
    marker.require_contents()
    from calloff.cli.demo import story  # noqa: PLC0415  (as above)

    return [DemoAccount(*row) for row in story.accounts()]
