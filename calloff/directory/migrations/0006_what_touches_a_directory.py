from django.db import migrations, models

WATCHED = (
    "agreements_agreement", "directory_atsite", "directory_price", "directory_service", "directory_site",
    "evidence_evidence", "markets_lot", "markets_market", "members_condition", "members_member", "people_organisation",
)
# As the owner, so that it notes what any role does. One row for each transaction, and none waits for another's.
NOTE = """
    CREATE FUNCTION directory_is_touched() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO directory_touch (transaction) VALUES (pg_current_xact_id()::text::bigint) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
"""


def watch(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER directory_is_touched AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION directory_is_touched()",
        f"DROP TRIGGER directory_is_touched ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0003_three_kinds"),
        ("directory", "0005_answered_by_another"),
        ("evidence", "0001_initial"),
        ("markets", "0002_what_buyers_sign"),
        ("members", "0002_no_marker_decides"),
        ("people", "0004_a_name_in_open_data"),
    ]

    operations = [
        migrations.CreateModel(
            name="Touch",
            fields=[("transaction", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"verbose_name_plural": "touches"},
        ),
        migrations.RunSQL(NOTE, "DROP FUNCTION directory_is_touched"),
        *map(watch, WATCHED),
    ]
