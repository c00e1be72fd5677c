"""The log of who viewed a pupil's record, and the record's history.

Neither page shows a name, so they are not logged as views.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.people.permissions import Can
from calloff.pupils import queries
from calloff.web import list_pages
from calloff.web.buyer.pupil_lookup import find_pupil
from calloff.web.buyer.pupil_pages import pupil_context
from calloff.web.history import pages
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def reads(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Show which organisations can see a child's record, and who has viewed it.

    No name is shown, so this is not logged as a view.
    """
    pupil = find_pupil(request, reference)
    page = list_pages.list_context(request, queries.reads_of(pupil), ("-at", "-pk"), one="reading")
    page["disclosures"] = list(queries.disclosures_of(pupil))
    return render(request, "buyer/pupil_reads.html", pupil_context(request, pupil) | page)


@require_safe
@at_organisation(BUYER, Can.SEE_PUPILS)
def history(request: OrganisationRequest, reference: str) -> HttpResponse:
    pupil = find_pupil(request, reference)
    return pages.render_history(request, pupil, context=pupil_context(request, pupil), frame="buyer/pupil_frame.html")
