"""Old URLs, which redirect to the new page people who saved them or still have an old page open.

After an upgrade, someone might still submit a form from the earlier version. Its answers do not match the new
questions, so they are not saved, and the next page says so. A URL stays in this list for a year after its page was
removed.
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
    """Redirect an old URL to a page of the same organisation.

    If the person submitted a form, the next page says that it was not saved.
    """
    if request.method == "POST":
        messages.info(request, PAGE_CHANGED_MESSAGE)
    return redirect(path_at_organisation(request, route, *key))
