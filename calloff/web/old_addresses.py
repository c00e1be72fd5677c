"""Old addresses, which redirect people who saved them, or who still have the page open, to the new page.

Someone may still submit a form from the earlier version after an upgrade. Its answers do not match today's questions,
so they are not saved, and the next page says so. An address stays in this list for a year after its page was removed.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from calloff.web.navigation import path_at_organisation
from calloff.web.request import OrganisationRequest

PAGE_CHANGED_MESSAGE = (
    "This page has changed since you opened it, so we could not save what you sent. Enter your answers again here."
)


def redirect_old_address(request: OrganisationRequest, route: str, *key: object) -> HttpResponse:
    """Redirect an old address to a page of the same organisation.

    The next page says so if a submitted form was not saved.
    """
    if request.method == "POST":
        messages.info(request, PAGE_CHANGED_MESSAGE)
    return redirect(path_at_organisation(request, route, *key))
