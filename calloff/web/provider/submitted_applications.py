"""Submitted applications: versions and copies, the authority's question, the decision and the history."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.applications import commands
from calloff.applications.models import SubmittedCopy, SubmittedVersion
from calloff.applications.queries import schedule_of
from calloff.evidence.queries import names_by_reference
from calloff.kernel.formatting import format_deadline
from calloff.members.queries import find_decision
from calloff.people.permissions import Can
from calloff.questions import answers as engine
from calloff.web import command_views
from calloff.web.downloads import as_attachment
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import lookups
from calloff.web.provider.applications import application_context
from calloff.web.provider.forms import CompareVersionsForm, WrittenAnswerForm
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(PROVIDER)
def versions(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = lookups.find_application(request, reference)
    kept = list(application.versions.select_related("submitted_by").order_by("-number"))
    return render(request, "provider/versions.html", application_context(request, application) | {"versions": kept})


@require_safe
@at_organisation(PROVIDER)
def compare(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Compare two versions, which are the last two unless the person chooses others."""
    application = lookups.find_application(request, reference)
    kept = {version.number: version for version in application.versions.order_by("number")}
    if not kept:
        raise Http404
    last = max(kept)
    form = CompareVersionsForm.of(request, numbers=list(kept))
    chosen = form.cleaned_data if form.is_valid() else {}
    before, after = kept[chosen.get("before") or max(last - 1, 1)], kept[chosen.get("after") or last]
    titles = {lot.number: lot.title for lot in application.market.pack.lots}
    changes = engine.compare_answers(
        application.market.questions.definition, before.answers, after.answers,
        {number: titles[number] for number in before.lots}, {number: titles[number] for number in after.lots},
        schedule=schedule_of(application.market), evidence=names_by_reference(request.organisation),
    )  # fmt: skip
    form.initial = {"before": before.number, "after": after.number}
    page = {"form": None, "choice": form, "before": before, "after": after, "changes": changes, "titles": titles}
    return render(request, "provider/compare.html", application_context(request, application) | page)


@require_safe
@at_organisation(PROVIDER)
def copy(request: OrganisationRequest, reference: str, number: int) -> HttpResponseBase:
    """Serve a version's PDF copy. If it has not been made yet, the page says that it is not ready."""
    application = lookups.find_application(request, reference)
    version = get_object_or_404(SubmittedVersion, application=application, number=number)
    made = SubmittedCopy.objects.filter(version=version).select_related("file").first()
    if made is None:
        return render(request, "provider/copy.html", {"application": application, "version": version})
    return as_attachment(made.file)


@command_views.command_view
@at_organisation(PROVIDER, Can.APPLY)
def clarify(request: OrganisationRequest, reference: str) -> HttpResponse:
    application, form = lookups.find_application(request, reference), WrittenAnswerForm.of(request)
    asked = application.clarifications.order_by("-asked_at").first()
    if asked is None:
        raise Http404
    back = reverse("provider:application", args=[request.organisation.slug, reference])
    command_views.require_permission(request, asked, "answer_clarification")
    if form.attempt(commands.answer_clarification, asked, by=request.user, at=request.now):
        return command_views.redirect_done(request, f"Answer sent to {application.authority}", back)
    late = request.now >= asked.answer_by
    meaning = [
        f"Answer {format_deadline(asked.answer_by, request.now)}."
        if not late
        else f"The deadline to answer {format_deadline(asked.answer_by, request.now).lower()}. You can still answer "
        "until the council decides. We will show when you answered.",
        "Your application will not change. We will show your answer with it.",
    ]
    return command_views.render_command(
        request, form, heading="Answer the council’s question", caption=reference, meaning=meaning,
        quoted=asked.question, button="Send the answer", cancel=back,
    )  # fmt: skip


@require_safe
@at_organisation(PROVIDER)
def decision(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show a decision's full letter."""
    application = lookups.find_application(request, reference)
    decided = find_decision(reference, person=request.user, at=request.now)
    if decided is None:
        raise Http404
    page = {"decision": decided, "letter": decided.letter}
    return render(request, "provider/decision.html", application_context(request, application) | page)


@require_safe
@at_organisation(PROVIDER)
def letter(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    lookups.find_application(request, reference)
    decided = find_decision(reference, person=request.user, at=request.now)
    if decided is None:
        raise Http404
    return as_attachment(decided.paper)


@require_safe
@at_organisation(PROVIDER)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    application = lookups.find_application(request, reference)
    record = path_at_organisation(request, "provider:application", reference)
    breadcrumbs = [("Applications", path_at_organisation(request, "provider:applications")), (reference, record)]
    shown = {"caption": reference, "heading": "History", "breadcrumbs": breadcrumbs}
    return pages.render_history(
        request, application, *application.requests.all(), context=application_context(request, application) | shown
    )
