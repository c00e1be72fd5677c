"""The demonstration: its marker, its people's passwords, and its story (story.py), built by commands."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from calloff.cli.demo import marker


class DemoAccount(NamedTuple):
    """A person in the demonstration that a visitor can sign in as."""

    email: str
    password: str
    name: str
    organisation: str
    role: str


@transaction.atomic
def load(anchor: date, at: datetime) -> None:
    """Mark an empty database as a demonstration and build the story in it, in one transaction.

    `anchor` is the story's Monday. Raises NotADemonstration if the database is not empty.
    """
    marker.mark_database(anchor, at)
    from calloff.cli.demo import story  # noqa: PLC0415  (importing this takes half a second)

    story.tell_story(anchor, at)


def accounts() -> list[DemoAccount]:
    """Return the people in this database's demonstration.

    Raises NotADemonstration if there is none.
    """
    marker.require_contents()
    from calloff.cli.demo import story  # noqa: PLC0415  (as above)

    return [DemoAccount(*row) for row in story.accounts()]
