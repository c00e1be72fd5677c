"""The idle timeout: how long a person can be inactive or signed in, and who last used this browser.

The session stores when it started and when it was last used. Two encrypted cookies store the timeout that the person
has chosen, and who was last signed in.
"""

from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from django.http import HttpResponse

from calloff.accounts import commands, queries
from calloff.kernel.encryption import cipher_for
from calloff.web.session import second_step

# the session keys for when the session was last used, and when it started
SEEN_SESSION_KEY, BEGAN_SESSION_KEY = "seen", "began"
# The minimum time between two saves. If the session were saved at every request, each page would cost a write.
SEEN_WRITE_INTERVAL = timedelta(minutes=1)
TIMEOUT_CHOICE_COOKIE, LAST_PERSON_COOKIE = "calloff_time_out", "calloff_whose"
DEFAULT_IDLE_MINUTES = 30
# labels by the number of minutes of inactivity
IDLE_LIMIT_LABELS = {30: "30 minutes", 120: "2 hours", 480: "8 hours"}
DAY_IN_SECONDS, YEAR_IN_SECONDS = 24 * 3600, 365 * 24 * 3600


def session_end_reason(request: Any) -> str:
    """Return why the session is over: the person was inactive, or was signed in, for too long.

    The text is empty if the session is not over.
    """
    last, began = request.session.get(SEEN_SESSION_KEY), request.session.get(BEGAN_SESSION_KEY)
    minutes = chosen_minutes(request)
    if last and request.now - datetime.fromisoformat(last) > timedelta(minutes=minutes):
        return f"You were signed out after {IDLE_LIMIT_LABELS[minutes]} without activity."
    longest = queries.max_session_length(request.user, request.now)
    if began and request.now - datetime.fromisoformat(began) >= longest:
        return f"You were signed out because you had been signed in for {longest // timedelta(hours=1)} hours."
    return ""


def note_use(request: Any) -> None:
    """Record when the session started and when it was last used, in the session and in the person's list of
    sessions.
    """
    request.session.setdefault(BEGAN_SESSION_KEY, request.now.isoformat())
    last = request.session.get(SEEN_SESSION_KEY)
    if not last or request.now - datetime.fromisoformat(last) > SEEN_WRITE_INTERVAL:
        request.session[SEEN_SESSION_KEY] = request.now.isoformat()
        if key := request.session.session_key:  # A session has no key until it has been saved.
            commands.note_session(request.user, key, device=second_step.name_of(request), at=request.now)


def chosen_minutes(request: Any) -> int:
    """Return the timeout in minutes that the person who is signed in has chosen in this browser."""
    person, _, minutes = _read(request, TIMEOUT_CHOICE_COOKIE, YEAR_IN_SECONDS).partition(":")
    mine = person == str(request.user.pk) and minutes.isdigit() and int(minutes) in IDLE_LIMIT_LABELS
    return int(minutes) if mine else DEFAULT_IDLE_MINUTES


def choose_minutes(request: Any, response: HttpResponse, minutes: int) -> None:
    _set(request, response, TIMEOUT_CHOICE_COOKIE, f"{request.user.pk}:{minutes}", YEAR_IN_SECONDS)


def last_person_here(request: Any) -> int | None:
    """Return the key of the person who was signed in with this browser within the last day.

    Returns None if that person signed out themselves.
    """
    whose = _read(request, LAST_PERSON_COOKIE, DAY_IN_SECONDS)
    return int(whose) if whose else None


def remember_person(request: Any, response: HttpResponse) -> None:
    """Store in a cookie who uses this browser, until that person signs out."""
    if getattr(request, "signed_out", False):
        response.delete_cookie(LAST_PERSON_COOKIE)
    elif request.user.is_authenticated and _read(request, LAST_PERSON_COOKIE, DAY_IN_SECONDS) != str(request.user.pk):
        _set(request, response, LAST_PERSON_COOKIE, str(request.user.pk), DAY_IN_SECONDS)


def _set(request: Any, response: HttpResponse, name: str, value: str, seconds: int) -> None:
    """Set a cookie that only this installation can read, because its value identifies a person."""
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
