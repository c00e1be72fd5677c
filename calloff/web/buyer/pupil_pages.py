"""The context of a pupil's pages: the parts of the record, and what the reader can do."""

from typing import Any

from calloff.history.transitions import is_permitted
from calloff.kernel.clock import local_day
from calloff.pupils.models import Pupil
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.request import OrganisationRequest


def pupil_context(request: OrganisationRequest, pupil: Pupil) -> dict[str, Any]:
    """Return the context for a page about one pupil.

    The page is marked as confidential, and its context does not contain the name.
    """

    def to(route: str) -> str:
        return path_at_organisation(request, f"buyer:{route}", pupil.reference)

    verbs = ("amend", "keep_protection")
    may = {verb: is_permitted(pupil, verb, request.user, request.now) for verb in verbs}
    hrefs = [("Record", to("pupil"))]
    if may["keep_protection"]:
        hrefs.append(("Protection", to("pupil-protection")))
    hrefs += [("View log", to("pupil-reads")), ("History", to("pupil-history"))]
    return {
        "pupil": pupil,
        "caption": pupil.reference,
        "confidential": True,
        "may_ever": may,
        "parts": record_parts(request, hrefs),
        "breadcrumbs": [("Pupils", path_at_organisation(request, "buyer:pupils")), (pupil.reference, None)],
        "today": local_day(request.now),
    }
