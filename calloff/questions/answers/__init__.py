"""Results that pure functions work out from the answers to a question set.

They work in the same way for every form that staff design. Answers are a dict of JSON values by key. The key is a
question's key or, for a question that is asked once for each category, `key@LOT`. A missing or blank answer counts as
not answered. Each kind of question defines the form of its answers (questions/kinds/).

`lots` are the numbers of the categories that the provider applies for. If `lots` is a mapping, its values are the
names of the categories.
"""

from calloff.questions.answers.eligibility import (
    EligibilityFlag,
    EligibilityVerdict,
    assessed_questions,
    automatic_flags,
    eligibility_verdict,
    has_ranking_or_weighting,
)
from calloff.questions.answers.parsing import parse_answer
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
from calloff.questions.answers.suggestions import suggest_answers
from calloff.questions.answers.validation import (
    SectionReading,
    SectionState,
    find_answer_problems,
    find_problems_of_one,
    read_section_page,
    section_state,
)
from calloff.questions.answers.visibility import (
    AskedQuestion,
    asked_questions,
    possible_questions,
    section_applies,
    with_changes,
)
from calloff.questions.kinds.price_schedule import VAT_TREATMENTS
from calloff.questions.kinds.question import PriceScheduleLine, is_empty

__all__ = [
    "EXPORT_HEADER",
    "VAT_TREATMENTS",
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
    "find_answer_problems",
    "find_problems_of_one",
    "format_answer",
    "has_ranking_or_weighting",
    "is_empty",
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
