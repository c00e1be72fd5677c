"""Check answers that name or promise a document: it must be the provider's, valid and cover enough."""

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

MAX_PROMISED_COVER = Decimal(10**9)  # pounds; beyond, someone has typed a nought too many


class EvidencePromise(NamedTuple):
    """A document that an application promises instead of naming one."""

    kind: str
    title: str
    cover: Decimal | None
    by: date  # the last day


def find_named_evidence(
    market: Market, answers: Mapping[str, Any], lots: Mapping[int, str], provider: Organisation, *, on: date
) -> tuple[list[Evidence], list[Problem]]:
    """Return the documents that answers name, and the problems with those answers on a day.

    An answer must name an item of the provider's own, of the kind that is asked for, that is valid on the day and
    covers at least what the market asks; or, where the market allows it, promise one.
    """
    named = {
        one.key: (one.question, answers[one.key])
        for one in engine.asked_questions(market.questions.definition, answers, lots)
        if one.question.kind == "evidence" and answers.get(one.key)
    }
    held = find_documents(provider, [value for _, value in named.values() if isinstance(value, str)])
    terms = evidence_terms(market)
    problems = [
        problem
        for key, (question, value) in named.items()
        for problem in find_evidence_problems(question, value, key, held=held, terms=terms, market=market, on=on)
    ]
    return list(held.values()), problems


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
    """Return the problem with one answer on a day. `held` are the provider's documents by reference."""
    asked = terms.get(question.evidence)
    if isinstance(value, dict):
        return _wrong_with_promise(value, key, asked, market, on)
    item = held.get(value)
    if item is None or item.kind != question.evidence:
        return [Problem(f"Select one of your documents: {question.text}", key)]
    if item.expires_on is not None and item.expires_on < on:
        return [Problem(f"{item} ended on {formatting.format_date(item.expires_on)}. Select a current document.", key)]
    if item.issued_on > on:
        return [
            Problem(
                f"{item} starts on {formatting.format_date(item.issued_on)}. Select a document that is valid today.",
                key,
            )
        ]
    if asked is not None and (why := explain_too_little_cover(item, asked.least_cover)):
        instead = "Select another document, or promise to get that cover" if asked.may_promise else "Select another"
        return [Problem(f"{why} {instead}.", key)]
    return []


def find_documents(provider: Organisation, references: list[str]) -> dict[str, Evidence]:
    """Find documents of a provider's passport by their references: none that it has withdrawn."""
    wanted = Evidence.objects.filter(provider=provider, reference__in=references)
    return {item.reference: item for item in wanted.exclude(status=EvidenceStatus.WITHDRAWN).order_by("pk")}


def explain_too_little_cover(item: Evidence, least: int | Decimal | None) -> str:
    """Return a sentence if an insurance covers less than required, else an empty text."""
    if least is None or (item.cover is not None and item.cover >= least):
        return ""
    covers = (
        f"covers {format_pounds(item.cover)} for any one claim"
        if item.cover is not None
        else "does not state the cover"
    )
    return f"{item} {covers}, and {format_pounds(Decimal(least))} or more is required."


def promises_in(version: SubmittedVersion, market: Market) -> list[EvidencePromise]:
    """List the documents that a version promises, one of each kind, with the highest cover and earliest day."""
    titles = {kind: one.title for kind, one in evidence_terms(market).items()}
    found: dict[str, EvidencePromise] = {}
    for one in engine.asked_questions(market.questions.definition, version.answers, version.lots):
        value = version.answers.get(one.key)
        if one.question.kind != "evidence" or not isinstance(value, dict):
            continue
        kind = one.question.evidence
        cover, by = Decimal(value["cover"]) if value.get("cover") else None, date.fromisoformat(value["by"])
        known = found.get(kind)
        if known is not None:
            cover, by = max((each for each in (cover, known.cover) if each), default=None), min(by, known.by)
        found[kind] = EvidencePromise(kind, titles.get(kind, kind.replace("_", " ").capitalize()), cover, by)
    return list(found.values())


def _wrong_with_promise(
    value: Mapping[str, Any], key: str, asked: EvidenceTerms | None, market: Market, on: date
) -> list[Problem]:
    if asked is None or not asked.may_promise:
        return [Problem("A promise is not enough for this document. Select one of your documents.", key)]
    found = []
    cover = Decimal(value["cover"]) if value.get("cover") else None
    if asked.least_cover is not None and cover is None:
        found.append(Problem("Enter the amount of cover you promise", f"{key}-cover"))
    elif asked.least_cover is not None and cover is not None and cover < asked.least_cover:
        least = format_pounds(Decimal(asked.least_cover))
        found.append(Problem(f"The cover you promise must be {least} or more", f"{key}-cover"))
    elif cover is not None and cover > MAX_PROMISED_COVER:
        found.append(
            Problem(f"The cover you promise must be {format_pounds(MAX_PROMISED_COVER)} or less", f"{key}-cover")
        )
    by = date.fromisoformat(value["by"])
    if by <= on:
        found.append(Problem("The date you will have it by must be in the future", f"{key}-by"))
    elif by > market.term_ends_on:
        last = formatting.format_date(market.term_ends_on)
        found.append(Problem(f"The date you will have it by must be {last} or earlier", f"{key}-by"))
    return found
