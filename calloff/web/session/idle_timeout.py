"""How long a person may be idle and signed in at all, when they were last seen, and who was here last in this browser.

The session holds when it was last used; two encrypted cookies hold the choice of length and whose browser it was.
"""

from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from django.http import HttpResponse

from calloff.accounts import commands, queries
from calloff.kernel.encryption import cipher_for
from calloff.web.session import second_step

SEEN_SESSION_KEY, BEGAN_SESSION_KEY = "seen", "began"  # in the session: when it was last used, and when it started
SEEN_WRITE_INTERVAL = timedelta(minutes=1)  # writing the session at each request would cost a write a page
TIMEOUT_CHOICE_COOKIE, LAST_PERSON_COOKIE = "calloff_time_out", "calloff_whose"
DEFAULT_IDLE_MINUTES = 30
IDLE_LIMIT_LABELS = {30: "30 minutes", 120: "2 hours", 480: "8 hours"}  # minutes idle, in words
DAY_IN_SECONDS, YEAR_IN_SECONDS = 24 * 3600, 365 * 24 * 3600  # seconds


def session_end_reason(request: Any) -> str:
    """Say why the session is over: the person was idle longer than they chose, or signed in too long. Or nothing."""
    last, began = request.session.get(SEEN_SESSION_KEY), request.session.get(BEGAN_SESSION_KEY)
    minutes = chosen_minutes(request)
    if last and request.now - datetime.fromisoformat(last) > timedelta(minutes=minutes):
        return f"You were signed out after {IDLE_LIMIT_LABELS[minutes]} without activity."
    longest = queries.max_session_length(request.user, request.now)
    if began and request.now - datetime.fromisoformat(began) >= longest:
        return f"You were signed out because you had been signed in for {longest // timedelta(hours=1)} hours."
    return ""


def note_use(request: Any) -> None:
    """Note in the session when it started and when it was last used, and among the person's sessions too."""
    request.session.setdefault(BEGAN_SESSION_KEY, request.now.isoformat())
    last = request.session.get(SEEN_SESSION_KEY)
    if not last or request.now - datetime.fromisoformat(last) > SEEN_WRITE_INTERVAL:
        request.session[SEEN_SESSION_KEY] = request.now.isoformat()
        if key := request.session.session_key:  # none while the session has not been saved for the first time
            commands.note_session(request.user, key, device=second_step.name_of(request), at=request.now)


def chosen_minutes(request: Any) -> int:
    """Return the length that the signed-in person chose in this browser, in minutes."""
    person, _, minutes = _read(request, TIMEOUT_CHOICE_COOKIE, YEAR_IN_SECONDS).partition(":")
    mine = person == str(request.user.pk) and minutes.isdigit() and int(minutes) in IDLE_LIMIT_LABELS
    return int(minutes) if mine else DEFAULT_IDLE_MINUTES


def choose_minutes(request: Any, response: HttpResponse, minutes: int) -> None:
    _set(request, response, TIMEOUT_CHOICE_COOKIE, f"{request.user.pk}:{minutes}", YEAR_IN_SECONDS)


def last_person_here(request: Any) -> int | None:
    """Return the key of who was signed in here within a day, if they did not sign out themselves."""
    whose = _read(request, LAST_PERSON_COOKIE, DAY_IN_SECONDS)
    return int(whose) if whose else None


def remember_person(request: Any, response: HttpResponse) -> None:
    """Note whose browser this is, until they sign out."""
    if getattr(request, "signed_out", False):
        response.delete_cookie(LAST_PERSON_COOKIE)
    elif request.user.is_authenticated and _read(request, LAST_PERSON_COOKIE, DAY_IN_SECONDS) != str(request.user.pk):
        _set(request, response, LAST_PERSON_COOKIE, str(request.user.pk), DAY_IN_SECONDS)


def _set(request: Any, response: HttpResponse, name: str, value: str, seconds: int) -> None:
    """Set a cookie that only this installation can read: what it holds names a person."""
    response.set_cookie(
        name,
        cipher_for(name).encrypt(value.encode()).decode(),
        max_age=seconds,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def _read(request: Any, name: str, seconds: int) -> str:
    try:
        return cipher_for(name).decrypt(request.COOKIES.get(name, "").encode(), ttl=seconds).decode()
    except InvalidToken:
        return ""
