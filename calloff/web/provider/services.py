"""The services that the provider offers in its categories, with places available and prices."""

from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.directory import commands, listing_queries, opening_hours, queries
from calloff.directory.models import Price, Qualification, Service
from calloff.directory.service_fields import CHECKED_FIELDS
from calloff.directory.states import ServiceStatus
from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType
from calloff.kernel.formatting import format_date, format_list, pluralise
from calloff.members.membership_status import standing_of, what_listing_needs
from calloff.members.queries import of_provider
from calloff.members.states import LASTING_STATUSES
from calloff.people.permissions import Can
from calloff.web import command_views, list_pages
from calloff.web.directory.price_display import HOURLY_PRICE_HINT, price_lines
from calloff.web.directory.service_diff import SERVICE_FACTS, diff_services, name_facts
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import lookups
from calloff.web.provider.forms import AgreedPriceLineForm, LastDayForm
from calloff.web.provider.service_forms import (
    SERVICE_PART_FORMS,
    FreePlacesForm,
    NewServiceForm,
    ServicePriceForm,
    ServiceTimesForm,
    initial_service,
)
from calloff.web.provider.service_parts import may_list_services, redirect_to_service, service_context, service_rail
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

SERVICE_LIST_STATES: list_pages.StateFilters = {
    "live": ("Live", Q(status=ServiceStatus.LIVE)),
    "to_check": ("Being checked", Q(status=ServiceStatus.TO_CHECK)),
    "not_approved": ("Not approved", Q(status=ServiceStatus.NOT_APPROVED)),
    "withdrawn": ("Withdrawn", Q(status=ServiceStatus.WITHDRAWN)),
}


@require_safe
@at_organisation(PROVIDER)
def service_list(request: OrganisationRequest) -> HttpResponse:
    filters, services = _filtered(request)
    page = list_pages.list_context(request, services, ("status", "by_name", "pk"), one="service", filters=filters)
    page |= {"may_list": may_list_services(request), "today": local_day(request.now), "current": queries.prices_on}
    return render(request, "provider/services.html", page)


SERVICE_EXPORT_COLUMNS: tuple[Column[Service], ...] = (
    Column("Service", lambda service: service.name),
    Column("Market", lambda service: service.member.market.title),
    Column("Category", lambda service: str(service.lot)),
    Column("Site", lambda service: str(service.site) if service.site else None),
    Column("Ages", lambda service: f"{service.age_from} to {service.age_to}"),
    Column("Mode", lambda service: service.get_mode_display()),
    Column("Places available", lambda service: service.places),
    Column("Updated on", lambda service: local_day(service.places_at) if service.places_at else None),
    Column("Status", lambda service: service.get_status_display()),
)


@require_safe
@at_organisation(PROVIDER)
def export(request: OrganisationRequest) -> HttpResponseBase:
    rows = _filtered(request)[1].order_by("status", "by_name", "pk")
    return export_response("services", SERVICE_EXPORT_COLUMNS, rows)


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def add(request: OrganisationRequest) -> HttpResponse:
    members = of_provider(request.organisation, person=request.user, at=request.now).filter(status__in=LASTING_STATUSES)
    members = members.select_related("authority", "market", "lot", "agreement")
    form = NewServiceForm.of(request, members=members, sites=_sites(request), initial=_wanted(request))
    if form.attempt(commands.add, by=request.user, at=request.now):
        return command_views.redirect_done(request, _added(form.result), redirect_to_service(request, form.result))
    page = {"form": form, "members": form.members, "sites": form.sites}
    return render(request, "provider/service_add.html", page)


@require_safe
@at_organisation(PROVIDER)
def service(request: OrganisationRequest, pk: int) -> HttpResponse:
    service, today = lookups.find_service(request, pk), local_day(request.now)
    member = of_provider(request.organisation, person=request.user, at=request.now).get(pk=service.member_id)
    lines = [line for line in price_lines(listing_queries.prices_of(service), today) if line.state != "Past"]
    waits = listing_queries.waiting_change(service)
    places = {place.site_id: place.site for place in service.at_sites.select_related("site")}
    page = {
        "needs": what_listing_needs(member, on=today),
        "standing": standing_of(member, on=today),
        "lines": lines,
        "waits": waits,
        "waiting": diff_services(waits.before, waits.after) if waits and not waits.is_new_service else [],
        "refused": listing_queries.last_refused_change(service),
        "hourly_rule": HOURLY_PRICE_HINT,
        "needs_for": [str(NeedType(code).label) for code in service.needs],
        "main_for": [str(NeedType(code).label) for code in service.main_needs],
        "leads_to": [str(Qualification(code).label) for code in service.qualifications],
        "also_at": [str(site) for pk, site in places.items() if pk != service.site_id],
        "opening": opening_hours.format_hours(opening_hours.parse_week(service.week), places, own=service.site_id),
        "may_list": may_list_services(request),
        "actions": SERVICE_ACTIONS.links(request, service),
        "is_stale": service.places_at is None or request.now - service.places_at > queries.PLACES_GO_STALE,
    }
    return render(request, "provider/service.html", service_context(request, service) | page)


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def amend(request: OrganisationRequest, pk: int, part: str) -> HttpResponse:
    """Change one part of a service."""
    service = lookups.find_service(request, pk)
    command_views.require_permission(request, service, "amend")
    if part not in SERVICE_PART_FORMS:
        raise Http404
    title, asks = SERVICE_PART_FORMS[part]
    which: dict[str, Any] = {"sites": _sites(request)}
    if asks is ServiceTimesForm:  # opening hours can only be at sites that the service already has
        which = {"sites": _sites(request).filter(pk__in=service.at_sites.values("site")), "own": service.site}
    form = asks.of(request, **which, initial=initial_service(service, asks, listing_queries.waiting_change(service)))
    if form.attempt(commands.amend, service, by=request.user, at=request.now):
        return command_views.redirect_done(request, _changed(request, service), redirect_to_service(request, service))
    facts = [label for name, (label, _) in SERVICE_FACTS.items() if name in CHECKED_FIELDS and name in form.fields]
    meaning = [
        f"{service.authority} checks changes to these details before the public can see them: {format_list(facts)}."
    ]
    return command_views.render_command(
        request, form, heading=title, caption=service.name, button="Save", cancel=redirect_to_service(request, service),
        meaning=meaning if facts and not service.is_unpublished else [],
        context={"rail": service_rail(request, service, part)},
    )  # fmt: skip


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def places(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Ask for the number of places and a date, on a page small enough for a phone."""
    service = lookups.find_service(request, pk)
    back = lookups.back_path(request, redirect_to_service(request, service))
    command_views.require_permission(request, service, "set_places")
    form = FreePlacesForm.of(request, initial={"places": service.places, "places_from": service.places_from})
    if form.attempt(commands.set_places, service, by=request.user, at=request.now):
        when = f"from {format_date(form.result.places_from)}" if form.result.places_from else "now"
        places = pluralise(form.result.places, "place available", "places available")
        return command_views.redirect_done(request, f"{service.name} has {places} {when}.", back)
    return command_views.render_command(
        request, form, heading="Places available", caption=service.name, button="Save", cancel=back
    )


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def set_price(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Set a service's price. In a market with a price schedule, choose an agreed price instead."""
    service = lookups.find_service(request, pk)
    command_views.require_permission(request, service, "set_price")
    form: Any
    if service.member.market.pack.schedule is None:
        form, command = ServicePriceForm.of(request, initial={"starts_on": local_day(request.now)}), commands.set_price
        meaning = ["A current price for the same unit will end the day before the new price starts."]
    else:
        lines = [line for line in service.member.agreement.prices if line["lot"] == service.lot.number]
        form, command = AgreedPriceLineForm.of(request, lines=lines), commands.read_price  # type: ignore[assignment]
        meaning = [f"Prices in this market come from your agreement {service.member.agreement.reference}."]
    if form.attempt(command, service, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Price set", redirect_to_service(request, service))
    return command_views.render_command(
        request, form, heading="Set a price", caption=service.name, meaning=meaning, button="Set the price",
        cancel=redirect_to_service(request, service),
    )  # fmt: skip


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def end_price(request: OrganisationRequest, pk: int) -> HttpResponse:
    price = get_object_or_404(Price.objects.select_related("service"), pk=pk, provider=request.organisation)
    service, form = price.service, LastDayForm.of(request, initial={"ends_on": local_day(request.now)})
    if form.attempt(commands.end_price, price, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Price end date set", redirect_to_service(request, service))
    return command_views.render_command(
        request, form, heading="End a price", caption=service.name, meaning=[f"£{price}"], button="End the price",
        cancel=redirect_to_service(request, service),
    )  # fmt: skip


@require_safe
@at_organisation(PROVIDER)
def history(request: OrganisationRequest, pk: int) -> HttpResponse:
    service = lookups.find_service(request, pk)
    breadcrumbs = [
        ("Our services", path_at_organisation(request, "provider:services")),
        (service.name, redirect_to_service(request, service)),
    ]
    shown = {"caption": service.name, "heading": "History", "breadcrumbs": breadcrumbs}
    return pages.render_history(request, service, context=service_context(request, service) | shown)


def _added(service: Service) -> str:
    return (
        f"{service.name} added. {service.authority} will check it before the public can see it. "
        "You can add its prices now."
    )


def _changed(request: OrganisationRequest, service: Service) -> str:
    """Describe what has changed, and which of the changes still need approval."""
    waits = listing_queries.waiting_change(service)
    if waits is None or waits.proposed_at != request.now:
        return f"{service.name} changed"
    if waits.is_new_service:
        return f"{service.name} changed. {service.authority} will check it before the public can see it."
    return (
        f"{service.authority} will check these changes first: {format_list(name_facts(waits.after))}. "
        f"Your other changes are saved."
    )


def _filtered(request: OrganisationRequest) -> tuple[list_pages.StateFilter, Any]:
    services = queries.services_of(request.organisation, person=request.user, at=request.now).annotate(
        by_name=Lower("name"), waits=listing_queries.has_waiting_change()
    )
    return list_pages.filter_by_state(request, services, SERVICE_LIST_STATES, everything="All services")


def _sites(request: OrganisationRequest) -> Any:
    return queries.sites_of(request.organisation, person=request.user, at=request.now)


def _wanted(request: OrganisationRequest) -> dict[str, str]:
    """Return the membership in the query string, so that a membership's page can link here."""
    return {"member": request.GET.get("member", "")}


SERVICE_ACTIONS = RecordActions(
    PROVIDER,
    "service",
    lookups.find_service,
    key="pk",
    back=redirect_to_service,
    needs=(Can.LIST_SERVICES,),
    rows=(
        RecordAction(
            commands.withdraw,
            link="Withdraw this service",
            heading=lambda _, service: f"Withdraw {service.name}",
            meaning=lambda _, service: [
                "The public has not seen this service and will not see it."
                if service.published_at is None
                else "We will remove the service from search straight away. Its page will stay, and show the date it "
                "was withdrawn.",
                "This cannot be undone. You can add a new service instead. Your membership will not change.",
            ],
            button=lambda _, service: f"Withdraw {service.name}",
            stops=True,
            done=lambda _, service: f"{service.name} withdrawn",
        ),
    ),
)
