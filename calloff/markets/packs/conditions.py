"""Find the conditions for joining a market, in its pack, that the law forbids (Procurement Act 2023 s.36).

A pack is searched only if its ruleset forbids some conditions, as the ruleset for dynamic markets does. A condition is
a question that an evaluator passes or fails, a question with an answer that fails, or a document that every provider
must have. Phrases are read as an officer would read them, so lawful words next to forbidden ones are accepted. No list
of words can find every phrase, so the person who approves the market must still read the conditions.

Citations name only the section, because no one has checked the subsections against the Act. A lawyer should add them.
"""

import re
from collections.abc import Iterator

from calloff.evidence.kinds import is_insurance
from calloff.kernel.lifecycles import Problem
from calloff.markets import rulesets
from calloff.markets.packs.schema import MarketPack, PackEvidenceKind
from calloff.questions.schema import QuestionDefinition

PROCUREMENT_ACT = "Procurement Act 2023"
# If at least this many options of a question pass, the question does not require any one of them.
MIN_PASSING_OPTIONS = 2

_AUDITED = re.compile(r"\baudited\b", re.I)
_ONLY_WHERE_REQUIRED = re.compile(
    r"\b(if|where|unless|only)\b.{0,80}\b(required|requires|must|law)\b|part 16|\b(unaudited|not audited|examined)\b",
    re.I | re.S,
)
_INSURED = re.compile(r"\binsur(ance|ances|ed)\b", re.I)
_ONCE_AWARDED = re.compile(
    r"\b(will|would|promise|commit|undertake)\b|\b(before|by|when|from)\b.{0,30}\b(first|start|begin|award|placement)",
    re.I | re.S,
)
_CONTRACT = re.compile(r"\b(contract(s|ed)?|agreement|worked|supplied|delivered|provided)\b", re.I)
_NAMED = re.compile(
    r"\b(?:[A-Z][\w’'-]+ ){1,4}(?:Council|Authority|Academy|Trust)\b|\b(?:this|the|our) (?:council|authority)\b|"
    r"\b(?:with|for|by) us\b"
)
_ANY_BUYER = re.compile(
    r"\b(any|another|other|similar|comparable|equivalent)\b.{0,40}\b(council|authority|authorities|buyer|customer|body|"
    r"bodies|school|organisation|contract|work)",
    re.I | re.S,
)
_QUALIFICATION = re.compile(
    r"\b(QTS|QTLS|PGCE|NVQ|BTEC|Qualified Teacher Status|Cyber Essentials|Quality Mark|ISO ?\d{4,5}|Level \d)\b|"
    r"\b(?:hold|holds|have|has)\b (?:a|an|the) [\w’' -]{1,60}\b(?:qualification|diploma|degree|certificate|award)\b"
)
_EQUIVALENTS = re.compile(r"\bequivalents?\b|\bcomparable\b|\bor similar\b|\bor another\b", re.I)


def problems_of_conditions(pack: MarketPack) -> list[Problem]:
    """Return the forbidden conditions, as sentences with the section and a lawful alternative.

    In each problem, `where` is “questions.KEY”, “eligibility.KEY” or “evidence.KEY”.
    """
    try:
        law = rulesets.get_ruleset(pack.ruleset)
    except LookupError:
        return []  # The validation of the pack reports this.
    forbidden = {
        name
        for name in ("may_ask_audited_accounts", "may_ask_insurance_before_award", "may_ask_prior_contract")
        if (cell := law.cells.get(name)) is not None and not cell.value
    }
    return list(_find_problems(pack, forbidden)) if forbidden else []


def _find_problems(pack: MarketPack, forbidden: set[str]) -> Iterator[Problem]:
    kinds = {kind.key: kind for kind in pack.evidence}
    for name, questions in (("eligibility", pack.eligibility), ("questions", pack.questions)):
        for question in questions.questions() if questions else ():
            for sentence in _forbidden_by(question, kinds.get(question.evidence), pack, forbidden):
                yield Problem(sentence, f"{name}.{question.key}")
    if "may_ask_insurance_before_award" in forbidden:
        for kind in pack.evidence:
            if _before_award(kind):
                yield Problem(_insurance(kind.title), f"evidence.{kind.key}")


def _forbidden_by(
    question: QuestionDefinition, kind: PackEvidenceKind | None, pack: MarketPack, forbidden: set[str]
) -> Iterator[str]:
    if not _is_condition(question):
        return
    words = " ".join(
        [question.text, question.hint, *(option.label for option in question.options), kind.title if kind else ""]
    )
    for_everyone = question.required and question.when is None
    if (
        "may_ask_audited_accounts" in forbidden
        and for_everyone
        and _AUDITED.search(words)
        and not _ONLY_WHERE_REQUIRED.search(words)
    ):
        yield (
            f"“{question.text}” asks every provider for audited accounts ({PROCUREMENT_ACT} s.36). "
            "Ask for them only where the law requires the accounts to be audited."
        )
    is_insured = kind is None and _INSURED.search(words) and not _ONCE_AWARDED.search(words)
    if "may_ask_insurance_before_award" in forbidden and for_everyone and is_insured:
        yield _insurance(question.text)
    if "may_ask_prior_contract" not in forbidden:
        return
    is_named = _NAMED.search(words) or pack.authority.name in words
    if _CONTRACT.search(words) and is_named and not _ANY_BUYER.search(words):
        yield (
            f"“{question.text}” requires a contract with a named authority ({PROCUREMENT_ACT} s.36). Ask for similar "
            f"work for any buyer."
        )
    passing = [option for option in question.options if not option.fails]
    has_alternatives = question.kind in {"choice", "choices"} and len(passing) >= MIN_PASSING_OPTIONS
    # The question asks how many people have something. It does not require everyone to have it.
    is_count = question.kind in {"declaration", "number"}
    if _QUALIFICATION.search(words) and not (has_alternatives or is_count) and not _EQUIVALENTS.search(words):
        yield (
            f"“{question.text}” requires one qualification and allows no equivalent ({PROCUREMENT_ACT} s.36). Add “or "
            f"equivalent”."
        )


def _is_condition(question: QuestionDefinition) -> bool:
    """Return whether an answer can exclude a provider.

    Scored answers are not included, because they have a minimum score.
    """
    has_failing_option = any(option.fails for option in question.options)
    return has_failing_option or question.assessed == "pass_fail" or (question.kind == "evidence" and question.required)


def _before_award(kind: PackEvidenceKind) -> bool:
    return is_insurance(kind.key, kind.title) and kind.needed == "with_application" and not kind.commitment_allowed


def _insurance(title: str) -> str:
    return (
        f"“{title}” requires insurance before an award ({PROCUREMENT_ACT} s.36). "
        "Let providers promise to have it before the first placement."
    )
