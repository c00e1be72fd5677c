"""The demonstration: its marker, the passwords of its people, and its story (story.py), which commands build."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from calloff.cli.demo import marker


class DemoAccount(NamedTuple):
    """A person in the demonstration whose account visitors can use to sign in."""

    email: str
    password: str
    name: str
    organisation: str
    role: str


@transaction.atomic
def load(anchor: date, at: datetime) -> None:
    """Mark an empty database as a demonstration and build the story in it, in one transaction.

    `anchor` is the Monday of the story's current week. Raises NotADemonstration if the database is not empty.
    """
    marker.mark_database(anchor, at)
    from calloff.cli.demo import story  # noqa: PLC0415  (importing this takes half a second)

    story.tell_story(anchor, at)


def accounts() -> list[DemoAccount]:
    """Return the people whose accounts visitors to this demonstration can use.

    Raises NotADemonstration if the database does not contain a demonstration.
    """
    marker.require_contents()
    from calloff.cli.demo import story  # noqa: PLC0415  (as above)

    return [DemoAccount(*row) for row in story.accounts()]
