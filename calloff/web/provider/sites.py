"""Sites: the places where a provider works."""

from typing import Any

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.directory import commands, queries
from calloff.people.permissions import Can
from calloff.web.access import PROVIDER, at_organisation
from calloff.web.forms import Confirm
from calloff.web.http import Request
from calloff.web.provider import finding
from calloff.web.provider.finding import get_or_post, ours
from calloff.web.provider.forms import SiteForm


@require_safe
@at_organisation(PROVIDER)
def site_list(request: Request) -> HttpResponse:
    found = queries.sites_of(ours(request), person=request.user, at=request.now).annotate(by_name=Lower("name"))
    page = finding.list_page(request, found, ("by_name", "pk"), "site")
    page["may_list"] = request.user.can(Can.LIST_SERVICES, at=ours(request), when=request.now)
    return render(request, "provider/sites.html", page)


@get_or_post
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def add(request: Request) -> HttpResponse:
    form, back = SiteForm.of(request), _list(request)
    if form.attempt(commands.add_site, ours(request), by=request.user, at=request.now):
        return _done(request, f"{form.result.name} is added.{_where(form.result)}")
    return finding.ask(request, form, heading="Add a site", button="Add the site", cancel=back)


@get_or_post
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def amend(request: Request, pk: int) -> HttpResponse:
    found = finding.site(request, pk)
    if stopped := finding.not_now(request, found, "amend_site", _list(request)):
        return stopped
    form = SiteForm.of(request, initial={name: getattr(found, name) for name in SiteForm.base_fields})
    if form.attempt(commands.amend_site, found, by=request.user, at=request.now):
        return _done(request, f"{form.result.name} is changed.{_where(form.result)}")
    return finding.ask(request, form, heading=f"Change {found.name}", button="Save the site", cancel=_list(request))


@get_or_post
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def close(request: Request, pk: int) -> HttpResponse:
    found, form = finding.site(request, pk), Confirm.of(request)
    if stopped := finding.not_now(request, found, "close_site", _list(request)):
        return stopped
    if form.attempt(commands.close_site, found, by=request.user, at=request.now):
        return _done(request, f"{found.name} is closed.")
    meaning = ["It is no longer offered for services. Services that use it must be withdrawn or moved first."]
    return finding.ask(
        request, form, heading=f"Close {found.name}", meaning=meaning, button=f"Close {found.name}",
        cancel=_list(request), stops=True,
    )  # fmt: skip


def _list(request: Request) -> str:
    return reverse("provider:sites", args=[ours(request).slug])


def _where(site: Any) -> str:
    """Say what a postcode that is not known means for finding the site."""
    if site.position:
        return ""
    return f" The postcode {site.postcode} is not in our list, so a search by distance does not find it yet."


def _done(request: Request, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(_list(request))
