"""Partnership Agreements: end one, or require a new one to be signed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from calloff.agreements.models import Agreement
from calloff.history.transitions import is_allowed
from calloff.partners import commands, queries
from calloff.partners.models import Partnership
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.authority.lookups import find_agreement
from calloff.web.authority.school_forms import EndPartnershipForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import OrganisationRequest

PLACEMENTS_CONTINUE_SENTENCE = "Current placements continue under their own agreements."


def partnership_of(agreement: Agreement) -> Partnership:
    """Return an agreement's partnership. Raises Http404 if it is not a Partnership Agreement."""
    return get_object_or_404(queries.partnerships_with_agreement(), agreement=agreement)


def partnership_context(request: Any, agreement: Agreement) -> dict[str, Any]:
    """Return the additional context for a Partnership Agreement's page, or nothing for any other agreement."""
    if agreement.kind != Agreement.Kind.PARTNERSHIP:
        return {"partnership": None, "covered": [], "can_require_anew": False, "can_dissolve": False}
    partnership = partnership_of(agreement)
    return {
        "partnership": partnership,
        "covered": list(queries.covered_by(partnership)),
        "can_require_anew": is_allowed(agreement, "require_anew", request.user, request.now),
        "can_dissolve": is_allowed(agreement, "dissolve", request.user, request.now),
    }


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def require_anew(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Require a new agreement to be signed in place of the one in force."""
    partnership, form = partnership_of(find_agreement(request, reference)), EndPartnershipForm.of(request)
    command_views.require_permission(request, partnership.agreement, "require_anew")
    if form.attempt(commands.require_anew, partnership, by=request.user, at=request.now):
        words = f"{reference} replaced. We have told {partnership.agreement.first}."
        return command_views.redirect_done(request, words, "authority:agreement", reference)
    meaning = [
        f"{_named(partnership)} will not be able to ask providers for places until both sides have signed a new "
        "agreement.",
        PLACEMENTS_CONTINUE_SENTENCE,
    ]
    asking = _asking(request, partnership, "Supersede")
    return command_views.render_command(request, form, heading="Ask for new signatures", meaning=meaning, **asking)


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def dissolve(request: OrganisationRequest, reference: str) -> HttpResponse:
    partnership, form = partnership_of(find_agreement(request, reference)), EndPartnershipForm.of(request)
    command_views.require_permission(request, partnership.agreement, "dissolve")
    if form.attempt(commands.dissolve, partnership, by=request.user, at=request.now):
        words = f"{reference} ended. We have told {partnership.agreement.first}."
        return command_views.redirect_done(request, words, "authority:agreement", reference)
    meaning = [
        f"From today {_named(partnership)} will not be able to ask providers for places under this agreement.",
        PLACEMENTS_CONTINUE_SENTENCE,
    ]
    return command_views.render_command(
        request, form, heading=f"End {reference}", meaning=meaning, **_asking(request, partnership, "End")
    )


def _named(partnership: Partnership) -> str:
    names = [covered.buyer.name for covered in queries.covered_by(partnership)]
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _asking(request: OrganisationRequest, partnership: Partnership, verb: str) -> dict[str, Any]:
    reference = partnership.agreement.reference
    cancel = path_at_organisation(request, "authority:agreement", reference)
    return {"caption": reference, "button": f"{verb} {reference}", "cancel": cancel, "stops": True}
