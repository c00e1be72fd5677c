"""The decision of an application: every lot's outcome, the members, the agreement and the letter, or nothing."""

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


def decide(application: Application, *, outcomes: Sequence[LotDecision], by: User, at: datetime) -> ApplicationDecision:
    """Decide every lot of an application in one transaction: admit, with or without conditions, or refuse.

    Raises Refused where a reason, a lot or a mark is missing; where the person marked it or acts for the provider;
    where a lot is admitted though a condition of admission is not met, or, under rules that admit whoever meets the
    conditions (PCR 2015 reg 34; Procurement Act 2023 s.36), refused though all are met. Where no answer was assessed
    (a market that opened before that was required), nothing is known to be met: the approver decides with reasons.
    """
    _forbid_own_marking(application, by, at)
    requests = list(
        application.requests.filter(status=LotRequestStatus.REQUESTED).select_related("lot").order_by("lot__number")
    )
    with transition(application, "decide", by=by, at=at, along=requests) as decided:
        _require_running(decided.market, at)
        require_law_as_pinned(decided.market)
        came_to = answer_results(decided)
        chosen = _complete(decided, requests, outcomes, came_to)
        _hold_to_the_conditions(decided, chosen, came_to)
        admitted = [request for request in requests if chosen[request.lot.number].admit]
        letter = letters.decision_letter(
            decided, [(request.lot, chosen[request.lot.number]) for request in requests], by, at, came_to
        )
        paper = letters.seal_letter(
            letter, at=at
        )  # before a number is taken, for which the market's other decisions wait
        agreement = _offer(decided, admitted, by=by, at=at) if admitted else None
        papers = _documents_to_keep(decided) if admitted else DocumentRequirements()
        decision = ApplicationDecision.objects.create(
            authority=decided.authority, provider=decided.provider, application=decided, agreement=agreement,
            by=by, decided_at=at, letter=letter, paper=paper,
        )  # fmt: skip
        record_reason(decision)
        for request in requests:
            _carry_out(decision, request, chosen[request.lot.number], agreement, papers, by=by, at=at)
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
    """Find who may approve an application in whose assessment a person had a part, whatever became of that part."""
    marked = application.parts.values("person")
    others = who_can(Can.DECIDE, in_market=application.market, at=at).exclude(pk__in=marked)
    return list(others.exclude(pk=person.pk).order_by("name"))


def _forbid_own_marking(application: Application, by: User, at: datetime) -> None:
    if by.roles_at(application.provider, at):
        raise Refused(f"You have a role at {application.provider}, so someone else must decide.")
    if part := application.parts.filter(person=by).order_by("-pk").first():
        others = " or ".join(str(one) for one in other_approvers(application, by, at)) or "somebody else"
        raise Refused(f"{explain_part_in_assessment(part)}, so {others} must approve it.")


def explain_part_in_assessment(part: EvaluatorAssignment) -> str:
    """Say why someone who had a part in an assessment does not decide: they marked it, or have an interest."""
    if part.status == AssignmentStatus.STOOD_DOWN:
        return "You withdrew from this application because of a conflict of interest"
    return "You scored this application" if part.declared_at else "You were to score this application"


def _require_running(market: Market, at: datetime) -> None:
    """No one joins a market that is over."""
    if market.status != MarketStatus.OPEN or local_day(at) > market.term_ends_on:
        raise Refused(
            f"{market} has ended, so you cannot admit anyone. Ask the provider to withdraw, or extend the market."
        )


def _complete(
    application: Application, requests: Sequence[LotRequest], outcomes: Sequence[LotDecision], came_to: AnswerResults
) -> dict[int, LotDecision]:
    chosen = {outcome.lot: outcome for outcome in outcomes}
    problems = [
        Problem(f"Decide category {request.lot.number}", f"lot-{request.lot.number}")
        for request in requests
        if request.lot.number not in chosen
    ]
    problems += [
        Problem("Enter a reason. The provider will read it.", f"reason-{number}")
        for number, outcome in chosen.items()
        if not outcome.reason.strip()
    ]
    problems += [
        Problem(f"Mark missing: {asked.question.text}") for asked in answers_without_marks(application, came_to)
    ]
    if set(chosen) - {request.lot.number for request in requests}:
        problems.append(Problem("You can only decide categories the provider applied for."))
    if problems:
        raise Refused.because(problems)
    return chosen


def _hold_to_the_conditions(application: Application, chosen: dict[int, LotDecision], came_to: AnswerResults) -> None:
    entry = application.market.rule("entry")
    unmet = find_unmet_conditions(application, came_to)
    for number, outcome in chosen.items():
        failed = [one for one in unmet if one.lot in (None, number)]
        if outcome.admit and failed:
            raise Refused(f"You cannot admit the provider to category {number}. {failed[0].sentence}", f"lot-{number}")
        if not outcome.admit and not failed and came_to and entry is not None and entry.value == "conditions":
            raise Refused(
                f"You cannot refuse category {number} because every condition is met ({entry.citation}). If a mark "
                f"is not sound, send the application back to its evaluators.",
                f"lot-{number}",
            )


def _carry_out(
    decision: ApplicationDecision,
    request: LotRequest,
    outcome: LotDecision,
    agreement: Agreement | None,
    papers: DocumentRequirements,
    *,
    by: User,
    at: datetime,
) -> None:
    if not outcome.admit or agreement is None:
        applications.refuse(request, by=by, at=at)
    else:
        verb = applications.admit_with_conditions if outcome.conditions else applications.admit
        verb(request, by=by, at=at)
        _make_member(decision.application, request, outcome, agreement, papers, by=by, at=at)
    LotOutcome.objects.create(
        authority=decision.authority, decision=decision, request=request, lot=request.lot,
        admitted=outcome.admit, reason=outcome.reason.strip(),
    )  # fmt: skip


def _make_member(
    application: Application,
    request: LotRequest,
    outcome: LotDecision,
    agreement: Agreement,
    papers: DocumentRequirements,
    *,
    by: User,
    at: datetime,
) -> None:
    papers = papers.of_lot(request.lot.number)
    member = Member(
        reference=ReferenceCounter.next_reference(application.market, "M"),
        authority=application.authority, market=application.market, lot=request.lot, provider=application.provider,
        request=request, agreement=agreement, joined_at=at, changed_at=at,
        required_evidence=papers.kinds, least_cover=papers.least_cover,
    )  # fmt: skip
    create(member, "decide", by=by, at=at)
    for promised in papers.promised:
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


def _documents_to_keep(application: Application) -> DocumentRequirements:
    """Return what was relied on and runs out, and what was promised: without them, no new placements."""
    version, market = application.version, application.market
    if version is None:
        return DocumentRequirements()
    items = evidence_in_version(version, market.questions.definition, application.provider)
    promised = promised_documents(application)
    kinds = {item.kind for item in items if item.expires_on} | {one.kind for one in promised}
    terms = evidence_terms(market)
    least = {kind: str(terms[kind].least_cover) for kind in kinds if kind in terms and terms[kind].least_cover}
    lots = {kind.key: tuple(kind.lots) for kind in market.pack.evidence if kind.key in kinds and kind.lots}
    return DocumentRequirements(sorted(kinds), least, promised, lots)


def _offer(application: Application, admitted: Sequence[LotRequest], *, by: User, at: datetime) -> Agreement:
    """Put one agreement for the whole decision before the provider, naming its lots, with its prices as the annex."""
    market = application.market
    numbers = {request.lot.number for request in admitted}
    today = local_day(at)
    return agreements.offer(
        reference=ReferenceCounter.next_reference(market, "G"),
        authority=application.authority,
        provider=application.provider,
        title=f"{market.title}: provider agreement",
        text=market.agreement,
        lots=[{"number": one.lot.number, "title": one.lot.title, "word": market.pack.lot_word} for one in admitted],
        prices=_annex(market, application, numbers),
        starts_on=max(today, market.term_starts_on),
        ends_on=market.term_ends_on,
        by=by,
        at=at,
        scope=market,
    )


def _annex(market: Market, application: Application, numbers: set[int]) -> list[dict[str, Any]]:
    """Take the prices that were offered for the admitted lots from the answers: the one truth from now on."""
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
