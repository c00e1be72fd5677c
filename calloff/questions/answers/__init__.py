"""What an answer is, and everything that is made from answers: pure, and the same for every form that staff design.

Answers are a dict of JSON values by key: a question's key, or `key@LOT` for a question asked once for each lot. What
is not there, or is blank, is not answered. By kind: text, long_text, choice and yes_no a string; choices a list;
number an integer; money exact pounds as "12.50"; a date as ISO; a declaration {"on": ISO date, "count": int, "text"};
evidence the reference of a document, or a promise to have one, {"by": ISO date, "cover": "5000000.00"}; prices
{line: {"amount": "12.50", "vat": a key of VAT}}.

`lots` are the numbers applied for. Where they are a mapping, its values are the names by which lots are spoken of.
"""

from calloff.questions.answers.eligibility import Flag, Verdict, assessed, automatic, rank_or_weight, verdict
from calloff.questions.answers.merging import Clash, clashes, join, prefill
from calloff.questions.answers.parsing import VAT, Line, clean
from calloff.questions.answers.presentation import (
    HEADER,
    Changed,
    Row,
    SectionSummary,
    as_csv,
    compare,
    display,
    export,
    neutral,
    summary,
)
from calloff.questions.answers.validation import Reading, State, problems, read, state
from calloff.questions.answers.visibility import Asked, applies, asked, blank, could_be_asked, merged

__all__ = [
    "HEADER",
    "VAT",
    "Asked",
    "Changed",
    "Clash",
    "Flag",
    "Line",
    "Reading",
    "Row",
    "SectionSummary",
    "State",
    "Verdict",
    "applies",
    "as_csv",
    "asked",
    "assessed",
    "automatic",
    "blank",
    "clashes",
    "clean",
    "compare",
    "could_be_asked",
    "display",
    "export",
    "join",
    "merged",
    "neutral",
    "prefill",
    "problems",
    "rank_or_weight",
    "read",
    "state",
    "summary",
    "verdict",
]
