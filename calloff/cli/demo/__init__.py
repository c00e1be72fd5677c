"""The demonstration: its marker, its people's passwords, and its story (story.py), which is built through commands."""

from datetime import date, datetime
from typing import NamedTuple

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
    from calloff.cli.demo import story  # noqa: PLC0415  (half a second of imports, for the commands that tell it)

    story.tell_story(anchor, at)


def accounts() -> list[DemoAccount]:
    """Return the people of the demonstration in this database. Raises NotADemonstration where there is none."""
    marker.require_contents()
    from calloff.cli.demo import story  # noqa: PLC0415  (as above)

    return [DemoAccount(*row) for row in story.accounts()]
