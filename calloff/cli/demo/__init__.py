"""The demonstration: its marker, its people's passwords, and its story (story.py), built with commands."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from calloff.cli.demo import marker


class DemoAccount(NamedTuple):
    """A person as whom visitors can sign in."""

    email: str
    password: str
    name: str
    organisation: str
    role: str


@transaction.atomic
def load(anchor: date, at: datetime) -> None:
    """Mark an empty database as a demonstration and build the story in it, in one transaction.

    `anchor` is the Monday of the story. Raises NotADemonstration for any other database.
    """
    marker.mark_database(anchor, at)
    from calloff.cli.demo import story  # noqa: PLC0415  (half a second to import)

    story.tell_story(anchor, at)


def accounts() -> list[DemoAccount]:
    """Return the people of the demonstration in this database. Raises NotADemonstration if there is none."""
    marker.require_contents()
    from calloff.cli.demo import story  # noqa: PLC0415  (as above)

    return [DemoAccount(*row) for row in story.accounts()]
