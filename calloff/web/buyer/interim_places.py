"""A buyer's interim places: record that a referral is interim, update the next step, and end it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.placements import commands, interim_places
from calloff.placements.commands import LastingPlaceStep
from calloff.placements.models import InterimPlace
from calloff.referrals import queries as referrals
from calloff.referrals.models import Referral
from calloff.referrals.states import ReferralStatus
from calloff.web import command_views
from calloff.web.forms_ui.field_errors import choice_errors
from calloff.web.forms_ui.forms import UnmarkedForm
from calloff.web.forms_ui.widgets import DatePartsInput
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest
from calloff.web.work_items import WorkItem, end_of_last_day

NO_CHILD_NAMES_HINT = "Do not name the pupil. The council can read what you write here."


class InterimForm(UnmarkedForm):
    kind = django_forms.ChoiceField(
        label="What kind of place are you looking for?", choices=InterimPlace.Kind.choices,
        widget=django_forms.RadioSelect, error_messages=choice_errors("Select the kind of place you are looking for"),
    )  # fmt: skip
    setting = django_forms.CharField(
        label="Name of the school or setting (optional)", max_length=200, required=False,
        help_text="Enter this if you know which school or setting you want",
        error_messages={"max_length": "Name of the school or setting must be 200 characters or fewer"},
    )  # fmt: skip
    consultation = django_forms.ChoiceField(
        label="Is there an EHC consultation?", choices=InterimPlace.Consultation.choices,
        widget=django_forms.RadioSelect, error_messages=choice_errors("Select whether there is an EHC consultation"),
    )  # fmt: skip
    what = django_forms.CharField(
        label="What is the next step?", max_length=200, required=False,
        help_text="For example, chase the reply to the consultation",
        error_messages={"max_length": "Next step must be 200 characters or fewer"},
    )  # fmt: skip
    who = django_forms.CharField(
        label="Who will take the next step?", max_length=100, required=False, help_text="Give the role. For "
            "example, SEN officer.",
        error_messages={"max_length": "Role must be 100 characters or fewer"},
    )  # fmt: skip
    by_on = django_forms.DateField(
        label="Date of the next step", widget=DatePartsInput,
        error_messages={
            "required": "Enter the date of the next step", "invalid": "Date of the next step must be a real date",
        },
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        since = {"waiting_since": given.pop("waiting_since")} if "waiting_since" in given else {}
        return given if self.errors else {"sought": LastingPlaceStep(**given), **since}


class RecordInterimForm(InterimForm):
    waiting_since = django_forms.DateField(
        label="When did the pupil start waiting for a long-term place?", widget=DatePartsInput,
        error_messages={
            "required": "Enter when the pupil started waiting",
            "invalid": "Date the pupil started waiting must be a real date",
        },
    )  # fmt: skip
    field_order = ["waiting_since", "kind", "setting", "consultation", "what", "who", "by_on"]


class EndInterimForm(UnmarkedForm):
    ended_on = django_forms.DateField(
        label="Date the place stopped being interim", widget=DatePartsInput,
        error_messages={
            "required": "Enter the date the place stopped being interim",
            "invalid": "Date the place stopped being interim must be a real date",
        },
    )  # fmt: skip
    outcome = django_forms.CharField(
        label="What happened?", max_length=300, required=False, widget=django_forms.Textarea({"rows": 3}),
        help_text="For example, the pupil starts at a special school. Do not name the pupil.",
        error_messages={"max_length": "What happened must be 300 characters or fewer"},
    )  # fmt: skip


@command_views.command_view
@at_organisation(BUYER, Can.PLACE)
def interim(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Ask for the place that the child needs and the next step.

    If the referral is not interim yet, also ask how long the child has waited.
    """
    referral = _referral(request, reference)
    place = interim_places.of_referral(referral, local_day(request.now))
    if place is None:
        return _record(request, referral)
    command_views.require_permission(request, place, "update_interim")
    initial = {name: getattr(place, name) for name in ("kind", "setting", "consultation")}
    form = InterimForm.of(request, initial=initial)
    if form.attempt(commands.update_interim, place, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Next step recorded", "buyer:referral", reference)
    before = f"Previous step: {place.step_what} ({place.step_who})."
    return command_views.render_command(
        request, form, heading="Update the search for a long-term place", caption=reference, button="Save",
        meaning=[before, NO_CHILD_NAMES_HINT], cancel=path_at_organisation(request, "buyer:referral", reference),
    )  # fmt: skip


def interim_work(buyer: Organisation, person: User, at: datetime) -> Iterator[WorkItem]:
    """Yield the due next steps of interim places."""
    places: Any = interim_places.of_buyer(buyer, person=person, at=at)
    for place in places.filter(interim_places.is_waiting()).order_by("step_by", "pk"):
        weeks = interim_places.weeks_waiting(place, local_day(at))
        task = (
            f"Interim place, pupil waiting {pluralise(weeks, 'week')} for a long-term place. Next step: "
            f"{place.step_what} ({place.step_who})"
        )
        href = reverse("buyer:referral-interim", args=[buyer.slug, place.referral.reference])
        yield WorkItem(task, href, str(buyer), end_of_last_day(place.step_by), place.referral.reference)


def _record(request: OrganisationRequest, referral: Referral) -> HttpResponse:
    form = RecordInterimForm.of(request)
    if form.attempt(commands.record_interim, referral, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Interim place recorded", "buyer:referral", referral.reference)
    return command_views.render_command(
        request, form, heading="Record an interim place", caption=referral.reference, button="Record interim place",
        meaning=["Use this if the pupil will leave this place when they get a long-term place.", NO_CHILD_NAMES_HINT],
        cancel=path_at_organisation(request, "buyer:referral", referral.reference),
    )  # fmt: skip


def _referral(request: OrganisationRequest, reference: str) -> Referral:
    seen = referrals.of_buyer(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen.exclude(status=ReferralStatus.DRAFT), reference=reference)


def _find_place(request: OrganisationRequest, reference: str) -> InterimPlace:
    place: InterimPlace | None = interim_places.of_referral(_referral(request, reference), local_day(request.now))
    if place is None:
        raise Http404
    return place


INTERIM_ACTIONS = RecordActions(
    BUYER,
    "referral-interim",
    _find_place,
    back=lambda request, place: path_at_organisation(request, "buyer:referral", place.referral.reference),
    needs=(Can.PLACE,),
    caption=lambda _, place: place.referral.reference,
    rows=(
        RecordAction(
            commands.end_interim,
            path="end",
            linked_from="parts/interim_place.html",
            form=EndInterimForm,
            heading="The place is no longer interim",
            meaning=["Use this if the pupil has a long-term place, or you are no longer looking for a place."],
            button="Save",
            done="The place is no longer interim",
        ),
    ),
)
