"""The child in a placement: the pack for each role, and child protection information.

Every view is logged.
"""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.people.permissions import Can
from calloff.placements import queries
from calloff.placements.models import Placement
from calloff.pupils import queries as pupils
from calloff.pupils.contact_rules import PLACED_PACK_PLACE
from calloff.web.permissions import PROVIDER, at_organisation, step_up
from calloff.web.provider.placements.lookups import placement_context
from calloff.web.request import OrganisationRequest

EDUCATE_CHILD_PURPOSE = "To educate the child, and keep the child safe"


@require_safe
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def pupil(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show what the reader is allowed to know about the child for as long as access lasts.

    Later attempts are refused and logged.
    """
    placement = _known(request, reference)
    pack = pupils.pupil_pack(
        placement.pupil,
        place=PLACED_PACK_PLACE,
        person=request.user,
        acting_for=request.organisation,
        purpose=EDUCATE_CHILD_PURPOSE,
        at=request.now,
    )
    if pack is None:
        raise Http404
    return render(request, "provider/placement_pupil.html", placement_context(request, placement, pack=pack))


@require_safe
@step_up
@at_organisation(PROVIDER, Can.SAFEGUARD)
def protection(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show the provider's safeguarding lead the child protection information from the buyer's lead."""
    placement = _known(request, reference)
    section = pupils.pupil_protection(
        placement.pupil,
        person=request.user,
        acting_for=request.organisation,
        purpose=EDUCATE_CHILD_PURPOSE,
        at=request.now,
    )
    if section is None:
        raise Http404
    return render(request, "provider/placement_protection.html", placement_context(request, placement, section=section))


def _known(request: OrganisationRequest, reference: str) -> Placement:
    """Find the provider's placement. Raises Http404, and logs the attempt, for another provider's."""
    seen = queries.of_provider(request.organisation, person=request.user, at=request.now)
    placement: Placement | None = seen.filter(reference=reference).first()
    if placement is None:
        other = Placement.objects.filter(reference=reference).select_related("pupil").first()
        if other is not None:
            pupils.record_refused_access(
                other.pupil,
                person=request.user,
                acting_for=request.organisation,
                purpose=EDUCATE_CHILD_PURPOSE,
                at=request.now,
            )
        raise Http404
    return placement
