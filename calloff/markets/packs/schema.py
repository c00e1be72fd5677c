"""The schema of market packs. Fields are written to files in the order that they have here.

The source of each term is "printed" (in one of the council's documents), "law", "adopted" (the market's own rule) or
"model". Calloff model terms are not in any document, and pages never present them as the council's terms.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from calloff.markets import rulesets
from calloff.markets.rulesets import CommercialTool, RuleCell
from calloff.questions.schema import QuestionSet

FIELDS_ADDED_LATER = {
    "single_placements": False,
    "advice": None,
    "estimate": None,
    "contact": {"name": "", "telephone": "", "answer_working_days": None},
}  # The fingerprint does not include these fields if they have their default values.
MODEL_TERMS = "Calloff model terms"  # the words with which pages describe text from the source "model"

PackSource = Literal["printed", "law", "adopted", "model"]
PackSlug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=50)]
PackKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
PackLine = Annotated[str, Field(min_length=1, max_length=300)]
PackText = Annotated[str, Field(min_length=1, max_length=4000)]
LotNumber = Annotated[int, Field(ge=1)]
PackDrawing = Literal[
    "balloon", "bicycle", "board", "boat", "books", "ball", "college", "cup", "forest", "hands", "house", "laptop",
    "night", "orchard", "picnic", "school", "seedling", "signpost", "workshop",
]  # fmt: skip


class StrictPackModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PackAuthority(StrictPackModel):
    name: PackLine
    slug: PackSlug
    formerly: str = ""  # an earlier name of the council, if the documents use it


class PrintedDay(StrictPackModel):
    """A real date, with the document that states it."""

    day: date
    source: PackLine


class TrueDates(StrictPackModel):
    """The real dates of a market, if documents state them. None means that a date is not known."""

    began_on: PrintedDay | None = None  # when the procurement started
    opened_on: PrintedDay | None = None  # when providers or buyers were first able to use the market
    directory_on: PrintedDay | None = None  # when the market's directory was due to be published
    ended_on: PrintedDay | None = None


class DemonstrationTerm(StrictPackModel):
    """Invented dates for trying out the market. Every page says that they are invented. Last days are included."""

    opens_on: date  # the first day when providers can apply
    closes_on: date  # the last day when providers can apply
    starts_on: date  # the first day of the market
    ends_on: date  # the last day of the market
    note: PackText


class PackTerm(StrictPackModel):
    """The real dates of a market, if they are known. The last day of each period is included."""

    opens_on: date
    closes_on: date
    starts_on: date
    ends_on: date
    source: PackLine


class PackPromise(StrictPackModel):
    """A rule that the market has adopted, although the law does not require it."""

    value: bool | int | str
    citation: PackText
    source: PackSource = "adopted"

    @field_validator("value", mode="before")
    @classmethod
    def stays_what_it_is(cls, value: object) -> object:
        if not isinstance(value, bool | int | str):
            raise ValueError("a promise is a word, a whole number, true or false")
        return value


class PackRegistration(StrictPackModel):
    """The registration that a provider must have in order to join a lot."""

    body: PackLine
    words: PackText
    source: PackSource = "model"


class PackLot(StrictPackModel):
    number: LotNumber
    title: PackLine
    description: str = ""  # the description in the document, or empty if the document has none
    registrations: list[PackRegistration] = []
    source: PackSource = "printed"
    note: str = ""
    # the drawing for services that have no picture. If it is None, the words in the title decide which drawing is
    # used. Like the description, the drawing is not a term
    drawing: PackDrawing | None = Field(default=None, exclude=True)


class PackBuyer(StrictPackModel):
    kind: Literal[
        "maintained_school", "academy", "free_school", "special_school", "further_education", "any_school", "authority"
    ]
    words: PackLine
    source: PackSource = "printed"


class NameQuery(StrictPackModel):
    """A question for an officer about a printed name. Until it is answered, the name stays as printed."""

    lot: LotNumber
    note: PackText


class PackProvider(StrictPackModel):
    """A provider that a document names, with its lots. We know nothing else about it, and we invent nothing."""

    name: PackLine
    lots: list[LotNumber] = Field(min_length=1)
    aliases: list[PackLine] = []  # other spellings of the provider's name in the documents
    queries: list[NameQuery] = []


class PackEvidenceKind(StrictPackModel):
    key: PackKey
    title: PackLine
    help: str = ""
    lots: list[LotNumber] = []  # the lots for which the document is needed, or empty if it is needed for all of them
    needed: Literal["with_application", "before_placement"] = "with_application"
    when: str = ""  # who needs the document, if not every provider does, for example "If you employ anyone"
    minimum_cover: int | None = Field(default=None, ge=1)  # the minimum insurance cover for each claim, in pounds
    # whether a provider can apply with only a promise to have the document before the first placement
    commitment_allowed: bool = False
    expires: bool = False  # whether the document's expiry date is recorded
    source: PackSource = "model"
    citation: str = ""


class PackAgreementText(StrictPackModel):
    """The agreement that a provider signs to join the market. `text` is Markdown, from a separate file."""

    key: PackSlug
    version: int = Field(ge=1)
    title: PackLine
    source: PackLine  # the source of the text, which pages show with the text, for example “Calloff model terms”
    suspension_clause: PackLine  # the clause that a suspension notice cites
    removal_clause: PackLine
    review_clause: PackLine  # the clause about how a provider can ask for a review of a suspension or removal
    text: Annotated[str, Field(min_length=1, max_length=100_000)]

    @field_validator("text")
    @classmethod
    def has_plain_line_ends(cls, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


class PackBuyerText(StrictPackModel):
    """An agreement that buyers sign.

    They sign it with the council, before they request places, or with a provider, for one child. `text` is Markdown,
    from a separate file.
    """

    key: PackSlug
    version: int = Field(ge=1)
    title: PackLine
    source: PackLine  # the source of the text, which pages show with the text, for example “Calloff model terms”
    duties: list[PackLine] = []  # a one-page summary of the buyer's duties in plain words
    # how many months the agreement lasts, or None if it lasts as long as the market
    months: int | None = Field(default=None, ge=1, le=120)
    text: Annotated[str, Field(min_length=1, max_length=100_000)]


class PackPriceLine(StrictPackModel):
    key: PackKey
    lot: LotNumber
    label: PackLine
    unit: Literal["hour", "session", "day", "week"]
    hint: str = ""
    # whether the line is for hours of staff at the buyer's premises. A buyer can order these without naming a child
    staff: bool = False


class PackPriceSchedule(StrictPackModel):
    """The lines in which an applicant enters its prices. The annex of the signed agreement then fixes them."""

    title: PackLine
    note: str = ""
    source: PackSource = "model"
    lines: list[PackPriceLine] = Field(min_length=1)


class PriceRule(StrictPackModel):
    """How prices can change during the term: not at all, or once a year with an index, up to a cap."""

    moves: Literal["fixed", "indexed"] = "fixed"
    index: str = ""  # the name of the index, for example “Consumer Prices Index, 12 months”
    # the largest increase in one year, in per cent, for example "5" or "3.5"
    cap: Annotated[str, Field(pattern=r"^([0-9]{1,2}(\.[0-9]{1,2})?)?$")] = ""
    month: int | None = Field(default=None, ge=1, le=12)  # Prices change on the first day of this month.
    source: PackSource = "model"

    @model_validator(mode="after")
    def says_what_it_needs(self) -> Self:
        if self.moves == "indexed" and not (self.index and self.cap and self.at_most > 0 and self.month):
            raise ValueError("prices that move with an index name the index, the cap in per cent, and the month")
        if self.moves == "fixed" and (self.index or self.cap or self.month):
            raise ValueError("prices that are fixed have no index, no cap and no month")
        return self

    @property
    def at_most(self) -> Decimal:
        """Return the cap in per cent."""
        return Decimal(self.cap or 0)

    def next_after(self, today: date) -> date:
        """Return the next day on which prices can change, which is always later than today.

        Raises LookupError if the prices are fixed.
        """
        if self.month is None:
            raise LookupError("These prices are fixed.")
        this_year = date(today.year, self.month, 1)
        return this_year if this_year > today else date(today.year + 1, self.month, 1)


class PackContact(StrictPackModel):
    """The person at the council who helps people to apply, and how soon the council answers questions."""

    name: Annotated[str, Field(max_length=100)] = ""
    telephone: Annotated[str, Field(max_length=30)] = ""
    # how many working days the council has to answer, or None if it does not promise a time
    answer_working_days: int | None = Field(default=None, ge=1, le=20)


class PackKpi(StrictPackModel):
    key: PackKey
    title: PackLine
    measure: PackText
    target: PackText
    met: int | None = None  # the target for a measure that we compute, in the unit of the measure (days or per cent)
    close: int | None = None  # the value from which we describe the measure as nearly met
    source: PackSource = "model"


class PackDocument(StrictPackModel):
    """A document that the pack is based on."""

    title: PackLine
    says: PackText  # the facts that the pack takes from the document
    dated: date | None = None


class LegalAdvice(StrictPackModel):
    """Legal advice that a council relies on, although the law as recorded here suggests otherwise."""

    by: PackLine  # the person or firm who gave the advice
    on: date
    text: PackText


Pounds = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{2})?$")]
PerCent = Annotated[str, Field(pattern=r"^[0-9]{1,2}(\.[0-9]{1,2})?$")]


class EstimatedAmount(StrictPackModel):
    """One part of the total that is payable, for example for the term, an option, an extension or past payments."""

    words: PackLine
    net: Pounds  # in pounds, without VAT
    vat: PerCent = "0"


class ValueEstimate(StrictPackModel):
    """The council's estimate of the largest amount that could be paid through the market.

    It follows Schedule 3 to the Procurement Act 2023.
    """

    amounts: list[EstimatedAmount] = Field(min_length=1)
    ceiling: Pounds | None = None  # in pounds, including VAT
    like: list[EstimatedAmount] = []  # other contracts that could reasonably have been part of the same contract
    good_reasons: str = ""  # why the value of these other contracts is not added


class PackSynonym(StrictPackModel):
    """A row in the synonym table of the council's directory (`directory/synonyms.py`)."""

    words: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(min_length=1, max_length=20)
    finds: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(default=[], max_length=20)

    @model_validator(mode="after")
    def _has_something_to_find(self) -> Self:
        if len(self.words) == 1 and not self.finds:
            raise ValueError("Enter at least 2 words that mean the same, or the words to find")
        return self


class MarketPack(StrictPackModel):
    authority: PackAuthority
    code: Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]
    slug: PackSlug
    title: PackLine
    summary: PackText
    what_it_buys: PackText
    tool: CommercialTool
    called: PackLine  # the council's own name for this kind of market, which might not be the legal term
    lot_word: Literal["category", "lot"]
    ruleset: PackLine
    ruleset_note: PackText
    grants: bool = False  # whether the market pays grants for activities, rather than buying places
    # whether the market is for places for one child at a time. Their value is nearly always below the threshold
    single_placements: bool = False
    advice: LegalAdvice | None = None  # legal advice about using a dynamic market for single placements
    estimate: ValueEstimate | None = None  # If this is None, the value counts as above the threshold.
    true_dates: TrueDates = TrueDates()
    term: PackTerm | None = None  # If this is None, no document states a term, and the demonstration term applies.
    demonstration_term: DemonstrationTerm
    promises: dict[str, PackPromise] = {}
    contact: PackContact = PackContact()
    lots: list[PackLot] = Field(min_length=1)
    buyers: list[PackBuyer] = []
    providers: list[PackProvider] = []
    load_notes: list[PackText] = []
    prices_public: bool = False  # If this is False, only buyers can see prices.
    evidence: list[PackEvidenceKind] = []
    schedule: PackPriceSchedule | None = None
    prices: PriceRule = PriceRule()
    kpis: list[PackKpi] = []
    sources: list[PackDocument] = Field(min_length=1)
    # Rows for the council's directory. They are not terms of the market, so the stored terms and the fingerprint do
    # not include them.
    synonyms: list[PackSynonym] = Field(default=[], exclude=True)
    # the questions that a provider answers before it starts an application, or None if there are none
    eligibility: QuestionSet | None = None
    questions: QuestionSet
    agreement: PackAgreementText
    # the agreement that a school signs before it can request or buy places, or None if no agreement is needed
    partnership: PackBuyerText | None = None
    placement: PackBuyerText | None = (
        # the agreement that the buyer and the provider sign for each child, or None if there are no placements
        None
    )

    @property
    def begins_on(self) -> date:
        """Return the day that decides which law applies.

        This is the earliest real date or, if there is no real date, the invented start date.
        """
        true_days = [self.true_dates.began_on, self.true_dates.opened_on, self.true_dates.directory_on]
        return min((true_day.day for true_day in true_days if true_day), default=self.demonstration_term.starts_on)

    @property
    def promised(self) -> Mapping[str, RuleCell]:
        """Return the market's promises as rule cells, for `rulesets.find_rule`."""
        return {name: rulesets.make_promise(promise.value, promise.citation) for name, promise in self.promises.items()}


def canonical_json(pack: MarketPack) -> str:
    """Return a pack as JSON, which is the same for the same content, whichever files it was read from.

    A field that was added to the schema later is left out if it has its default value, so that the fingerprints of
    older packs stay the same.
    """
    data = pack.model_dump(mode="json")
    for name, default in FIELDS_ADDED_LATER.items():
        if data[name] == default:
            del data[name]
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def pack_fingerprint(pack: MarketPack) -> str:
    """Return the SHA-256 digest of the canonical JSON of a pack.

    If the fingerprint is the same as before, loading the pack changes nothing.
    """
    return hashlib.sha256(canonical_json(pack).encode()).hexdigest()
