"""Documents a provider must give after admission: those it promised, and those its market requires of everyone."""

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
    """One document due before the first placement, in the named lots or in all if none is named."""

    kind: str
    title: str
    cover: Decimal | None
    due_on: date | None  # the last day; nothing: before the first placement
    promised_by: str
    promised_at: datetime
    lots: tuple[int, ...] = ()

    @property
    def in_words(self) -> str:
        cover = f", cover of {format_pounds(self.cover)} for any one claim" if self.cover is not None else ""
        by = f", by the end of {format_date(self.due_on)}" if self.due_on else ", before your first placement"
        return f"{self.title}{cover}{by}"


@dataclass(frozen=True)
class DocumentRequirements:
    """The documents a member must keep valid, with the minimum cover of each insurance, and its promises."""

    kinds: list[str] = field(default_factory=list)
    least_cover: Mapping[str, str] = field(default_factory=dict)  # pounds, as text, by kind
    promised: Sequence[PromisedDocument] = ()
    lots: Mapping[str, Sequence[int]] = field(default_factory=dict)  # by kind, where not every lot needs it

    def of_lot(self, number: int) -> "DocumentRequirements":
        """Return what a member of one lot must keep valid and has promised, without what only other lots need."""
        kinds = [kind for kind in self.kinds if number in self.lots.get(kind, (number,))]
        least = {kind: cover for kind, cover in self.least_cover.items() if kind in kinds}
        return DocumentRequirements(kinds, least, [one for one in self.promised if one.kind in kinds], self.lots)


def promised_documents(application: Application) -> list[PromisedDocument]:
    """List what the current version promises, and what the market requires of everyone before the first placement.

    A kind that only some providers need (“If you drive children”) is for a person to ask for, as a condition.
    """
    version, market = application.version, application.market
    if version is None:
        return []
    signed = (version.declared_name, version.submitted_at)
    lots = {kind.key: tuple(kind.lots) for kind in market.pack.evidence}
    found = [
        PromisedDocument(one.kind, one.title, one.cover, one.by, *signed, lots=lots.get(one.kind, ()))
        for one in promises_in(version, market)
    ]
    known = {one.kind for one in found}
    return found + [
        PromisedDocument(
            kind.key, kind.title, Decimal(kind.minimum_cover) if kind.minimum_cover else None, None, *signed,
            lots=tuple(kind.lots),
        )
        for kind in market.pack.evidence
        if kind.needed == "before_placement" and not kind.when and kind.key not in known
    ]  # fmt: skip
