"""API keys for an organisation's own systems, on pages for providers, buyers and authorities.

Each audience includes the URLs with `*api_keys.urls(PROVIDER)`. A token is shown once, in the response to the button
that made the key, and is never stored. If someone loads that page again, it tells them to make a new key.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from calloff.kernel.clock import local_day
from calloff.people import api_keys, commands
from calloff.people.models import ApiKey, Organisation
from calloff.people.permissions import Can
from calloff.people.states import ApiKeyStatus
from calloff.web import command_views, list_pages, record_actions
from calloff.web.forms_ui.field_errors import choice_errors, date_errors, text_errors
from calloff.web.forms_ui.forms import PageForm
from calloff.web.forms_ui.widgets import DatePartsInput, HintedCheckboxes
from calloff.web.navigation import path_at_organisation, path_if_routed
from calloff.web.permissions import at_organisation, step_up
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest
from calloff.web.session import double_submission

API_KEYS_TITLE = "Keys for other systems"
API_KEYS_PARENT_PAGES = {  # by audience: the title and route of the page that links to these pages
    "provider": ("Our organisation", "details"),
    "buyer": ("Our organisation", "details"),
    "authority": ("People", "people"),
}


class MakeApiKeyForm(PageForm):
    name = forms.CharField(
        label="Which system will use it?",
        max_length=100,
        help_text="For example, “Website” or “Management system”",
        error_messages=text_errors("Name of the system", "Enter the name of the system that will use the key"),
    )
    scopes = forms.MultipleChoiceField(
        label="Apart from reading the directory, what can this key do?",
        required=False,
        widget=HintedCheckboxes,
        error_messages=choice_errors("Select from the list what else the key can do"),
    )
    expires_on = forms.DateField(
        label="Last day of the key",
        widget=DatePartsInput,
        help_text="Choose a day within a year from today. After that, create another key.",
        error_messages=date_errors("Last day of the key", "Enter the last day of the key"),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["scopes"]
        permissions = api_keys.PERMISSION_BY_KIND_AND_SCOPE[Organisation.Kind(organisation.kind)]
        field.choices = [(scope, api_keys.SCOPE_DESCRIPTIONS[scope][0]) for scope in permissions]
        field.widget.hints = {scope: api_keys.SCOPE_DESCRIPTIONS[scope][1] for scope in permissions}


def urls(audience: str) -> list[URLPattern]:
    """Return the URLs of these pages for `provider`, `buyer` or `authority`."""

    def managed(view: Callable[..., HttpResponse]) -> Any:
        return at_organisation(audience, Can.MANAGE_PEOPLE)(command_views.bind_side(view, audience))

    return [
        path("api-keys", require_safe(managed(key_list)), name="api-keys"),
        path("api-keys/make", command_views.command_view(step_up(managed(make))), name="api-key-make"),
        *record_actions.urls(_key_actions(audience), "api-keys/<int:pk>"),
    ]


def key_list(audience: str, request: OrganisationRequest) -> HttpResponse:
    """List an organisation's keys: who made them, what they can do, and when they were last used or expire."""
    keys = _seen(request).select_related("made_by")
    page = list_pages.list_context(request, keys, ("name", "pk"), one="key")
    words, route = API_KEYS_PARENT_PAGES[audience]
    page |= {
        "audience": audience,
        "breadcrumbs": [(words, path_at_organisation(request, f"{audience}:{route}")), (API_KEYS_TITLE, None)],
        "in_words": lambda key: [api_keys.SCOPE_DESCRIPTIONS[scope][0].lower() for scope in key.scopes],
        "standing": lambda key: _standing(key, request),
        "to_api_docs": path_if_routed("api-docs:page"),
    }
    return render(request, "parts/api_keys.html", page)


def make(audience: str, request: OrganisationRequest) -> HttpResponse:
    form = MakeApiKeyForm.of(request, organisation=request.organisation)
    back = path_at_organisation(request, f"{audience}:api-keys")
    if form.attempt(commands.make_key, request.organisation, by=request.user, at=request.now):
        page = {"made": form.result, "back_to": back, "to_api_docs": path_if_routed("api-docs:page")}
        again = (
            f"The key for {form.result.key.name} has been created and cannot be shown again. If you did not copy it, "
            "revoke it and create another key."
        )
        return double_submission.shown_once(render(request, "parts/api_key_made.html", page), again, back)
    meaning = [
        "Another system can use this key to read the directory with the same access as your organisation. The "
        "key can do no more than you can, and will stop working when you no longer manage people here.",
        "The key is shown once, on the next page.",
    ]
    return command_views.render_command(
        request, form, heading="Create API key", meaning=meaning, button="Create API key", cancel=back
    )


def _seen(request: OrganisationRequest) -> Any:
    return ApiKey.objects.visible_to(request.user, request.now).filter(organisation=request.organisation)


def _standing(key: ApiKey, request: OrganisationRequest) -> str:
    """Return a key's status as text: the stored status, or that the key has expired."""
    if key.status == ApiKeyStatus.ACTIVE and key.expires_on < local_day(request.now):
        return "Expired"
    return str(key.get_status_display())


def _find_key(request: OrganisationRequest, pk: int) -> ApiKey:
    key: ApiKey = get_object_or_404(_seen(request), pk=pk)
    return key


def _key_actions(audience: str) -> RecordActions[ApiKey]:
    return RecordActions(
        audience,
        "api-key",
        _find_key,
        key="pk",
        back=lambda request, _: path_at_organisation(request, f"{audience}:api-keys"),
        needs=(Can.MANAGE_PEOPLE,),
        rows=(
            RecordAction(
                commands.revoke_key,
                path="revoke",
                linked_from="parts/api_keys.html",
                heading=lambda _, key: f"Revoke the key for {key}",
                meaning=[
                    "This key will stop working now. Any system that still uses it will get an error and will need "
                    "another key."
                ],
                button="Revoke the key",
                stops=True,
                done=lambda _, key: f"Key for {key} revoked",
            ),
        ),
    )
