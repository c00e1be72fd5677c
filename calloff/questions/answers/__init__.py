"""What an answer is, and everything that is made from answers: pure, and the same for every form that staff design.

Answers are a dict of JSON values by key: a question's key, or `key@LOT` for a question asked once for each lot. What
is not there, or is blank, is not answered. By kind: text, long_text, choice and yes_no a string; choices a list;
number an integer; money exact pounds as "12.50"; a date as ISO; a declaration {"on": ISO date, "count": int, "text"};
evidence the reference of a document, or a promise to have one, {"by": ISO date, "cover": "5000000.00"}; prices
{line: {"amount": "12.50", "vat": a key of VAT}}.

`lots` are the numbers applied for. Where they are a mapping, its values are the names by which lots are spoken of.
"""

from calloff.questions.answers.eligibility import (
    EligibilityFlag,
    EligibilityVerdict,
    assessed_questions,
    automatic_flags,
    eligibility_verdict,
    has_ranking_or_weighting,
)
from calloff.questions.answers.merging import AnswerConflict, find_answer_conflicts, merge_answers, suggest_answers
from calloff.questions.answers.parsing import VAT_TREATMENTS, PriceScheduleLine, parse_answer
from calloff.questions.answers.presentation import (
    EXPORT_HEADER,
    AnswerRow,
    ChangedAnswer,
    SectionSummary,
    compare_answers,
    export_rows,
    format_answer,
    neutralise_formula,
    summarise_answers,
    write_csv,
)
from calloff.questions.answers.validation import (
    SectionReading,
    SectionState,
    find_answer_problems,
    read_section_page,
    section_state,
)
from calloff.questions.answers.visibility import (
    AskedQuestion,
    asked_questions,
    is_empty,
    possible_questions,
    section_applies,
    with_changes,
)

__all__ = [
    "EXPORT_HEADER",
    "VAT_TREATMENTS",
    "AnswerConflict",
    "AnswerRow",
    "AskedQuestion",
    "ChangedAnswer",
    "EligibilityFlag",
    "EligibilityVerdict",
    "PriceScheduleLine",
    "SectionReading",
    "SectionState",
    "SectionSummary",
    "asked_questions",
    "assessed_questions",
    "automatic_flags",
    "compare_answers",
    "eligibility_verdict",
    "export_rows",
    "find_answer_conflicts",
    "find_answer_problems",
    "format_answer",
    "has_ranking_or_weighting",
    "is_empty",
    "merge_answers",
    "neutralise_formula",
    "parse_answer",
    "possible_questions",
    "read_section_page",
    "section_applies",
    "section_state",
    "suggest_answers",
    "summarise_answers",
    "with_changes",
    "write_csv",
]
