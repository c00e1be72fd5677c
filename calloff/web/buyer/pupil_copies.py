"""A copy of a pupil's record to print for one person: the child or a contact.

Two parents must never read each other's words or addresses, so a copy is always for one person. contact_rules.py
decides who can have one and what it shows about contacts.
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.kernel.clock import local_day
from calloff.people.permissions import Can
from calloff.placements import queries as placements
from calloff.placements.commands.reviews import OUTCOME_ANSWERS
from calloff.pupils import queries, retention
from calloff.pupils.contact_rules import SHEET_PLACE, TellingDecision, TellingTopic, whereabouts_for, who_may_be_told
from calloff.pupils.models import ProtectionInformation, Pupil, PupilContact
from calloff.referrals import queries as referrals
from calloff.web.buyer.pupil_lookup import find_pupil
from calloff.web.buyer.pupil_pages import pupil_context
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, at_organisation, step_up
from calloff.web.request import OrganisationRequest

COPY_RECORD_PURPOSE = "To answer a request for a copy of the record"
RECIPIENT_PARAMETER = "for"


@require_safe
@step_up
@at_organisation(BUYER, Can.KEEP_PUPILS)
def held(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show a child's record on one page, to print for one person.

    The response is 403 if the person must not have a copy.
    """
    pupil = find_pupil(request, reference)
    people = who_may_be_told(pupil, TellingTopic.RECORDS, local_day(request.now))
    to, decision = _chosen(request, people)
    page = pupil_context(request, pupil) | {"to": to, "decision": decision, "people": _links(request, pupil, people)}
    if not decision.allowed:
        return render(request, "buyer/pupil_held_refused.html", page, status=403)
    return render(request, "buyer/pupil_held.html", page | _recorded(request, pupil, to))


def _chosen(
    request: OrganisationRequest, people: list[tuple[PupilContact, TellingDecision]]
) -> tuple[PupilContact | None, TellingDecision]:
    asked = request.GET.get(RECIPIENT_PARAMETER, "")
    if not asked:
        return None, TellingDecision(True)
    for contact, decision in people:
        if str(contact.pk) == asked:
            return contact, decision
    raise Http404


def _links(
    request: OrganisationRequest, pupil: Pupil, people: list[tuple[PupilContact, TellingDecision]]
) -> list[tuple[str, str, str]]:
    """Return the people for whom a copy could be printed, each with a link or the reason for none."""
    here = path_at_organisation(request, "buyer:pupil-held", pupil.reference)
    listed = [("The pupil", here, "")]
    return listed + [
        (f"{contact.name}, {contact.relation.lower()}", f"{here}?{RECIPIENT_PARAMETER}={contact.pk}", decision.why_not)
        for contact, decision in people
    ]


def _recorded(request: OrganisationRequest, pupil: Pupil, to: PupilContact | None) -> dict[str, Any]:
    reader: dict[str, Any] = {"person": request.user, "at": request.now}
    pack = queries.pupil_pack(
        pupil, place=SHEET_PLACE, to=to, acting_for=request.organisation, purpose=COPY_RECORD_PURPOSE, **reader
    )
    if pack is None:
        raise Http404
    shows = whereabouts_for(pupil, SHEET_PLACE, to=to)
    reads = queries.reads_of(pupil).order_by("at", "pk")
    if not shows.provision:  # the log leaves this out, because a provider's view would reveal which provider it is
        reads = reads.filter(acting_for=str(request.organisation))
    asked = referrals.of_buyer(request.organisation, **reader).filter(pupil=pupil).order_by("begun_at", "pk")
    return {
        "pack": pack,
        "shows": shows,
        "disclosures": list(queries.disclosures_of(pupil)) if shows.provision else [],
        "retention": retention.retention_class_of(pupil),
        "met": OUTCOME_ANSWERS,
        "referrals": list(asked),
        "placements": list(placements.placements_of_pupil(pupil, **reader)) if shows.provision else [],
        "reads": list(reads),
        "has_protection": ProtectionInformation.objects.filter(pupil=pupil).exists(),
    }
