"""Database constraints that require a row to have the same owner as the row that it refers to."""

from django.db import migrations


def same_owner_sql(child: str, relation: str, parent: str, column: str = "authority_id") -> migrations.RunSQL:
    """Return SQL that makes the database check that a row has the same owner as the row that it refers to.

    Django does not support composite foreign keys. `child.relation` refers to `parent`, and both tables
    have `column`.
    """
    unique, foreign = f"{parent}_id_{column}", f"{child}_{relation}_same_{column}"
    return migrations.RunSQL(
        f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = '{unique}') THEN
                ALTER TABLE {parent} ADD CONSTRAINT {unique} UNIQUE (id, {column});
            END IF;
        END $$;
        ALTER TABLE {child} ADD CONSTRAINT {foreign} FOREIGN KEY ({relation}, {column})
            REFERENCES {parent} (id, {column}) DEFERRABLE INITIALLY DEFERRED;
        """,
        f"ALTER TABLE {child} DROP CONSTRAINT {foreign}",
    )


def same_owner_in_new_table_sql(
    child: str, relation: str, parent: str, column: str = "authority_id"
) -> migrations.RunSQL:
    """Return SQL for the same check on a table that this migration creates, if its parent table already has
    the unique key.

    The check is added without a lock on the parent's rows. The new table is empty, so the check is
    validated immediately.
    """
    foreign = f"{child}_{relation}_same_{column}"
    return migrations.RunSQL(
        f"""
        ALTER TABLE {child} ADD CONSTRAINT {foreign} FOREIGN KEY ({relation}, {column})
            REFERENCES {parent} (id, {column}) DEFERRABLE INITIALLY DEFERRED NOT VALID;
        ALTER TABLE {child} VALIDATE CONSTRAINT {foreign};
        """,
        f"ALTER TABLE {child} DROP CONSTRAINT {foreign}",
    )
