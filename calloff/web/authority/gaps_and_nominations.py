"""Gaps in provision that people report, and providers that they suggest."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.demand import commands, queries
from calloff.demand.models import Gap, Nomination, ReporterRole
from calloff.history.transitions import is_permitted
from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType
from calloff.markets.models import Market
from calloff.people.permissions import Can
from calloff.web import command_views, list_pages
from calloff.web.forms_ui.field_errors import choice_errors, email_errors, text_errors
from calloff.web.forms_ui.forms import PageForm, UnmarkedForm, textarea_field
from calloff.web.history import pages
from calloff.web.list_pages import StateAndDaysFilter
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import AUTHORITY, ActionNotPermitted, at_organisation
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

GAP_EXPORT_COLUMNS: tuple[Column[Gap], ...] = (
    Column("Reported", lambda gap: local_day(gap.made_at)),
    Column("Who", lambda gap: ReporterRole(gap.who).label),
    Column("School or team", lambda gap: gap.buyer.name if gap.buyer else None),
    Column("Looked for", lambda gap: "; ".join(gap.searched)),
    Column("Need", lambda gap: NeedType(gap.need).label if gap.need else None),
    Column("Category", lambda gap: gap.lot.title if gap.lot else None),
    Column("Near", lambda gap: gap.outcode),
    Column("In their own words", lambda gap: gap.said),
    Column("Email", lambda gap: gap.email),
)
# the maximum number of rows in a file. People can narrow a longer list by date
MAX_GAP_EXPORT_ROWS = 10_000


class GapFilter(StateAndDaysFilter):
    """Filter reported gaps by reporter, need and dates."""

    need = forms.ChoiceField(
        label="Need",
        required=False,
        choices=[("", "Any need"), *NeedType.choices],
        error_messages=choice_errors("Select a need from the list"),
    )


class InviteNominatedForm(PageForm):
    market = forms.ChoiceField(
        label="Which market?", widget=forms.RadioSelect, error_messages=choice_errors("Select a market")
    )
    address = forms.EmailField(
        max_length=254,
        label="Email address of the provider",
        help_text="We will send the invitation to this address.",
        error_messages=email_errors("Enter the provider’s email address"),
    )

    def __init__(self, *args: Any, markets: list[Market], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.markets = {market.code: market for market in markets}
        field: Any = self.fields["market"]
        field.choices = [(market.code, market.title) for market in markets]

    def clean_market(self) -> Market:
        return self.markets[self.cleaned_data["market"]]


class SetAsideForm(UnmarkedForm):
    reason = textarea_field("Reason", "Only your colleagues will read this.", errors=text_errors("Reason"))


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def needs(request: OrganisationRequest) -> HttpResponse:
    filters, gaps = _gaps(request)
    page = list_pages.list_context(request, gaps, ("-made_at", "-pk"), one="gap", filters=filters)
    page["counted"] = queries.count_gaps_by_need(gaps)
    page["nominations"] = (
        queries.nominations_of(request.organisation, person=request.user, at=request.now).unanswered().count()
    )
    return render(request, "authority/needs.html", page)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def export(request: OrganisationRequest, kind: str) -> HttpResponseBase:
    """Export exactly the rows that match the filters, newest first, as CSV or XLSX."""
    _, gaps = _gaps(request)
    rows = gaps.order_by("-made_at", "-pk")[:MAX_GAP_EXPORT_ROWS]
    return export_response("needs", GAP_EXPORT_COLUMNS, rows, kind)


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def nominations(request: OrganisationRequest) -> HttpResponse:
    seen = queries.nominations_of(request.organisation, person=request.user, at=request.now)
    filters, nominations = list_pages.filter_by_state(
        request, seen, queries.NOMINATION_STATES, everything="All nominations"
    )
    page = list_pages.list_context(request, nominations, ("-made_at", "-pk"), one="nomination", filters=filters)
    return render(request, "authority/nominations.html", page | {"answer_to": queries.answer_of})


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def nomination(request: OrganisationRequest, pk: int) -> HttpResponse:
    nomination = _found(request, pk)
    page = {"actions": _actions(request, nomination), "answer": queries.answer_of(nomination)}
    return render(request, "authority/nomination.html", page | _frame(request, nomination))


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def history(request: OrganisationRequest, pk: int) -> HttpResponse:
    nomination = _found(request, pk)
    answer = queries.answer_of(nomination)
    return pages.render_history(request, *([answer] if answer else []), context=_frame(request, nomination))


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def invite(request: OrganisationRequest, pk: int) -> HttpResponse:
    nomination, back = _found(request, pk), path_at_organisation(request, "authority:nomination", pk)
    _must(request, nomination, "invite_provider")
    form = InviteNominatedForm.of(
        request,
        markets=queries.markets_open_to(request.organisation, request.now),
        initial={"address": nomination.email},
    )
    if form.attempt(commands.invite_provider, nomination, by=request.user, at=request.now):
        return command_views.redirect_done(request, f"{nomination.name} invited", back)
    meaning = [
        "We will email the provider the name of the market, the last day to apply and a link to apply. The email "
        "does not say who suggested the provider."
        if form.markets
        else "None of your markets is open for applications. Open a market first."
    ]
    return command_views.render_command(
        request, form, heading=f"Invite {nomination.name}", button="Send the invitation", cancel=back, meaning=meaning
    )


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def set_aside(request: OrganisationRequest, pk: int) -> HttpResponse:
    nomination, back = _found(request, pk), path_at_organisation(request, "authority:nomination", pk)
    _must(request, nomination, "set_aside")
    form = SetAsideForm.of(request)
    if form.attempt(commands.set_aside, nomination, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Suggestion closed", back)
    meaning = ["We will not tell anyone. You can still invite the provider later."]
    return command_views.render_command(
        request,
        form,
        heading=f"Close the suggestion about {nomination.name}",
        button="Close suggestion",
        cancel=back,
        meaning=meaning,
    )


def _gaps(request: OrganisationRequest) -> tuple[GapFilter, Any]:
    gaps: Any = queries.gaps_of(request.organisation)
    filters = GapFilter.of(request, states=REPORTER_ROLE_WORDS, everything="Everybody", about="Reported")
    asked = list_pages.filter_values(filters)
    return filters, queries.filter_gaps(
        gaps, who=asked["state"], need=asked["need"], first=asked["from"] or None, last=asked["to"] or None
    )


def _found(request: OrganisationRequest, pk: int) -> Nomination:
    seen = queries.nominations_of(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, pk=pk)


def _must(request: OrganisationRequest, nomination: Nomination, verb: str) -> None:
    if not is_permitted(queries.unsaved_answer(nomination), verb, request.user, request.now):
        raise ActionNotPermitted(Can.RUN_MARKETS)


def _actions(request: OrganisationRequest, nomination: Nomination) -> list[tuple[str, str]]:
    """Return what the person can do about a suggestion now, each action with its page."""
    if not is_permitted(queries.unsaved_answer(nomination), "invite_provider", request.user, request.now):
        return []
    answer = queries.answer_of(nomination)
    actions = [("Invite the provider to apply", "nomination-invite")] if answer is None or not answer.is_invited else []
    if answer is None:
        actions.append(("Close suggestion", "nomination-set-aside"))
    return [(words, path_at_organisation(request, f"authority:{route}", nomination.pk)) for words, route in actions]


def _frame(request: OrganisationRequest, nomination: Nomination) -> dict[str, Any]:
    needs_, nominations = (
        path_at_organisation(request, "authority:needs"),
        path_at_organisation(request, "authority:nominations"),
    )
    tabs = [
        ("Nomination", path_at_organisation(request, "authority:nomination", nomination.pk)),
        ("History", path_at_organisation(request, "authority:nomination-history", nomination.pk)),
    ]
    crumbs = [("Needs", needs_), ("Nominations", nominations), (nomination.name, "")]
    return {
        "nomination": nomination,
        "heading": nomination.name,
        "breadcrumbs": crumbs,
        "parts": record_parts(request, tabs),
    }


REPORTER_ROLE_WORDS = {str(role): (str(role.label), queries.reported_by(role)) for role in ReporterRole}
