"""Children about whose placements the authority was told, grouped by purpose.

These pages are for its SEN officer and its virtual school.
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.people.permissions import Can
from calloff.pupils import queries
from calloff.pupils.contact_rules import TOLD_PACK_PLACE
from calloff.pupils.models import Pupil
from calloff.web import list_pages
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import OrganisationRequest

LIST_CHILDREN_PURPOSE = "A list of the children we have been notified about"


@require_safe
@at_organisation(AUTHORITY, Can.KNOW_CHILD)
def pupils(request: OrganisationRequest) -> HttpResponse:
    """List the children by initials, each with why the authority knows about them.

    The page is logged as one view.
    """
    grants = queries.disclosures_to_authority(request.organisation, person=request.user, at=request.now)
    page = list_pages.list_context(request, grants, ("-starts_at", "-pk"), one="child", many="children")
    children = [row.pupil for row in page["rows"]]
    page["shown"] = queries.identify_pupils(children, **_reader(request), purpose=LIST_CHILDREN_PURPOSE)
    return render(request, "authority/pupils.html", page)


@require_safe
@at_organisation(AUTHORITY, Can.KNOW_CHILD)
def pupil(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show what the authority is allowed to know about one child, for the purpose for which it was told."""
    pupil = get_object_or_404(Pupil.objects.select_related("buyer"), reference=reference)
    grant = (
        queries.disclosures_to_authority(request.organisation, person=request.user, at=request.now)
        .filter(pupil=pupil)
        .first()
    )
    purpose = grant.purpose if grant else "The council was not told"
    pack = queries.pupil_pack(pupil, place=TOLD_PACK_PLACE, **_reader(request), purpose=purpose)
    if pack is None:
        raise Http404
    crumbs = [("Children", path_at_organisation(request, "authority:pupils")), (pupil.reference, None)]
    page = {"pupil": pupil, "pack": pack, "told": grant, "breadcrumbs": crumbs}
    return render(request, "authority/pupil.html", page)


def _reader(request: OrganisationRequest) -> dict[str, Any]:
    return {"person": request.user, "acting_for": request.organisation, "at": request.now}
