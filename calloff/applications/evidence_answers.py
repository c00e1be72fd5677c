"""Check answers that refer to a document, or promise to provide a document.

The document must belong to the provider and be valid, and its cover must be high enough.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from calloff.applications.models import SubmittedVersion
from calloff.evidence.models import Evidence
from calloff.evidence.states import EvidenceStatus
from calloff.kernel import formatting
from calloff.kernel.lifecycles import Problem
from calloff.kernel.money import format_pounds
from calloff.markets.evidence_terms import EvidenceTerms, evidence_terms
from calloff.markets.models import Market
from calloff.people.models import Organisation
from calloff.questions import answers as engine
from calloff.questions.schema import QuestionDefinition

MAX_PROMISED_COVER = Decimal(10**9)  # The limit is in pounds. A larger amount is treated as a typing error.


class EvidencePromise(NamedTuple):
    """A document that an application promises to provide later."""

    kind: str
    title: str
    cover: Decimal | None
    by: date  # the last day for providing the document


def find_named_evidence(
    market: Market, answers: Mapping[str, Any], lots: Mapping[int, str], provider: Organisation, *, on: date
) -> tuple[list[Evidence], list[Problem]]:
    """Return the documents that answers refer to, and the problems with those answers on a given day.

    Each document must belong to the provider, be of the right kind, be valid on that day, and have at least the
    minimum cover that the market requires. If the market allows it, an answer can promise a document instead.
    """
    named = {
        asked.key: (asked.question, answers[asked.key])
        for asked in engine.asked_questions(market.questions.definition, answers, lots)
        if asked.question.kind == "evidence" and answers.get(asked.key)
    }
    documents = find_documents(provider, [value for _, value in named.values() if isinstance(value, str)])
    terms = evidence_terms(market)
    problems = [
        problem
        for key, (question, value) in named.items()
        for problem in find_evidence_problems(question, value, key, held=documents, terms=terms, market=market, on=on)
    ]
    return list(documents.values()), problems


def find_evidence_problems(
    question: QuestionDefinition,
    value: Any,
    key: str,
    *,
    held: Mapping[str, Evidence],
    terms: Mapping[str, EvidenceTerms],
    market: Market,
    on: date,
) -> list[Problem]:
    """Return the problems with one answer on a given day, if there are any.

    `key` is the answer's key, `terms` contains the market's requirements by kind of evidence, and `held` contains the
    provider's documents by reference.
    """
    requirement = terms.get(question.evidence)
    if isinstance(value, dict):
        return _find_promise_problems(value, key, requirement, market, on)
    item = held.get(value)
    if item is None or item.kind != question.evidence:
        return [Problem(f"Select one of your documents: {question.text}", key)]
    if item.expires_on is not None and item.expires_on < on:
        return [
            Problem(f"{item} expired on {formatting.format_date(item.expires_on)}. Select a current document.", key)
        ]
    if item.issued_on > on:
        return [
            Problem(
                f"{item} starts on {formatting.format_date(item.issued_on)}. Select a document that is valid today.",
                key,
            )
        ]
    if requirement is not None and (sentence := explain_too_little_cover(item, requirement.least_cover)):
        instead = (
            "Select another document, or promise to get that cover" if requirement.may_promise else "Select another"
        )
        return [Problem(f"{sentence} {instead}.", key)]
    return []


def find_documents(provider: Organisation, references: list[str]) -> dict[str, Evidence]:
    """Return, by reference, those of the given documents that the provider has and has not withdrawn."""
    documents = Evidence.objects.filter(provider=provider, reference__in=references)
    return {item.reference: item for item in documents.exclude(status=EvidenceStatus.WITHDRAWN).order_by("pk")}


def explain_too_little_cover(item: Evidence, least: int | Decimal | None) -> str:
    """Return a sentence if the cover of an insurance document is below `least` pounds, otherwise an empty string."""
    if least is None or (item.cover is not None and item.cover >= least):
        return ""
    covers = (
        f"covers {format_pounds(item.cover)} for any one claim"
        if item.cover is not None
        else "does not state the cover"
    )
    return f"{item} {covers}, and {format_pounds(Decimal(least))} or more is required."


def promises_in(version: SubmittedVersion, market: Market) -> list[EvidencePromise]:
    """Return the documents that a version promises: one of each kind, with the highest cover and the earliest date."""
    titles = {kind: asked.title for kind, asked in evidence_terms(market).items()}
    promises: dict[str, EvidencePromise] = {}
    for asked in engine.asked_questions(market.questions.definition, version.answers, version.lots):
        value = version.answers.get(asked.key)
        if asked.question.kind != "evidence" or not isinstance(value, dict):
            continue
        kind = asked.question.evidence
        cover, by = Decimal(value["cover"]) if value.get("cover") else None, date.fromisoformat(value["by"])
        earlier = promises.get(kind)
        if earlier is not None:
            cover, by = max((amount for amount in (cover, earlier.cover) if amount), default=None), min(by, earlier.by)
        promises[kind] = EvidencePromise(kind, titles.get(kind, kind.replace("_", " ").capitalize()), cover, by)
    return list(promises.values())


def _find_promise_problems(
    value: Mapping[str, Any], key: str, requirement: EvidenceTerms | None, market: Market, on: date
) -> list[Problem]:
    if requirement is None or not requirement.may_promise:
        return [Problem("A promise is not enough for this document. Select one of your documents.", key)]
    problems = []
    cover = Decimal(value["cover"]) if value.get("cover") else None
    if requirement.least_cover is not None and cover is None:
        problems.append(Problem("Enter the amount of cover you promise", f"{key}-cover"))
    elif requirement.least_cover is not None and cover is not None and cover < requirement.least_cover:
        minimum = format_pounds(Decimal(requirement.least_cover))
        problems.append(Problem(f"The cover you promise must be {minimum} or more", f"{key}-cover"))
    elif cover is not None and cover > MAX_PROMISED_COVER:
        problems.append(
            Problem(f"The cover you promise must be {format_pounds(MAX_PROMISED_COVER)} or less", f"{key}-cover")
        )
    promised_by = date.fromisoformat(value["by"])
    if promised_by <= on:
        problems.append(Problem("The date you will have the document by must be in the future", f"{key}-by"))
    elif promised_by > market.term_ends_on:
        latest = formatting.format_date(market.term_ends_on)
        problems.append(Problem(f"The date you will have the document by must be {latest} or earlier", f"{key}-by"))
    return problems
