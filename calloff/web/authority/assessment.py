"""Assessment: marks next to answers, earlier scores to compare with, and agreeing on marks that differ.

Evaluators see no one else's marks before they have submitted their own (`queries.marks_seen_by`).
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.applications import commands, queries
from calloff.applications.evidence_answers import explain_too_little_cover
from calloff.applications.models import Application, EvaluatorAssignment
from calloff.applications.scoring import answers_that_differ, answers_to_mark
from calloff.applications.states import LEFT_PART_STATUSES, ApplicationStatus, AssignmentStatus
from calloff.evidence import queries as evidence
from calloff.evidence.models import Evidence
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.kernel.money import format_pounds
from calloff.markets.evidence_terms import evidence_terms
from calloff.people.permissions import Can
from calloff.questions import answers as engine
from calloff.questions.answers import AskedQuestion
from calloff.web import command_views
from calloff.web.authority import presenters
from calloff.web.authority.applications import eligibility_context, mismatched_register_numbers, name_lots
from calloff.web.authority.assessment_forms import AgreeMarksForm, GiveMarkForm
from calloff.web.authority.forms import ClarifyForm, InternalReasonForm
from calloff.web.authority.lookups import find_application
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.jinja_environment import url_for
from calloff.web.permissions import AUTHORITY, ActionNotPermitted, at_organisation
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def progress(request: OrganisationRequest, reference: str) -> HttpResponse:
    """List the answers to mark, with the person's own marks."""
    application = find_application(request, reference)
    part = find_own_part(request, application)
    if part.status == AssignmentStatus.ALLOCATED:
        return command_views.SeeOther(
            url_for("authority:application-declare-interest", request.organisation.slug, reference)
        )
    given = {mark.key: mark for mark in part.marks.all()}
    asked = answers_to_mark(application)
    rows = [(each, lot_label(application, each), given.get(key)) for key, each in asked.items()]
    context = {"application": application, "part": part, "rows": rows, "missing": sum(row[2] is None for row in rows)}
    context["numbers"] = mismatched_register_numbers(application)
    context |= {
        "clarifications": list(queries.clarifications_of(application)),
        "telling": presenters,
    } | eligibility_context(application)
    return render(request, "authority/assess.html", context)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def assess(request: OrganisationRequest, reference: str, key: str) -> HttpResponse:
    """Mark one answer.

    The page shows the answer next to the score, the guidance and the person's earlier scores for the question.
    """
    application = find_application(request, reference)
    part, asked = find_own_part(request, application), answers_to_mark(application)
    if key not in asked:
        raise Http404
    require_marking(request, part)
    form = GiveMarkForm.of(request, asked=asked[key], initial=_given(part, key))
    if form.attempt(commands.mark, part, key=key, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Score saved", *_after(part, asked, key, reference))
    context = {"application": application, "form": form, "asked": asked[key], "place": list(asked).index(key) + 1}
    context |= _answer(request, application, asked[key]) | {"number": len(asked), "part": part, "telling": presenters}
    return render(request, "authority/mark.html", context)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def finish_marking(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = find_application(request, reference)
    part = find_own_part(request, application)
    require_marking(request, part)
    form = ConfirmForm.of(request)
    form.hrefs = {key: _mark_href(request, application, key) for key in answers_to_mark(application)}
    if form.attempt(commands.finish_marking, part, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "You have submitted your marks.", "authority:application", reference
        )
    given = set(part.marks.values_list("key", flat=True))
    conditions = [
        (
            key in given,
            f"Mark: {asked.question.text}{lot_label(application, asked, ' (%s)')}",
            "You",
            _mark_href(request, application, key),
        )
        for key, asked in answers_to_mark(application).items()
    ]
    context = {
        "application": application,
        "form": form,
        "conditions": conditions,
        "ready": all(met for met, *_ in conditions),
    }
    return render(request, "authority/finish_marking.html", context)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def clarify(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = find_application(request, reference)
    command_views.require_permission(request, application, "clarify")
    form = ClarifyForm.of(request)
    if form.attempt(commands.clarify, application, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Question sent. We have told the provider.", "authority:application", reference
        )
    return render(request, "authority/clarify.html", {"application": application, "form": form})


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def moderate(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show submitted marks that differ side by side, and record the agreed marks."""
    application = find_application(request, reference)
    part = find_own_part(request, application)
    command_views.require_permission(request, application, "moderate")
    if part.status != AssignmentStatus.FINISHED:
        raise Refused("Submit your own marks first. You can then see the other evaluators’ marks.")
    parts = [each for each in queries.parts_of(application) if each.status not in LEFT_PART_STATUSES]
    if any(each.status != AssignmentStatus.FINISHED for each in parts):
        raise Refused("Not every evaluator has finished. You can agree scores when all the marks are in.")
    differ = answers_that_differ(application, parts)
    form = AgreeMarksForm.of(request, differing=differ)
    if form.attempt(commands.moderate, application, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Scores agreed. The application is waiting for a decision.", "authority:application", reference
        )
    rows = [_side_by_side(request, application, form, key, asked) for key, asked in differ.items()]
    return render(request, "authority/moderate.html", {"application": application, "form": form, "rows": rows})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def marks(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show the marks that the person is allowed to see.

    Until they submit their own marks, they are never allowed to see anyone else's.
    """
    application = find_application(request, reference)
    given: dict[str, list[Any]] = {}
    for mark in queries.marks_seen_by(request.user, application):
        given.setdefault(mark.key, []).append(mark)
    agreed = {each.key: each for each in application.agreed_marks.select_related("by")} if _all_in(application) else {}
    rows = [
        (each, lot_label(application, each), given.get(key, []), agreed.get(key))
        for key, each in answers_to_mark(application).items()
    ]
    context = {
        "application": application,
        "rows": rows,
        "any": bool(given),
        "own": queries.part_of(application, request.user),
    }
    context |= {"clarifications": list(queries.clarifications_of(application)), "telling": presenters}
    return render(request, "authority/marks.html", context)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def return_for_marking(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = find_application(request, reference)
    command_views.require_permission(request, application, "return_for_marking")
    form = InternalReasonForm.of(request)
    if form.attempt(commands.return_for_marking, application, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, "Application sent back. We have told the evaluators why.", "authority:application", reference
        )
    return render(request, "authority/return_for_marking.html", {"application": application, "form": form})


def find_own_part(request: OrganisationRequest, application: Application) -> EvaluatorAssignment:
    part = queries.part_of(application, request.user)
    if part is None:
        raise ActionNotPermitted(Can.ASSESS)
    return part


def require_marking(request: OrganisationRequest, part: EvaluatorAssignment) -> None:
    if part.status == AssignmentStatus.ALLOCATED:
        raise Refused("Declare your interests before you mark.")
    if part.status == AssignmentStatus.FINISHED and request.method == "GET":
        raise Refused(
            "You have submitted your marks. An approver can send the application back to you if a mark "
            "needs another look."
        )
    if part.application.status == ApplicationStatus.CLARIFYING and request.method == "GET":
        raise Refused(
            "The provider is answering a clarification question. You can continue marking when you have the answer."
        )


def lot_label(application: Application, asked: AskedQuestion, form: str = "%s") -> str:
    return form % f"{application.market.pack.lot_word} {asked.lot}" if asked.lot else ""


def _all_in(application: Application) -> bool:
    return application.status in {ApplicationStatus.TO_DECIDE, ApplicationStatus.DECIDED}


def _given(part: EvaluatorAssignment, key: str) -> dict[str, Any]:
    mark = part.marks.filter(key=key).first()
    if mark is None:
        return {}
    passed = {True: "yes", False: "no"}.get(mark.passed) if mark.passed is not None else None
    return {"passed": passed, "score": mark.score, "reason": mark.reason}


def _after(part: EvaluatorAssignment, asked: dict[str, AskedQuestion], key: str, reference: str) -> tuple[Any, ...]:
    """Return the next unmarked answer's page, or the list if there is none."""
    given = set(part.marks.values_list("key", flat=True))
    order = list(asked)
    rest = order[order.index(key) + 1 :] + order[: order.index(key)]
    following = next((unmarked for unmarked in rest if unmarked not in given), None)
    if following is None:
        return ("authority:application-assess", reference)
    return ("authority:application-mark", reference, following)


def _mark_href(request: OrganisationRequest, application: Application, key: str) -> str:
    return url_for("authority:application-mark", request.organisation.slug, application.reference, key)


def _answer(request: OrganisationRequest, application: Application, asked: AskedQuestion) -> dict[str, Any]:
    """Return what the page shows next to the score.

    This is the answer, the document, and how often the person has given each score.
    """
    version = application.version
    value = version.answers.get(asked.key) if version else None
    relied_on = list(evidence.relied_on(request.organisation, application.reference, request.now))
    names = {item.reference: item.title for item in relied_on}
    words = engine.format_answer(
        asked.question, value, schedule=queries.schedule_of(application.market), evidence=names
    )
    scored = asked.question.assessed == "score"
    lot = name_lots(application, [asked.lot])[asked.lot] if asked.lot else ""
    return {
        "answer": words,
        "lot": lot,
        "documents": [
            (item, evidence_facts(item, application, local_day(request.now)))
            for item in relied_on
            if item.reference == value
        ],
        "yardstick": queries.count_scores_given(request.user, asked.question.key, request.organisation)
        if scored
        else None,
        "clarifications": list(queries.clarifications_of(application)),
    }


def evidence_facts(item: Evidence, application: Application, on: date) -> list[str]:
    """Return what an evaluator needs to know about a document: its cover, the required cover, its expiry."""
    terms = evidence_terms(application.market).get(item.kind)
    facts = [f"Covers up to {format_pounds(item.cover)} for each claim"] if item.cover is not None else []
    if terms and terms.least_cover:
        enough = not explain_too_little_cover(item, terms.least_cover)
        least = format_pounds(Decimal(terms.least_cover))
        facts.append(f"This market requires at least {least}: {'enough' if enough else 'not enough'}")
    return [*facts, evidence.describe_state(item, on)]


def _side_by_side(
    request: OrganisationRequest, application: Application, form: AgreeMarksForm, key: str, asked: AskedQuestion
) -> dict[str, Any]:
    marks = [mark for mark in queries.marks_seen_by(request.user, application) if mark.key == key]
    return {
        "asked": asked,
        "marks": marks,
        "value": form[f"value-{key}"],
        "reason": form[f"reason-{key}"],
    } | _answer(request, application, asked)
