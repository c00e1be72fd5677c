"""Documents that a provider must upload after it is admitted.

Either the provider has promised them, or its market requires them of every provider.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from calloff.applications.evidence_answers import promises_in
from calloff.applications.models import Application
from calloff.kernel.formatting import format_date
from calloff.kernel.money import format_pounds


class PromisedDocument(NamedTuple):
    """A document to upload before the first placement in these lots or, if there are no lots, in any lot."""

    kind: str
    title: str
    cover: Decimal | None
    due_on: date | None  # the last day, or None if the document is needed only before the first placement
    promised_by: str
    promised_at: datetime
    lots: tuple[int, ...] = ()

    @property
    def in_words(self) -> str:
        """Return the document as part of a sentence, with its cover and its last day."""
        cover = f", cover of {format_pounds(self.cover)} for any one claim" if self.cover is not None else ""
        by = f", by the end of {format_date(self.due_on)}" if self.due_on else ", before your first placement"
        return f"{self.title}{cover}{by}"


@dataclass(frozen=True)
class DocumentRequirements:
    """The documents that a member must keep valid, with their minimum cover, and the documents that it has
    promised.
    """

    kinds: list[str] = field(default_factory=list)
    # the minimum cover for each kind, in pounds, as text
    least_cover: Mapping[str, str] = field(default_factory=dict)
    promised: Sequence[PromisedDocument] = ()
    # the numbers of the lots, for the kinds that only some lots need
    lots: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def of_lot(self, number: int) -> "DocumentRequirements":
        """Return the requirements of one lot, without the kinds that only other lots need."""
        kinds = [kind for kind in self.kinds if number in self.lots.get(kind, (number,))]
        least_cover = {kind: cover for kind, cover in self.least_cover.items() if kind in kinds}
        return DocumentRequirements(
            kinds, least_cover, [document for document in self.promised if document.kind in kinds], self.lots
        )


def promised_documents(application: Application) -> list[PromisedDocument]:
    """Return the documents that the submitted version promises, or that the market requires of every provider.

    The market requires these before the first placement. Kinds that only some providers need (“If you drive children”)
    are left out, because an approver can make them a condition.
    """
    version, market = application.version, application.market
    if version is None:
        return []
    signature = (version.declared_name, version.submitted_at)
    lots = {kind.key: tuple(kind.lots) for kind in market.pack.evidence}
    promised = [
        PromisedDocument(
            promise.kind, promise.title, promise.cover, promise.by, *signature, lots=lots.get(promise.kind, ())
        )
        for promise in promises_in(version, market)
    ]
    promised_kinds = {promise.kind for promise in promised}
    return promised + [
        PromisedDocument(
            kind.key, kind.title, Decimal(kind.minimum_cover) if kind.minimum_cover else None, None, *signature,
            lots=tuple(kind.lots),
        )
        for kind in market.pack.evidence
        if kind.needed == "before_placement" and not kind.when and kind.key not in promised_kinds
    ]  # fmt: skip
