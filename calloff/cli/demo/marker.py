"""The marker which shows that a database contains a demonstration.

Demonstration commands refuse to change a database without this marker.
"""

import hashlib
import hmac
import secrets
from base64 import b32encode
from datetime import date, datetime
from enum import Enum

from django.db import connection
from psycopg import sql

from calloff.cli.models import Demonstration

PASSWORD_GROUPS = 4


class DatabaseContents(Enum):
    NOTHING = "an empty database"
    DEMONSTRATION = "a demonstration"
    SOMETHING = "a database that already has data in it"


class NotADemonstration(Exception):
    """Raised if a demonstration command is run on a database that it must not change.

    The message says what to do instead.
    """


def look_at_database() -> DatabaseContents:
    """Return which kind of contents the database has.

    A database counts as empty if it contains no people, organisations or events.
    """
    tables = set(connection.introspection.table_names())
    if Demonstration._meta.db_table in tables and Demonstration.objects.exists():
        return DatabaseContents.DEMONSTRATION
    own_tables = {"people_user", "people_organisation", "history_event"}
    if tables and "django_migrations" not in tables:
        return DatabaseContents.SOMETHING
    with connection.cursor() as cursor:
        for table in sorted(tables & own_tables):
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table)))
            if cursor.fetchone() == (True,):
                return DatabaseContents.SOMETHING
    return DatabaseContents.NOTHING


def require_contents(*allowed: DatabaseContents) -> None:
    """Raise NotADemonstration unless the database has one of the allowed kinds of contents.

    The default is a demonstration.
    """
    here = look_at_database()
    if here not in (allowed or (DatabaseContents.DEMONSTRATION,)):
        where = f"{connection.settings_dict['NAME']} is {here.value}, not a demonstration"
        raise NotADemonstration(f"Refused: {where}. Unset DATABASE_URL, or name an empty database.")


def mark_database(anchor: date, at: datetime) -> None:
    """Add the marker to the database. Raises NotADemonstration unless the database is empty."""
    require_contents(DatabaseContents.NOTHING)
    Demonstration.objects.create(story_anchor=anchor, made_at=at, secret=secrets.token_urlsafe(32))


def story_monday() -> date:
    """Return the Monday of the story's current week, as stored in this database."""
    return Demonstration.objects.get().story_anchor


def demo_password(email: str) -> str:
    """Return an invented person's password, which is random but does not change in this installation."""
    secret = Demonstration.objects.get().secret
    digest = hmac.new(secret.encode(), email.lower().encode(), hashlib.sha256).digest()
    text = b32encode(digest).decode().lower()
    return "-".join(text[5 * group : 5 * group + 5] for group in range(PASSWORD_GROUPS))
