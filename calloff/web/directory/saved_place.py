"""The place from which a visitor's distances are measured.

We ask for it once, encrypt it, and store it only for one visit.
"""

import json
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from calloff.directory.place_names import locate_place
from calloff.kernel import codes, encryption
from calloff.kernel.geography import Point
from calloff.people.models import Organisation
from calloff.registers.queries import LocatedPlace, LocationPrecision
from calloff.web.directory.search_form import PlaceForm
from calloff.web.request import OrganisationRequest

PLACE_COOKIE = "calloff_place"  # This cookie is encrypted. It is for visitors who are not signed in.
# In the session, this contains the name of the place and its position on the grid, encrypted.
PLACE_SESSION_KEY = "directory-place"
# The browser deletes the cookie when it closes, and the server refuses the cookie after this time.
PLACE_COOKIE_SECONDS = 12 * 3600


def saved_place(request: OrganisationRequest) -> tuple[str, Point] | None:
    """Return the place that was saved for this visit, as its name and grid point, or None.

    After 12 hours, the place can no longer be decrypted.
    """
    kept = (
        request.session.get(PLACE_SESSION_KEY) if request.user.is_authenticated else request.COOKIES.get(PLACE_COOKIE)
    )
    try:
        name, *point = (
            json.loads(encryption.cipher_for(PLACE_SESSION_KEY).decrypt(kept, ttl=PLACE_COOKIE_SECONDS))
            if kept
            else ("",)
        )
    except (InvalidToken, TypeError, ValueError):
        return None
    return (name, Point(*point)) if name else None


def is_approximate(place: tuple[str, Point] | None) -> bool:
    """Return whether a saved place is the centre of a town or of an outcode, rather than a postcode."""
    return place is not None and codes.parse_postcode(place[0]) is None


def is_search_bar(request: OrganisationRequest) -> bool:
    """Return whether the person used the search bar above the results, which contains words as well as a place."""
    return request.method == "POST" and "words" in request.POST


def ask_place(request: OrganisationRequest, authority: Organisation, back: str) -> HttpResponse:
    """Ask for the place from which distances are measured, save it for this visit, and return to the results at
    `back`.

    If the person used the search bar above the results without changing the place, the saved place does not change. If
    the bar contains no place, the saved place is deleted.
    """
    if is_search_bar(request):
        typed, known = request.POST.get("postcode", "").strip(), saved_place(request)
        if not typed:
            return forget_place(request, back)
        if known and typed == known[0]:
            return redirect(back)
    form = PlaceForm.of(request)
    if form.attempt(_find_place, authority, at=request.now):
        known = form.result
        kept = json.dumps([known.name, *known.position]).encode()
        sealed, response = encryption.cipher_for(PLACE_SESSION_KEY).encrypt(kept).decode(), redirect(back)
        if request.user.is_authenticated:
            request.session[PLACE_SESSION_KEY] = sealed
            request.session.set_expiry(0)  # The session is stored until the browser closes.
        # For a visitor without a session, the browser stores the place, which only we can decrypt.
        else:
            secure = request.is_secure()
            response.set_cookie(PLACE_COOKIE, sealed, secure=secure, httponly=True, samesite="Lax")
        if known.precision != LocationPrecision.POSTCODE:
            messages.info(request, f"Distances are measured from the centre of {known.name}, so they are approximate.")
        return response
    return render(request, "public/place.html", {"form": form, "results": back})


def forget_place(request: OrganisationRequest, back: str) -> HttpResponse:
    """Delete the place from which distances are measured, and return to the results."""
    response = redirect(back)
    if PLACE_SESSION_KEY in request.session:
        del request.session[PLACE_SESSION_KEY]
    response.delete_cookie(PLACE_COOKIE, samesite="Lax")
    return response


def _find_place(authority: Organisation, *, postcode: str, at: datetime) -> LocatedPlace:
    return locate_place(authority, postcode, at)
