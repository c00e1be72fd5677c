"""Applications: the list by working days left, the record, and the steps before assessment."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.applications import commands, eligibility, queries
from calloff.applications.deadlines import decide_at_most_by
from calloff.applications.models import Application, SubmittedCopy
from calloff.applications.registration_number_mismatches import RegistrationNumberMismatch, numbers_to_question
from calloff.applications.states import LEFT_PART_STATUSES, SENT_STATUSES, ApplicationStatus, AssignmentStatus
from calloff.evidence import queries as evidence
from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.markets import queries as markets
from calloff.markets.rulesets import rule_in_words
from calloff.members import queries as members
from calloff.people.permissions import Can
from calloff.questions import answers as engine
from calloff.web import command_views, list_pages
from calloff.web.authority import presenters
from calloff.web.authority.assessment_forms import DeclareInterestForm
from calloff.web.authority.forms import ApplicationFilter, AssignEvaluatorForm, InternalReasonForm, ReadableReasonForm
from calloff.web.authority.lookups import find_application
from calloff.web.downloads import as_attachment
from calloff.web.history import pages
from calloff.web.permissions import AUTHORITY, ActionNotPermitted, at_organisation, step_up
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def queue(request: OrganisationRequest) -> HttpResponse:
    filters, rows = _queue(request)
    page = list_pages.list_context(request, rows, ("turn", "due", "pk"), one="application", filters=filters)
    return render(request, "authority/applications.html", page | {"telling": presenters})


@require_safe
@step_up
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def export(request: OrganisationRequest) -> HttpResponseBase:
    """Export exactly the rows that match the filters, as CSV."""
    _, rows = _queue(request)
    return export_response("applications", APPLICATION_EXPORT_COLUMNS, rows)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def record(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = find_application(request, reference)
    evaluators = list(queries.parts_of(application))
    context = {
        "application": application,
        "requests": list(application.requests.all()),
        "evaluators": evaluators,
        "can_take_back": any(is_allowed(part, "take_back", request.user, request.now) for part in evaluators),
        "own": queries.part_of(application, request.user),
        "decision": members.find_decision(reference, person=request.user, at=request.now),
        "clarifications": list(queries.clarifications_of(application)),
        "to_moderate": queries.to_moderate(Application.objects.filter(pk=application.pk), request.user).exists(),
        "actions": application_actions(request, application),
        "before_deciding": steps_before_decision(request, application),
        "back_to_list": list_pages.back_to_list(request, "authority:applications"),
        "telling": presenters,
    }
    return render(request, "authority/application.html", context)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def submitted(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show the submitted answers by section, and the evidence that supports them."""
    application = find_application(request, reference)
    relied_on = list(evidence.relied_on(request.organisation, application.reference, request.now))
    context = {
        "application": application,
        "version": application.version,
        "sections": summarise_version(application, relied_on),
        "numbers": mismatched_register_numbers(application),
        **eligibility_context(application),
        "evidence": [(item, evidence.describe_state(item, local_day(request.now))) for item in relied_on],
        "copy": SubmittedCopy.objects.filter(version=application.version).first(),
        "back_to_list": list_pages.back_to_list(request, "authority:applications"),
        "telling": presenters,
    }
    return render(request, "authority/submitted.html", context)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def versions(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show every submitted version, and the differences between the last two or any two chosen."""
    application = find_application(request, reference)
    versions = list(application.versions.select_related("submitted_by").order_by("number"))
    old, new = _two(request, versions)
    context = {"application": application, "versions": versions, "old": old, "new": new, "telling": presenters}
    return render(request, "authority/versions.html", context | {"changes_made": _changes(application, old, new)})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def copy(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    """Serve the current version's sealed copy."""
    application = find_application(request, reference)
    return as_attachment(
        get_object_or_404(SubmittedCopy.objects.select_related("file"), version=application.version).file
    )


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = find_application(request, reference)
    lives = [
        application,
        *application.requests.all(),
        *queries.parts_of(application),
        *queries.clarifications_of(application),
    ]
    context = {
        "application": application,
        "telling": presenters,
        "back_to_list": list_pages.back_to_list(request, "authority:applications"),
    }
    return pages.render_history(request, *lives, context=context, frame="authority/application_frame.html")


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def assign(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = find_application(request, reference)
    command_views.require_permission(request, application, "assign")
    able, unable = queries.evaluators_for(application, request.now)
    form = AssignEvaluatorForm.of(request, able=able)
    if form.attempt(commands.assign, application, by=request.user, at=request.now):
        words = f"{form.result.person} will evaluate {reference}. We have told them."
        return command_views.redirect_done(request, words, "authority:application", reference)
    context = {"application": application, "form": form, "able": able, "unable": unable}
    return render(request, "authority/assign.html", context)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def take_back(request: OrganisationRequest, reference: str, part: int) -> HttpResponse:
    application = find_application(request, reference)
    taken = get_object_or_404(queries.parts_of(application), pk=part)
    command_views.require_permission(request, taken, "take_back")
    form = InternalReasonForm.of(request)
    if form.attempt(commands.take_back, taken, by=request.user, at=request.now):
        words = f"{taken.person} will no longer evaluate {reference}. We have told them."
        return command_views.redirect_done(request, words, "authority:application", reference)
    context = {"application": application, "part": taken, "form": form, "marks": taken.marks.count()}
    return render(request, "authority/take_back.html", context)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def declare_interest(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = find_application(request, reference)
    part = _own(request, application)
    form = DeclareInterestForm.of(request)
    command = commands.stand_down if form.stands_down else commands.declare_interest
    if form.attempt(command, part, by=request.user, at=request.now):
        if form.stands_down:
            return command_views.redirect_done(
                request,
                "You have withdrawn from this application. We have emailed the contracts officers.",
                "authority:application",
                reference,
            )
        words = "You have declared that you have no interest. Assessment has started. Mark each answer."
        return command_views.redirect_done(request, words, "authority:application-assess", reference)
    if part.status != AssignmentStatus.ALLOCATED and request.method == "GET":
        part.LIFECYCLE.find("declare_interest", part.status)
    return render(request, "authority/declare_interest.html", {"application": application, "form": form})


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE, market_roles=True)
def give_more_time(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = find_application(request, reference)
    command_views.require_permission(request, application, "give_more_time")
    form = ReadableReasonForm.of(request)
    if form.attempt(commands.give_more_time, application, by=request.user, at=request.now):
        words = f"We must now decide {reference} by {format_date(form.result.decide_by)}. We have told the provider."
        return command_views.redirect_done(request, words, "authority:application", reference)
    rule = application.market.rule("decide_at_most")
    latest = decide_at_most_by(application.market, application.submitted_at) if application.submitted_at else None
    context = {"application": application, "form": form, "rule": rule, "latest": latest}
    rule_text = rule_in_words("decide_at_most", rule) if rule else ""
    return render(request, "authority/give_more_time.html", context | {"said": rule_text})


def application_actions(request: OrganisationRequest, application: Application) -> dict[str, bool]:
    """Return, for each verb, whether the person can use it on the application now.

    The page hides the other verbs, or explains why the person cannot use them.
    """
    verbs = ("assign", "give_more_time", "clarify", "decide", "return_for_marking")
    return {verb: _may(request, application, verb) for verb in verbs}


def steps_before_decision(request: OrganisationRequest, application: Application) -> list[tuple[bool, str, str, str]]:
    """List the steps before a decision, for the people who decide.

    Each step says whether it is done, what it is, and who can do it.
    """
    decides = request.user.can(Can.DECIDE, organisation=application.authority, at=request.now, record=application)
    if not decides or application.status not in {
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.ASSESSING,
        ApplicationStatus.CLARIFYING,
    }:
        return []
    parts = [part for part in queries.parts_of(application) if part.status not in LEFT_PART_STATUSES]
    handed_in = [part.status == AssignmentStatus.FINISHED for part in parts]
    conditions = [(bool(parts), "An evaluator is allocated", "A contracts officer", "")]
    conditions += [
        (there, f"{part.person} submits their marks", str(part.person), "")
        for part, there in zip(parts, handed_in, strict=True)
    ]
    if application.status == ApplicationStatus.CLARIFYING:
        conditions.append((False, "The provider answers the clarification question", str(application.provider), ""))
    if parts and all(handed_in):
        conditions.append((False, "The evaluators agree the marks that differ", "The evaluators", ""))
    return conditions


def summarise_version(application: Application, relied_on: list[Any]) -> list[Any]:
    """Return the current version by section: every question with its answer as text."""
    if application.version is None:
        return []
    names = {item.reference: item.title for item in relied_on}
    lots = name_lots(application, application.version.lots)
    schedule = queries.schedule_of(application.market)
    definition = application.market.questions.definition
    return engine.summarise_answers(definition, application.version.answers, lots, schedule=schedule, evidence=names)


def mismatched_register_numbers(application: Application) -> list[RegistrationNumberMismatch]:
    """Return the submitted registration numbers that do not match the provider's record."""
    if application.version is None:
        return []
    return numbers_to_question(
        application.provider, application.market.questions.definition, application.version.answers
    )


def eligibility_context(application: Application) -> dict[str, Any]:
    """Return the eligibility answers sent with the current version, and those that a person must check."""
    if application.version is None or application.version.eligibility is None:
        return {}
    check, lots = application.version.eligibility, name_lots(application, application.version.lots)
    return {
        "eligibility": check,
        "eligibility_sections": eligibility.summarise_eligibility(check, lots),
        "eligibility_concerns": eligibility.eligibility_concerns(check, lots),
    }


def name_lots(application: Application, numbers: list[int]) -> dict[int, str]:
    titles = {lot.number: lot.title for lot in application.market.pack.lots}
    word = application.market.pack.lot_word
    return {number: f"{word.capitalize()} {number}, {titles.get(number, '')}" for number in numbers}


def _may(request: OrganisationRequest, application: Application, verb: str) -> bool:
    needs = application.LIFECYCLE.permissions_for(verb)
    may_ever = any(
        request.user.can(need, organisation=application.authority, at=request.now, record=application) for need in needs
    )
    return may_ever and application.LIFECYCLE.allows(verb, application.status)


def _own(request: OrganisationRequest, application: Application) -> Any:
    part = queries.part_of(application, request.user)
    if part is None:
        raise ActionNotPermitted(Can.ASSESS)
    return part


def _queue(request: OrganisationRequest) -> tuple[ApplicationFilter, Any]:
    person, at = request.user, request.now
    filters = ApplicationFilter.of(request, markets=markets.of_authority(request.organisation, person=person, at=at))
    wanted = list_pages.filter_values(filters)
    mine = person if wanted.pop("mine") else None
    rows = queries.applications_queue(request.organisation, person=person, at=at)
    return filters, queries.filter_queue(rows, on=local_day(at), mine=mine, **wanted)


def _decision_due(application: Application) -> date | str | None:
    """Return the last day to decide a submitted application, or a sentence if no rule sets one."""
    if application.status not in SENT_STATUSES:
        return None
    return application.decide_by or presenters.NO_RULE_SENTENCE


def _outcome(application: Application) -> str:
    """Return the decision on each category, or the status if there is none."""
    if application.status != ApplicationStatus.DECIDED:
        return application.get_status_display()
    decided = presenters.decided_requests(application)
    return "; ".join(f"{request.lot.number} {request.get_status_display()}" for request in decided)


APPLICATION_EXPORT_COLUMNS: tuple[Column[Application], ...] = (
    Column("Reference", lambda application: application.reference),
    Column("Provider", lambda application: str(application.provider)),
    Column("Market", lambda application: application.market.title),
    Column("Categories", presenters.format_categories),
    Column("Received", lambda application: local_day(application.submitted_at) if application.submitted_at else None),
    Column("Decide by", _decision_due),
    Column("Who takes the next step", presenters.name_holders),
    Column("Status", _outcome),
)


def _two(request: OrganisationRequest, versions: list[Any]) -> tuple[Any, Any]:
    by_number = {str(version.number): version for version in versions}
    latest = versions[-2:] if len(versions) > 1 else []
    old, new = request.GET.get("old"), request.GET.get("new")
    if old is None and new is None:
        return (latest[0], latest[1]) if latest else (None, None)
    if old not in by_number or new not in by_number:
        raise Http404
    return by_number[old], by_number[new]


def _changes(application: Application, old: Any, new: Any) -> list[Any]:
    if old is None:
        return []
    schedule, definition = queries.schedule_of(application.market), application.market.questions.definition
    before, after = name_lots(application, old.lots), name_lots(application, new.lots)
    return engine.compare_answers(definition, old.answers, new.answers, before, after, schedule=schedule)
