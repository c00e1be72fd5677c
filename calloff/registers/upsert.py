"""Import rows into a staging table with COPY, then write the rows that differ with one statement."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models
from psycopg import Copy
from psycopg.sql import SQL, Composable, Identifier

from calloff.kernel.geography import PointField
from calloff.registers.import_errors import ImportFaults, quote_cell
from calloff.registers.import_files import ImportSource


class UpsertCounts(NamedTuple):
    rows: int
    added: int
    changed: int


class StagingTable:
    """A temporary table with the columns of a register, which lasts for the rest of the transaction."""

    def __init__(
        self,
        model: type[models.Model],
        source: ImportSource,
        *,
        keys: Sequence[str],
        named: Sequence[str],
        kept_if_blank: Sequence[str] = (),
    ) -> None:
        fields = {field.name: field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)}
        self.fields = list(fields.values())
        self.columns = [str(field.column) for field in self.fields]
        self.keys = [str(fields[key].column) for key in keys]
        self.named = named  # the names of the key columns in the file
        # A blank cell in one of these columns does not change the stored value.
        self.kept_if_blank = {str(fields[name].column) for name in kept_if_blank}
        self.source = source
        self.table = Identifier(model._meta.db_table)
        self.staged = Identifier(f"staged_{model._meta.model_name}")

    def make(self) -> None:
        """Create the table, and raise the memory limit so that 1.7 million rows can be sorted and joined in memory."""
        self._run("SET LOCAL work_mem = '128MB'")
        types = [SQL("{} {}").format(Identifier(str(field.column)), SQL(_type(field))) for field in self.fields]
        # The table might be left over from an earlier import in the same transaction.
        self._run("DROP TABLE IF EXISTS {staged}")
        self._run(
            "CREATE TEMPORARY TABLE {staged} (part smallint, line integer, {types}) ON COMMIT DROP", types=_list(types)
        )

    @contextmanager
    def filling(self) -> Iterator[Copy]:
        """Open a COPY into the table.

        Each row consists of the number of the part, the line, and the values of the model's fields.
        """
        copying = self._sql("COPY {staged} FROM STDIN")
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(copying) as copy:
            yield copy

    def pass_over_repeated(self) -> None:
        """Delete rows with the same keys as an earlier row. This is for registers in which repeated rows do no harm."""
        same_keys = SQL(" AND ").join([SQL("later.{0} = first.{0}").format(Identifier(key)) for key in self.keys])
        self._run(
            """
            DELETE FROM {staged} later USING {staged} first
            WHERE {same} AND (first.part, first.line) < (later.part, later.line)
            """,
            same=same_keys,
        )

    def find_repeated(self, faults: ImportFaults) -> None:
        """Add a fault for each row with the same keys as an earlier row."""
        repeated = self._run(
            """
            WITH repeated AS (SELECT {keys} FROM {staged} GROUP BY {keys} HAVING count(*) > 1)
            SELECT part, line, first_value(line) OVER earlier, row_number() OVER earlier, concat_ws(', ', {keys})
            FROM {staged} JOIN repeated USING ({keys})
            WINDOW earlier AS (PARTITION BY {keys} ORDER BY part, line)
            ORDER BY part, line
            """
        )
        for part, line, first, place, key in repeated:
            if place > 1:
                sentence = f"{quote_cell(key)} is already on line {first}."
                faults.add(self.source.parts[part].name, line, ", ".join(self.named), sentence)

    def count(self) -> UpsertCounts:
        """Return the number of rows, and how many of them a merge would add and would change."""
        self._run("ANALYZE {staged}")  # without this, the planner assumes that a temporary table is small
        [(rows, added, changed)] = self._run(
            """
            SELECT count(*), count(*) FILTER (WHERE kept.{key} IS NULL),
                   count(*) FILTER (WHERE kept.{key} IS NOT NULL AND ({differs}))
            FROM {staged} staged LEFT JOIN {table} kept USING ({keys})
            """
        )
        return UpsertCounts(rows, added, changed)

    def merge(self) -> None:
        """Insert the new rows and update the rows that differ. Unchanged rows are not locked."""
        self._run(
            """
            INSERT INTO {table} ({columns})
            SELECT {staged_columns} FROM {staged} staged LEFT JOIN {table} kept USING ({keys})
            WHERE kept.{key} IS NULL OR ({differs}) ORDER BY {keys}
            ON CONFLICT ({keys}) DO UPDATE SET {changes}
            """
        )

    def note_changes_of_authority(self, at: datetime) -> None:
        """Record which schools are about to change authority. Call this before `merge`, and only for schools."""
        with connection.cursor() as cursor:
            cursor.execute(
                self._sql(
                    """
                    INSERT INTO registers_changeofauthority (urn, from_code, from_name, to_code, to_name, seen_at)
                    SELECT urn, kept.la_code, kept.la_name, staged.la_code, staged.la_name, %s
                    FROM {staged} staged JOIN {table} kept USING (urn)
                    WHERE staged.la_code <> kept.la_code ORDER BY urn
                    """
                ),
                [at],
            )

    def lock(self) -> None:
        """Prevent other imports of the register until the transaction ends. The register can still be read."""
        self._run("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")

    def drop(self) -> None:
        self._run("DROP TABLE {staged}")

    def _run(self, text: str, **more: Composable) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self._sql(text, **more))
            return cursor.fetchall() if cursor.description else []

    def _sql(self, text: str, **more: Composable) -> Composable:
        identifiers = [Identifier(column) for column in self.columns]
        changes = [SQL("{0} = EXCLUDED.{0}").format(Identifier(column)) for column in self.columns]
        return SQL(text).format(
            table=self.table,
            staged=self.staged,
            key=Identifier(self.keys[0]),
            keys=_list([Identifier(key) for key in self.keys]),
            columns=_list(identifiers),
            staged_columns=_list([self._value(column) for column in self.columns]),
            changes=_list(changes),
            differs=SQL(" OR ").join([part for field in self.fields for part in self._differs(field)]),
            **more,
        )

    def _value(self, column: str) -> Composable:
        if column in self.kept_if_blank:
            return SQL("COALESCE(NULLIF(staged.{0}, ''), kept.{0}, '')").format(Identifier(column))
        return SQL("staged.{}").format(Identifier(column))

    def _differs(self, field: "models.Field[Any, Any]") -> list[Composable]:
        column = Identifier(str(field.column))
        if field.column in self.kept_if_blank:
            return [SQL("staged.{0} <> '' AND kept.{0} IS DISTINCT FROM staged.{0}").format(column)]
        # PostgreSQL has no “=” operator for points, so both coordinates are compared
        if isinstance(field, PointField):
            parts = (SQL("[0]"), SQL("[1]"))
            return [SQL("kept.{0}{1} IS DISTINCT FROM staged.{0}{1}").format(column, part) for part in parts]
        return [SQL("kept.{0} IS DISTINCT FROM staged.{0}").format(column)]


def _type(field: "models.Field[Any, Any]") -> Any:
    collation = ' COLLATE "C"' if getattr(field, "db_collation", None) == "C" else ""
    return f"{field.db_type(connection)}{collation}"


def _list(parts: Sequence[Composable]) -> Composable:
    return SQL(", ").join(parts)
