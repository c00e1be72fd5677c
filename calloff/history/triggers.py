"""Build triggers that other apps declare on their models."""

from functools import reduce
from operator import or_

import pgtrigger


def status_guard() -> pgtrigger.Trigger:
    """Return a trigger that refuses a change of status that `transition` or `create` has not announced.

    The announcement must be in the same transaction.
    """
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
    """Return a trigger that refuses changes to columns that no command changes after the row is inserted.

    It also applies to raw SQL. Column privileges are not possible, because Django saves all columns of a record, and
    PostgreSQL requires the privilege for each of them.
    """
    return pgtrigger.Protect(
        name="columns_are_never_rewritten", operation=pgtrigger.Update, condition=pgtrigger.AnyChange(*fields)
    )


def has_changed(field: str) -> pgtrigger.Q:
    """Return the condition that the value of a column has changed, for triggers that have more conditions."""
    return pgtrigger.Q(**{f"old__{field}__df": pgtrigger.F(f"new__{field}")})


def set_once(*fields: str) -> pgtrigger.Trigger:
    """Return a trigger that refuses changes to nullable columns once they have a value.

    An example of such a column is the time of a decision.
    """
    another = [pgtrigger.Q(**{f"old__{one}__isnull": False}) & has_changed(one) for one in fields]
    return pgtrigger.Protect(name="columns_are_set_once", operation=pgtrigger.Update, condition=reduce(or_, another))


def changed_only_by(*verbs: str, field: str) -> pgtrigger.Trigger:
    """Return a trigger that refuses changes to a column except by certain verbs.

    A transition with one of these verbs must have been announced in the same transaction.
    """
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
