"""The context of a pupil's pages, and the order of the pages for a new record."""

from typing import Any

from calloff.history.transitions import is_permitted
from calloff.kernel.clock import local_day
from calloff.pupils.models import Pupil
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.request import OrganisationRequest

NEW_RECORD = "new"  # in the query of the pages that follow “Add a pupil”
PAGE_AFTER = {  # each page of a new record, with the route of the next page and the section in its path
    "identity": ("pupil-amend", "needs"),
    "needs": ("pupil-amend", "risks"),
    "risks": ("pupil-contact-add",),
    "contact": ("pupil-note-views",),
}
NEW_RECORD_ADVICE = "If you want to enter this later, select Cancel."


def is_new_record(request: OrganisationRequest) -> bool:
    return NEW_RECORD in request.GET


def page_after(request: OrganisationRequest, pupil: Pupil, done: str, *, new: bool = False) -> str:
    """Return the page after one of a pupil's pages, which is the next page of a new record or the record itself."""
    if done in PAGE_AFTER and (new or is_new_record(request)):
        route, *section = PAGE_AFTER[done]
        return f"{path_at_organisation(request, f'buyer:{route}', pupil.reference, *section)}?{NEW_RECORD}=1"
    return path_at_organisation(request, "buyer:pupil", pupil.reference)


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
