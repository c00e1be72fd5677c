"""An authority's interim places: how long each has lasted, the place the child needs and the next step.

No child is identified.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.kernel.clock import local_day
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.placements import interim_places
from calloff.placements.models import InterimPlace
from calloff.web import list_pages
from calloff.web.forms_ui.field_errors import choice_errors
from calloff.web.forms_ui.forms import FilterForm
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import OrganisationRequest
from calloff.web.spreadsheet_exports import Column, export_response

INTERIM_LIST_ORDER = ("waiting_since", "pk")  # longest wait first


class InterimFilter(FilterForm):
    state = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "Waiting"), ("overdue", "Next step overdue"), ("ended", "Ended")],
        error_messages=choice_errors("Select a status from the list"),
    )
    kind = forms.ChoiceField(
        label="Looking for",
        required=False,
        choices=[("", "Any"), *InterimPlace.Kind.choices],
        error_messages=choice_errors("Select a kind of place from the list"),
    )
    consultation = forms.ChoiceField(
        label="EHC consultation",
        required=False,
        choices=[("", "Any"), *InterimPlace.Consultation.choices],
        error_messages=choice_errors("Select an answer from the list"),
    )
    buyer = forms.ChoiceField(
        label="School or team", required=False, error_messages=choice_errors("Select a school or team from the list")
    )

    def __init__(self, *args: Any, buyers: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["buyer"].choices = [("", "Any"), *buyers]  # type: ignore[attr-defined]


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def interim_list(request: OrganisationRequest) -> HttpResponse:
    """List interim places, longest wait first."""
    filters, places = _filtered(request)
    page = list_pages.list_context(request, places, INTERIM_LIST_ORDER, one="interim place", filters=filters)
    today = local_day(request.now)
    page["weeks"] = {place.pk: interim_places.weeks_waiting(place, today) for place in page["rows"]}
    return render(request, "authority/interim_places.html", page | {"today": today})


@require_safe
@at_organisation(AUTHORITY, Can.SEE_PLACEMENTS)
def export(request: OrganisationRequest) -> HttpResponseBase:
    """Export exactly the rows that match the filters, as CSV."""
    today = local_day(request.now)
    columns: list[Column[Any]] = [
        Column("Referral", lambda place: place.referral.reference),
        Column("School or team", lambda place: place.buyer.name),
        Column("Category", lambda place: str(place.referral.lot)),
        Column("Waiting since", lambda place: place.waiting_since),
        Column("Weeks waiting", lambda place: interim_places.weeks_waiting(place, today)),
        Column("Looking for", lambda place: place.get_kind_display()),
        Column("Setting", lambda place: place.setting),
        Column("EHC consultation", lambda place: place.get_consultation_display()),
        Column("Next step", lambda place: place.step_what),
        Column("Who", lambda place: place.step_who),
        Column("By", lambda place: place.step_by),
        Column("Status", lambda place: place.get_status_display()),
        Column("Ended", lambda place: place.ended_on),
        Column("What happened", lambda place: place.outcome),
    ]
    return export_response("interim-places", columns, _filtered(request)[1].order_by(*INTERIM_LIST_ORDER))


def _filtered(request: OrganisationRequest) -> tuple[InterimFilter, Any]:
    places: Any = interim_places.of_authority(request.organisation, person=request.user, at=request.now)
    buyers = Organisation.objects.filter(pk__in=places.order_by().values("buyer")).order_by("name", "pk")
    filters = InterimFilter.of(request, buyers=list(buyers.values_list("slug", "name")))
    wanted = list_pages.filter_values(filters)
    states = {
        "": interim_places.is_waiting(), "overdue": interim_places.is_step_overdue(request.now),
        "ended": ~interim_places.is_waiting(),
    }  # fmt: skip
    places = places.filter(states[wanted.pop("state")])
    tests: dict[str, Callable[[str], dict[str, str]]] = {
        "kind": lambda key: {"kind": key}, "consultation": lambda key: {"consultation": key},
        "buyer": lambda slug: {"buyer__slug": slug},
    }  # fmt: skip
    for name, value in wanted.items():
        places = places.filter(**tests[name](value)) if value else places
    return filters, places
