"""Whoever copied the feed knows its providers by the names that they had there: they keep them.

In a migration of its own: what checks the rows is done before the table is altered.
"""

from django.db import migrations

KEEP = """
    UPDATE people_organisation SET uuid = kept.uuid FROM oruk_publisher kept
    WHERE kept.organisation_id = people_organisation.id
"""


class Migration(migrations.Migration):
    dependencies = [("oruk", "0002_same_owner"), ("people", "0004_a_name_in_open_data")]

    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
