"""What a market pack is. The order of the fields here is the order in which a pack is written.

Every term says whose it is: "printed" (a seed document prints it), "law", "adopted" (the market's own rule), or "model"
(Calloff model terms: no document prints it, and pages never show it as the council's).
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
}  # fields of a pack, and their defaults
MODEL_TERMS = "Calloff model terms"  # how pages name what is "model"

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
    formerly: str = ""  # an earlier name of the council, as a document of its time prints it


class PrintedDay(StrictPackModel):
    """A true date, and the document that gives it."""

    day: date
    source: PackLine


class TrueDates(StrictPackModel):
    """What is known of the market's real life. Nothing where no document says."""

    began_on: PrintedDay | None = None  # the procurement started
    opened_on: PrintedDay | None = None  # providers or buyers could use the market
    directory_on: PrintedDay | None = None  # its directory was due
    ended_on: PrintedDay | None = None


class DemonstrationTerm(StrictPackModel):
    """Dates on which the market can be tried out. They are invented, and every page says so. Last days are included."""

    opens_on: date  # the first day on which providers may apply
    closes_on: date  # the last day on which providers may apply
    starts_on: date  # the first day of the market
    ends_on: date  # the last day of the market
    note: PackText


class PackTerm(StrictPackModel):
    """The market's real dates, where they are known. Last days are included."""

    opens_on: date
    closes_on: date
    starts_on: date
    ends_on: date
    source: PackLine


class PackPromise(StrictPackModel):
    """A rule that the market itself adopted: law does not impose it."""

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
    """What a provider must be registered as to join a lot."""

    body: PackLine
    words: PackText
    source: PackSource = "model"


class PackLot(StrictPackModel):
    number: LotNumber
    title: PackLine
    description: str = ""  # as printed; nothing where nothing is printed
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
    """Something about a printed name that an officer must ask: it stands as printed until then."""

    lot: LotNumber
    note: PackText


class PackProvider(StrictPackModel):
    """A provider that a document names: name and lots only, on paper. Nothing else about it is known or invented."""

    name: PackLine
    lots: list[LotNumber] = Field(min_length=1)
    aliases: list[PackLine] = []  # other spellings in print
    queries: list[NameQuery] = []


class PackEvidenceKind(StrictPackModel):
    key: PackKey
    title: PackLine
    help: str = ""
    lots: list[LotNumber] = []  # needed for these; empty: for all
    needed: Literal["with_application", "before_placement"] = "with_application"
    when: str = ""  # in words, if not everyone needs it: "If you employ anyone"
    minimum_cover: int | None = Field(default=None, ge=1)  # of an insurance: pounds for any one claim
    commitment_allowed: bool = False  # a promise to have it before the first placement is enough to apply
    expires: bool = False  # it has a last day, which is recorded
    source: PackSource = "model"
    citation: str = ""


class PackAgreementText(StrictPackModel):
    """The agreement that a provider signs. `text` is Markdown, in a file of its own."""

    key: PackSlug
    version: int = Field(ge=1)
    title: PackLine
    source: PackLine  # whose words these are, shown beside them
    suspension_clause: PackLine  # the clause that a suspension cites
    removal_clause: PackLine
    review_clause: PackLine  # how a provider may have either reviewed
    text: Annotated[str, Field(min_length=1, max_length=100_000)]

    @field_validator("text")
    @classmethod
    def has_plain_line_ends(cls, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


class PackBuyerText(StrictPackModel):
    """An agreement that buyers sign: with the council before they ask, or with a provider for one child.

    `text` is Markdown, in a file of its own.
    """

    key: PackSlug
    version: int = Field(ge=1)
    title: PackLine
    source: PackLine  # whose words these are, shown beside them
    duties: list[PackLine] = []  # what it asks of the buyer, on one page, in plain words
    months: int | None = Field(default=None, ge=1, le=120)  # how long it lasts; nothing: as long as the market
    text: Annotated[str, Field(min_length=1, max_length=100_000)]


class PackPriceLine(StrictPackModel):
    key: PackKey
    lot: LotNumber
    label: PackLine
    unit: Literal["hour", "session", "day", "week"]
    hint: str = ""
    staff: bool = False  # hours of staff at the buyer, which may be ordered without a named child


class PackPriceSchedule(StrictPackModel):
    """The lines for which an applicant gives a price. The annex of the signed agreement freezes them."""

    title: PackLine
    note: str = ""
    source: PackSource = "model"
    lines: list[PackPriceLine] = Field(min_length=1)


class PriceRule(StrictPackModel):
    """How prices move during the term: not at all, or once a year with an index, up to a cap."""

    moves: Literal["fixed", "indexed"] = "fixed"
    index: str = ""  # whose figure, in words: “Consumer Prices Index, 12 months”
    cap: Annotated[str, Field(pattern=r"^([0-9]{1,2}(\.[0-9]{1,2})?)?$")] = ""  # per cent a year at most: "5" or "3.5"
    month: int | None = Field(default=None, ge=1, le=12)  # on the first day of which they rise
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
        """The cap, in per cent."""
        return Decimal(self.cap or 0)

    def next_after(self, today: date) -> date:
        """Return the next day, after today, on which prices may rise."""
        if self.month is None:
            raise LookupError("These prices are fixed.")
        this_year = date(today.year, self.month, 1)
        return this_year if this_year > today else date(today.year + 1, self.month, 1)


class PackKpi(StrictPackModel):
    key: PackKey
    title: PackLine
    measure: PackText
    target: PackText
    met: int | None = None  # of a measure that is computed: what counts as met, in its own unit (days, or per cent)
    close: int | None = None  # and what still counts as close
    source: PackSource = "model"


class PackDocument(StrictPackModel):
    """A document that the pack follows."""

    title: PackLine
    says: PackText  # what was taken from it
    dated: date | None = None


class LegalAdvice(StrictPackModel):
    """Legal advice on which a council acts though the law as recorded here advises against it."""

    by: PackLine  # who gave it
    on: date
    text: PackText


Pounds = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{2})?$")]
PerCent = Annotated[str, Field(pattern=r"^[0-9]{1,2}(\.[0-9]{1,2})?$")]


class EstimatedAmount(StrictPackModel):
    """One part of what could be paid: the term, an option, an extension, what was already paid."""

    words: PackLine
    net: Pounds  # without VAT
    vat: PerCent = "0"


class ValueEstimate(StrictPackModel):
    """The most that could be paid through the market, as the council estimates it (Procurement Act 2023 Sch 3)."""

    amounts: list[EstimatedAmount] = Field(min_length=1)
    ceiling: Pounds | None = None  # including VAT
    like: list[EstimatedAmount] = []  # contracts that could reasonably be one with this
    good_reasons: str = ""  # why those are not added


class MarketPack(StrictPackModel):
    authority: PackAuthority
    code: Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]
    slug: PackSlug
    title: PackLine
    summary: PackText
    what_it_buys: PackText
    tool: CommercialTool
    called: PackLine  # what the council calls it, whatever it is in law
    lot_word: Literal["category", "lot"]
    ruleset: PackLine
    ruleset_note: PackText
    grants: bool = False  # it pays grants for activities instead of buying places
    single_placements: bool = False  # it buys places for one child at a time, nearly always below the threshold
    advice: LegalAdvice | None = None  # on using a dynamic market for them
    estimate: ValueEstimate | None = None  # nothing: it is treated as above the threshold
    true_dates: TrueDates = TrueDates()
    term: PackTerm | None = None  # nothing where no document gives one: then the demonstration's
    demonstration_term: DemonstrationTerm
    promises: dict[str, PackPromise] = {}
    lots: list[PackLot] = Field(min_length=1)
    buyers: list[PackBuyer] = []
    providers: list[PackProvider] = []
    load_notes: list[PackText] = []
    prices_public: bool = False  # else only buyers see prices
    evidence: list[PackEvidenceKind] = []
    schedule: PackPriceSchedule | None = None
    prices: PriceRule = PriceRule()
    kpis: list[PackKpi] = []
    sources: list[PackDocument] = Field(min_length=1)
    eligibility: QuestionSet | None = None  # asked before an application starts; nothing: it starts at once
    questions: QuestionSet
    agreement: PackAgreementText
    partnership: PackBuyerText | None = None  # what a school signs before it may ask or buy; nothing: none is needed
    placement: PackBuyerText | None = (
        None  # what buyer and provider sign for each child; nothing: no children are placed
    )

    @property
    def begins_on(self) -> date:
        """The day from which the law for beginning a market counts: the earliest true date, else the invented one."""
        known = [self.true_dates.began_on, self.true_dates.opened_on, self.true_dates.directory_on]
        return min((printed.day for printed in known if printed), default=self.demonstration_term.starts_on)

    @property
    def promised(self) -> Mapping[str, RuleCell]:
        """The promises as cells, for `rulesets.rule`."""
        return {name: rulesets.make_promise(own.value, own.citation) for name, own in self.promises.items()}


def canonical_json(pack: MarketPack) -> str:
    """Write a pack as JSON that is the same for equal packs, whatever files it came from.

    Fields that were added later are left out at their default, so that a pack keeps the fingerprint it was loaded with.
    """
    data = pack.model_dump(mode="json")
    for name, default in FIELDS_ADDED_LATER.items():
        if data[name] == default:
            del data[name]
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def pack_fingerprint(pack: MarketPack) -> str:
    """Return the SHA-256 of a pack's canonical text: a pack that is loaded again with the same one changes nothing."""
    return hashlib.sha256(canonical_json(pack).encode()).hexdigest()
