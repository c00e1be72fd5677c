"""Import schools, postcodes and term dates from files: every row, or none.

Operators run the commands from the command line. Officers import their council's term dates on a page.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from calloff.kernel import codes
from calloff.kernel.lifecycles import Refused
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.registers import codepoint, gias, import_files, term_dates
from calloff.registers.import_errors import ImportFaults, quote_cell
from calloff.registers.import_files import ImportFilePart, ImportSource, ReportProgress
from calloff.registers.models import ClosedDay, Postcode, RegisterImport, School, SchoolLink, SchoolTerm
from calloff.registers.upsert import StagingTable

COPY_NULL = r"\N"  # how COPY writes NULL
# Importing the postcodes takes this share of the time. The outcodes take the rest.
POSTCODES_PROGRESS_SHARE = 0.9
MAX_MISSING_COLUMNS_NAMED = 5  # if a file lacks more columns than this, it is a different kind of file
COPY_BLOCK_ROWS = 4000  # the number of postcode rows in each write to COPY


def no_progress(task: str, share: float) -> None:
    """Ignore progress reports."""


@transaction.atomic
def import_schools(
    file: Path,
    *,
    at: datetime,
    links: Path | None = None,
    preview: bool = False,
    progress: ReportProgress = no_progress,
) -> list[RegisterImport]:
    """Import schools and, optionally, the links between them from Get Information About Schools extracts.

    Schools and links that are not in the files do not change. Importing the same file again changes nothing. If a
    school has changed authority, the change is recorded with the time of the import. A preview returns what would
    change and writes nothing.

    If there are any faults, nothing is imported, and Refused is raised with every fault by file, row and column.
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
    return _compare_and_merge(staged, faults, at=at, preview=preview, progress=progress)


@transaction.atomic
def import_postcodes(
    file: Path | None = None,
    *,
    at: datetime,
    areas: Sequence[str] = (),
    preview: bool = False,
    progress: ReportProgress = no_progress,
) -> RegisterImport:
    """Import postcodes from a Code-Point Open file or, without a file, from the installed package.

    `areas` limits the import to some postcode areas, for example BN and RH. If a district or country is blank, as all
    are in the package, the stored value does not change. After the import, the outcodes are computed from all
    postcodes. Importing the same file again changes nothing. A preview returns what would change and writes nothing.

    If there are any faults, nothing is imported, and Refused is raised with every fault by file, row and column.
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
    [done] = _compare_and_merge(staged, faults, at=at, preview=preview, progress=progress, areas=",".join(areas))
    return done


@transaction.atomic
def import_terms(
    file: Path,
    *,
    at: datetime,
    preview: bool = False,
    progress: ReportProgress = no_progress,
    by: User | None = None,
    la_code: str = "",
) -> RegisterImport:
    """Import term dates for the schools of authorities, and for single schools that have their own dates.

    A stored term with the same first day is updated, and stored terms that overlap a row of the file are replaced.
    Other terms do not change. Importing the same file again changes nothing. A preview returns what would change and
    writes nothing. If `la_code` is given, all rows must have this code.

    If there are any faults, nothing is imported, and Refused is raised with every fault by file, row and column.
    """
    source, faults = import_files.open_file(file), ImportFaults()
    term_rows = [row for part in source.parts for row in _term_rows(source, part, faults, progress)]
    term_dates.find_overlaps(term_rows, source.name, faults)
    for row in term_rows:
        if la_code and row.la_code != la_code:
            faults.add(source.name, row.line, "la_code", f"enter your council’s code, {la_code}.")
    if not term_rows and not faults.count:
        raise Refused(f"{source.name} has no rows. Nothing was imported.")
    if faults.count:
        faults.refuse("")
    done = RegisterImport(
        kind=RegisterImport.Kind.TERMS, file_name=source.name, sha256=source.sha256, rows=len(term_rows), added=0,
        changed=0, imported_at=at, by=by, la_code=la_code,
    )  # fmt: skip
    for row in term_rows:
        added, changed = _save_term(row)
        done.added, done.changed = done.added + added, done.changed + changed
    done.save()
    if preview:
        transaction.set_rollback(True)
    return done


def import_own_terms(
    authority: Organisation, file: Path, *, by: User, at: datetime, preview: bool = False
) -> RegisterImport:
    """Import the term dates of an authority's own schools, on behalf of an officer who runs its markets.

    Raises PermissionDenied for anyone else. Raises Refused in the same cases as `import_terms`, and if a row has
    another council's code.
    """
    if not by.can(Can.RUN_MARKETS, organisation=authority, at=at):
        raise PermissionDenied("You need a role at the council to import its term dates.")
    if not authority.la_code:
        raise Refused(
            "Your council has no code in the register of schools yet. Ask your system administrator to add it."
        )
    return import_terms(file, at=at, preview=preview, by=by, la_code=authority.la_code)


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


def _save_term(row: term_dates.TermRow) -> tuple[bool, bool]:
    """Save one term and its closed days. Returns whether a term was added, and whether a stored term changed."""
    owner = {"la_code": row.la_code, "urn": row.urn}
    sharing = SchoolTerm.objects.filter(**owner, starts_on__lte=row.ends_on, ends_on__gte=row.starts_on)
    replaced = sharing.exclude(starts_on=row.starts_on).delete()[0]
    term, added = SchoolTerm.objects.get_or_create(
        **owner, starts_on=row.starts_on, defaults={"name": row.name, "ends_on": row.ends_on}
    )
    changed = (term.name, term.ends_on) != (row.name, row.ends_on)
    last = max(term.ends_on, row.ends_on)
    if changed:
        SchoolTerm.objects.filter(pk=term.pk).update(name=row.name, ends_on=row.ends_on)
    closed_days = ClosedDay.objects.filter(**owner, day__range=(row.starts_on, last))
    deleted_days = closed_days.exclude(day__in=row.closed).delete()[0]
    new_days = row.closed - set(closed_days.values_list("day", flat=True))
    ClosedDay.objects.bulk_create(ClosedDay(**owner, day=day, what="Closed") for day in sorted(new_days))
    return added, not added and bool(changed or replaced or deleted_days or new_days)


def _compare_and_merge(
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
        faults.refuse(" ".join(_summarise_valid_rows(record) for record in done if record.rows))
    for (_, staging), record in zip(staged, done, strict=True):
        if not preview:
            _merge(staging, record, progress)
        staging.drop()
    return done


def _merge(staging: StagingTable, record: RegisterImport, progress: ReportProgress) -> None:
    if record.added or record.changed:
        progress("Writing", 0)
        if record.kind == RegisterImport.Kind.SCHOOLS:
            staging.note_changes_of_authority(record.imported_at)
        staging.merge()
        if record.kind == RegisterImport.Kind.POSTCODES:
            progress("Writing", POSTCODES_PROGRESS_SHARE)
            _work_out_outcodes()
        progress("Writing", 1)
    record.save()


def _summarise_valid_rows(record: RegisterImport) -> str:
    """Return a summary of what the valid rows of a refused file would have changed."""
    return (
        f"Of the valid rows in {record.file_name}, {record.added:,} would be added, {record.changed:,} changed and "
        f"{record.unchanged:,} left as they are."
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
    return str(value) if isinstance(value, tuple) else value  # the value of a Point is a tuple


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
    """Yield the rows of a part as lines for COPY. Valid rows contain no characters that need escaping."""
    rows = import_files.read_rows(source, part, faults, progress)
    first = next(rows, None)
    if first is None:
        return
    layout = codepoint.CodepointLayout.of(first[1])
    if layout is None:
        faults.add(part.name, 1, "", _wrong_header(codepoint.REQUIRED_CODEPOINT_COLUMNS, first[1]))
        return
    if not layout.has_header:
        rows = _put_back(first, rows)
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


def _put_back(first: tuple[int, list[str]], rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    yield first
    yield from rows


def _wrong_header(missing: Sequence[str], header: Sequence[str]) -> str:
    first_line = quote_cell(", ".join(header)) if header else "nothing"
    columns = ", ".join(missing[:MAX_MISSING_COLUMNS_NAMED]) + (
        f" and {len(missing) - MAX_MISSING_COLUMNS_NAMED} more" if len(missing) > MAX_MISSING_COLUMNS_NAMED else ""
    )
    return f"this is the wrong file. The columns must be {columns}. The first line is {first_line}."


def _wrong_width(row: Sequence[str], width: int) -> str:
    return (
        f"the row has {len(row)} of {width} columns. The row is incomplete, or a quotation mark or comma is in the "
        f"wrong place."
    )


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
