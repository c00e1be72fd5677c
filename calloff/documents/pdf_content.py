"""The content of each kind of PDF, in the structure that the template reads.

Every text is plain, without markup.
"""

from typing import Any

from msgspec import Struct


class PdfFact(Struct, forbid_unknown_fields=True):
    """One row in a list of facts, for example about a signature or a seal on a certificate page."""

    label: str
    value: str


class PdfLotOutcome(Struct, forbid_unknown_fields=True):
    """The decision on one lot."""

    lot: str
    decision: str  # the text of the tag that shows the decision
    conditions: list[str] = []


class PdfReason(Struct, forbid_unknown_fields=True):
    criterion: str
    result: str = ""  # “Met”, “Not met”, or the score as text
    text: str = ""


class LetterContent(Struct, forbid_unknown_fields=True):
    """A letter from an authority or a school: what it decided, why, what happens next, and how to disagree."""

    title: str
    reference: str
    authority: str
    authority_address: list[str]
    to: list[str]
    date: str  # the date in full, for example Thursday 3 December 2026
    decision: list[str]  # paragraphs
    signatory: list[str]  # name, role
    facts: list[PdfFact] = []  # the details of the decision
    outcomes: list[PdfLotOutcome] = []
    reasons: list[PdfReason] = []
    next: list[str] = []
    challenge: list[str] = []
    certificate: list[PdfFact] = []
    invented: bool = False  # whether every page is marked “Demonstration”


class PdfAnswer(Struct, forbid_unknown_fields=True):
    question: str
    answer: list[str]  # paragraphs, or empty if the question was not answered
    lot: str = ""


class PdfSection(Struct, forbid_unknown_fields=True):
    title: str
    answers: list[PdfAnswer]


class ApplicationCopyContent(Struct, forbid_unknown_fields=True):
    """A copy of an application as submitted."""

    title: str
    reference: str
    authority: str
    # The market, the provider, the lots, the version, the date of submission, and the date by which the authority
    # decides.
    facts: list[PdfFact]
    sections: list[PdfSection]
    declaration: list[str]
    declared_by: list[PdfFact] = []
    certificate: list[PdfFact] = []
    invented: bool = False


class PdfParty(Struct, forbid_unknown_fields=True):
    side: str  # “The authority”, “The provider” or “The buyer”
    name: str
    number: str = ""  # company, charity or school number
    address: list[str] = []


class PdfAgreedLot(Struct, forbid_unknown_fields=True):
    lot: str
    conditions: list[str] = []


class PdfPriceAnnex(Struct, forbid_unknown_fields=True):
    """The price annex of an agreement. All the agreement's prices are here."""

    columns: list[str]
    rows: list[list[str]]
    note: str = ""


class PdfParticulars(Struct, forbid_unknown_fields=True):
    """A heading and a list of facts that were agreed only for this agreement."""

    heading: str
    facts: list[PdfFact]


class PdfSignature(Struct, forbid_unknown_fields=True):
    side: str
    name: str
    role: str
    authority: str  # the signatory's authority to sign, in their own words
    at: str


class AgreementContent(Struct, forbid_unknown_fields=True):
    """The content of an agreement: the text (from `markdown.parse_blocks`), parties, lots, prices and signatures."""

    title: str
    reference: str
    version: str
    authority: str
    parties: list[PdfParty]
    blocks: list[dict[str, Any]]
    lots: list[PdfAgreedLot] = []
    lots_called: str = "categories"  # the market's words for one lot and for several lots
    particulars: list[PdfParticulars] = []
    prices: PdfPriceAnnex | None = None
    signatures: list[PdfSignature] = []
    certificate: list[PdfFact] = []
    invented: bool = False


class ListingContent(Struct, forbid_unknown_fields=True):
    """Directory pages for printing: search results, a service, or a comparison.

    Nothing in the document is part of an agreement.
    """

    title: str
    reference: str  # the name of the directory, and the time of printing
    authority: str
    intro: list[str] = []
    facts: list[PdfFact] = []
    entries: list[PdfParticulars] = []  # a fact without a label is printed as a paragraph
    invented: bool = False


CONTENT_BY_TEMPLATE: dict[str, type[LetterContent | ApplicationCopyContent | AgreementContent | ListingContent]] = {
    "letter": LetterContent,
    "copy": ApplicationCopyContent,
    "agreement": AgreementContent,
    "listing": ListingContent,
}
