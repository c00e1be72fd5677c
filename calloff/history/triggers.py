"""What the database itself refuses: the triggers that rooms hang on their tables."""

import pgtrigger


def status_guard() -> pgtrigger.Trigger:
    """Refuse a status that `step` or `begin` did not announce in the same transaction."""
    return pgtrigger.Trigger(
        name="status_moves_by_a_step",
        operation=pgtrigger.Insert | pgtrigger.Update,
        when=pgtrigger.Before,
        func="""
            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;
            IF current_setting('calloff.announced', true) IS DISTINCT FROM
                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)
            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;
            RETURN NEW;
        """,
    )


def never_rewritten(*fields: str) -> pgtrigger.Trigger:
    """Refuse a change of columns that no command changes once the row is written: raw SQL meets it too.

    The rights of a role on columns would not do: a record is saved whole, and PostgreSQL asks for the right to each
    column that is named, whether or not it changes.
    """
    return pgtrigger.Protect(
        name="columns_are_never_rewritten", operation=pgtrigger.Update, condition=pgtrigger.AnyChange(*fields)
    )
