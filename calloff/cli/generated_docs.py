"""Documents generated from the code, so that they always agree with it."""

import re
from collections.abc import Iterable, Iterator

import pghistory.models
from django.apps import apps
from django.conf import settings
from django.db.models import Model

from calloff.cli.message_catalogue import read_messages
from calloff.kernel.formatting import pluralise
from calloff.kernel.lifecycles import ANYONE, SELF, Lifecycle
from calloff.people.permissions import PERMISSION_MEANINGS, PERMISSIONS_BY_ROLE, Role
from calloff.placements.retention import ATTENDANCE_RETENTION
from calloff.pupils.disclosure_policy import DISCLOSURE_FIELDS, DisclosureReader
from calloff.pupils.retention import RETENTION_CLASSES

NO_PERMISSION = {SELF: "none, but only for yourself", ANYONE: "none, but you need an account"}
SOURCE = settings.BASE_DIR / "calloff"
GENERATED_BY = "Generated from the code by `python3 run.py draw-documents`."


def lifecycles() -> list[Lifecycle]:
    """Return the life cycles of all models, package by package."""
    return [model.LIFECYCLE for model in _models() if hasattr(model, "LIFECYCLE")]


def tracked_tables() -> dict[type[Model], type[pghistory.models.Event]]:
    """Return the models that have row history, each with its history model."""
    kept: dict[type[Model], type[pghistory.models.Event]] = {}
    for model in apps.get_models():
        tracked = getattr(model, "pgh_tracked_model", None)
        if tracked is not None and issubclass(model, pghistory.models.Event):
            kept[tracked] = model
    return {model: kept[model] for model in _models() if model in kept}


def generated_pages() -> dict[str, str]:
    """Return the text of each generated document, by its path under docs/."""
    states = {f"states/{_slug(lifecycle.noun)}.mmd": lifecycle.mermaid() for lifecycle in lifecycles()}
    return states | {
        "permissions.md": permissions_page(),
        "verbs.md": verbs_page(),
        "messages.md": messages_page(),
        "rows.md": row_history_page(),
        "disclosure.md": disclosure_page(),
        "retention.md": retention_page(),
    }


def permissions_page() -> str:
    """Return the page about which role has which permission.

    The page has a row for each permission and a column for each role.
    """
    table = [
        [PERMISSION_MEANINGS[can], *("yes" if can in PERMISSIONS_BY_ROLE[role] else "" for role in Role)]
        for can in PERMISSION_MEANINGS
    ]
    about = (
        f"{GENERATED_BY} A role gives these permissions at the person's own organisation, or in one market if "
        f"the role is for that market only."
    )
    return _page("Permissions by role", about, ["", *(str(role.label) for role in Role)], table)


def verbs_page() -> str:
    """Return the page about what can happen to every record.

    The page has a row for each transition, with its text in History.
    """
    about = (
        f"{GENERATED_BY} Each row shows one transition from a `states.py` file. Its name is the name of a command in "
        f"the record's own room, unless the “command” column gives another command that includes it."
    )
    table = [
        [
            lifecycle.noun,
            move.verb,
            str(move.source.label) if move.source else "–",
            str(move.target.label),
            move.owner,
            NO_PERMISSION.get(move.permission) or PERMISSION_MEANINGS.get(move.permission, ""),  # type: ignore[call-overload]
            move.command or f"{lifecycle.room}.{move.verb}",
            move.history_text,
        ]
        for lifecycle in lifecycles()
        for move in lifecycle.transitions
    ]
    head = ["record", "transition", "from", "to", "owner", "permission", "command", "text in the history"]
    return _page("Actions and statuses", about, head, table)


def messages_page() -> str:
    """Return the page that lists all email messages.

    For each message, the page shows where it is defined, its subject and its first sentence.
    """
    about = (
        f"{GENERATED_BY} Text in braces is replaced by details from the record. Text in square brackets is sent only "
        f"for some records. Messages never include a child's name, a price or a reason. People sign in to read those."
    )
    table = [[entry.room, f"`{entry.name}`", entry.subject, entry.first_sentence] for entry in read_messages(SOURCE)]
    return _page("Messages", about, ["room", "message", "subject", "first sentence"], table)


def row_history_page() -> str:
    """Return the page about which tables have row history (pghistory)."""
    about = (
        f"{GENERATED_BY} Tables that are not in this list have no row history. Their rows are never changed (events, "
        "versions, decisions, signatures), are secret (passwords, codes, sessions) or are not needed later."
    )
    table = [
        [model._meta.db_table, events._meta.db_table, _left_out(model, events)]
        for model, events in tracked_tables().items()
    ]
    return _page("Tables with row history", about, ["table", "history table", "columns left out"], table)


def disclosure_page() -> str:
    """Return the page about who can see which details of a child, with a row for each field, by stage and by
    reader.
    """
    about = (
        f"{GENERATED_BY} Only people with a role at the buyer, or a current disclosure, can see these details. We "
        "record each view. Before an offer, providers can see only the referral. A person with several roles can see "
        "everything that any of those roles can see."
    )
    table = [[field.section, field.label, *map(str, field.cells)] for field in DISCLOSURE_FIELDS]
    return _page("Access to a child's details", about, ["", "field", *map(str, DisclosureReader)], table)


def retention_page() -> str:
    """Return the page about how long we keep children's records, with a row for each class of records."""
    about = (
        f"{GENERATED_BY} If several classes apply to a record, we keep it until the longest period ends. A legal "
        "hold or a current placement also prevents deletion. Register entries are deleted separately from the "
        "child's record. While any records are due for deletion, we remind the person responsible once a month. "
        "This person approves the deletion on the Retention page, which lists the records. We delete the approved "
        "records a day later."
    )
    table = [
        [retention.key, retention.words, pluralise(retention.months // 12, "year"), retention.source]
        for retention in (*RETENTION_CLASSES, ATTENDANCE_RETENTION)
    ]
    return _page(
        "How long children's records are kept",
        about,
        ["class", "records, and when the period starts", "period", "source"],
        table,
    )


def _models() -> Iterator[type[Model]]:
    """Yield the project's models, package by package, starting with the kernel."""
    for config in apps.get_app_configs():
        if config.name.startswith("calloff."):
            yield from config.get_models()


def _left_out(model: type[Model], events: type[Model]) -> str:
    kept = {field.name for field in events._meta.get_fields()}
    return ", ".join(sorted(field.name for field in model._meta.concrete_fields if field.name not in kept))


def _slug(noun: str) -> str:
    return re.sub(r"[^a-z]+", "-", noun.replace("’", "").replace("'", "")).strip("-")


def _page(title: str, about: str, head: list[str], table: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *table]
    return "\n".join([f"# {title}", "", about, "", *(f"| {' | '.join(line)} |" for line in lines), ""])
