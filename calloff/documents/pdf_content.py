"""What each kind of paper says, before it is set: the shapes that the templates read. Every text is plain text."""

from typing import Any

from msgspec import Struct


class PdfFact(Struct, forbid_unknown_fields=True):
    """One line of a list of facts, such as the certificate page that tells of a signature or a seal."""

    label: str
    value: str


class PdfLotOutcome(Struct, forbid_unknown_fields=True):
    """What was decided for one lot."""

    lot: str
    decision: str  # the words of its tag
    conditions: list[str] = []


class PdfReason(Struct, forbid_unknown_fields=True):
    criterion: str
    result: str = ""  # Met, Not met, or the score in words
    text: str = ""


class LetterContent(Struct, forbid_unknown_fields=True):
    """A letter of an authority: the decision first, then why, then what happens next, and how to challenge it."""

    title: str
    reference: str
    authority: str
    authority_address: list[str]
    to: list[str]
    date: str  # in full: Thursday 3 December 2026
    decision: list[str]  # paragraphs
    signatory: list[str]  # name, role
    outcomes: list[PdfLotOutcome] = []
    reasons: list[PdfReason] = []
    next: list[str] = []
    challenge: list[str] = []
    certificate: list[PdfFact] = []
    invented: bool = False  # marks every page “Demonstration”


class PdfAnswer(Struct, forbid_unknown_fields=True):
    question: str
    answer: list[str]  # paragraphs; none: not answered
    lot: str = ""


class PdfSection(Struct, forbid_unknown_fields=True):
    title: str
    answers: list[PdfAnswer]


class ApplicationCopyContent(Struct, forbid_unknown_fields=True):
    """A copy of an application as it was sent."""

    title: str
    reference: str
    authority: str
    facts: list[PdfFact]  # market, provider, lots, version, when it was sent, by when it will be decided
    sections: list[PdfSection]
    declaration: list[str]
    declared_by: list[PdfFact] = []
    certificate: list[PdfFact] = []
    invented: bool = False


class PdfParty(Struct, forbid_unknown_fields=True):
    side: str  # the authority, the provider
    name: str
    number: str = ""  # its legal number, with the register
    address: list[str] = []


class PdfAgreedLot(Struct, forbid_unknown_fields=True):
    lot: str
    conditions: list[str] = []


class PdfPriceAnnex(Struct, forbid_unknown_fields=True):
    """The price annex: the one truth for a price."""

    columns: list[str]
    rows: list[list[str]]
    note: str = ""


class PdfParticulars(Struct, forbid_unknown_fields=True):
    """What is agreed for this one: a list of facts under a heading."""

    heading: str
    facts: list[PdfFact]


class PdfSignature(Struct, forbid_unknown_fields=True):
    side: str
    name: str
    role: str
    authority: str  # by what right they sign
    at: str


class AgreementContent(Struct, forbid_unknown_fields=True):
    """An agreement: its text as `markdown.parse_blocks`, who is bound, for which lots, at what prices, and signed."""

    title: str
    reference: str
    version: str
    authority: str
    parties: list[PdfParty]
    blocks: list[dict[str, Any]]
    lots: list[PdfAgreedLot] = []
    lots_called: str = "categories"  # by the market, one or many
    particulars: list[PdfParticulars] = []
    prices: PdfPriceAnnex | None = None
    signatures: list[PdfSignature] = []
    certificate: list[PdfFact] = []
    invented: bool = False


class ListingContent(Struct, forbid_unknown_fields=True):
    """What the directory shows, to print: a search's results, a service, several compared. Nothing in it is agreed."""

    title: str
    reference: str  # the directory, and when it said so
    authority: str
    intro: list[str] = []
    facts: list[PdfFact] = []
    entries: list[PdfParticulars] = []  # a fact without a label is a paragraph
    invented: bool = False


CONTENT_BY_TEMPLATE: dict[str, type[LetterContent | ApplicationCopyContent | AgreementContent | ListingContent]] = {
    "letter": LetterContent,
    "copy": ApplicationCopyContent,
    "agreement": AgreementContent,
    "listing": ListingContent,
}
