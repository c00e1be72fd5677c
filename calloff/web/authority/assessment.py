"""Marking: the provider's answer beside the score, one's own yardstick, handing in, and agreeing where marks differ.

Nobody's marks show before one's own are in: `queries.marks_seen_by` says whose do.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.applications import commands, queries
from calloff.applications.evidence_answers import too_little
from calloff.applications.models import Application, Part
from calloff.applications.scoring import differing, to_mark
from calloff.applications.states import LEFT, PartStatus, Status
from calloff.evidence import queries as evidence
from calloff.evidence.models import Evidence
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.kernel.money import pounds
from calloff.markets.evidence_terms import evidence_terms
from calloff.people.permissions import Can
from calloff.questions import answers as engine
from calloff.questions.answers import Asked
from calloff.web import command_views
from calloff.web.authority import presenters
from calloff.web.authority.applications import eligibility_of, lot_names, numbers_of
from calloff.web.authority.assessment_forms import Agree, GiveMark
from calloff.web.authority.forms import Clarify, WhyInside
from calloff.web.authority.lookups import application as found
from calloff.web.forms_ui.forms import Confirm
from calloff.web.jinja_environment import url
from calloff.web.permissions import AUTHORITY, NotYours, at_organisation
from calloff.web.request import AtOrganisation


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def progress(request: AtOrganisation, reference: str) -> HttpResponse:
    """List what there is to mark, with what the person has marked; the whole only when everything of theirs is in."""
    one = found(request, reference)
    part = own_part(request, one)
    if part.status == PartStatus.ALLOCATED:
        return command_views.SeeOther(
            url("authority:application-declare-interest", request.organisation.slug, reference)
        )
    given = {mark.key: mark for mark in part.marks.all()}
    asked = to_mark(one)
    rows = [(each, lot_of(one, each), given.get(key)) for key, each in asked.items()]
    context = {"application": one, "part": part, "rows": rows, "missing": sum(row[2] is None for row in rows)}
    context["numbers"] = numbers_of(one)
    context |= {"clarifications": list(queries.clarifications_of(one)), "telling": presenters} | eligibility_of(one)
    return render(request, "authority/assess.html", context)


@command_views.asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def assess(request: AtOrganisation, reference: str, key: str) -> HttpResponse:
    """Mark one answer: it stands beside the score, with the guidance and one's own yardstick."""
    one = found(request, reference)
    part, asked = own_part(request, one), to_mark(one)
    if key not in asked:
        raise Http404
    require_marking(request, part)
    form = GiveMark.of(request, asked=asked[key], initial=_given(part, key))
    if form.attempt(commands.mark, part, key=key, by=request.user, at=request.now):
        return command_views.done(request, "Score saved", *_after(part, asked, key, reference))
    context = {"application": one, "form": form, "asked": asked[key], "place": list(asked).index(key) + 1}
    context |= _answer(request, one, asked[key]) | {"number": len(asked), "part": part, "telling": presenters}
    return render(request, "authority/mark.html", context)


@command_views.asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def finish_marking(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    part = own_part(request, one)
    require_marking(request, part)
    form = Confirm.of(request)
    form.hrefs = {key: _mark_href(request, one, key) for key in to_mark(one)}
    if form.attempt(commands.finish_marking, part, by=request.user, at=request.now):
        return command_views.done(request, "Your marks are in.", "authority:application", reference)
    given = set(part.marks.values_list("key", flat=True))
    conditions = [
        (
            key in given,
            f"Mark: {asked.question.text}{lot_of(one, asked, ' (%s)')}",
            "You",
            _mark_href(request, one, key),
        )
        for key, asked in to_mark(one).items()
    ]
    context = {"application": one, "form": form, "conditions": conditions, "ready": all(met for met, *_ in conditions)}
    return render(request, "authority/finish_marking.html", context)


@command_views.asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def clarify(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    command_views.must(request, one, "clarify")
    form = Clarify.of(request)
    if form.attempt(commands.clarify, one, by=request.user, at=request.now):
        return command_views.done(request, "Asked. We have told the provider.", "authority:application", reference)
    return render(request, "authority/clarify.html", {"application": one, "form": form})


@command_views.asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def moderate(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show the marks that differ side by side, once all are in, and write down what is agreed."""
    one = found(request, reference)
    part = own_part(request, one)
    command_views.must(request, one, "moderate")
    if part.status != PartStatus.FINISHED:
        raise Refused("Hand your own marks in first. Then you see the others’.")
    parts = [each for each in queries.parts_of(one) if each.status not in LEFT]
    if any(each.status != PartStatus.FINISHED for each in parts):
        raise Refused("Not every evaluator has finished. Agree when all marks are in.")
    differ = differing(one, parts)
    form = Agree.of(request, differing=differ)
    if form.attempt(commands.moderate, one, by=request.user, at=request.now):
        return command_views.done(
            request, "Scores agreed. The application is waiting for a decision.", "authority:application", reference
        )
    rows = [_side_by_side(request, one, form, key, asked) for key, asked in differ.items()]
    return render(request, "authority/moderate.html", {"application": one, "form": form, "rows": rows})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def marks(request: AtOrganisation, reference: str) -> HttpResponse:
    """Show the marks that the person may see: never another's before their own are in."""
    one = found(request, reference)
    given: dict[str, list[Any]] = {}
    for mark in queries.marks_seen_by(request.user, one):
        given.setdefault(mark.key, []).append(mark)
    agreed = {each.key: each for each in one.agreed_marks.select_related("by")} if _all_in(one) else {}
    rows = [(each, lot_of(one, each), given.get(key, []), agreed.get(key)) for key, each in to_mark(one).items()]
    context = {"application": one, "rows": rows, "any": bool(given), "own": queries.part_of(one, request.user)}
    context |= {"clarifications": list(queries.clarifications_of(one)), "telling": presenters}
    return render(request, "authority/marks.html", context)


@command_views.asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def return_for_marking(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    command_views.must(request, one, "return_for_marking")
    form = WhyInside.of(request)
    if form.attempt(commands.return_for_marking, one, by=request.user, at=request.now):
        return command_views.done(
            request, "Sent back. We have told the evaluators why.", "authority:application", reference
        )
    return render(request, "authority/return_for_marking.html", {"application": one, "form": form})


def own_part(request: AtOrganisation, one: Application) -> Part:
    part = queries.part_of(one, request.user)
    if part is None:
        raise NotYours(Can.ASSESS)
    return part


def require_marking(request: AtOrganisation, part: Part) -> None:
    if part.status == PartStatus.ALLOCATED:
        raise Refused("Declare your interests before you mark.")
    if part.status == PartStatus.FINISHED and request.method == "GET":
        raise Refused(
            "You have submitted your marks. An approver can send the application back to you if a mark "
            "needs another look."
        )
    if part.application.status == Status.CLARIFYING and request.method == "GET":
        raise Refused("The provider is answering a clarification. You can continue marking when it has answered.")


def lot_of(one: Application, asked: Asked, form: str = "%s") -> str:
    return form % f"{one.market.pack.lot_word} {asked.lot}" if asked.lot else ""


def _all_in(one: Application) -> bool:
    return one.status in {Status.TO_DECIDE, Status.DECIDED}


def _given(part: Part, key: str) -> dict[str, Any]:
    mark = part.marks.filter(key=key).first()
    if mark is None:
        return {}
    passed = {True: "yes", False: "no"}.get(mark.passed) if mark.passed is not None else None
    return {"passed": passed, "score": mark.score, "reason": mark.reason}


def _after(part: Part, asked: dict[str, Asked], key: str, reference: str) -> tuple[Any, ...]:
    """Lead on to the next answer that is not marked yet, or else to the list."""
    given = set(part.marks.values_list("key", flat=True))
    order = list(asked)
    rest = order[order.index(key) + 1 :] + order[: order.index(key)]
    following = next((one for one in rest if one not in given), None)
    if following is None:
        return ("authority:application-assess", reference)
    return ("authority:application-mark", reference, following)


def _mark_href(request: AtOrganisation, one: Application, key: str) -> str:
    return url("authority:application-mark", request.organisation.slug, one.reference, key)


def _answer(request: AtOrganisation, one: Application, asked: Asked) -> dict[str, Any]:
    """Return what stands beside the score: the answer, its document, and how often the person gave each score."""
    version = one.version
    value = version.answers.get(asked.key) if version else None
    relied_on = list(evidence.relied_on(request.organisation, one.reference, request.now))
    names = {item.reference: item.title for item in relied_on}
    words = engine.display(asked.question, value, schedule=queries.schedule_of(one.market), evidence=names)
    scored = asked.question.assessed == "score"
    lot = lot_names(one, [asked.lot])[asked.lot] if asked.lot else ""
    return {
        "answer": words,
        "lot": lot,
        "documents": [
            (item, evidence_facts(item, one, local_day(request.now))) for item in relied_on if item.reference == value
        ],
        "yardstick": queries.yardstick(request.user, asked.question.key, request.organisation) if scored else None,
        "clarifications": list(queries.clarifications_of(one)),
    }


def evidence_facts(item: Evidence, one: Application, on: date) -> list[str]:
    """Return what an evaluator should know about a document: its cover against the requirement, and its expiry."""
    terms = evidence_terms(one.market).get(item.kind)
    told = [f"Covers {pounds(item.cover)} for any one claim"] if item.cover is not None else []
    if terms and terms.least_cover:
        enough = not too_little(item, terms.least_cover)
        least = pounds(Decimal(terms.least_cover))
        told.append(f"This market requires at least {least}: {'enough' if enough else 'not enough'}")
    return [*told, evidence.state_of(item, on)]


def _side_by_side(request: AtOrganisation, one: Application, form: Agree, key: str, asked: Asked) -> dict[str, Any]:
    several = [mark for mark in queries.marks_seen_by(request.user, one) if mark.key == key]
    return {
        "asked": asked,
        "marks": several,
        "value": form[f"value-{key}"],
        "reason": form[f"reason-{key}"],
    } | _answer(request, one, asked)
