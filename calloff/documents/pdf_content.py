"""What each kind of paper says, before it is set: the shapes that the templates read. Every text is plain text."""

from typing import Any

from msgspec import Struct


class Fact(Struct, forbid_unknown_fields=True):
    """One line of a list of facts, such as the certificate page that tells of a signature or a seal."""

    label: str
    value: str


class Outcome(Struct, forbid_unknown_fields=True):
    """What was decided for one lot."""

    lot: str
    decision: str  # the words of its tag
    conditions: list[str] = []


class Reason(Struct, forbid_unknown_fields=True):
    criterion: str
    result: str = ""  # Met, Not met, or the score in words
    text: str = ""


class Letter(Struct, forbid_unknown_fields=True):
    """A letter of an authority: the decision first, then why, then what happens next, and how to challenge it."""

    title: str
    reference: str
    authority: str
    authority_address: list[str]
    to: list[str]
    date: str  # in full: Thursday 3 December 2026
    decision: list[str]  # paragraphs
    signatory: list[str]  # name, role
    outcomes: list[Outcome] = []
    reasons: list[Reason] = []
    next: list[str] = []
    challenge: list[str] = []
    certificate: list[Fact] = []
    invented: bool = False  # marks every page “Demonstration”


class Answer(Struct, forbid_unknown_fields=True):
    question: str
    answer: list[str]  # paragraphs; none: not answered
    lot: str = ""


class Section(Struct, forbid_unknown_fields=True):
    title: str
    answers: list[Answer]


class Copy(Struct, forbid_unknown_fields=True):
    """A copy of an application as it was sent."""

    title: str
    reference: str
    authority: str
    facts: list[Fact]  # market, provider, lots, version, when it was sent, by when it will be decided
    sections: list[Section]
    declaration: list[str]
    declared_by: list[Fact] = []
    certificate: list[Fact] = []
    invented: bool = False


class Party(Struct, forbid_unknown_fields=True):
    side: str  # the authority, the provider
    name: str
    number: str = ""  # its legal number, with the register
    address: list[str] = []


class AgreedLot(Struct, forbid_unknown_fields=True):
    lot: str
    conditions: list[str] = []


class Prices(Struct, forbid_unknown_fields=True):
    """The price annex: the one truth for a price."""

    columns: list[str]
    rows: list[list[str]]
    note: str = ""


class Particulars(Struct, forbid_unknown_fields=True):
    """What is agreed for this one: a list of facts under a heading."""

    heading: str
    facts: list[Fact]


class Signature(Struct, forbid_unknown_fields=True):
    side: str
    name: str
    role: str
    authority: str  # by what right they sign
    at: str


class Agreement(Struct, forbid_unknown_fields=True):
    """An agreement: its text as `markdown.blocks`, who is bound, for which lots, at what prices, and signed."""

    title: str
    reference: str
    version: str
    authority: str
    parties: list[Party]
    blocks: list[dict[str, Any]]
    lots: list[AgreedLot] = []
    lots_called: str = "categories"  # by the market, one or many
    particulars: list[Particulars] = []
    prices: Prices | None = None
    signatures: list[Signature] = []
    certificate: list[Fact] = []
    invented: bool = False


class Listing(Struct, forbid_unknown_fields=True):
    """What the directory shows, to print: a search's results, a service, several compared. Nothing in it is agreed."""

    title: str
    reference: str  # the directory, and when it said so
    authority: str
    intro: list[str] = []
    facts: list[Fact] = []
    entries: list[Particulars] = []  # a fact without a label is a paragraph
    invented: bool = False


PAPERS: dict[str, type[Letter | Copy | Agreement | Listing]] = {
    "letter": Letter,
    "copy": Copy,
    "agreement": Agreement,
    "listing": Listing,
}
