"""The list of schools, by kind and by agreement, with reminders, invitations and agreements signed on paper."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.partners import commands, queries
from calloff.people import queries as people
from calloff.people.models import Organisation
from calloff.people.permissions import SCHOOL_ROLES, Can
from calloff.registers.models import School
from calloff.web import bulk_actions, command_views, list_pages
from calloff.web.authority.school_forms import InviteSchoolsForm, PaperImportForm, SchoolFilter
from calloff.web.bulk_actions import BulkAction
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.navigation import path_at_organisation
from calloff.web.people import invitation_pages
from calloff.web.permissions import AUTHORITY, at_organisation, step_up
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

REMINDABLE_RANKS = {queries.STANDING_RANKS[word] for word in queries.REMINDABLE_WORDS}
NOT_JOINED_RANK = queries.STANDING_RANKS[queries.NOT_JOINED_WORD]
STANDING_TAGS = [tag for tag, _ in queries.STANDING_WORDS.values()]  # by rank
MAX_URN_LENGTH = 7  # a URN has six digits
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
    kinds = queries.count_by_kind(everything) if market else []
    page |= {
        "market": market,
        "words": STANDING_TAGS,
        "today": local_day(request.now),
        "remindable": REMINDABLE_RANKS,
        "ranks": queries.STANDING_RANKS,
        "standings": queries.add_up_standings(kinds),
        "kinds": kinds,
        "asked": list(asked[:25]),
        "links": request.user.can(Can.LINK_PEOPLE, organisation=request.organisation, at=request.now),
        "imports": request.user.can(Can.RUN_MARKETS, organisation=request.organisation, at=request.now),
    }
    page["to_remind"] = {row.urn for row in page["rows"] if market and not _refuse_reminder(row, request.now)}
    page["to_invite"] = {row.urn for row in page["rows"] if page["links"] and not _why_not_invite(request, row)}
    return render(request, "authority/schools.html", page)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def export(request: OrganisationRequest) -> HttpResponseBase:
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


def _chosen(request: OrganisationRequest, urns: Sequence[str]) -> list[Any]:
    """Return the schools, each with the market that the list named, and never with another market."""
    known = [int(urn) for urn in urns if urn.isascii() and urn.isdigit() and len(urn) <= MAX_URN_LENGTH]
    code = bulk_actions.sent(request).get("market", "")
    market = _market_of(request, code)
    schools = list(queries.schools_of(request.organisation, market, at=request.now).filter(urn__in=known))
    for school in schools:
        school.named_market = market if market and market.code == code else None
    return schools


def _why_not_remind(request: OrganisationRequest, school: Any) -> str:
    if school.named_market is None:
        return "Select a market in the list of schools first."
    return _refuse_reminder(school, request.now)


def _refuse_reminder(school: Any, at: datetime) -> str:
    if not school.slug:
        return "This school has not joined yet. Invite it instead."
    if school.rank not in REMINDABLE_RANKS:
        return f"This school does not need a reminder. Its agreement is {STANDING_TAGS[school.rank].lower()}."
    if school.reminded_on == local_day(at):
        return "We have already emailed a reminder today."
    if not school.can_sign and STANDING_TAGS[school.rank] != "Awaiting signature":
        return f"No one can sign yet. Call {school.telephone}." if school.telephone else "No one can sign yet."
    return ""


def _remind_one(request: OrganisationRequest, school: Any, answers: dict[str, Any]) -> str:
    commands.remind(_buyer(request, school.urn), school.named_market, by=request.user, at=request.now)
    return "We have emailed the people who can sign."


REMIND_SEVERAL: BulkAction[School] = BulkAction(
    heading="Remind",
    done="reminded",
    one="school",
    key="urn",
    find=_chosen,
    name=lambda school: school.name,
    note=lambda school: f"URN {school.urn}",
    why_not=_why_not_remind,
    command=_remind_one,
    hidden=("market",),
    meaning=("We will email the people who can sign for each school and ask them to sign the Partnership Agreement.",),
    back=lambda request: list_pages.back_to_list(request, "authority:schools"),
)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def remind_several(request: OrganisationRequest) -> HttpResponse:
    return bulk_actions.respond(request, REMIND_SEVERAL)


def _why_not_invite(request: OrganisationRequest, school: Any) -> str:
    if school.rank != NOT_JOINED_RANK:
        return "This school has already joined."
    if school.la_code != request.organisation.la_code:
        return f"This school is now in {school.la_name}, according to the register of schools."
    return ""


def _invite_one(request: OrganisationRequest, school: Any, answers: dict[str, Any]) -> str:
    email = answers[InviteSchoolsForm.email_field(school)]
    if not email:
        raise Refused("Not invited, because you did not enter an email address.")
    invitation = commands.invite_first_person(
        school.urn, email=email, roles=[answers["role"]], by=request.user, at=request.now
    )
    return invitation_pages.describe_outcome(invitation)


INVITE_SEVERAL: BulkAction[School] = BulkAction(
    heading="Invite",
    done="invited",
    one="school",
    key="urn",
    find=_chosen,
    name=lambda school: school.name,
    note=lambda school: f"Telephone {school.telephone}" if school.telephone else "",
    why_not=_why_not_invite,
    command=_invite_one,
    hidden=("market",),
    form=lambda request, schools: InviteSchoolsForm.of(request, schools=schools, roles=SCHOOL_ROLES),
    meaning=(
        "Ask each school who should act for it, and use an email address that you know belongs to that person. Leave "
        "an address empty to skip the school.",
        "We will email each person a link. When they accept the invitation, they can act for the school and invite "
        "colleagues.",
    ),
    back=lambda request: list_pages.back_to_list(request, "authority:schools"),
)


@step_up
@command_views.command_view
@at_organisation(AUTHORITY, Can.LINK_PEOPLE)
def invite_several(request: OrganisationRequest) -> HttpResponse:
    """Invite the first person of each of several schools that have not joined, using the email addresses
    that the officer typed.
    """
    return bulk_actions.respond(request, INVITE_SEVERAL)


@require_http_methods(["GET", "HEAD", "POST"])
@at_organisation(AUTHORITY, Can.RUN_MARKETS)
def paper_import(request: OrganisationRequest) -> HttpResponse:
    """Check or import a table of agreements signed on paper: all rows or none."""
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
    """Return the list's market and filters, the filtered schools and all schools."""
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


def _market_of(request: OrganisationRequest, code: str) -> Market | None:
    """Return the authority's market with this code or, if there is none, its latest market."""
    markets = list(queries.markets_of(request.organisation).select_related("authority"))
    return next((listed for listed in markets if listed.code == code), markets[0] if markets else None)


def _buyer(request: OrganisationRequest, urn: int) -> Organisation:
    """Find a school in the list that has an organisation on Calloff. Raises Http404 if there is none."""
    seen = queries.schools_of(request.organisation, None, at=request.now).filter(urn=urn)
    buyer = Organisation.objects.filter(kind=Organisation.Kind.SCHOOL, urn=urn).first()
    if buyer is None or not seen.exists():
        raise Http404
    return buyer


def _back(request: OrganisationRequest) -> str:
    query = request.GET.urlencode()
    return f"{path_at_organisation(request, 'authority:schools')}{f'?{query}' if query else ''}"
