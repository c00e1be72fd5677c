"""What the database itself refuses: the triggers that rooms hang on their tables."""

from functools import reduce
from operator import or_

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


def has_changed(field: str) -> pgtrigger.Q:
    """Return the condition that a column has another value than before, for triggers that ask more than that."""
    return pgtrigger.Q(**{f"old__{field}__df": pgtrigger.F(f"new__{field}")})


def set_once(*fields: str) -> pgtrigger.Trigger:
    """Refuse another value of nullable columns once they have one: an instant that was written down stays."""
    another = [pgtrigger.Q(**{f"old__{one}__isnull": False}) & has_changed(one) for one in fields]
    return pgtrigger.Protect(name="columns_are_set_once", operation=pgtrigger.Update, condition=reduce(or_, another))


def changed_only_by(*verbs: str, field: str) -> pgtrigger.Trigger:
    """Refuse a change of a column that no step by one of some verbs announced in the same transaction."""
    named = ", ".join(f"'{verb}'" for verb in verbs)
    return pgtrigger.Trigger(
        name=f"{field}_changes_by_a_verb",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        condition=pgtrigger.AnyChange(field),
        func=f"""
            IF coalesce(current_setting('calloff.verb', true), '') NOT IN ({named})
            THEN RAISE EXCEPTION 'pgtrigger: {field} of % changes only by a step', TG_TABLE_NAME; END IF;
            RETURN NEW;
        """,
    )
