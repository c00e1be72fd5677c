"""Find the record in a URL. Raises Http404 for a record that the person cannot see."""

from django.shortcuts import get_object_or_404

from calloff.partners import queries as partners
from calloff.partners.models import Partnership
from calloff.web.request import OrganisationRequest


def find_partnership(request: OrganisationRequest, reference: str) -> Partnership:
    seen = partners.of_buyer(request.organisation, person=request.user, at=request.now)
    return get_object_or_404(seen.select_related("agreement__paper"), agreement__reference=reference)
