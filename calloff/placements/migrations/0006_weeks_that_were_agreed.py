"""Read the rows of each placement's weeks from the list in which they were kept, and from what changes replaced."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import migrations

BATCH = 500


def write_rows(apps: Any, schema_editor: Any) -> None:
    placements, sessions = apps.get_model("placements", "Placement"), apps.get_model("placements", "AgreedSession")
    changes = apps.get_model("placements", "Change")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT set_config('calloff.verb', 'agree_change', true)")
    made: list[Any] = []
    for one in placements.objects.exclude(timetable=[]).only("reference", "timetable").iterator():
        agreed = list(changes.objects.filter(placement=one, status="agreed", new__has_key="timetable").order_by("number"))
        for first, last, timetable in weeks(one.timetable, agreed):
            made += [sessions(placement=one, from_on=first, to_on=last, **columns(one, row)) for row in timetable]
        if len(made) > BATCH:
            sessions.objects.bulk_create(made)
            made = []
    sessions.objects.bulk_create(made)


def weeks(timetable: Any, agreed: Sequence[Any]) -> Iterator[tuple[date | None, date | None, Any]]:
    """Give each timetable with its first and last day: that of now, less the changes that hold from a later day."""
    starts: list[date | None] = sorted({one.from_on for one in agreed})
    for first, after in zip([None, *starts], [*starts, None], strict=True):
        found = timetable
        for change in reversed(agreed):
            if first is None or change.from_on > first:
                found = change.old["timetable"]
        yield first, after and after - timedelta(days=1), found


def columns(placement: Any, row: Mapping[str, str]) -> dict[str, str]:
    if not row.get("from") or not row.get("to"):
        raise ValueError(f"The timetable of {placement.reference} has a session without times. Agree a change first.")
    return {"weekday": row["day"], "session": row["session"], "starts": row["from"], "ends": row["to"]}


class Migration(migrations.Migration):
    dependencies = [("placements", "0005_weeks_are_rows")]
    operations = [migrations.RunPython(write_rows, migrations.RunPython.noop)]
