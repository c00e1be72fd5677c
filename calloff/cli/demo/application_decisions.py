"""The stages of an application in the story, from the first draft to the signed agreement.

Each step is a function that calls the real commands.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from calloff.agreements import commands as agreements
from calloff.agreements.models import Agreement
from calloff.applications import commands as applications
from calloff.applications.models import Application, EvaluatorAssignment
from calloff.applications.scoring import answers_to_mark
from calloff.cli.demo.application_answers import answer_to, eligible_answers
from calloff.cli.demo.cast import PROVIDER_LEADS
from calloff.cli.demo.context import DemoContext, provider_facts
from calloff.members.commands import LotDecision, decide
from calloff.members.models import ApplicationDecision
from calloff.outbox.models import Message
from calloff.people.models import User
from calloff.questions import answers as engine

GOOD_SCORE = 4  # the usual score, for a clear answer with an example
SCORE_REASONS = {
    "method": "There is a clear induction, a plan with small steps, and a review with the school in the sixth week.",
    "concern_response": "Staff tell the lead within the hour and the school on the same day, in writing. The lead "
    "checks that this was done.",
    "risk_assessment": "People who know the child help to write the assessment before the start, and staff changed it "
    "after an incident.",
    "experience": "The provider has 6 years of experience, and describes its results and what it learned.",
    "online_safeguarding": "Online rooms are closed and names are checked. There is a rule on recording, and an adult "
    "to call.",
    "complex_needs": "The work starts at the child's pace, with a plan for a crisis and clear limits.",
    "reengagement": "The work starts from what the young person likes, and staff go with them for the first mornings "
    "back at school.",
}
ScoresByQuestion = dict[str, tuple[int, str]]


def write_application(
    stage: DemoContext, provider: str, market: str, lots: Sequence[int], began: str, *, sections: int = 99
) -> Application:
    """Start an application and answer its sections, one every 20 minutes.

    `sections` limits how many sections are answered.
    """
    at, lead, opened = stage.when(began), stage.lead(provider), stage.markets[market]
    application = applications.start(
        opened,
        provider=stage.organisations[provider],
        lots=lots,
        eligibility=eligible_answers(opened, lots),
        by=lead,
        at=at,
    )
    definition, given = opened.questions.definition, dict[str, object]()
    for section in definition.sections[:sections]:
        at += timedelta(minutes=20)
        answers: dict[str, object] = {}
        while fresh := [
            question
            for question in engine.asked_questions(section, given | answers, lots)
            if question.key not in answers
        ]:
            for asked in fresh:  # An answer might cause another question to be asked.
                answers[asked.key] = answer_to(asked, provider, stage, opened, at)
        if answers:
            applications.save_section(application, key=section.key, answers=answers, seen=0, by=lead, at=at)
        given |= answers
    return application


def submit_application(stage: DemoContext, application: Application, provider: str, at: str) -> Application:
    own = provider_facts(provider)
    return applications.submit(
        application, by=stage.lead(provider), at=stage.when(at), name=PROVIDER_LEADS[own.lead], role=own.role
    )


def begin_assessment(
    stage: DemoContext, application: Application, evaluators: Sequence[User], at: datetime
) -> list[EvaluatorAssignment]:
    """Assign the evaluators, who declare on the same day that they have no conflict of interest."""
    officer = stage.officer(application.authority.slug, "olivia" if application.market.code == "IAP" else "hugh")
    parts = [applications.assign(application, person=person, by=officer, at=at) for person in evaluators]
    return [applications.declare_interest(part, by=part.person, at=at + timedelta(hours=1)) for part in parts]


def mark_answers(
    part: EvaluatorAssignment,
    at: datetime,
    *,
    scores: ScoresByQuestion | None = None,
    only: int | None = None,
    besides: Collection[str] = (),
) -> None:
    """Mark the answers for one evaluator, except the questions in `besides`.

    If `only` is given, mark only that many of them, starting with the first.
    """
    for key, asked in [item for item in answers_to_mark(part.application).items() if item[0] not in besides][:only]:
        if asked.question.assessed == "score":
            usual = (
                GOOD_SCORE,
                SCORE_REASONS.get(asked.question.key, "The answer meets the requirement and gives an example."),
            )
            score, reason = (scores or {}).get(key, usual)
            applications.mark(part, key=key, by=part.person, at=at, reason=reason, score=score)
        else:
            promised = (
                isinstance(part.application.version.answers.get(key), dict) if part.application.version else False
            )
            seen = (
                "The provider has promised this document, with enough cover."
                if promised
                else "I have read the document and it meets the requirement."
            )
            reason = seen if asked.question.kind == "evidence" else "The answer is clear and meets the requirement."
            applications.mark(part, key=key, by=part.person, at=at, reason=reason, passed=True)


def assess_part(
    stage: DemoContext, application: Application, by: User, when: str, scores: ScoresByQuestion | None = None
) -> None:
    """Let one evaluator do their whole assessment in one day."""
    at = stage.when(when)
    [part] = begin_assessment(stage, application, [by], at)
    mark_answers(part, at + timedelta(hours=3), scores=scores)
    applications.finish_marking(part, by=by, at=at + timedelta(hours=5))


def admit_application(
    application: Application, by: User, at: datetime, *, conditions: Sequence[tuple[str, date]] = ()
) -> ApplicationDecision:
    """Admit a provider to every category that it applied for. The conditions apply only to the first category."""
    outcomes = [
        LotDecision(
            lot,
            admit=True,
            reason="The provider meets every condition for this category.",
            conditions=conditions if not n else (),
        )
        for n, lot in enumerate(application.lots)
    ]
    return decide(application, outcomes=outcomes, by=by, at=at)


def sign_agreement(stage: DemoContext, agreement: Agreement, provider: str, at: datetime) -> Agreement:
    own, lead = provider_facts(provider), stage.lead(provider)
    return agreements.sign(
        agreement, by=lead, at=at + timedelta(minutes=4), name=PROVIDER_LEADS[own.lead], role=own.role,
        authority=f"As {own.role.lower()}, I can sign for {own.name}", code=signing_code_for(agreement, lead, at),
    )  # fmt: skip


def countersign(agreement: Agreement, by: User, at: datetime) -> Agreement:
    return agreements.countersign(
        agreement, by=by, at=at + timedelta(minutes=3), name=by.name, role="Contracts officer",
        authority="Under the council's scheme of delegation", code=signing_code_for(agreement, by, at),
    )  # fmt: skip


def signing_code_for(agreement: Agreement, person: User, at: datetime) -> str:
    """Ask for a signing code, and read it from the email as the person would."""
    agreements.send_code(agreement, by=person, at=at)
    message = Message.objects.filter(address=person.email, secret=True).order_by("-pk")[0]
    return str(re.findall(r"\b[0-9]{6}\b", message.body)[0])
