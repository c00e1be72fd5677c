"""How long a person may be idle and signed in at all, when they were last seen, and who was here last in this browser.

The session holds when it was last used; two encrypted cookies hold the choice of length and whose browser it was.
"""

from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from django.http import HttpResponse

from calloff.accounts import commands, queries
from calloff.kernel.encryption import box
from calloff.web.session import second_step

SEEN, BEGAN = "seen", "began"  # in the session: when it was last used, and when it began
NOTE_EVERY = timedelta(minutes=1)  # writing the session at each request would cost a write a page
CHOICE, WHOSE = "calloff_time_out", "calloff_whose"
DEFAULT = 30
LENGTHS = {30: "30 minutes", 120: "2 hours", 480: "8 hours"}  # minutes idle, in words
A_DAY, A_YEAR = 24 * 3600, 365 * 24 * 3600  # seconds


def why_over(request: Any) -> str:
    """Say why the session is over: the person was idle longer than they chose, or signed in too long. Or nothing."""
    last, began = request.session.get(SEEN), request.session.get(BEGAN)
    minutes = chosen(request)
    if last and request.now - datetime.fromisoformat(last) > timedelta(minutes=minutes):
        return f"You were signed out after {LENGTHS[minutes]} without activity."
    longest = queries.longest_session(request.user, request.now)
    if began and request.now - datetime.fromisoformat(began) >= longest:
        return f"You were signed out because you had been signed in for {longest // timedelta(hours=1)} hours."
    return ""


def seen(request: Any) -> None:
    """Note in the session when it began and when it was last used, and among the person's sessions too."""
    request.session.setdefault(BEGAN, request.now.isoformat())
    last = request.session.get(SEEN)
    if not last or request.now - datetime.fromisoformat(last) > NOTE_EVERY:
        request.session[SEEN] = request.now.isoformat()
        if key := request.session.session_key:  # none while the session has not been saved for the first time
            commands.note_session(request.user, key, device=second_step.name_of(request), at=request.now)


def chosen(request: Any) -> int:
    """Return the length that the signed-in person chose in this browser, in minutes."""
    person, _, minutes = _read(request, CHOICE, A_YEAR).partition(":")
    mine = person == str(request.user.pk) and minutes.isdigit() and int(minutes) in LENGTHS
    return int(minutes) if mine else DEFAULT


def choose(request: Any, response: HttpResponse, minutes: int) -> None:
    _set(request, response, CHOICE, f"{request.user.pk}:{minutes}", A_YEAR)


def last_here(request: Any) -> int | None:
    """Return the key of who was signed in here within a day, if they did not sign out themselves."""
    whose = _read(request, WHOSE, A_DAY)
    return int(whose) if whose else None


def remember(request: Any, response: HttpResponse) -> None:
    """Note whose browser this is, until they sign out."""
    if getattr(request, "signed_out", False):
        response.delete_cookie(WHOSE)
    elif request.user.is_authenticated and _read(request, WHOSE, A_DAY) != str(request.user.pk):
        _set(request, response, WHOSE, str(request.user.pk), A_DAY)


def _set(request: Any, response: HttpResponse, name: str, value: str, seconds: int) -> None:
    """Set a cookie that only this installation can read: what it holds names a person."""
    response.set_cookie(
        name,
        box(name).encrypt(value.encode()).decode(),
        max_age=seconds,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def _read(request: Any, name: str, seconds: int) -> str:
    try:
        return box(name).decrypt(request.COOKIES.get(name, "").encode(), ttl=seconds).decode()
    except InvalidToken:
        return ""
