"""A digest of the migrations that built the test database, which is used again only if they have not changed.

The digest is stored as a comment on the database itself, so it is lost when the database is deleted.
"""

import hashlib
from functools import cache
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection

from tests.settings import OWNER_URL


@cache
def digest_of_migrations():
    """Return a digest of the migration files of all installed apps, including those of third parties."""
    found = hashlib.sha256()
    for application in apps.get_app_configs():
        for path in sorted(Path(application.path).glob("migrations/*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


def is_out_of_date():
    """Return whether the test database does not exist or was built from other migrations."""
    name = _name()
    question = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with psycopg.connect(OWNER_URL, dbname="postgres") as server:
        return server.execute(question, [name]).fetchone() != (digest_of_migrations(),)


def mark_as_built():
    """Store the digest in the database to which the tests are connected."""
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"COMMENT ON DATABASE {name} IS '{digest_of_migrations()}'")


def use_as_it_is():
    """Let the tests use the database of the previous run.

    `migrate` would take a second to find out that there is nothing to do.
    """

    def connect(*args, **kwargs):
        name = _name()
        connection.close()
        settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name
        return name

    connection.creation.create_test_db = connect


def _name():
    place = connection.settings_dict
    return place["TEST"]["NAME"] or f"test_{place['NAME']}"
