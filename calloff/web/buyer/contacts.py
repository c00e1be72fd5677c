"""A pupil's contacts: add, change and remove them one at a time. Each view of these pages is logged."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from calloff.history.queries import last_actor
from calloff.people.permissions import Can
from calloff.pupils import commands
from calloff.pupils.models import Pupil, PupilContact
from calloff.web import command_views
from calloff.web.buyer.contact_forms import ContactForm
from calloff.web.buyer.pupil_lookup import find_pupil, record_reading
from calloff.web.buyer.pupil_pages import NEW_RECORD_ADVICE, is_new_record, page_after
from calloff.web.forms_ui import edit_conflicts
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, at_organisation, step_up
from calloff.web.request import OrganisationRequest

PUPIL_VERB_TEMPLATE = "buyer/pupil_verb.html"
CONTACT_ANSWERS_MEANING = [
    "We use these answers to decide who can be called, who can have a copy of the record, and whose address we show.",
    "Do not guess. If you do not know an answer, select “Not known”, then ask.",
]


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PUPILS)
def add_contact(request: OrganisationRequest, reference: str) -> HttpResponse:
    pupil = find_pupil(request, reference)
    command_views.require_permission(request, pupil, "add_contact")
    form = ContactForm.of(request, kept={})
    if form.attempt(commands.add_contact, pupil, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Contact added.", page_after(request, pupil, "contact"))
    meaning = [*CONTACT_ANSWERS_MEANING, *([NEW_RECORD_ADVICE] if is_new_record(request) else [])]
    return _ask(request, pupil, form, heading="Add a contact", button="Add contact", meaning=meaning)


@command_views.command_view
@at_organisation(BUYER, Can.SEE_PUPILS)
def change_contact(request: OrganisationRequest, reference: str, key: int) -> HttpResponse:
    pupil = find_pupil(request, reference)
    contact = _find_contact(pupil, key)
    command_views.require_permission(request, pupil, "change_contact")
    form = ContactForm.of(request, kept=ContactForm.known(contact))
    change = {"contact": contact, "seen": contact, "by": request.user, "at": request.now}
    if form.attempt(commands.change_contact, pupil, **change):
        return command_views.redirect_done(request, "Contact changed.", "buyer:pupil", pupil.reference)
    if form.conflicts:
        record_reading(request, pupil)
        return edit_conflicts.render_conflict(
            request, form, saved_by=last_actor(pupil, "add_contact", "change_contact"), page=PUPIL_VERB_TEMPLATE,
            caption=pupil.reference,
            cancel=_back(request, pupil),
        )  # fmt: skip
    return _ask(
        request, pupil, form, heading="Change a contact", button="Save contact", meaning=CONTACT_ANSWERS_MEANING
    )


@step_up
@command_views.command_view
@at_organisation(BUYER, Can.SEE_PUPILS)
def remove_contact(request: OrganisationRequest, reference: str, key: int) -> HttpResponse:
    pupil = find_pupil(request, reference)
    contact = _find_contact(pupil, key)
    command_views.require_permission(request, pupil, "remove_contact")
    form = ConfirmForm.of(request)
    if form.attempt(commands.remove_contact, pupil, contact=contact, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Contact removed.", "buyer:pupil", pupil.reference)
    meaning = [
        f"We will delete {contact.name}’s details and views, and any record of a court order or “do not contact”.",
        "This cannot be undone.",
    ]
    return _ask(request, pupil, form, heading="Remove a contact", button="Remove contact", meaning=meaning, stops=True)


def _find_contact(pupil: Pupil, key: int) -> PupilContact:
    return get_object_or_404(PupilContact, pupil=pupil, pk=key)


def _back(request: OrganisationRequest, pupil: Pupil) -> str:
    return path_at_organisation(request, "buyer:pupil", pupil.reference)


def _ask(request: OrganisationRequest, pupil: Pupil, form: Any, **page: Any) -> HttpResponse:
    if request.method != "POST":
        record_reading(request, pupil)
    usual = {"caption": pupil.reference, "quoted": "", "stops": False, "form": form, "cancel": _back(request, pupil)}
    return render(request, PUPIL_VERB_TEMPLATE, usual | page)
