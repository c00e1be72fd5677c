"""New passwords, which end sessions and the URL of the person's calendar."""

from datetime import datetime

from calloff.accounts.commands.addresses import note_confirmed
from calloff.accounts.commands.calendar_feeds import stop_calendar_feed
from calloff.accounts.commands.codes import forget_mailbox_reset, note_mailbox_reset
from calloff.accounts.commands.sessions import end_sessions
from calloff.people.models import User

__all__ = ["record_password_change", "record_password_reset"]


def record_password_reset(person: User, *, at: datetime) -> None:
    """End all sessions and the calendar URL, because the password was set with an emailed code."""
    note_confirmed(person)
    note_mailbox_reset(person, at=at)
    stop_calendar_feed(person)
    end_sessions(person)


def record_password_change(person: User, *, session_key: str) -> None:
    """End the calendar URL and all other sessions, because the person changed their password."""
    forget_mailbox_reset(person)
    stop_calendar_feed(person)
    end_sessions(person, but=session_key)
