"""What a service said before: its versions compared, going back to one, and a change that waits taken back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from calloff.directory import commands, service_versions
from calloff.directory.models import Change
from calloff.directory.service_fields import CHECKED, checked_of
from calloff.kernel.formatting import listed, short_moment
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.directory.service_diff import differences
from calloff.web.directory.service_version_pages import compared
from calloff.web.forms_ui.forms import Confirm
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import lookups
from calloff.web.provider.service_parts import may_list, page_of, to
from calloff.web.request import AtOrganisation


@require_safe
@at_organisation(PROVIDER)
def versions_of(request: AtOrganisation, pk: int) -> HttpResponse:
    found = lookups.service(request, pk)
    page = page_of(request, found) | compared(request, found) | {"may_list": may_list(request)}
    return render(request, "provider/service_versions.html", page)


@command_views.asks
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def revert(request: AtOrganisation, pk: int, version: int) -> HttpResponse:
    """Let a service say again what it said in one of its own versions: no other's has an address here."""
    found = lookups.service(request, pk)
    wanted = get_object_or_404(service_versions.of(found), pk=version)
    back, form = to(request, found, "service-versions"), Confirm.of(request)
    command_views.must(request, found, "revert")
    if form.attempt(commands.revert, found, version=wanted, by=request.user, at=request.now):
        return command_views.done(request, f"{form.result} restored to the earlier version", to(request, found))
    changes = differences(service_versions.current(found), service_versions.said_in(wanted))
    page = {"service": found, "version": wanted, "different": changes, "form": form, "cancel": back}
    page["waits"] = any(
        service_versions.said_in(wanted)[name] != checked_of(found)[name] for name in CHECKED if name != "more_sites"
    )
    page["heading"] = f"Restore the version from {short_moment(wanted.changed_at)}"
    return render(request, "provider/service_revert.html", page)


@command_views.asks
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def withdraw_change(request: AtOrganisation, pk: int) -> HttpResponse:
    seen = Change.objects.visible_to(request.user, request.now).filter(provider=request.organisation)
    change = get_object_or_404(seen.select_related("service", "authority"), pk=pk)
    told = listed([one.fact for one in differences(change.before, change.after)])
    return command_views.carry_out(
        request, Confirm.of(request), commands.withdraw_change, change, said="Change withdrawn",
        back=to(request, change.service), heading="Withdraw a change", caption=change.service.name,
        meaning=[f"You are withdrawing your change to: {told}. {change.authority} has not decided on it yet.",
                 "Your service will stay as it is."],
        button="Withdraw the change",
    )  # fmt: skip


S = "services/<int:pk>"
urls = [
    path(f"{S}/versions", versions_of, name="service-versions"),
    path(f"{S}/versions/<int:version>/revert", revert, name="service-revert"),
    path("changes/<int:pk>/withdraw", withdraw_change, name="change-withdraw"),
]
