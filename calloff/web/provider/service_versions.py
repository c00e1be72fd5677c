"""Earlier versions of a service: compare them, restore one, and withdraw a change that needs approval."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.directory import commands, service_versions
from calloff.directory.models import ServiceChange
from calloff.directory.service_fields import CHECKED_FIELDS, checked_fields_of
from calloff.kernel.formatting import format_list, format_short_datetime
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.directory.service_diff import diff_services
from calloff.web.directory.service_version_pages import compare_versions_context
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import lookups
from calloff.web.provider.service_parts import may_list_services, redirect_to_service, service_context
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(PROVIDER)
def versions_of(request: OrganisationRequest, pk: int) -> HttpResponse:
    service = lookups.find_service(request, pk)
    page = (
        service_context(request, service)
        | compare_versions_context(request, service)
        | {"may_list": may_list_services(request)}
    )
    return render(request, "provider/service_versions.html", page)


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def revert(request: OrganisationRequest, pk: int, version: int) -> HttpResponse:
    """Restore one of a service's own earlier versions. Raises Http404 for another service's version."""
    service = lookups.find_service(request, pk)
    wanted = get_object_or_404(service_versions.versions_of(service), pk=version)
    back, form = redirect_to_service(request, service, "service-versions"), ConfirmForm.of(request)
    command_views.require_permission(request, service, "revert")
    if form.attempt(commands.revert, service, version=wanted, by=request.user, at=request.now):
        return command_views.redirect_done(
            request, f"{form.result} restored to the earlier version", redirect_to_service(request, service)
        )
    changes = diff_services(service_versions.current_fields(service), service_versions.version_fields(wanted))
    page = {"service": service, "version": wanted, "different": changes, "form": form, "cancel": back}
    page["waits"] = any(
        service_versions.version_fields(wanted)[name] != checked_fields_of(service)[name]
        for name in CHECKED_FIELDS
        if name != "more_sites"
    )
    page["heading"] = f"Restore the version from {format_short_datetime(wanted.changed_at)}"
    return render(request, "provider/service_revert.html", page)


def _find_change(request: OrganisationRequest, pk: int) -> ServiceChange:
    seen = ServiceChange.objects.visible_to(request.user, request.now).filter(provider=request.organisation)
    change: ServiceChange = get_object_or_404(seen.select_related("service", "authority"), pk=pk)
    return change


def _what_withdrawal_means(_: OrganisationRequest, change: ServiceChange) -> list[str]:
    facts = format_list([difference.fact for difference in diff_services(change.before, change.after)])
    return [
        f"You are withdrawing your change to: {facts}. {change.authority} has not decided on it yet.",
        "Your service will stay as it is.",
    ]


CHANGE_ACTIONS = RecordActions(
    PROVIDER,
    "change",
    _find_change,
    key="pk",
    back=lambda request, change: redirect_to_service(request, change.service),
    needs=(Can.LIST_SERVICES,),
    caption=lambda _, change: change.service.name,
    rows=(
        RecordAction(
            commands.withdraw_change,
            path="withdraw",
            linked_from="provider/service.html",
            heading="Withdraw a change",
            meaning=_what_withdrawal_means,
            button="Withdraw the change",
            done="Change withdrawn",
        ),
    ),
)
