"""Decide an application.

The decisions about all lots, the members, the agreement and the letter are stored in one transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from calloff.agreements import commands as agreements
from calloff.agreements.models import Agreement
from calloff.applications import commands as applications
from calloff.applications.models import Application, EvaluatorAssignment, LotRequest
from calloff.applications.queries import evidence_in_version
from calloff.applications.scoring import AnswerResults, answer_results, answers_without_marks, find_unmet_conditions
from calloff.applications.states import AssignmentStatus, LotRequestStatus
from calloff.history.transitions import create, record_reason, transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Problem, Refused
from calloff.markets.evidence_terms import evidence_terms
from calloff.markets.models import Market, ReferenceCounter
from calloff.markets.queries import require_law_as_pinned, who_can
from calloff.markets.states import MarketStatus
from calloff.members import letters, messages
from calloff.members.lot_decision import LotDecision
from calloff.members.models import ApplicationDecision, DocumentPromise, LotOutcome, Member, MembershipCondition
from calloff.members.promised_documents import DocumentRequirements, promised_documents
from calloff.outbox.commands import queue_message
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.questions import answers as engine

__all__ = ["decide"]


def decide(application: Application, *, outcomes: Sequence[LotDecision], by: User, at: datetime) -> ApplicationDecision:
    """Decide about each lot of an application: admit the provider, admit it with conditions, or refuse it.

    If the rules admit every provider that meets the conditions (PCR 2015 reg 34; Procurement Act 2023 s.36), a lot
    cannot be refused when all conditions are met. If no answer was assessed, because the market opened before
    assessment was required, this cannot be checked. The approver then decides, and gives reasons.

    Raises Refused if a reason, lot or mark is missing, if the person took part in the assessment or has a role at the
    provider, or if a lot is admitted although a condition is not met. Also raises Refused if the market has ended, or
    if the law has been edited since the market opened.
    """
    _forbid_own_marking(application, by, at)
    requests = list(
        application.requests.filter(status=LotRequestStatus.REQUESTED).select_related("lot").order_by("lot__number")
    )
    with transition(application, "decide", by=by, at=at, along=requests) as decided:
        _require_running(decided.market, at)
        require_law_as_pinned(decided.market)
        results = answer_results(decided)
        outcome_by_lot = _require_complete(decided, requests, outcomes, results)
        _require_conditions(decided, outcome_by_lot, results)
        admitted = [request for request in requests if outcome_by_lot[request.lot.number].admit]
        letter = letters.decision_letter(
            decided, [(request.lot, outcome_by_lot[request.lot.number]) for request in requests], by, at, results
        )
        # The letter is sealed first, because once a reference number is taken, all other decisions in the market must
        # wait.
        paper = letters.seal_letter(letter, at=at)
        agreement = _offer(decided, admitted, by=by, at=at) if admitted else None
        requirements = _required_documents(decided) if admitted else DocumentRequirements()
        decision = ApplicationDecision.objects.create(
            authority=decided.authority, provider=decided.provider, application=decided, agreement=agreement,
            by=by, decided_at=at, letter=letter, paper=paper,
        )  # fmt: skip
        record_reason(decision)
        for request in requests:
            _store_outcome(decision, request, outcome_by_lot[request.lot.number], agreement, requirements, by=by, at=at)
        if admitted:
            Organisation.objects.filter(pk=decided.provider_id).mark_checked(at)
        decided.changed_at = at
        people = User.objects.who_can(Can.SEE_APPLICATIONS, organisation=decided.provider, at=at)
        queue_message(messages.decided(decided), to=people, sender=str(decided.authority), at=at)
        if agreement:
            signatories = User.objects.who_can(Can.SIGN, organisation=decided.provider, at=at)
            queue_message(messages.to_sign(agreement), to=signatories, sender=str(decided.authority), at=at)
    return decision


def other_approvers(application: Application, person: User, at: datetime) -> list[User]:
    """Return the people who can decide an application in this person's place, sorted by name.

    People who have ever been asked to mark the application are left out.
    """
    marked = application.parts.values("person")
    approvers = who_can(Can.DECIDE, in_market=application.market, at=at).exclude(pk__in=marked)
    return list(approvers.exclude(pk=person.pk).order_by("name"))


def _forbid_own_marking(application: Application, by: User, at: datetime) -> None:
    if by.roles_at(application.provider, at):
        raise Refused(f"You have a role at {application.provider}, so someone else must decide.")
    if part := application.parts.filter(person=by).order_by("-pk").first():
        alternatives = " or ".join(str(approver) for approver in other_approvers(application, by, at)) or "someone else"
        raise Refused(f"{explain_part_in_assessment(part)}, so {alternatives} must approve it.")


def explain_part_in_assessment(part: EvaluatorAssignment) -> str:
    """Return why a person who took part in the assessment cannot decide, as the start of a sentence."""
    if part.status == AssignmentStatus.STOOD_DOWN:
        return "You withdrew from this application because of a conflict of interest"
    return "You scored this application" if part.declared_at else "You were due to score this application"


def _require_running(market: Market, at: datetime) -> None:
    """Raise Refused if the market is not running. No provider can join a market that has ended."""
    if market.status != MarketStatus.OPEN or local_day(at) > market.term_ends_on:
        raise Refused(
            f"{market} has ended, so you cannot admit anyone. Ask the provider to withdraw, or extend the market."
        )


def _require_complete(
    application: Application, requests: Sequence[LotRequest], outcomes: Sequence[LotDecision], results: AnswerResults
) -> dict[int, LotDecision]:
    outcome_by_lot = {outcome.lot: outcome for outcome in outcomes}
    problems = [
        Problem(f"Select a decision for category {request.lot.number}", f"lot-{request.lot.number}")
        for request in requests
        if request.lot.number not in outcome_by_lot
    ]
    problems += [
        Problem("Enter a reason. The provider will read it.", f"reason-{number}")
        for number, outcome in outcome_by_lot.items()
        if not outcome.reason.strip()
    ]
    problems += [
        Problem(f"This answer has not been marked: {asked.question.text}")
        for asked in answers_without_marks(application, results)
    ]
    if set(outcome_by_lot) - {request.lot.number for request in requests}:
        problems.append(Problem("You can only make decisions on categories the provider applied for."))
    if problems:
        raise Refused.because(problems)
    return outcome_by_lot


def _require_conditions(
    application: Application, outcome_by_lot: dict[int, LotDecision], results: AnswerResults
) -> None:
    entry = application.market.rule("entry")
    unmet = find_unmet_conditions(application, results)
    for number, outcome in outcome_by_lot.items():
        failed = [condition for condition in unmet if condition.lot in (None, number)]
        if outcome.admit and failed:
            raise Refused(f"You cannot admit the provider to category {number}. {failed[0].sentence}", f"lot-{number}")
        if not outcome.admit and not failed and results and entry is not None and entry.value == "conditions":
            raise Refused(
                f"You cannot refuse category {number} because every condition is met ({entry.citation}). If a mark is "
                f"wrong, send the application back to its evaluators.",
                f"lot-{number}",
            )


def _store_outcome(
    decision: ApplicationDecision,
    request: LotRequest,
    outcome: LotDecision,
    agreement: Agreement | None,
    requirements: DocumentRequirements,
    *,
    by: User,
    at: datetime,
) -> None:
    if not outcome.admit or agreement is None:
        applications.refuse(request, by=by, at=at)
    else:
        verb = applications.admit_with_conditions if outcome.conditions else applications.admit
        verb(request, by=by, at=at)
        _create_member(decision.application, request, outcome, agreement, requirements, by=by, at=at)
    LotOutcome.objects.create(
        authority=decision.authority, decision=decision, request=request, lot=request.lot,
        admitted=outcome.admit, reason=outcome.reason.strip(),
    )  # fmt: skip


def _create_member(
    application: Application,
    request: LotRequest,
    outcome: LotDecision,
    agreement: Agreement,
    requirements: DocumentRequirements,
    *,
    by: User,
    at: datetime,
) -> None:
    requirements = requirements.of_lot(request.lot.number)
    member = Member(
        reference=ReferenceCounter.next_reference(application.market, "M"),
        authority=application.authority, market=application.market, lot=request.lot, provider=application.provider,
        request=request, agreement=agreement, joined_at=at, changed_at=at,
        required_evidence=requirements.kinds, least_cover=requirements.least_cover,
    )  # fmt: skip
    create(member, "decide", by=by, at=at)
    for promised in requirements.promised:
        promise = DocumentPromise(
            authority=application.authority, provider=application.provider, member=member, kind=promised.kind,
            title=promised.title, cover=promised.cover, due_on=promised.due_on, promised_by=promised.promised_by,
            promised_at=promised.promised_at,
        )  # fmt: skip
        create(promise, "decide", by=by, at=at)
    for text, due_on in outcome.conditions:
        condition = MembershipCondition(
            authority=application.authority, provider=application.provider, member=member, text=text, due_on=due_on
        )
        create(condition, "decide", by=by, at=at)


def _required_documents(application: Application) -> DocumentRequirements:
    """Return the documents without which placements cannot start.

    These are the documents with an expiry date that the application relied on, and the documents that it promised.
    """
    version, market = application.version, application.market
    if version is None:
        return DocumentRequirements()
    items = evidence_in_version(version, market.questions.definition, application.provider)
    promised = promised_documents(application)
    kinds = {item.kind for item in items if item.expires_on} | {document.kind for document in promised}
    terms = evidence_terms(market)
    least = {kind: str(terms[kind].least_cover) for kind in kinds if kind in terms and terms[kind].least_cover}
    lots = {kind.key: tuple(kind.lots) for kind in market.pack.evidence if kind.key in kinds and kind.lots}
    return DocumentRequirements(sorted(kinds), least, promised, lots)


def _offer(application: Application, admitted: Sequence[LotRequest], *, by: User, at: datetime) -> Agreement:
    """Offer the provider one agreement for all lots to which it is admitted, with its prices as the annex."""
    market = application.market
    numbers = {request.lot.number for request in admitted}
    today = local_day(at)
    return agreements.offer(
        reference=ReferenceCounter.next_reference(market, "G"),
        authority=application.authority,
        provider=application.provider,
        title=f"{market.title}: provider agreement",
        text=market.agreement,
        lots=[
            {"number": request.lot.number, "title": request.lot.title, "word": market.pack.lot_word}
            for request in admitted
        ],
        prices=_annex(market, application, numbers),
        starts_on=max(today, market.term_starts_on),
        ends_on=market.term_ends_on,
        by=by,
        at=at,
        scope=market,
    )


def _annex(market: Market, application: Application, numbers: set[int]) -> list[dict[str, Any]]:
    """Return the price annex, which contains the prices that the provider offered in the lots to which it is
    admitted.

    From then on, prices come only from the annex.
    """
    if application.version is None or market.pack.schedule is None:
        return []
    answers = application.version.answers
    offered: dict[str, dict[str, str]] = {}
    for asked in engine.asked_questions(market.questions.definition, answers, application.version.lots):
        if asked.question.kind == "prices":
            offered |= answers.get(asked.key) or {}
    return [
        {"key": line.key, "lot": line.lot, "label": line.label, "unit": line.unit, **offered[line.key]}
        for line in market.pack.schedule.lines
        if line.lot in numbers and line.key in offered
    ]
