"""Record that sessions are being used, and end them."""

from datetime import datetime

from django.contrib.sessions.models import Session as Stored

from calloff.accounts.models import SignInSession
from calloff.people.models import User

__all__ = ["end_session", "end_sessions", "note_session"]


def note_session(person: User, session_key: str, *, device: str, at: datetime) -> None:
    """Record that a session is being used.

    When the password changes, the session gets a new key and so a new row.
    """
    if not SignInSession.objects.filter(session_key=session_key, person=person).update(last_seen_at=at):
        begun = {"person": person, "device": device, "began_at": at, "last_seen_at": at}
        SignInSession.objects.update_or_create(session_key=session_key, defaults=begun)


def end_session(session: SignInSession) -> None:
    """End a session. Its browser is signed out at its next request."""
    Stored.objects.filter(session_key=session.session_key).delete()
    session.delete()


def end_sessions(person: User, *, but: str = "") -> int:
    """Sign a person out everywhere except in the session `but`. Return the number of sessions that ended."""
    sessions = SignInSession.objects.filter(person=person).exclude(session_key=but)
    Stored.objects.filter(session_key__in=sessions.values("session_key")).delete()
    return sessions.delete()[0]
