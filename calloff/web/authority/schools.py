"""Schools: who has signed, by kind of school, with reminders, agreements on paper and requests to join."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.partners import commands, queries
from calloff.people import queries as people
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.web import command_views, list_pages
from calloff.web.authority.school_forms import PaperImportForm, SchoolFilter
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

STANDING_TAGS = [tag for tag, _ in queries.STANDING_WORDS.values()]  # by rank
SCHOOL_EXPORT_COLUMNS: tuple[Column[Any], ...] = (
    Column("URN", lambda school: school.urn),
    Column("School", lambda school: school.name),
    Column("Kind", lambda school: school.kind),
    Column("Phase", lambda school: school.phase),
    Column("Telephone", lambda school: school.telephone),
    Column("Agreement", lambda school: STANDING_TAGS[school.rank]),
    Column("Reference", lambda school: school.reference),
    Column("Until", lambda school: school.ends_on),
    Column("Last reminded", lambda school: school.reminded_on),
)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def schools(request: OrganisationRequest) -> HttpResponse:
    """List every school, with those that need action first."""
    market, filters, schools, everything = _list(request)
    page = list_pages.list_context(request, schools, ("rank", "by_name", "urn"), one="school", filters=filters)
    asked = people.requests_to_answer(request.user, request.now).filter(
        answerable=request.organisation, organisation__kind=Organisation.Kind.SCHOOL
    )
    page |= {
        "market": market,
        "words": STANDING_TAGS,
        "today": local_day(request.now),
        "remindable": {queries.STANDING_RANKS[word] for word in queries.REMINDABLE_WORDS},
        "kinds": queries.count_by_kind(everything) if market else [],
        "asked": list(asked[:25]),
        "links": request.user.can(Can.LINK_PEOPLE, organisation=request.organisation, at=request.now),
        "imports": request.user.can(Can.RUN_MARKETS, organisation=request.organisation, at=request.now),
    }
    return render(request, "authority/schools.html", page)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def export(request: OrganisationRequest) -> HttpResponse:
    """Export exactly the rows that match the filters, as CSV."""
    _, _, schools, _ = _list(request)
    return export_response("schools", SCHOOL_EXPORT_COLUMNS, schools.order_by("rank", "by_name", "urn"))


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def remind(request: OrganisationRequest, code: str, urn: int) -> HttpResponse:
    """Remind the people who must sign for a school. A button in the list submits directly to this URL."""
    market, buyer, form = _market(request, code), _buyer(request, urn), ConfirmForm.of(request)
    if form.attempt(commands.remind, buyer, market, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"We have reminded the people who can sign for {buyer}.", _back(request)
        )
    if form.is_bound and form.errors:
        messages.info(request, " ".join(map(str, form.non_field_errors())))
        return command_views.SeeOther(_back(request))
    meaning = [f"We will email the people who can sign for {buyer} and ask them to sign the Partnership Agreement."]
    return command_views.render_command(
        request, form, heading=f"Remind {buyer}", caption=market.code, meaning=meaning, button="Remind them",
        cancel=_back(request),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@at_organisation(AUTHORITY, Can.RUN_MARKETS)
def paper_import(request: OrganisationRequest) -> HttpResponse:
    """Check or import a table of agreements signed on paper. Either all rows are imported or none is."""
    form = PaperImportForm.of(request, markets=queries.markets_of(request.organisation))
    page: dict[str, Any] = {"form": form, "cancel": path_at_organisation(request, "authority:schools")}
    preview = request.POST.get("do") != "import"
    if form.attempt(_bring_in, by=request.user, at=request.now, preview=preview):
        page["report"] = form.result
        if not preview:
            return command_views.redirect_done(request, form.result.sentence, "authority:schools")
    return render(request, "authority/paper_import.html", page)


def _bring_in(*, market: Market, file: Any, pdfs: Any, **given: Any) -> commands.PaperImportReport:
    if file.size > commands.MAX_TABLE_BYTES:
        raise Refused("The file is larger than 2 MB. Split it, and send the parts one after another.", "file")
    return commands.bring_in(market, file.read(), name=file.name or "the file", pdfs=pdfs, **given)


def _list(request: OrganisationRequest) -> tuple[Market | None, SchoolFilter, Any, Any]:
    """Return the market of the list, the list's filters, the filtered schools and all schools."""
    authority = request.organisation
    markets = list(queries.markets_of(authority))
    filters = SchoolFilter.of(request, kinds=queries.kinds_of(authority), markets=markets)
    asked = list_pages.filter_values(filters)
    code = asked.pop("market")
    market = next((listed for listed in markets if listed.code == code), markets[0] if markets else None)
    everything = queries.schools_of(authority, market, at=request.now)
    return market, filters, queries.filter_schools(everything, **asked), everything


def _market(request: OrganisationRequest, code: str) -> Market:
    return get_object_or_404(queries.markets_of(request.organisation).select_related("authority"), code=code.upper())


def _buyer(request: OrganisationRequest, urn: int) -> Organisation:
    """Find a school in the list that has an organisation on Calloff. Raises Http404 if there is no such school."""
    seen = queries.schools_of(request.organisation, None, at=request.now).filter(urn=urn)
    buyer = Organisation.objects.filter(kind=Organisation.Kind.SCHOOL, urn=urn).first()
    if buyer is None or not seen.exists():
        raise Http404
    return buyer


def _back(request: OrganisationRequest) -> str:
    query = request.GET.urlencode()
    return f"{path_at_organisation(request, 'authority:schools')}{f'?{query}' if query else ''}"
