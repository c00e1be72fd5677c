"""Importing: a file is read whole, and all of it comes in or nothing does. An operator does it, from a command line."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from calloff.kernel import codes
from calloff.kernel.lifecycles import Refused
from calloff.registers import codepoint, gias, import_files, term_dates
from calloff.registers.import_errors import ImportFaults, quote_cell
from calloff.registers.import_files import ImportFilePart, ImportSource, ReportProgress
from calloff.registers.models import ClosedDay, Postcode, RegisterImport, School, SchoolLink, SchoolTerm
from calloff.registers.upsert import StagingTable

COPY_NULL = r"\N"  # as COPY writes it
POSTCODES_PROGRESS_SHARE = 0.9  # the outcodes are quick beside them
MAX_MISSING_COLUMNS_NAMED = 5  # missing columns; anyone who has more of them missing has another file
COPY_BLOCK_ROWS = 4000  # rows of postcodes given to COPY at once


def no_progress(what: str, share: float) -> None:
    """Tell no one."""


@transaction.atomic
def import_schools(
    file: Path,
    *,
    at: datetime,
    links: Path | None = None,
    preview: bool = False,
    progress: ReportProgress = no_progress,
) -> list[RegisterImport]:
    """Bring in an extract of Get Information About Schools, and the extract of links with it.

    Schools that the file does not have are left as they are, and so are links. The same file again changes nothing.
    That a school went to another authority is kept, with the day on which the file said so.
    A preview says what would change, and imports nothing.

    Raises Refused with every fault, by file, line and column; then nothing is imported.
    """
    faults = ImportFaults()
    staged = []
    for kind, path in ((RegisterImport.Kind.SCHOOLS, file), (RegisterImport.Kind.LINKS, links)):
        if path is not None:
            source = import_files.open_file(path)
            staging = (
                StagingTable(School, source, keys=["urn"], named=["URN"], kept_if_blank=["trust_uid"])
                if kind == RegisterImport.Kind.SCHOOLS
                else StagingTable(
                    SchoolLink, source, keys=["urn", "linked_urn", "kind"], named=["URN", "LinkURN", "LinkType"]
                )
            )
            _stage_schools(kind, staging, faults, progress)
            staged.append((kind, staging))
    return _bring_in(staged, faults, at=at, preview=preview, progress=progress)


@transaction.atomic
def import_postcodes(
    file: Path | None = None,
    *,
    at: datetime,
    areas: Sequence[str] = (),
    preview: bool = False,
    progress: ReportProgress = no_progress,
) -> RegisterImport:
    """Bring in the postcodes of a Code-Point Open file or, without one, of the installed package.

    Areas (BN, RH) keep to some of them. A district or country that the file does not know (the package knows neither)
    stays as it was. Outcodes are worked out again from what is then loaded. The same file again changes nothing. A
    preview says what would change, and imports nothing.

    Raises Refused with every fault, by file, line and column; then nothing is imported.
    """
    areas = sorted({area.strip().upper() for area in areas if area.strip()})
    source = import_files.open_file(file) if file else import_files.open_installed_package(areas)
    faults = ImportFaults()
    staging = StagingTable(
        Postcode,
        source,
        keys=["postcode"],
        named=[codepoint.POSTCODE_COLUMN],
        kept_if_blank=["district_code", "country_code"],
    )
    _stage_postcodes(staging, set(areas), faults, progress)
    staged = [(RegisterImport.Kind.POSTCODES, staging)]
    [done] = _bring_in(staged, faults, at=at, preview=preview, progress=progress, areas=",".join(areas))
    return done


@transaction.atomic
def import_terms(
    file: Path, *, at: datetime, preview: bool = False, progress: ReportProgress = no_progress
) -> RegisterImport:
    """Bring in term dates: of an authority's schools, and of single schools that keep dates of their own.

    A term that is here by its first day takes the name, the last day and the closed days that the file gives, and one
    that shares a day with a row of the file makes way for it; other terms are left. The same file again changes
    nothing. A preview says what would change.

    Raises Refused with every fault, by file, line and column; then nothing is imported.
    """
    source, faults = import_files.open_file(file), ImportFaults()
    found = [row for part in source.parts for row in _term_rows(source, part, faults, progress)]
    term_dates.find_overlaps(found, source.name, faults)
    if not found and not faults.count:
        raise Refused(f"{source.name} has no rows. Nothing was imported.")
    if faults.count:
        faults.refuse("")
    done = RegisterImport(
        kind=RegisterImport.Kind.TERMS, file_name=source.name, sha256=source.sha256, rows=len(found), added=0,
        changed=0, imported_at=at,
    )  # fmt: skip
    for row in found:
        added, changed = _put_term(row)
        done.added, done.changed = done.added + added, done.changed + changed
    done.save()
    if preview:
        transaction.set_rollback(True)
    return done


def _term_rows(
    source: ImportSource, part: ImportFilePart, faults: ImportFaults, progress: ReportProgress
) -> Iterator[term_dates.TermRow]:
    lines = import_files.read_rows(source, part, faults, progress)
    _, header = next(lines, (1, []))
    if term_dates.find_missing_columns(header):
        faults.add(part.name, 1, "", _wrong_header(term_dates.find_missing_columns(header), header))
        return
    for line, cells in lines:
        row = term_dates.parse_term_row(header, cells, line, part.name, faults)
        if row:
            yield row


def _put_term(row: term_dates.TermRow) -> tuple[bool, bool]:
    """Put one term in: say whether it was added, and whether one that was here was changed."""
    whose = {"la_code": row.la_code, "urn": row.urn}
    sharing = SchoolTerm.objects.filter(**whose, starts_on__lte=row.ends_on, ends_on__gte=row.starts_on)
    replaced = sharing.exclude(starts_on=row.starts_on).delete()[0]
    term, added = SchoolTerm.objects.get_or_create(
        **whose, starts_on=row.starts_on, defaults={"name": row.name, "ends_on": row.ends_on}
    )
    changed = (term.name, term.ends_on) != (row.name, row.ends_on)
    last = max(term.ends_on, row.ends_on)
    if changed:
        SchoolTerm.objects.filter(pk=term.pk).update(name=row.name, ends_on=row.ends_on)
    there = ClosedDay.objects.filter(**whose, day__range=(row.starts_on, last))
    gone = there.exclude(day__in=row.closed).delete()[0]
    new = row.closed - set(there.values_list("day", flat=True))
    ClosedDay.objects.bulk_create(ClosedDay(**whose, day=day, what="Closed") for day in sorted(new))
    return added, not added and bool(changed or replaced or gone or new)


def _bring_in(
    staged: Sequence[tuple[RegisterImport.Kind, StagingTable]],
    faults: ImportFaults,
    *,
    at: datetime,
    preview: bool,
    progress: ReportProgress,
    areas: str = "",
) -> list[RegisterImport]:
    done = []
    for kind, staging in staged:
        staging.lock()
        progress("Comparing", 0)
        if kind == RegisterImport.Kind.LINKS:
            staging.pass_over_repeated()
        staging.find_repeated(faults)
        counts = staging.count()
        progress("Comparing", 1)
        if not counts.rows and not faults.count:
            raise Refused(f"{staging.source.name} has no rows{f' of {areas}' if areas else ''}. Nothing was imported.")
        done.append(
            RegisterImport(
                kind=kind,
                file_name=staging.source.name,
                sha256=staging.source.sha256,
                areas=areas,
                imported_at=at,
                **counts._asdict(),
            )
        )
    if faults.count:
        faults.refuse(" ".join(_would(one) for one in done if one.rows))
    for (_, staging), one in zip(staged, done, strict=True):
        if not preview:
            _merge(staging, one, progress)
        staging.drop()
    return done


def _merge(staging: StagingTable, one: RegisterImport, progress: ReportProgress) -> None:
    if one.added or one.changed:
        progress("Writing", 0)
        if one.kind == RegisterImport.Kind.SCHOOLS:
            staging.note_changes_of_authority(one.imported_at)
        staging.merge()
        if one.kind == RegisterImport.Kind.POSTCODES:
            progress("Writing", POSTCODES_PROGRESS_SHARE)
            _work_out_outcodes()
        progress("Writing", 1)
    one.save()


def _would(one: RegisterImport) -> str:
    """Preview what the good rows of a refused file would do."""
    return (
        f"From the valid rows of {one.file_name}, {one.added:,} would be added, {one.changed:,} changed and "
        f"{one.unchanged:,} left as they are."
    )


def _stage_schools(
    kind: RegisterImport.Kind, staging: StagingTable, faults: ImportFaults, progress: ReportProgress
) -> None:
    staging.make()
    with staging.filling() as copy:
        for number, part in enumerate(staging.source.parts):
            rows = import_files.read_rows(staging.source, part, faults, progress)
            _, header = next(rows, (1, []))
            layout = gias.SchoolLayout(header) if kind == RegisterImport.Kind.SCHOOLS else gias.LinkLayout(header)
            if layout.missing:
                faults.add(part.name, 1, "", _wrong_header(layout.missing, header))
                continue
            for line, row in rows:
                row_faults = gias.GiasRowFaults(faults, part.name, line)
                if len(row) != layout.width:
                    row_faults.add("", _wrong_width(row, layout.width))
                    continue
                values = layout.read(row, row_faults)
                if not row_faults.any:
                    copy.write_row([number, line, *map(_for_copy, values)])


def _for_copy(value: object) -> object:
    return str(value) if isinstance(value, tuple) else value  # a point


def _stage_postcodes(staging: StagingTable, areas: set[str], faults: ImportFaults, progress: ReportProgress) -> None:
    staging.make()
    with staging.filling() as copy:
        for number, part in enumerate(staging.source.parts):
            block = []
            for line in _postcode_lines(staging.source, part, areas, faults, progress):
                block.append(f"{number}\t{line}\n")
                if len(block) == COPY_BLOCK_ROWS:
                    copy.write("".join(block))
                    block.clear()
            copy.write("".join(block))


def _postcode_lines(
    source: ImportSource, part: ImportFilePart, areas: set[str], faults: ImportFaults, progress: ReportProgress
) -> Iterator[str]:
    """Write the rows of a part as COPY reads them: nothing in them needs to be escaped, once they are checked."""
    rows = import_files.read_rows(source, part, faults, progress)
    first = next(rows, None)
    if first is None:
        return
    layout = codepoint.CodepointLayout.of(first[1])
    if layout is None:
        faults.add(part.name, 1, "", _wrong_header(codepoint.REQUIRED_CODEPOINT_COLUMNS, first[1]))
        return
    if not layout.has_header:
        rows = _again(first, rows)
    for line, row in rows:
        if len(row) != layout.width:
            faults.add(part.name, line, "", _wrong_width(row, layout.width))
            continue
        if areas and codes.postcode_area(row[layout.postcode].strip().upper()) not in areas:
            continue
        before = faults.count
        code, position, district, country = layout.read(
            row,
            lambda column, sentence, line=line: faults.add(part.name, line, column, sentence),  # type: ignore[misc]
        )
        if faults.count == before:
            yield f"{line}\t{code}\t{position or COPY_NULL}\t{district}\t{country}"


def _again(first: tuple[int, list[str]], rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    yield first
    yield from rows


def _wrong_header(missing: Sequence[str], header: Sequence[str]) -> str:
    found = quote_cell(", ".join(header)) if header else "nothing"
    wanted = ", ".join(missing[:MAX_MISSING_COLUMNS_NAMED]) + (
        f" and {len(missing) - MAX_MISSING_COLUMNS_NAMED} more" if len(missing) > MAX_MISSING_COLUMNS_NAMED else ""
    )
    return f"this is the wrong file. The columns must be {wanted}. The first line is {found}."


def _wrong_width(row: Sequence[str], width: int) -> str:
    return f"the row has {len(row)} of {width} columns: it is cut off, or a quotation mark or comma is out of place."


def _work_out_outcodes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO registers_outcode AS kept (outcode, position, postcodes)
            SELECT split_part(postcode, ' ', 1), point(round(avg(position[0])), round(avg(position[1]))), count(*)
            FROM registers_postcode WHERE position IS NOT NULL GROUP BY 1
            ON CONFLICT (outcode) DO UPDATE SET position = EXCLUDED.position, postcodes = EXCLUDED.postcodes
            WHERE (kept.position[0], kept.position[1], kept.postcodes)
               IS DISTINCT FROM (EXCLUDED.position[0], EXCLUDED.position[1], EXCLUDED.postcodes)
            """
        )
