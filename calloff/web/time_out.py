"""How long a person may be idle, when they were last seen, and who was here last in this browser.

The session holds when it was last used; two signed cookies hold the choice of length and whose browser it was.
"""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse

SEEN = "seen"  # in the session: when it was last used
NOTE_EVERY = timedelta(minutes=1)  # writing the session at each request would cost a write a page
CHOICE, WHOSE = "calloff_time_out", "calloff_whose"
DEFAULT = 30
LENGTHS = {30: "30 minutes", 120: "2 hours", 480: "8 hours"}  # minutes idle, in words
A_DAY, A_YEAR = 24 * 3600, 365 * 24 * 3600  # seconds


def is_over(request: Any) -> bool:
    """Say whether the signed-in person has been idle longer than they chose."""
    last = request.session.get(SEEN)
    return bool(last) and request.now - datetime.fromisoformat(last) > timedelta(minutes=chosen(request))


def seen(request: Any) -> None:
    last = request.session.get(SEEN)
    if not last or request.now - datetime.fromisoformat(last) > NOTE_EVERY:
        request.session[SEEN] = request.now.isoformat()


def chosen(request: Any) -> int:
    """Return the length that the signed-in person chose in this browser, in minutes."""
    person, _, minutes = request.get_signed_cookie(CHOICE, "", salt=CHOICE, max_age=A_YEAR).partition(":")
    mine = person == str(request.user.pk) and minutes.isdigit() and int(minutes) in LENGTHS
    return int(minutes) if mine else DEFAULT


def choose(request: Any, response: HttpResponse, minutes: int) -> None:
    _set(request, response, CHOICE, f"{request.user.pk}:{minutes}", A_YEAR)


def last_here(request: Any) -> int | None:
    """Return the key of who was signed in here within a day, if they did not sign out themselves."""
    whose = request.get_signed_cookie(WHOSE, "", salt=WHOSE, max_age=A_DAY)
    return int(whose) if whose else None


def remember(request: Any, response: HttpResponse) -> None:
    """Note whose browser this is, until they sign out."""
    if getattr(request, "signed_out", False):
        response.delete_cookie(WHOSE)
    elif request.user.is_authenticated and request.COOKIES.get(WHOSE, "").split(":")[0] != str(request.user.pk):
        _set(request, response, WHOSE, str(request.user.pk), A_DAY)


def _set(request: Any, response: HttpResponse, name: str, value: str, seconds: int) -> None:
    response.set_signed_cookie(
        name, value, salt=name, max_age=seconds, httponly=True, samesite="Lax", secure=request.is_secure()
    )
