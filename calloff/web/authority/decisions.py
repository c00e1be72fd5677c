"""Decide an application for each category, with the letter next to the form.

Decisions that have been made are shown here too.
"""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.applications import queries
from calloff.applications.models import Application, EvaluatorAssignment
from calloff.applications.scoring import UnmetCondition, answers_to_mark, answers_without_marks, find_unmet_conditions
from calloff.applications.states import LotRequestStatus
from calloff.members import letters
from calloff.members import queries as members
from calloff.members.commands import decide as decide_command
from calloff.members.commands.decisions import explain_part_in_assessment, other_approvers
from calloff.members.lot_decision import LotDecision
from calloff.members.models import ApplicationDecision
from calloff.members.promised_documents import promised_documents
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.authority import presenters
from calloff.web.authority.applications import eligibility_context, mismatched_register_numbers
from calloff.web.authority.assessment import lot_label
from calloff.web.authority.assessment_forms import DecideApplicationForm
from calloff.web.authority.lookups import find_application
from calloff.web.downloads import as_attachment
from calloff.web.jinja_environment import url_for
from calloff.web.permissions import AUTHORITY, at_organisation, step_up
from calloff.web.request import OrganisationRequest

REASON_PLACEHOLDER = "(your reason will appear here)"


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def decide(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Admit or refuse each category. A preview does not make the decision.

    A person who scored the application cannot decide it, and the page says who can.
    """
    application = find_application(request, reference)
    if part := queries.parts_of(application).filter(person=request.user).last():
        return render(request, "authority/scored.html", _who_else(request, application, part), status=403)
    command_views.require_permission(request, application, "decide")
    requests = [each for each in application.requests.all() if each.status == LotRequestStatus.REQUESTED]
    form = DecideApplicationForm.of(request, requests=requests)
    if not form.only_previews and form.attempt(decide_command, application, by=request.user, at=request.now):
        return command_views.SeeOther(
            url_for("authority:application-decide-done", request.organisation.slug, reference)
        )
    unmet = find_unmet_conditions(application)
    context = {
        "application": application,
        "form": form,
        "lots": [(each, _unmet_in(each.lot.number, unmet)) for each in requests],
        **eligibility_context(application),
        "promised": [owed.in_words for owed in promised_documents(application)],
        "assessed": bool(answers_to_mark(application)),
        "entry": application.market.rule("entry"),
        "numbers": mismatched_register_numbers(application),
        "missing": [
            f"{asked.question.text}{lot_label(application, asked, ' (%s)')}"
            for asked in answers_without_marks(application)
        ],
        "letter": _preview(request, application, form, requests, unmet),
    }
    return render(request, "authority/decide.html", context)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def decided(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Confirm that the decision has been made and say what happens next, on a page with its own URL."""
    decision = _decision(request, reference)
    return render(request, "authority/decided.html", {"application": decision.application, "decision": decision})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def decision(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show the letter as the provider sees it."""
    application = find_application(request, reference)
    context = {"application": application, "decision": _decision(request, reference), "telling": presenters}
    return render(request, "authority/decision.html", context)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def letter(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    """Serve the sealed PDF of the letter."""
    return as_attachment(_decision(request, reference).paper)


def _decision(request: OrganisationRequest, reference: str) -> ApplicationDecision:
    find_application(request, reference)
    given = members.find_decision(reference, person=request.user, at=request.now)
    if given is None:
        raise Http404
    return given


def _who_else(request: OrganisationRequest, application: Application, part: EvaluatorAssignment) -> dict[str, Any]:
    others = [str(person) for person in other_approvers(application, request.user, request.now)]
    return {
        "application": application,
        "why": explain_part_in_assessment(part),
        "others": " or ".join(others) or "an approver who did not assess the application",
    }


def _unmet_in(number: int, unmet: list[UnmetCondition]) -> list[UnmetCondition]:
    return [each for each in unmet if each.lot in (None, number)]


def _preview(
    request: OrganisationRequest,
    application: Application,
    form: DecideApplicationForm,
    requests: list[Any],
    unmet: list[UnmetCondition],
) -> Any:
    """Preview the letter, with the decisions entered so far.

    For the other categories, it has the decisions that the marks suggest.
    """
    given = {outcome.lot: outcome for outcome in _readable(form)}
    outcomes = []
    for each in requests:
        number = each.lot.number
        suggested = LotDecision(number, not _unmet_in(number, unmet), REASON_PLACEHOLDER)
        outcome = given.get(number, suggested)
        if not outcome.reason.strip():
            outcome = LotDecision(number, outcome.admit, REASON_PLACEHOLDER, outcome.conditions)
        outcomes.append((each.lot, outcome))
    return letters.decision_letter(application, outcomes, request.user, request.now) if outcomes else None


def _readable(form: DecideApplicationForm) -> list[LotDecision]:
    if not form.is_bound or form.returned:
        return []
    form.is_valid()
    outcomes: list[LotDecision] = getattr(form, "cleaned_data", {}).get("outcomes", [])
    return outcomes
