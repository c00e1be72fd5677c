"""Applications: the queue by working days left, the record, and the steps before assessment."""

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
from calloff.web.authority.lookups import find_application as found
from calloff.web.downloads import as_attachment
from calloff.web.history import pages
from calloff.web.permissions import AUTHORITY, ActionNotPermitted, at_organisation, step_up
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def queue(request: OrganisationRequest) -> HttpResponse:
    filters, rows = _queue(request)
    page = list_pages.list_context(request, rows, ("turn", "due", "pk"), one="application", filters=filters)
    return render(request, "authority/applications.html", page | {"telling": presenters})


@require_safe
@step_up
@at_organisation(AUTHORITY, Can.OVERSEE)
def export(request: OrganisationRequest) -> HttpResponse:
    """Export exactly the rows that the filters leave, as CSV."""
    _, rows = _queue(request)
    return export_response("applications", APPLICATION_EXPORT_COLUMNS, rows)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def record(request: OrganisationRequest, reference: str) -> HttpResponse:
    one = found(request, reference)
    evaluators = list(queries.parts_of(one))
    context = {
        "application": one,
        "requests": list(one.requests.all()),
        "evaluators": evaluators,
        "can_take_back": any(is_allowed(part, "take_back", request.user, request.now) for part in evaluators),
        "own": queries.part_of(one, request.user),
        "decision": members.find_decision(reference, person=request.user, at=request.now),
        "clarifications": list(queries.clarifications_of(one)),
        "to_moderate": queries.to_moderate(Application.objects.filter(pk=one.pk), request.user).exists(),
        "actions": application_actions(request, one),
        "before_deciding": steps_before_decision(request, one),
        "back_to_list": list_pages.back_to_list(request, "authority:applications"),
        "telling": presenters,
    }
    return render(request, "authority/application.html", context)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def submitted(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show what was submitted, section by section, and the evidence that it relies on."""
    one = found(request, reference)
    relied_on = list(evidence.relied_on(request.organisation, one.reference, request.now))
    context = {
        "application": one,
        "version": one.version,
        "sections": summarise_version(one, relied_on),
        "numbers": mismatched_register_numbers(one),
        **eligibility_context(one),
        "evidence": [(item, evidence.describe_state(item, local_day(request.now))) for item in relied_on],
        "copy": SubmittedCopy.objects.filter(version=one.version).first(),
        "back_to_list": list_pages.back_to_list(request, "authority:applications"),
        "telling": presenters,
    }
    return render(request, "authority/submitted.html", context)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def versions(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show every submitted version, and what the latest one changed or the differences between two chosen ones."""
    one = found(request, reference)
    several = list(one.versions.select_related("submitted_by").order_by("number"))
    old, new = _two(request, several)
    context = {"application": one, "versions": several, "old": old, "new": new, "telling": presenters}
    return render(request, "authority/versions.html", context | {"changes_made": _changes(one, old, new)})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def copy(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    """Serve the sealed copy of the current version."""
    one = found(request, reference)
    return as_attachment(get_object_or_404(SubmittedCopy.objects.select_related("file"), version=one.version).file)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    one = found(request, reference)
    lives = [one, *one.requests.all(), *queries.parts_of(one), *queries.clarifications_of(one)]
    context = {
        "application": one,
        "telling": presenters,
        "back_to_list": list_pages.back_to_list(request, "authority:applications"),
    }
    return pages.render_history(request, *lives, context=context, frame="authority/application_frame.html")


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def assign(request: OrganisationRequest, reference: str) -> HttpResponse:
    one = found(request, reference)
    command_views.require_permission(request, one, "assign")
    able, unable = queries.evaluators_for(one, request.now)
    form = AssignEvaluatorForm.of(request, able=able)
    if form.attempt(commands.assign, one, by=request.user, at=request.now):
        words = f"{form.result.person} evaluates {reference}. We have told them."
        return command_views.redirect_done(request, words, "authority:application", reference)
    context = {"application": one, "form": form, "able": able, "unable": unable}
    return render(request, "authority/assign.html", context)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def take_back(request: OrganisationRequest, reference: str, part: int) -> HttpResponse:
    one = found(request, reference)
    taken = get_object_or_404(queries.parts_of(one), pk=part)
    command_views.require_permission(request, taken, "take_back")
    form = InternalReasonForm.of(request)
    if form.attempt(commands.take_back, taken, by=request.user, at=request.now):
        words = f"{taken.person} no longer evaluates {reference}. We have told them."
        return command_views.redirect_done(request, words, "authority:application", reference)
    context = {"application": one, "part": taken, "form": form, "marks": taken.marks.count()}
    return render(request, "authority/take_back.html", context)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def declare_interest(request: OrganisationRequest, reference: str) -> HttpResponse:
    one = found(request, reference)
    part = _own(request, one)
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
        words = "You have declared that you have no interest. Assessment has begun: mark each answer."
        return command_views.redirect_done(request, words, "authority:application-assess", reference)
    if part.status != AssignmentStatus.ALLOCATED and request.method == "GET":
        part.LIFECYCLE.find("declare_interest", part.status)
    return render(request, "authority/declare_interest.html", {"application": one, "form": form})


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def give_more_time(request: OrganisationRequest, reference: str) -> HttpResponse:
    one = found(request, reference)
    command_views.require_permission(request, one, "give_more_time")
    form = ReadableReasonForm.of(request)
    if form.attempt(commands.give_more_time, one, by=request.user, at=request.now):
        words = f"{reference} is now decided by {format_date(form.result.decide_by)}. We have told the provider."
        return command_views.redirect_done(request, words, "authority:application", reference)
    rule = one.market.rule("decide_at_most")
    latest = decide_at_most_by(one.market, one.submitted_at) if one.submitted_at else None
    context = {"application": one, "form": form, "rule": rule, "latest": latest}
    said = rule_in_words("decide_at_most", rule) if rule else ""
    return render(request, "authority/give_more_time.html", context | {"said": said})


def application_actions(request: OrganisationRequest, one: Application) -> dict[str, bool]:
    """Return which verbs the person may use now. The page explains or hides the others."""
    verbs = ("assign", "give_more_time", "clarify", "decide", "return_for_marking")
    return {verb: _may(request, one, verb) for verb in verbs}


def steps_before_decision(request: OrganisationRequest, one: Application) -> list[tuple[bool, str, str, str]]:
    """List, for people who decide, what must happen first: whether it is done, what it is, and who can do it."""
    decides = request.user.can(Can.DECIDE, organisation=one.authority, at=request.now, record=one)
    if not decides or one.status not in {
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.ASSESSING,
        ApplicationStatus.CLARIFYING,
    }:
        return []
    parts = [part for part in queries.parts_of(one) if part.status not in LEFT_PART_STATUSES]
    handed_in = [part.status == AssignmentStatus.FINISHED for part in parts]
    conditions = [(bool(parts), "An evaluator is allocated", "A contracts officer", "")]
    conditions += [
        (there, f"{part.person} submits their marks", str(part.person), "")
        for part, there in zip(parts, handed_in, strict=True)
    ]
    if one.status == ApplicationStatus.CLARIFYING:
        conditions.append((False, "The provider answers the clarification question", str(one.provider), ""))
    if parts and all(handed_in):
        conditions.append((False, "The evaluators agree where their marks differ", "The evaluators", ""))
    return conditions


def summarise_version(one: Application, relied_on: list[Any]) -> list[Any]:
    """Return the current version by section: every question, with its answer as text."""
    if one.version is None:
        return []
    names = {item.reference: item.title for item in relied_on}
    lots = name_lots(one, one.version.lots)
    schedule = queries.schedule_of(one.market)
    definition = one.market.questions.definition
    return engine.summarise_answers(definition, one.version.answers, lots, schedule=schedule, evidence=names)


def mismatched_register_numbers(one: Application) -> list[RegistrationNumberMismatch]:
    """Return the submitted registration numbers that do not match the provider's record."""
    if one.version is None:
        return []
    return numbers_to_question(one.provider, one.market.questions.definition, one.version.answers)


def eligibility_context(one: Application) -> dict[str, Any]:
    """Return the eligibility answers sent with the current version, and those that a person must check."""
    if one.version is None or one.version.eligibility is None:
        return {}
    check, lots = one.version.eligibility, name_lots(one, one.version.lots)
    return {
        "eligibility": check,
        "eligibility_sections": eligibility.summarise_eligibility(check, lots),
        "eligibility_concerns": eligibility.eligibility_concerns(check, lots),
    }


def name_lots(one: Application, numbers: list[int]) -> dict[int, str]:
    titles = {lot.number: lot.title for lot in one.market.pack.lots}
    word = one.market.pack.lot_word
    return {number: f"{word.capitalize()} {number}, {titles.get(number, '')}" for number in numbers}


def _may(request: OrganisationRequest, one: Application, verb: str) -> bool:
    needs = one.LIFECYCLE.permissions_for(verb)
    may_ever = any(request.user.can(need, organisation=one.authority, at=request.now, record=one) for need in needs)
    return may_ever and one.LIFECYCLE.allows(verb, one.status)


def _own(request: OrganisationRequest, one: Application) -> Any:
    part = queries.part_of(one, request.user)
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
    """Return the decision for each category, or the status if there is none."""
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
    Column("Held by", presenters.name_holders),
    Column("Status", _outcome),
)


def _two(request: OrganisationRequest, several: list[Any]) -> tuple[Any, Any]:
    by_number = {str(version.number): version for version in several}
    latest = several[-2:] if len(several) > 1 else []
    old, new = request.GET.get("old"), request.GET.get("new")
    if old is None and new is None:
        return (latest[0], latest[1]) if latest else (None, None)
    if old not in by_number or new not in by_number:
        raise Http404
    return by_number[old], by_number[new]


def _changes(one: Application, old: Any, new: Any) -> list[Any]:
    if old is None:
        return []
    schedule, definition = queries.schedule_of(one.market), one.market.questions.definition
    before, after = name_lots(one, old.lots), name_lots(one, new.lots)
    return engine.compare_answers(definition, old.answers, new.answers, before, after, schedule=schedule)
