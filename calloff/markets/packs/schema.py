"""The schema of a market pack. Packs are written with their fields in the order used here.

The source of each term is "printed" (in a document of the council), "law", "adopted" (the market's own rule) or "model"
(Calloff model terms, which no document contains and which pages never show as the council's).
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
}  # the fingerprint leaves out fields that have these defaults
MODEL_TERMS = "Calloff model terms"  # how pages describe the source "model"

PackSource = Literal["printed", "law", "adopted", "model"]
PackSlug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=50)]
PackKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
PackLine = Annotated[str, Field(min_length=1, max_length=300)]
PackText = Annotated[str, Field(min_length=1, max_length=4000)]
LotNumber = Annotated[int, Field(ge=1)]


class StrictPackModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PackAuthority(StrictPackModel):
    name: PackLine
    slug: PackSlug
    formerly: str = ""  # an earlier name of the council, as used in documents from that time


class PrintedDay(StrictPackModel):
    """A real date, and the document that it comes from."""

    day: date
    source: PackLine


class TrueDates(StrictPackModel):
    """The real dates of the market, if documents give them. None means not known."""

    began_on: PrintedDay | None = None  # when the procurement started
    opened_on: PrintedDay | None = None  # when providers or buyers could first use the market
    directory_on: PrintedDay | None = None  # when its directory was due
    ended_on: PrintedDay | None = None


class DemonstrationTerm(StrictPackModel):
    """Invented dates, so that people can try out the market. Every page says that they are invented.

    Last days are included.
    """

    opens_on: date  # the first day on which providers can apply
    closes_on: date  # the last day on which providers can apply
    starts_on: date  # the first day of the market
    ends_on: date  # the last day of the market
    note: PackText


class PackTerm(StrictPackModel):
    """The market's real dates, if they are known. Last days are included."""

    opens_on: date
    closes_on: date
    starts_on: date
    ends_on: date
    source: PackLine


class PackPromise(StrictPackModel):
    """A rule that the market adopted, and that the law does not impose."""

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
    """The registration that a provider needs to join a lot."""

    body: PackLine
    words: PackText
    source: PackSource = "model"


class PackLot(StrictPackModel):
    number: LotNumber
    title: PackLine
    description: str = ""  # as printed, or empty if nothing is printed
    registrations: list[PackRegistration] = []
    source: PackSource = "printed"
    note: str = ""


class PackBuyer(StrictPackModel):
    kind: Literal[
        "maintained_school", "academy", "free_school", "special_school", "further_education", "any_school", "authority"
    ]
    words: PackLine
    source: PackSource = "printed"


class NameQuery(StrictPackModel):
    """A question about a printed name, for an officer to answer. Until then, the name does not change."""

    lot: LotNumber
    note: PackText


class PackProvider(StrictPackModel):
    """A provider that a document names, with its lots.

    Nothing else about the provider is known, and we invent nothing.
    """

    name: PackLine
    lots: list[LotNumber] = Field(min_length=1)
    aliases: list[PackLine] = []  # other spellings that the documents use
    queries: list[NameQuery] = []


class PackEvidenceKind(StrictPackModel):
    key: PackKey
    title: PackLine
    help: str = ""
    lots: list[LotNumber] = []  # the lots that need it. Empty means all
    needed: Literal["with_application", "before_placement"] = "with_application"
    when: str = ""  # a condition as text, if not everyone needs it: "If you employ anyone"
    minimum_cover: int | None = Field(default=None, ge=1)  # the minimum insurance cover, in pounds for any one claim
    commitment_allowed: bool = False  # whether a promise to have it before the first placement is enough to apply
    expires: bool = False  # whether an expiry date is recorded
    source: PackSource = "model"
    citation: str = ""


class PackAgreementText(StrictPackModel):
    """The agreement that a provider signs. `text` is Markdown, in a separate file."""

    key: PackSlug
    version: int = Field(ge=1)
    title: PackLine
    source: PackLine  # source of the text, which is shown with it: “Calloff model terms”
    suspension_clause: PackLine  # the clause that a suspension cites
    removal_clause: PackLine
    review_clause: PackLine  # the clause that says how a provider can ask for a review of a suspension or removal
    text: Annotated[str, Field(min_length=1, max_length=100_000)]

    @field_validator("text")
    @classmethod
    def has_plain_line_ends(cls, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


class PackBuyerText(StrictPackModel):
    """An agreement that buyers sign: with the council before they ask for places, or with a provider for one child.

    `text` is Markdown, in a separate file.
    """

    key: PackSlug
    version: int = Field(ge=1)
    title: PackLine
    source: PackLine  # source of the text, which is shown with it: “Calloff model terms”
    duties: list[PackLine] = []  # a one-page summary of the buyer's duties in plain words
    months: int | None = Field(default=None, ge=1, le=120)  # how long it lasts. None means as long as the market
    text: Annotated[str, Field(min_length=1, max_length=100_000)]


class PackPriceLine(StrictPackModel):
    key: PackKey
    lot: LotNumber
    label: PackLine
    unit: Literal["hour", "session", "day", "week"]
    hint: str = ""
    staff: bool = False  # hours of staff at the buyer's premises, which a buyer can order without naming a child


class PackPriceSchedule(StrictPackModel):
    """The rows for which an applicant enters a price. The annex of the signed agreement fixes the prices."""

    title: PackLine
    note: str = ""
    source: PackSource = "model"
    lines: list[PackPriceLine] = Field(min_length=1)


class PriceRule(StrictPackModel):
    """How prices change during the term: not at all, or once a year with an index and a cap."""

    moves: Literal["fixed", "indexed"] = "fixed"
    index: str = ""  # the index in words: “Consumer Prices Index, 12 months”
    # the maximum increase a year, in per cent: "5" or "3.5"
    cap: Annotated[str, Field(pattern=r"^([0-9]{1,2}(\.[0-9]{1,2})?)?$")] = ""
    month: int | None = Field(default=None, ge=1, le=12)  # the month in which prices change, on its first day
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
        """Return the cap, in per cent."""
        return Decimal(self.cap or 0)

    def next_after(self, today: date) -> date:
        """Return the next day, after today, on which prices can change. Raises LookupError if prices are fixed."""
        if self.month is None:
            raise LookupError("These prices are fixed.")
        this_year = date(today.year, self.month, 1)
        return this_year if this_year > today else date(today.year + 1, self.month, 1)


class PackKpi(StrictPackModel):
    key: PackKey
    title: PackLine
    measure: PackText
    target: PackText
    met: int | None = None  # the target for a computed measure, in its own unit (days or per cent)
    close: int | None = None  # the value that still counts as nearly met
    source: PackSource = "model"


class PackDocument(StrictPackModel):
    """A document that the pack is based on."""

    title: PackLine
    says: PackText  # the information that the pack takes from it
    dated: date | None = None


class LegalAdvice(StrictPackModel):
    """Legal advice on which a council relies, although the law as recorded here suggests otherwise."""

    by: PackLine  # the person or firm that gave the advice
    on: date
    text: PackText


Pounds = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{2})?$")]
PerCent = Annotated[str, Field(pattern=r"^[0-9]{1,2}(\.[0-9]{1,2})?$")]


class EstimatedAmount(StrictPackModel):
    """One part of the total that could be paid, such as the term, an option, an extension or past payments."""

    words: PackLine
    net: Pounds  # without VAT
    vat: PerCent = "0"


class ValueEstimate(StrictPackModel):
    """The council's estimate of the most that could be paid through the market (Procurement Act 2023 Sch 3)."""

    amounts: list[EstimatedAmount] = Field(min_length=1)
    ceiling: Pounds | None = None  # including VAT
    like: list[EstimatedAmount] = []  # other contracts that could reasonably be part of the same contract
    good_reasons: str = ""  # why the value of those contracts is not added


class MarketPack(StrictPackModel):
    authority: PackAuthority
    code: Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]
    slug: PackSlug
    title: PackLine
    summary: PackText
    what_it_buys: PackText
    tool: CommercialTool
    called: PackLine  # the council's own word for the market, which can differ from the legal term
    lot_word: Literal["category", "lot"]
    ruleset: PackLine
    ruleset_note: PackText
    grants: bool = False  # whether the market pays grants for activities instead of buying places
    # whether the market is for places for one child at a time, which are nearly always below the threshold
    single_placements: bool = False
    advice: LegalAdvice | None = None  # advice on using a dynamic market for single placements
    estimate: ValueEstimate | None = None  # None means that the value counts as above the threshold
    true_dates: TrueDates = TrueDates()
    term: PackTerm | None = None  # None if no document gives one, so that the demonstration term applies
    demonstration_term: DemonstrationTerm
    promises: dict[str, PackPromise] = {}
    lots: list[PackLot] = Field(min_length=1)
    buyers: list[PackBuyer] = []
    providers: list[PackProvider] = []
    load_notes: list[PackText] = []
    prices_public: bool = False  # if false, only buyers can see prices
    evidence: list[PackEvidenceKind] = []
    schedule: PackPriceSchedule | None = None
    prices: PriceRule = PriceRule()
    kpis: list[PackKpi] = []
    sources: list[PackDocument] = Field(min_length=1)
    eligibility: QuestionSet | None = None  # asked before an application starts. None means no questions
    questions: QuestionSet
    agreement: PackAgreementText
    # what a school signs before it can ask or buy. None means nothing is needed
    partnership: PackBuyerText | None = None
    placement: PackBuyerText | None = (
        None  # what the buyer and provider sign for each child. None means that the market places no children
    )

    @property
    def begins_on(self) -> date:
        """Return the day that decides which law applies: the earliest real date, or otherwise the invented start."""
        true_days = [self.true_dates.began_on, self.true_dates.opened_on, self.true_dates.directory_on]
        return min((true_day.day for true_day in true_days if true_day), default=self.demonstration_term.starts_on)

    @property
    def promised(self) -> Mapping[str, RuleCell]:
        """Return the promises as cells, for `rulesets.find_rule`."""
        return {name: rulesets.make_promise(promise.value, promise.citation) for name, promise in self.promises.items()}


def canonical_json(pack: MarketPack) -> str:
    """Return a pack as JSON that is the same for equal packs, whatever files they come from.

    A field that was added to the schema later is left out if it has its default, so that the fingerprints of older
    packs do not change.
    """
    data = pack.model_dump(mode="json")
    for name, default in FIELDS_ADDED_LATER.items():
        if data[name] == default:
            del data[name]
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def pack_fingerprint(pack: MarketPack) -> str:
    """Return the SHA-256 of a pack's canonical JSON. Loading a pack with the same fingerprint changes nothing."""
    return hashlib.sha256(canonical_json(pack).encode()).hexdigest()
