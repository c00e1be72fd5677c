"""Partnership Agreements as the authority's officers end them or have them signed anew."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from calloff.agreements.models import Agreement
from calloff.history.transitions import may
from calloff.partners import commands, queries
from calloff.partners.models import Partnership
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.authority.lookups import agreement as found
from calloff.web.authority.school_forms import WhyOver
from calloff.web.navigation import within
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import AtOrganisation

GO_ON = "Current placements continue under their own agreements."


def of(agreement: Agreement) -> Partnership:
    """Return what a Partnership Agreement says besides: 404 for an agreement of another kind."""
    return get_object_or_404(queries.with_agreement(), agreement=agreement)


def page(request: Any, agreement: Agreement) -> dict[str, Any]:
    """Return what the pages of an agreement show where it is a Partnership Agreement: nothing of others."""
    if agreement.kind != Agreement.Kind.PARTNERSHIP:
        return {"partnership": None, "covered": [], "can_require_anew": False, "can_dissolve": False}
    one = of(agreement)
    return {
        "partnership": one,
        "covered": list(queries.covered_by(one)),
        "can_require_anew": may(agreement, "require_anew", request.user, request.now),
        "can_dissolve": may(agreement, "dissolve", request.user, request.now),
    }


@command_views.asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def require_anew(request: AtOrganisation, reference: str) -> HttpResponse:
    """Say that a new one must be signed in place of one in force."""
    one, form = of(found(request, reference)), WhyOver.of(request)
    command_views.must(request, one.agreement, "require_anew")
    if form.attempt(commands.require_anew, one, by=request.user, at=request.now):
        words = f"{reference} is superseded. We have told {one.agreement.first}."
        return command_views.done(request, words, "authority:agreement", reference)
    meaning = [f"{_named(one)} cannot ask providers until a new agreement is signed by both sides.", GO_ON]
    asking = _asking(request, one, "Supersede")
    return command_views.ask(request, form, heading="Ask for new signatures", meaning=meaning, **asking)


@command_views.asks
@at_organisation(AUTHORITY, Can.OVERSEE)
def dissolve(request: AtOrganisation, reference: str) -> HttpResponse:
    one, form = of(found(request, reference)), WhyOver.of(request)
    command_views.must(request, one.agreement, "dissolve")
    if form.attempt(commands.dissolve, one, by=request.user, at=request.now):
        words = f"{reference} is ended. We have told {one.agreement.first}."
        return command_views.done(request, words, "authority:agreement", reference)
    meaning = [f"From today {_named(one)} cannot ask providers under it.", GO_ON]
    return command_views.ask(request, form, heading=f"End {reference}", meaning=meaning, **_asking(request, one, "End"))


def _named(one: Partnership) -> str:
    names = [covered.buyer.name for covered in queries.covered_by(one)]
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _asking(request: AtOrganisation, one: Partnership, verb: str) -> dict[str, Any]:
    reference = one.agreement.reference
    cancel = within(request, "authority:agreement", reference)
    return {"caption": reference, "button": f"{verb} {reference}", "cancel": cancel, "stops": True}
