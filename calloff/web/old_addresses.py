"""Addresses that an earlier version had: who has one open, or kept it, is led to where the same is done now.

A form of the earlier version may be sent after the new one has started. What it holds is not what is asked now, so it
is not saved, and the next page says so. An address stays here for a year after it has gone.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from calloff.web.navigation import path_at_organisation
from calloff.web.request import OrganisationRequest

PAGE_CHANGED_MESSAGE = (
    "This page has changed since you opened it, so we could not save what you sent. Enter it again here."
)


def redirect_old_address(request: OrganisationRequest, route: str, *key: object) -> HttpResponse:
    """Redirect an old address to a page of the same organisation. What was sent with it is not saved, and told so."""
    if request.method == "POST":
        messages.info(request, PAGE_CHANGED_MESSAGE)
    return redirect(path_at_organisation(request, route, *key))
