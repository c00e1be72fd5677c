"""Referrals and placements for an authority, by stage, date, need, school, provider and cost.

No child is identified.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType
from calloff.kernel.formatting import pluralise
from calloff.markets.models import Market
from calloff.monitoring import authority_overview, kpis
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.placements import interim_places, whereabouts
from calloff.placements.models import Placement
from calloff.placements.suspensions import (
    membership_takes_promises,
    suspended_in_any_membership,
    suspension_in_any_membership,
    without_promises_among,
)
from calloff.placements.whereabouts import whereabouts_of
from calloff.referrals import queries as referrals_queries
from calloff.referrals.legal_bases import SIXTH_DAY_BASES
from calloff.referrals.models import Referral
from calloff.web import list_pages
from calloff.web.charts import Chart, ChartLimit, ChartPoint
from calloff.web.forms_ui.field_errors import choice_errors
from calloff.web.forms_ui.forms import FilterForm
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.placements.child_in_danger import danger_for_council
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

NEED_CHOICES = [("", "Any"), *NeedType.choices]
PLACEMENT_EXPORT_COLUMNS: tuple[Column[Any], ...] = (
    Column("Reference", lambda placement: placement.reference),
    Column("School or team", lambda placement: placement.buyer.name),
    Column("Provider", lambda placement: placement.provider.name),
    Column("Market", lambda placement: placement.market.title),
    Column("Category", lambda placement: str(placement.lot)),
    Column("First need", lambda placement: authority_overview.format_need(placement.first_need)),
    Column("Site", lambda placement: placement.site.name if placement.site else "Online"),
    Column("First day", lambda placement: placement.starts_on),
    Column("Last day", lambda placement: placement.ends_on),
    Column("Started", lambda placement: placement.started_on),
    Column("Cost before VAT", lambda placement: placement.cost),
    Column("Status", lambda placement: placement.status_word),
)
PLACEMENT_GROUPINGS = {"need": "By need", "school": "By school or team", "provider": "By provider"}


class _Among(FilterForm):
    """A filter whose choices are different for each authority, such as its markets and buyers."""

    def __init__(self, *args: Any, choices: dict[str, Sequence[tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, options in choices.items():
            self.fields[name].choices = [("", "All markets" if name == "market" else "Any"), *options]  # type: ignore[attr-defined]


class ReferralFilter(_Among):
    stage = forms.ChoiceField(
        label="Stage", required=False, error_messages=choice_errors("Select a stage from the list")
    )
    market = forms.ChoiceField(
        label="Market", required=False, error_messages=choice_errors("Select a market from the list")
    )
    buyer = forms.ChoiceField(
        label="School or team", required=False, error_messages=choice_errors("Select a school or team from the list")
    )
    need = forms.ChoiceField(
        label="Need",
        required=False,
        choices=NEED_CHOICES,
        error_messages=choice_errors("Select a need from the list"),
    )
    overdue = forms.BooleanField(label="Past the sixth school day", required=False)


class PlacementFilter(_Among):
    status = forms.ChoiceField(
        label="Status", required=False, error_messages=choice_errors("Select a status from the list")
    )
    market = forms.ChoiceField(
        label="Market", required=False, error_messages=choice_errors("Select a market from the list")
    )
    buyer = forms.ChoiceField(
        label="School or team", required=False, error_messages=choice_errors("Select a school or team from the list")
    )
    provider = forms.ChoiceField(
        label="Provider", required=False, error_messages=choice_errors("Select a provider from the list")
    )
    need = forms.ChoiceField(
        label="First need",
        required=False,
        choices=NEED_CHOICES,
        error_messages=choice_errors("Select a first need from the list"),
    )


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def referrals(request: OrganisationRequest) -> HttpResponse:
    filters, referrals = _referrals(request)
    page = list_pages.list_context(request, referrals, ("rank", "due", "pk"), one="referral", filters=filters)
    authority, person, at = request.organisation, request.user, request.now
    page["stages"] = authority_overview.stages_of(authority, person=person, at=at)
    page["overdue"] = authority_overview.overdue_referrals(authority, person=person, at=at).count()
    return render(request, "authority/referrals.html", page | {"telling": _Telling(request)})


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def referrals_export(request: OrganisationRequest) -> HttpResponseBase:
    """Export exactly the rows that match the filters, as CSV."""
    telling = _Telling(request)
    columns: list[Column[Any]] = [
        Column("Reference", lambda referral: referral.reference),
        Column("School or team", lambda referral: referral.buyer.name),
        Column("Market", lambda referral: referral.market.title),
        Column("Category", lambda referral: str(referral.lot)),
        Column("Needs", telling.needs),
        Column("Key stage", lambda referral: referral.get_key_stage_display()),
        Column("Asked", lambda referral: local_day(referral.asked_at) if referral.asked_at else None),
        Column("Sixth school day", telling.sixth_day),
        Column("Providers asked", lambda referral: referral.asked_count),
        Column("Seen", lambda referral: referral.seen_count),
        Column("Replied", lambda referral: referral.replied_count),
        Column("Stage", telling.word),
    ]
    return export_response("referrals", columns, _referrals(request)[1])


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def referral(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = _referral(request, reference)
    page = {"referral": referral, "asked": referrals_queries.interests_of(referral), "telling": _Telling(request)}
    page["interim"] = interim_places.of_referral(referral, local_day(request.now))
    return render(request, "authority/referral.html", page | _frame(request, referral, "referral"))


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def referral_history(request: OrganisationRequest, reference: str) -> HttpResponse:
    referral = _referral(request, reference)
    return pages.render_history(request, referral, context=_frame(request, referral, "referral"))


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def placements(request: OrganisationRequest) -> HttpResponse:
    filters, placements = _placements(request)
    page = list_pages.list_context(request, placements, ("-confirmed_at", "-pk"), one="placement", filters=filters)
    more = {
        "today": local_day(request.now),
        "where": whereabouts_of(page["rows"]),
        "suspended": suspended_in_any_membership(page["rows"]),
        "paused": without_promises_among(placement for placement in page["rows"] if placement.is_before),
    }
    return render(
        request,
        "authority/placements.html",
        page | more | {"by": PLACEMENT_GROUPINGS, "need_words": authority_overview.format_need},
    )


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def placements_export(request: OrganisationRequest) -> HttpResponseBase:
    """Export exactly the rows that match the filters, as CSV."""
    return export_response("placements", PLACEMENT_EXPORT_COLUMNS, _placements(request)[1])


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def placements_by(request: OrganisationRequest, what: str) -> HttpResponse:
    """Show the number and cost of current placements by need, school or provider, with links to them."""
    if what not in PLACEMENT_GROUPINGS:
        raise Http404
    placements = authority_overview.placements_of(request.organisation, person=request.user, at=request.now)
    groups = authority_overview.group_placements(
        placements.filter(authority_overview.PLACEMENT_STAGES["live"][1]), what
    )
    name = "buyer" if what == "school" else what
    page = {"groups": groups, "by": PLACEMENT_GROUPINGS, "what": what, "filter_name": name}
    return render(request, "authority/placements_by.html", page)


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def placement(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = _placement(request, reference)
    notes = list(whereabouts.notes_of(placement))
    closed = whereabouts.closed_notes_among(notes)
    page = {
        "placement": placement,
        "need": authority_overview.format_need(placement.first_need),
        "today": local_day(request.now),
        "suspension": suspension_in_any_membership(placement),
        "takes_promises": membership_takes_promises(placement),
        "where": whereabouts_of([placement]).get(placement.pk),
        "notes": notes,
        "closed": closed,
        "missing": {note.pk for note in notes if whereabouts.is_still_missing(note, closed)},
        "in_danger": danger_for_council(placement),
        "interim": interim_places.of_referral(placement.referral, local_day(request.now)),
    }
    return render(request, "authority/placement.html", page | _frame(request, placement, "placement"))


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def placement_history(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = _placement(request, reference)
    return pages.render_history(
        request, placement, *placement.day_notes.all(), context=_frame(request, placement, "placement")
    )


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def measures(request: OrganisationRequest) -> HttpResponse:
    markets = _markets(request)
    filters = MarketFilter.of(request, choices={"market": markets})
    market = list_pages.filter_values(filters)["market"]
    kpi_values = kpis.compute_kpis(request.organisation, person=request.user, at=request.now, market=market)
    page = {
        "measures": kpi_values,
        "trends": {measure.key: draw_trend(measure) for measure in kpi_values},
        "fewest": kpis.MIN_CHILDREN_SHOWN,
        "sessions": kpis.MIN_SESSIONS_MEASURED,
    }
    return render(request, "authority/kpis.html", page | list_pages.filter_context(request, filters))


def draw_trend(measure: kpis.KpiMeasure) -> Chart | None:
    """Return a KPI's trend by month, or None if fewer than two months can be shown."""
    told = [month for month in measure.by_month if month.value is not None]
    if len(told) < 2:  # noqa: PLR2004
        return None
    is_start, latest = measure.key == kpis.START_KPI, told[-1]

    def words(value: float | None) -> str:
        if value is None:
            return "Not shown"
        return f"{value:g}" if is_start else f"{value:.0f}%"

    what = "school days, middle value" if is_start else "attend better than before"
    target = pluralise(measure.met, "school day") if is_start and measure.met is not None else f"{measure.met}%"
    return Chart(
        f"{measure.key}-by-month",
        "By month of start",
        words(latest.value),
        f"{what}, for children who started in {latest.month:%B}",
        ("Month of start", "School days" if is_start else "Attend better"),
        [ChartPoint(f"{month.month:%b}", month.value, words(month.value)) for month in measure.by_month],
        is_line=True,
        most=0 if is_start else 100,
        limit=ChartLimit(measure.met, f"Target, {target}") if measure.met is not None else None,
    )


class MarketFilter(_Among):
    market = forms.ChoiceField(
        label="Market", required=False, error_messages=choice_errors("Select a market from the list")
    )


class _Telling:
    """Text about referrals, as they are at the time of the request."""

    def __init__(self, request: OrganisationRequest) -> None:
        self.at = request.now
        self.today = local_day(request.now)

    def word(self, referral: Referral) -> str:
        return referrals_queries.status_word_of(referral, self.at)

    def word_of_interest(self, interest: Any) -> str:
        return referrals_queries.interest_word_of(interest, self.at)

    def sixth_day(self, referral: Referral) -> date | None:
        """Return the sixth school day, if the legal basis sets that limit."""
        return referral.due_on if referral.basis in SIXTH_DAY_BASES else None

    def is_late(self, referral: Any) -> bool:
        return bool(referral.rank == authority_overview.LATE_RANK)

    def days(self, referral: Referral) -> int | None:
        return (self.at - referral.asked_at).days if referral.asked_at else None

    def needs(self, referral: Referral) -> str:
        return ", ".join(referral.needs) or "Not recorded"


def _referrals(request: OrganisationRequest) -> tuple[ReferralFilter, Any]:
    referrals = authority_overview.referrals_of(request.organisation, person=request.user, at=request.now)
    stages = {
        key: stage_filter
        for key, stage_filter in referrals_queries.referral_filters(request.now).items()
        if key != "draft"
    }
    choices: dict[str, Sequence[tuple[str, str]]] = {
        "stage": [(key, words) for key, (words, _) in stages.items()],
        "market": _markets(request),
        "buyer": _organisations(Referral.objects.filter(authority=request.organisation).values("buyer")),
    }
    filters = ReferralFilter.of(request, choices=choices)
    wanted = list_pages.filter_values(filters)
    tests: dict[str, Callable[[Any], Any]] = {
        "stage": lambda key: referrals.filter(stages[key][1]),
        "market": lambda code: referrals.filter(market__code=code),
        "buyer": lambda slug: referrals.filter(buyer__slug=slug),
        "need": lambda code: referrals.filter(needs__contains=[code]),
        "overdue": lambda _: referrals.filter(rank=authority_overview.LATE_RANK),
    }
    for name, value in wanted.items():
        referrals = tests[name](value) if value else referrals
    return filters, referrals


def _placements(request: OrganisationRequest) -> tuple[PlacementFilter, Any]:
    placements = authority_overview.placements_of(request.organisation, person=request.user, at=request.now)
    here = Placement.objects.filter(authority=request.organisation)
    stages = authority_overview.stages_of_placements(local_day(request.now))
    choices: dict[str, Sequence[tuple[str, str]]] = {
        "status": [(key, words) for key, (words, _) in stages.items()],
        "market": _markets(request),
        "buyer": _organisations(here.values("buyer")),
        "provider": _organisations(here.values("provider")),
    }
    filters = PlacementFilter.of(request, choices=choices)
    tests: dict[str, Callable[[Any], Any]] = {
        "status": lambda key: placements.filter(stages[key][1]),
        "market": lambda code: placements.filter(market__code=code),
        "buyer": lambda slug: placements.filter(buyer__slug=slug),
        "provider": lambda slug: placements.filter(provider__slug=slug),
        "need": lambda code: placements.filter(first_need=code),
    }
    for name, value in list_pages.filter_values(filters).items():
        placements = tests[name](value) if value else placements
    return filters, placements


def _referral(request: OrganisationRequest, reference: str) -> Any:
    seen = authority_overview.referrals_of(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, reference=reference)


def _placement(request: OrganisationRequest, reference: str) -> Any:
    seen = authority_overview.placements_of(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen, reference=reference)


def _markets(request: OrganisationRequest) -> list[tuple[str, str]]:
    markets = Market.objects.filter(authority=request.organisation).exclude(status="draft").order_by("title", "pk")
    return list(markets.values_list("code", "title"))


def _organisations(keys: Any) -> list[tuple[str, str]]:
    return list(Organisation.objects.filter(pk__in=keys).order_by("name", "pk").values_list("slug", "name"))


def _frame(request: OrganisationRequest, record: Any, noun: str) -> dict[str, object]:
    list_title = {"referral": "Referrals", "placement": "Placements"}[noun]
    here = path_at_organisation(request, f"authority:{noun}", record.reference)
    tabs = [
        (list_title[:-1], here),
        ("History", path_at_organisation(request, f"authority:{noun}-history", record.reference)),
    ]
    crumbs = [(list_title, list_pages.back_to_list(request, f"authority:{noun}s")), (record.reference, "")]
    heading = str(record.lot) if noun == "referral" else f"{record.buyer} at {record.provider}"
    return {
        "caption": record.reference,
        "heading": heading,
        "breadcrumbs": crumbs,
        "parts": record_parts(request, tabs),
    }
