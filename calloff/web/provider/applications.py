"""Apply to a market: choose it, the task list, the sections, check, submit, change and withdraw."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.applications import commands, queries
from calloff.applications.eligibility import summarise_eligibility
from calloff.applications.models import Application
from calloff.applications.registration_number_mismatches import numbers_to_question
from calloff.applications.states import SENT_STATUSES, ApplicationStatus
from calloff.evidence.queries import names_by_reference
from calloff.kernel.formatting import format_date, pluralise
from calloff.markets import queries as markets
from calloff.markets.models import Market
from calloff.people.permissions import Can
from calloff.questions import answers as engine
from calloff.questions.schema import SectionDefinition
from calloff.web import command_views, list_pages
from calloff.web.forms_ui import edit_conflicts
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.forms_ui.section_forms import AUTOSAVE_VALUE, SAVE_BUTTON_NAME, SectionForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import application_drafts, eligibility, lookups
from calloff.web.provider.application_tracker import application_steps
from calloff.web.provider.forms import ChooseLotsForm, DeclarationForm
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

APPLICATION_LIST_STATES: list_pages.StateFilters = {
    "draft": ("Being written", Q(status=ApplicationStatus.DRAFT) | Q(amending=True)),
    "sent": ("With the council", Q(status__in=SENT_STATUSES)),
    "decided": ("Decided", Q(status=ApplicationStatus.DECIDED)),
    "withdrawn": ("Withdrawn", Q(status=ApplicationStatus.WITHDRAWN)),
}


@require_safe
@at_organisation(PROVIDER)
def market_list(request: OrganisationRequest) -> HttpResponse:
    """List the markets that are open for applications.

    If the query string has `market`, redirect to the application for that market.
    """
    code = request.GET.get("market")
    if code:
        return redirect("provider:market-apply", request.organisation.slug, code)
    open_markets = markets.open_to_apply(request.now).annotate(by_title=Lower("title"))
    page = list_pages.list_context(request, open_markets, ("by_title", "pk"), one="market")
    return render(request, "provider/markets.html", page)


@command_views.command_view
@at_organisation(PROVIDER, Can.APPLY)
def apply(request: OrganisationRequest, code: str) -> HttpResponse:
    market = get_object_or_404(
        Market.objects.public().select_related("authority", "eligibility", "questions"), code=code
    )
    form = _choose_lots(request, market)
    if asked := eligibility.redirect_to_eligibility(request, market, form):
        return asked
    if form.attempt(commands.start, market, provider=request.organisation, by=request.user, at=request.now):
        words = f"Application {form.result.reference} started. You have not sent anything yet."
        return command_views.redirect_done(request, words, "provider:application", form.result.reference)
    return render(request, "provider/apply.html", {"form": form, "market": market})


@require_safe
@at_organisation(PROVIDER)
def application_list(request: OrganisationRequest) -> HttpResponse:
    filters, own_applications = _filtered(request)
    page = list_pages.list_context(request, own_applications, ("turn", "-pk"), one="application", filters=filters)
    return render(request, "provider/applications.html", page)


@require_safe
@at_organisation(PROVIDER)
def export(request: OrganisationRequest) -> HttpResponseBase:
    """Export the rows that match the filters as CSV."""
    columns: list[Column[Application]] = [
        Column("Reference", lambda application: application.reference),
        Column("Market", lambda application: application.market.title),
        Column("Authority", lambda application: application.authority.name),
        Column("Categories", lambda application: " ".join(map(str, application.lots))),
        Column("Status", lambda application: describe_status(application, request)),
        Column("Submitted", lambda application: application.submitted_at),
        Column("Decision by", _decision_due),
    ]
    return export_response("applications", columns, _filtered(request)[1])


def _decision_due(application: Application) -> date | str | None:
    return application.decide_by or ("No rule is recorded" if application.status in SENT_STATUSES else None)


@require_safe
@at_organisation(PROVIDER)
def application(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = lookups.find_application(request, reference)
    if application_drafts.is_being_written(application):
        written = application_drafts.load_draft(application, request)
        earlier = queries.earlier_application(request.organisation, than=application)
        page = application_context(request, application) | {
            "written": written,
            "earlier": earlier,
            "missing": written.missing(),
        }
        return render(request, "provider/application_tasks.html", page)
    clarifications = list(application.clarifications.order_by("-asked_at"))
    steps = application_steps(application, clarifications[0].asked_at if clarifications else None)
    page = application_context(request, application) | {"clarifications": clarifications, "steps": steps}
    return render(request, "provider/application.html", page)


@command_views.command_view
@at_organisation(PROVIDER, Can.APPLY)
def choose_lots(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = lookups.find_application(request, reference)
    form = _choose_lots(request, application.market, application)
    if asked := eligibility.redirect_to_eligibility(request, application.market, form, application):
        return asked
    if form.attempt(commands.choose_lots, application, by=request.user, at=request.now):
        return _to_record(request, application, "Categories saved")
    return render(
        request, "provider/apply.html", {"form": form, "market": application.market, "application": application}
    )


@command_views.command_view
@at_organisation(PROVIDER, Can.APPLY)
def section(request: OrganisationRequest, reference: str, key: str) -> HttpResponse:
    """Ask a section's questions, and save the answers.

    Missing answers can be added later. Answers that a colleague saved are never lost.
    """
    application = lookups.find_application(request, reference)
    part = application.market.questions.definition.section(key)
    if part is None:
        raise Http404
    if request.POST.get(SAVE_BUTTON_NAME) == AUTOSAVE_VALUE:
        return JsonResponse(application_drafts.autosave(request, application, part))
    if request.method == "POST":
        form, saved = application_drafts.upload_and_save(request, application, part)
        if saved:
            return _after_saving(request, application, part, form)
    elif not application_drafts.is_being_written(application):
        return redirect("provider:application-check", request.organisation.slug, reference)
    else:
        form = application_drafts.section_form(request, application_drafts.load_draft(application, request), part)
    task_list = _record(request, application)
    if form.conflicts:
        return edit_conflicts.render_conflict(
            request, form, saved_by=application_drafts.last_saved_by(application, part), page="layouts/verb.html",
            caption=f"{reference}: {part.title}", cancel=task_list,
        )  # fmt: skip
    written = application_drafts.load_draft(application, request)
    page = {"form": form, "application": application, "part": part, "task_list": task_list}
    page |= {"rail": written.rail(part), "missing": written.missing()}
    return render(request, "provider/section.html", page)


@command_views.command_view
@at_organisation(PROVIDER, Can.APPLY)
def prefill(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Offer the latest earlier application's answers: all of them, or one section at a time."""
    application = lookups.find_application(request, reference)
    earlier = queries.earlier_application(request.organisation, than=application)
    if earlier is None or not application_drafts.is_being_written(application):
        raise Http404
    form, written = ConfirmForm.of(request), application_drafts.load_draft(application, request)
    offered = queries.suggested_answers(application, than=earlier, at=request.now)
    if request.method == "POST" and not offered:
        words = "There are no answers to copy. You have answered every question that both applications have."
        return command_views.redirect_notice(request, words, _record(request, application))
    if form.attempt(commands.save_sections, application, answers=offered, by=request.user, at=request.now):
        copied = pluralise(len(offered), "answer")
        words = f"{copied} copied from {earlier.reference}. Check each of them before you submit."
        return command_views.redirect_done(request, words, "provider:application-check", reference)
    sections = engine.summarise_answers(
        written.definition, written.answers | offered, written.lots, evidence=names_by_reference(request.organisation)
    )
    offered_sections = [
        (section_rows, [row for row in section_rows.rows if row.key in offered]) for section_rows in sections
    ]
    page = {"application": application, "earlier": earlier, "sections": offered_sections, "written": written}
    return render(request, "provider/prefill.html", page | {"form": form, "offered": len(offered)})


@require_safe
@at_organisation(PROVIDER)
def check(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show every answer in the draft, and what is missing. Without a draft, show the current version."""
    application = lookups.find_application(request, reference)
    written = application_drafts.load_draft(application, request)
    is_written = application_drafts.is_being_written(application)
    if is_written or application.version is None:
        answers, lots, missing = written.answers, written.lots, written.missing() if is_written else []
    else:
        titles = {lot.number: lot.title for lot in application.market.pack.lots}
        answers, missing = application.version.answers, []
        lots = {number: titles[number] for number in application.version.lots}
    eligible = application.eligibility if is_written or application.version is None else application.version.eligibility
    sections = summarise_eligibility(eligible, lots)
    asked_before = len(sections)
    sections += engine.summarise_answers(
        written.definition, answers, lots, schedule=written.schedule, evidence=names_by_reference(request.organisation)
    )
    page = application_context(request, application) | {
        "sections": sections, "lots": lots, "missing": missing, "written": written, "is_written": is_written,
        "asked_before": asked_before,
        "ending_soon": written.ending_soon() if is_written else [],
        "numbers": numbers_to_question(application.provider, written.definition, answers),
    }  # fmt: skip
    return render(request, "provider/check.html", page)


@command_views.command_view
@at_organisation(PROVIDER, Can.APPLY)
def submit(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = lookups.find_application(request, reference)
    if not application_drafts.is_being_written(application) and request.method != "POST":
        return redirect(_record(request, application))
    form = DeclarationForm.of(request, initial={"name": request.user.name})
    form.hrefs = application_drafts.load_draft(application, request).mending()
    if form.attempt(commands.submit, application, by=request.user, at=request.now):
        return command_views.SeeOther(path_at_organisation(request, "provider:application-submit-done", reference))
    check_page = reverse("provider:application-check", args=[request.organisation.slug, reference])
    return render(request, "provider/submit.html", {"form": form, "application": application, "check_page": check_page})


@require_safe
@at_organisation(PROVIDER)
def submitted(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = lookups.find_application(request, reference)
    if application.version is None:
        raise Http404
    promise = application.market.rule("decide_within")
    return render(request, "provider/submitted.html", {"application": application, "promise": promise})


def describe_status(application: Application, request: OrganisationRequest) -> str:
    """Describe an application's status in the same words as its tag.

    After a decision, it gives the result for each category.
    """
    if application.is_not_submitted(request.now):
        return "Not submitted"
    if application.status == ApplicationStatus.DECIDED:
        return "; ".join(
            f"{lot_request.lot.number}: {lot_request.get_status_display()}"
            for lot_request in application.requests.all()
        )
    return str(application.get_status_display())


def _filtered(request: OrganisationRequest) -> tuple[list_pages.StateFilter, Any]:
    own_applications = queries.of_provider(request.organisation, person=request.user, at=request.now)
    return list_pages.filter_by_state(request, own_applications, APPLICATION_LIST_STATES, everything="All applications")


def _choose_lots(
    request: OrganisationRequest, market: Market, application: Application | None = None
) -> ChooseLotsForm:
    taken = {
        number: f"You have already applied: {lot_request.application.reference}"
        if lot_request.application and lot_request.status == "requested"
        else "You are already a member"
        for number, lot_request in queries.live_requests_by_lot(
            request.organisation, market, besides=application
        ).items()
    }
    return ChooseLotsForm.of(
        request, lots=market.lots.order_by("number"), taken=taken, word=market.pack.lot_word,
        initial={"lots": application.lots if application else request.GET.getlist("lots")},
    )  # fmt: skip


def _after_saving(
    request: OrganisationRequest, application: Application, part: SectionDefinition, sent: SectionForm
) -> HttpResponse:
    if sent.revealed and not sent.comes_back_later:
        return redirect(f"{request.path}?{_with_more(request)}")
    if key := sent.uploads_for:
        words = "Document uploaded and selected. Your other answers are saved too."
        return command_views.redirect_done(request, words, f"{request.get_full_path()}#id_{key}")
    if sent.comes_back_later:
        words, to = f"{part.title} saved. Nothing is sent until you submit the application.", None
    else:
        words, to = f"{part.title} saved", application_drafts.load_draft(application, request).rail(part).after
    default = to.href if to and to.href else _record(request, application)
    return command_views.redirect_done(request, words, lookups.back_path(request, default))


def _with_more(request: OrganisationRequest) -> str:
    parameters = request.GET.copy()
    parameters["more"] = "1"
    return parameters.urlencode()


def _until(application: Application) -> str:
    return f"until applications close, on {format_date(application.market.last_day)}"


def _record(request: OrganisationRequest, application: Application) -> str:
    return reverse("provider:application", args=[request.organisation.slug, application.reference])


def _to_record(request: OrganisationRequest, application: Application, words: str) -> HttpResponse:
    return command_views.redirect_done(request, words, _record(request, application))


def application_context(request: OrganisationRequest, application: Application) -> dict[str, Any]:
    """Return the context for every page of an application."""
    slug, at = request.organisation.slug, request.now
    places = [("Application", "provider:application"), ("Answers", "provider:application-check")]
    if application.version_id:
        places.append(("Versions", "provider:application-versions"))
    if application.status == ApplicationStatus.DECIDED:
        places.append(("Decision", "provider:application-decision"))
    places.append(("History", "provider:application-history"))
    hrefs = [(words, reverse(route, args=[slug, application.reference])) for words, route in places]
    here = request.path
    if here.endswith("/compare"):  # the page that compares two versions counts as part of Versions
        here = reverse("provider:application-versions", args=[slug, application.reference])
    return {
        "application": application,
        "parts": [(words, href, href == here) for words, href in hrefs],
        "may_apply": request.user.can(Can.APPLY, organisation=request.organisation, at=at),
        "can_be_changed": application.can_be_changed(at),
    }


def _what_withdrawal_means(_: OrganisationRequest, application: Application) -> list[str]:
    meaning = ["This withdraws the whole application, for every category. This cannot be undone."]
    if application.version_id:
        meaning.append(f"We will tell {application.authority}. It keeps what you sent but will not assess it.")
    return [*meaning, f"You can apply again {_until(application)}."]


APPLICATION_ACTIONS = RecordActions(
    PROVIDER,
    "application",
    lookups.find_application,
    back=_record,
    needs=(Can.APPLY,),
    caption=lambda _, application: application.reference,
    rows=(
        RecordAction(
            commands.amend,
            linked_from="provider/application.html",
            heading="Change this application",
            meaning=[
                "The version you sent is still current until you send the new version. We keep every version.",
                "When you send the new version, the time limit for the decision starts again.",
                "Once assessment starts, we cannot accept changes you have not sent.",
            ],
            button="Change this application",
            done="You can change your answers now. We will use the application you sent until you submit it again.",
        ),
        RecordAction(
            commands.discard,
            linked_from="provider/application_tasks.html",
            heading="Discard the changes",
            meaning=lambda _, application: [
                f"We will discard the changes you have made since {application.version or 'it was sent'}.",
                "The version you sent is still current, and its time limit does not change.",
            ],
            button="Discard the changes",
            stops=True,
            done=lambda _, application: f"Changes discarded. {application.version} is still current.".capitalize(),
        ),
        RecordAction(
            commands.withdraw,
            linked_from="provider/application.html",
            heading="Withdraw this application",
            meaning=_what_withdrawal_means,
            button=lambda _, application: f"Withdraw {application.reference}",
            stops=True,
            done=lambda _, application: f"Application {application.reference} withdrawn",
        ),
    ),
)
