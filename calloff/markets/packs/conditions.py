"""Conditions of joining that the law forbids (Procurement Act 2023 s.36), found in what a pack asks.

The section is cited without its subsections: they were not read at their source, so a lawyer adds them.

They are sought where the market's ruleset forbids them: in a dynamic market. A condition is a question that an
evaluator passes or fails, one with an answer that fails, or a document that everyone must give. The words are read as
an officer reads them: a lawful wording beside an unlawful one is accepted. No list of words finds every wording, so the
approver still reads the conditions.
"""

import re
from collections.abc import Iterator

from calloff.evidence.kinds import is_insurance
from calloff.kernel.lifecycles import Problem
from calloff.markets import rulesets
from calloff.markets.packs.schema import MarketPack, PackEvidenceKind
from calloff.questions.schema import QuestionDefinition

PROCUREMENT_ACT = "Procurement Act 2023"
MIN_PASSING_OPTIONS = 2  # options that pass: then no single one is asked for

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
    """List, in words, the conditions that the pack's law forbids, each with its subsection and the lawful way.

    Each problem's `where` is “questions.KEY”, “eligibility.KEY” or “evidence.KEY”.
    """
    try:
        law = rulesets.get_ruleset(pack.ruleset)
    except LookupError:
        return []  # told already
    forbidden = {
        name
        for name in ("may_ask_audited_accounts", "may_ask_insurance_before_award", "may_ask_prior_contract")
        if (cell := law.cells.get(name)) is not None and not cell.value
    }
    return list(_found(pack, forbidden)) if forbidden else []


def _found(pack: MarketPack, forbidden: set[str]) -> Iterator[Problem]:
    kinds = {kind.key: kind for kind in pack.evidence}
    for name, questions in (("eligibility", pack.eligibility), ("questions", pack.questions)):
        for one in questions.questions() if questions else ():
            for sentence in _wrong_with(one, kinds.get(one.evidence), pack, forbidden):
                yield Problem(sentence, f"{name}.{one.key}")
    if "may_ask_insurance_before_award" in forbidden:
        for kind in pack.evidence:
            if _before_award(kind):
                yield Problem(_insurance(kind.title), f"evidence.{kind.key}")


def _wrong_with(
    one: QuestionDefinition, kind: PackEvidenceKind | None, pack: MarketPack, forbidden: set[str]
) -> Iterator[str]:
    if not _is_condition(one):
        return
    words = " ".join([one.text, one.hint, *(option.label for option in one.options), kind.title if kind else ""])
    everybody = one.required and one.when is None
    if (
        "may_ask_audited_accounts" in forbidden
        and everybody
        and _AUDITED.search(words)
        and not _ONLY_WHERE_REQUIRED.search(words)
    ):
        yield (
            f"“{one.text}” asks every provider for audited accounts ({PROCUREMENT_ACT} s.36). "
            "Ask for them only where the law requires the accounts to be audited."
        )
    insured = kind is None and _INSURED.search(words) and not _ONCE_AWARDED.search(words)
    if "may_ask_insurance_before_award" in forbidden and everybody and insured:
        yield _insurance(one.text)
    if "may_ask_prior_contract" not in forbidden:
        return
    named = _NAMED.search(words) or pack.authority.name in words
    if _CONTRACT.search(words) and named and not _ANY_BUYER.search(words):
        yield (
            f"“{one.text}” requires a contract with a named authority ({PROCUREMENT_ACT} s.36). Ask for similar work "
            f"for any buyer."
        )
    passing = [option for option in one.options if not option.fails]
    several = one.kind in {"choice", "choices"} and len(passing) >= MIN_PASSING_OPTIONS
    counted = one.kind in {"declaration", "number"}  # how many have it, and not that all must
    if _QUALIFICATION.search(words) and not (several or counted) and not _EQUIVALENTS.search(words):
        yield (
            f"“{one.text}” requires one qualification and allows no equivalent ({PROCUREMENT_ACT} s.36). Add “or "
            f"equivalent”."
        )


def _is_condition(one: QuestionDefinition) -> bool:
    """Say whether an answer can keep a provider out: what is scored is weighed with the rest, by its minimum score."""
    fails = any(option.fails for option in one.options)
    return fails or one.assessed == "pass_fail" or (one.kind == "evidence" and one.required)


def _before_award(kind: PackEvidenceKind) -> bool:
    return is_insurance(kind.key, kind.title) and kind.needed == "with_application" and not kind.commitment_allowed


def _insurance(words: str) -> str:
    return (
        f"“{words}” requires insurance before an award ({PROCUREMENT_ACT} s.36). "
        "Let providers promise to have it before the first placement."
    )
