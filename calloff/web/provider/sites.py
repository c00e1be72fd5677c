"""Sites at which a provider works."""

from typing import Any

from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.directory import commands, queries
from calloff.directory.models import Site
from calloff.people.permissions import Can
from calloff.registers.queries import name_area_outside_great_britain
from calloff.web import command_views, list_pages
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import lookups
from calloff.web.provider.forms import SiteForm
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(PROVIDER)
def site_list(request: OrganisationRequest) -> HttpResponse:
    sites = queries.sites_of(request.organisation, person=request.user, at=request.now).annotate(by_name=Lower("name"))
    page = list_pages.list_context(request, sites, ("by_name", "pk"), one="site")
    page["may_list"] = request.user.can(Can.LIST_SERVICES, organisation=request.organisation, at=request.now)
    return render(request, "provider/sites.html", page)


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def add(request: OrganisationRequest) -> HttpResponse:
    form, back = SiteForm.of(request), _list(request)
    if form.attempt(commands.add_site, request.organisation, by=request.user, at=request.now):
        return command_views.redirect_done(request, f"{form.result.name} added.{_where(form.result)}", _list(request))
    return command_views.render_command(request, form, heading="Add a site", button="Add the site", cancel=back)


def _list(request: OrganisationRequest) -> str:
    return reverse("provider:sites", args=[request.organisation.slug])


def _where(site: Any) -> str:
    """Return whether a search by distance finds the site, if its postcode's position is unknown."""
    if site.position:
        return ""
    if where := name_area_outside_great_britain(site.postcode):
        return f" We cannot measure distances to {where}, so searches by distance will not find this site."
    return f" The postcode {site.postcode} is not in our list, so searches by distance cannot find this site yet."


def _amend_form(request: OrganisationRequest, site: Site) -> SiteForm:
    return SiteForm.of(request, initial={name: getattr(site, name) for name in SiteForm.base_fields})


SITE_ACTIONS = RecordActions(
    PROVIDER,
    "site",
    lookups.find_site,
    key="pk",
    back=lambda request, _: _list(request),
    needs=(Can.LIST_SERVICES,),
    rows=(
        RecordAction(
            commands.amend_site,
            path="amend",
            linked_from="provider/sites.html",
            form=_amend_form,
            heading=lambda _, site: f"Change {site.name}",
            button="Save the site",
            done=lambda _, site: f"{site.name} changed.{_where(site)}",
        ),
        RecordAction(
            commands.close_site,
            path="close",
            linked_from="provider/sites.html",
            heading=lambda _, site: f"Close {site.name}",
            meaning=[
                "You will no longer be able to choose this site for services. First withdraw or move the services "
                "that use it."
            ],
            button=lambda _, site: f"Close {site.name}",
            stops=True,
            done=lambda _, site: f"{site.name} closed",
        ),
    ),
)
