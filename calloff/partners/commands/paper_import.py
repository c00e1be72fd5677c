"""Import Partnership Agreements that were signed on paper, from a CSV file and scanned copies.

The import saves every row or none, and can be previewed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from calloff.agreements import commands as agreements
from calloff.agreements.models import Agreement
from calloff.documents.commands import InspectedUpload, Upload, inspect_uploads, save_inspected
from calloff.documents.uploads import REQUEST_INSPECTION_SECONDS
from calloff.history.transitions import as_one_event
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date, pluralise
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market, ReferenceCounter
from calloff.partners.commands.partnership_agreements import cover_buyer
from calloff.partners.commands.school_join_requests import enter_organisation_of
from calloff.partners.models import Partnership, SchoolCoverage
from calloff.partners.paper_import_rows import (
    PDF_COLUMN,
    SIGNED_COLUMN,
    URN_COLUMN,
    PaperAgreementRow,
    parse_paper_rows,
)
from calloff.partners.school_lookup import entity_of
from calloff.people.conflicts import require_no_role_at
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.registers.import_errors import ImportFaults

__all__ = ["PaperImportReport", "bring_in"]

# A scanned copy that was inspected, or the reason for refusing it. The reason is reported at the row that names the
# copy.
PaperCopy = InspectedUpload | Refused


@dataclass
class PaperImportReport:
    """The result of an import or, for a preview, what the result would be."""

    rows: int = 0
    unchanged: int = 0
    added: list[str] = field(default_factory=list)  # one sentence for each agreement
    preview: bool = False

    @property
    def sentence(self) -> str:
        """Return the result as text."""
        if not self.added:
            return f"{pluralise(self.rows, 'agreement')} already imported. Nothing {self._would('changed', 'change')}."
        brought = f"{pluralise(len(self.added), 'agreement')} {self._would('imported', 'be imported')}"
        return f"{brought}. {self.unchanged} {'was' if self.unchanged == 1 else 'were'} already imported."

    def _would(self, done: str, to_do: str) -> str:
        return f"would {to_do}" if self.preview else done


def bring_in(
    market: Market,
    content: bytes,
    *,
    name: str,
    by: User,
    at: datetime,
    pdfs: Mapping[str, Upload] | None = None,
    preview: bool = False,
    seconds: float | None = REQUEST_INSPECTION_SECONDS,
) -> PaperImportReport:
    """Import paper agreements from a CSV file.

    The columns are URN, Signatory, Signed on, Version, Ends on and, optionally, PDF. `pdfs` contains the scanned
    copies, keyed by their file names in the CSV file. `seconds` limits the time spent inspecting them. A school that
    has no organisation here gets one from the schools register. If an agreement for the same school and day has already
    been imported, it does not change. A later agreement supersedes the one in force. A preview runs the whole import
    and rolls it back.

    Raises PermissionDenied for a person who cannot run markets. If there are any faults, nothing is imported, and
    Refused is raised with every fault by line and column.
    """
    if not by.can(Can.RUN_MARKETS, organisation=market.authority, at=at):
        raise PermissionDenied("You need permission to run markets to import these agreements.")
    if market.partnership is None:
        raise Refused("This market has no Partnership Agreement.")
    faults = ImportFaults()
    copies = inspect_uploads(pdfs or {}, by=by, at=at, seconds=seconds)  # this comes before anything is locked
    with transaction.atomic():
        report = PaperImportReport(preview=preview)
        rows = parse_paper_rows(content, name, faults, today=local_day(at), pdfs=copies)
        with as_one_event("bring_in", by=by, at=at, acting_for=str(market.authority)):
            for row in rows:
                _import_row(market, row, report, faults, name=name, pdfs=copies, by=by, at=at)
            if faults.count:
                faults.refuse("Correct the file, then upload the whole file again.")
            if not report.rows:
                raise Refused(f"{name} has no rows. Nothing was imported.", "file")
        if preview or not report.added:
            transaction.set_rollback(True)
    return report


def _import_row(
    market: Market, row: PaperAgreementRow, report: PaperImportReport, faults: ImportFaults, *, name: str,
    pdfs: Mapping[str, PaperCopy],
    by: User, at: datetime,
) -> None:  # fmt: skip
    report.rows += 1
    if faults.count:
        return  # nothing will be saved. The remaining rows are only parsed, so that all faults are reported together
    try:
        with transaction.atomic():
            buyer = enter_organisation_of(row.school, by=by, at=at, otherwise=market.authority)
            if _was_imported(market, buyer, row):
                report.unchanged += 1
                return
            require_no_role_at(buyer, by=by, at=at)
            partnership = _record(market, buyer, row, pdfs.get(row.pdf), by=by, at=at)
            report.added.append(f"{buyer} (URN {buyer.urn}): {partnership.agreement.source}.")
    except Refused as refusal:
        for sentence, column in refusal.problems:
            faults.add(name, row.line, column or URN_COLUMN, sentence)


def _was_imported(market: Market, buyer: Organisation, row: PaperAgreementRow) -> bool:
    """Return whether this agreement was imported before.

    Raises Refused if an imported agreement for the same day has other details, or if a later agreement is in force.
    """
    covered = SchoolCoverage.objects.filter(market=market, buyer=buyer).select_related("partnership__agreement")
    agreements_there = [coverage.partnership.agreement for coverage in covered]
    same_day = next(
        (agreement for agreement in agreements_there if agreement.on_paper and agreement.starts_on == row.signed_on),
        None,
    )
    if same_day is not None:
        existing_facts = paper_agreement_facts(same_day)
        if existing_facts != (row.source, row.ends_on):
            raise Refused(
                f"{same_day.reference}, for the same school and date, has already been imported with different "
                f"details.",
                SIGNED_COLUMN,
            )
        return True
    later = [coverage for coverage in covered if coverage.standing == SchoolCoverage.Standing.BINDING]
    for coverage in later:
        starts_on = coverage.partnership.agreement.starts_on
        if starts_on and starts_on >= row.signed_on:
            raise Refused(f"we already have a later agreement, dated {format_date(starts_on)}.", SIGNED_COLUMN)
    return False


def paper_agreement_facts(agreement: Agreement) -> tuple[str, date | None]:
    """Return the facts that distinguish two paper agreements for the same school and day: source and end date."""
    return agreement.source, agreement.ends_on


def _record(
    market: Market, buyer: Organisation, row: PaperAgreementRow, pdf: PaperCopy | None, *, by: User, at: datetime
) -> Partnership:
    try:
        if isinstance(pdf, Refused):
            raise pdf
        paper = save_inspected(pdf, by=by, at=at) if pdf else None
    except Refused as refusal:
        raise Refused(str(refusal), PDF_COLUMN) from refusal
    agreement = agreements.bring_in(
        reference=ReferenceCounter.next_reference(market, "G"), authority=market.authority, buyer=buyer,
        title=f"{market.partnership.title if market.partnership else 'Partnership Agreement'}, on paper",
        source=row.source, starts_on=row.signed_on, ends_on=row.ends_on, paper=paper, by=by, at=at,
    )  # fmt: skip
    entity, entity_name = entity_of(row.school)
    partnership = Partnership.objects.create(
        authority=market.authority, market=market, agreement=agreement, entity=entity,
        entity_name=entity_name or row.school.name, made_at=at,
    )  # fmt: skip
    _end_earlier_coverage(market, buyer, by=by, at=at)
    cover_buyer(partnership, buyer, SchoolCoverage.Standing.BINDING)
    return partnership


def _end_earlier_coverage(market: Market, buyer: Organisation, *, by: User, at: datetime) -> None:
    """End the coverage of earlier agreements, and supersede those that no longer cover anyone."""
    earlier = SchoolCoverage.objects.filter(market=market, buyer=buyer, standing=SchoolCoverage.Standing.BINDING)
    for coverage in earlier.select_related("partnership__agreement").select_for_update(of=("self",)):
        SchoolCoverage.objects.filter(pk=coverage.pk).update(standing=SchoolCoverage.Standing.PAST)
        if not coverage.partnership.covers.filter(standing=SchoolCoverage.Standing.BINDING).exists():
            agreements.supersede(coverage.partnership.agreement, by=by, at=at)
